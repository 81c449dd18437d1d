"""A mapping written down as TOML: the same words for a CSV file and for a preset.

[map]               which column, or path in a payload, fills which field
[set]               the same value in every case
[where]             which values mean that a case was closed
[words.case_kind]   our words for theirs; "*" stands for all the others
missing             texts that mean: nothing here
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

from feedback_app.intake.closed_case import NormalForm
from feedback_app.intake.dates import Moments
from feedback_app.intake.faults import FaultyCaseError, together
from feedback_app.intake.mapping import CaseMapping

T = TypeVar("T", bound="MappingTables")


class MappingFileError(ValueError):
    """Files that cannot be used. `faults` names each with its file, key and reason."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


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
            raise ValueError(f"{name!r} is not known: write one such as Europe/Berlin")
        return name

    @field_validator("date_format")
    @classmethod
    def _usable_format(cls, text: str | None) -> str | None:
        if text is not None:
            Moments(ZoneInfo("UTC"), text)
        return text

    @property
    def mapping(self) -> CaseMapping:
        """Return what fills which field. Raises MappingError."""
        return CaseMapping(
            columns=self.map,
            constants=self.set,
            where={column: frozenset(texts) for column, texts in self.where.items()},
            missing=frozenset(self.missing),
            words=self.words,
        )

    def moments(self, zone: ZoneInfo) -> Moments:
        """Return what reads its dates; `zone` is the team's."""
        return Moments(ZoneInfo(self.time_zone) if self.time_zone else zone, self.date_format)

    def word_faults(self, normal: NormalForm) -> list[str]:
        """Return which values of [set] and [words] no closed case may hold."""
        faults = []
        for name, value in self.set.items():
            faults += _faults_of(normal, f"set.{name}", name, value)
        for name, words in self.words.items():
            for theirs, ours in words.items():
                faults += _faults_of(normal, f"words.{name}.{theirs}", name, ours)
        return faults


@dataclass(frozen=True)
class Written:
    """A TOML file as it stands."""

    name: str
    tables: dict[str, Any]


def read_toml(path: Path) -> Written:
    """Return what a file says. Raises MappingFileError if it is no TOML."""
    try:
        return Written(path.name, tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise MappingFileError([f"{path.name} cannot be read: {error.strerror}"]) from error
    except ValueError as error:
        raise MappingFileError([f"{path.name} is no TOML: {error}"]) from error


def checked(kind: type[T], written: Written) -> T:
    """Return the tables of a file. Raises MappingFileError naming every fault."""
    try:
        return kind.model_validate(written.tables)
    except ValidationError as error:
        raise MappingFileError(
            f"{written.name}: {'.'.join(str(part) for part in fault['loc'])}: "
            f"{fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        ) from error


def _faults_of(normal: NormalForm, place: str, name: str, value: str) -> list[str]:
    try:
        normal.check({name: value})
    except FaultyCaseError as error:
        return [f"{place}: {together(error.faults)}"]
    return []
