"""Mappings as TOML files, with the same tables for CSV files and presets.

[map]               which column, or path in a payload, fills which field
[set]               the same value in every case
[where]             which values mean that a case was closed; see conditions
[where_not]         which values exclude a case, such as a tag for merged cases
[words.case_kind]   our words for theirs; "*" stands for all others
[date_formats]      the formats of single fields, where they differ from date_format
[time_zones]        what abbreviations after a time mean, such as IST = "Asia/Kolkata"
missing             texts that count as empty
date_format         as in Python's strptime, one or a list; ISO 8601 without it
time_zone           of dates without an offset; the team's without it
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from feedback_app.intake.closed_case import CaseReader
from feedback_app.intake.dates import DateReader
from feedback_app.intake.mapping import CaseMapping
from feedback_app.records import CASE_FIELDS
from support_facts import Facts

T = TypeVar("T", bound="MappingTables")

TIME_FIELDS = tuple(name for name, field in CASE_FIELDS.items() if field.kind == "time")


# Listing the time zones reads hundreds of files.
_time_zones = cache(available_timezones)


def _known_zone(name: str) -> str:
    if name not in _time_zones():
        raise ValueError(f"{name!r} is not a known time zone: write one such as Europe/Berlin")
    return name


def _usable_formats(formats: str | list[str]) -> str | list[str]:
    DateReader(ZoneInfo("UTC"), formats)
    return formats


Zone = Annotated[str, AfterValidator(_known_zone)]
Formats = Annotated[str | list[str], AfterValidator(_usable_formats)]


class MappingFileError(ValueError):
    """Mapping files cannot be used. `errors` names each problem with file, key and reason."""

    def __init__(self, errors: Iterable[str]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(self.errors))


class MappingTables(BaseModel):
    """The tables of a mapping file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    map: dict[str, str] = Field(default_factory=dict)
    set: dict[str, str] = Field(default_factory=dict)
    where: dict[str, list[str]] = Field(default_factory=dict)
    where_not: dict[str, list[str]] = Field(default_factory=dict)
    words: dict[str, dict[str, str]] = Field(default_factory=dict)
    missing: list[str] = Field(default_factory=list)
    date_format: Formats | None = None
    date_formats: dict[str, Formats] = Field(default_factory=dict)
    time_zone: Zone | None = None
    time_zones: dict[str, Zone] = Field(default_factory=dict)

    @field_validator("date_formats")
    @classmethod
    def _known_dates(cls, formats: dict[str, Formats]) -> dict[str, Formats]:
        for name in formats:
            if name not in TIME_FIELDS:
                raise ValueError(f"{name!r} is not one of {', '.join(TIME_FIELDS)}")
        return formats

    @property
    def mapping(self) -> CaseMapping:
        """Return the source of each field. Raises MappingError."""
        return CaseMapping(
            columns=self.map,
            constants=self.set,
            where=self.where,
            where_not=self.where_not,
            missing=self.missing,
            words=self.words,
        )

    def dates(
        self, team_zone: ZoneInfo, languages: Sequence[str] = (), field_name: str = ""
    ) -> DateReader:
        """Return the reader of a field's dates, with the month names of these languages."""
        return DateReader(
            ZoneInfo(self.time_zone) if self.time_zone else team_zone,
            self.date_formats.get(field_name, self.date_format),
            tuple(languages),
            tuple(self.time_zones.items()),
        )

    def reader(self, facts: Facts, team_zone: ZoneInfo, now: datetime) -> CaseReader:
        """Return a reader of closed cases, as of `now`."""
        return CaseReader.of(
            facts,
            self.dates(team_zone, facts.languages),
            now,
            {name: self.dates(team_zone, facts.languages, name) for name in self.date_formats},
        )

    def word_errors(self, reader: CaseReader) -> list[str]:
        """Return which values of [set] and [words] are not allowed in a closed case."""
        values = [(f"set.{name}", name, value) for name, value in self.set.items()]
        for name, words in self.words.items():
            values += [(f"words.{name}.{theirs}", name, ours) for theirs, ours in words.items()]
        return [
            f"{place}: {error}"
            for place, name, value in values
            for error in reader.check({name: value})
        ]


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a file. Raises MappingFileError if it is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MappingFileError([f"{path.name} cannot be read: {error.strerror}"]) from error
    except ValueError as error:
        raise MappingFileError([f"{path.name} is not valid TOML: {error}"]) from error


def validated(kind: type[T], file_name: str, content: Mapping[str, Any]) -> T:
    """Return the tables of a file. Raises MappingFileError naming every problem."""
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise MappingFileError(
            f"{file_name}: {'.'.join(str(part) for part in one['loc'])}: "
            f"{one['msg'].removeprefix('Value error, ')}"
            for one in error.errors()
        ) from error
