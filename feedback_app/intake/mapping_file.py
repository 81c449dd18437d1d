"""Mappings as TOML files, with the same tables for CSV files and presets.

[map]               which column, or path in a payload, fills which field
[set]               the same value in every case
[where]             which values mean that a case was closed
[words.case_kind]   our words for theirs; "*" stands for all others
missing             texts that count as empty
date_format         as in Python's strptime; ISO 8601 without it
time_zone           of dates without an offset; the team's without it
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from feedback_app.intake.closed_case import CaseReader
from feedback_app.intake.dates import DateReader
from feedback_app.intake.mapping import CaseMapping

T = TypeVar("T", bound="MappingTables")


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
    words: dict[str, dict[str, str]] = Field(default_factory=dict)
    missing: list[str] = Field(default_factory=list)
    date_format: str | None = None
    time_zone: str | None = None

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        if name is not None and name not in available_timezones():
            raise ValueError(f"{name!r} is not a known time zone: write one such as Europe/Berlin")
        return name

    @field_validator("date_format")
    @classmethod
    def _usable_format(cls, text: str | None) -> str | None:
        if text is not None:
            DateReader(ZoneInfo("UTC"), text)
        return text

    @property
    def mapping(self) -> CaseMapping:
        """Return the source of each field. Raises MappingError."""
        return CaseMapping(
            columns=self.map,
            constants=self.set,
            where=self.where,
            missing=self.missing,
            words=self.words,
        )

    def dates(self, team_zone: ZoneInfo) -> DateReader:
        """Return the reader of the dates. Raises DateFormatError."""
        zone = ZoneInfo(self.time_zone) if self.time_zone else team_zone
        return DateReader(zone, self.date_format)

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


@dataclass(frozen=True)
class TomlFile:
    """The name and content of a TOML file."""

    name: str
    tables: dict[str, Any]


def read_toml(path: Path) -> TomlFile:
    """Return the content of a file. Raises MappingFileError if it is not TOML."""
    try:
        return TomlFile(path.name, tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise MappingFileError([f"{path.name} cannot be read: {error.strerror}"]) from error
    except ValueError as error:
        raise MappingFileError([f"{path.name} is not valid TOML: {error}"]) from error


def validated(kind: type[T], file: TomlFile) -> T:
    """Return the tables of a file. Raises MappingFileError naming every problem."""
    try:
        return kind.model_validate(file.tables)
    except ValidationError as error:
        raise MappingFileError(
            f"{file.name}: {'.'.join(str(part) for part in one['loc'])}: "
            f"{one['msg'].removeprefix('Value error, ')}"
            for one in error.errors()
        ) from error
