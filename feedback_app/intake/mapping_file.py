"""What fills the fields of a closed case: a mapping file in TOML, a preset, or options.

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
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from feedback_app.intake.closed_case import CaseReader
from feedback_app.intake.conditions import Condition
from feedback_app.intake.dates import DateReader
from feedback_app.intake.errors import quoted
from feedback_app.intake.mapping import FIELDS, MappingError, label_of, listed, nearest
from feedback_app.records import CASE_FIELDS, REQUIRED_CASE_FIELDS
from support_facts import Facts

T = TypeVar("T", bound="CaseMapping")
V = TypeVar("V")

TIME_FIELDS = tuple(name for name, field in CASE_FIELDS.items() if field.kind == "time")
# Earlier versions stored these fields. Mappings with them stay valid, and the values are ignored.
RETIRED = frozenset({"solution_proposed_at"})
ANY_OTHER = "*"

# Listing the time zones reads hundreds of files.
_time_zones = cache(available_timezones)


def _known_zone(name: str) -> str:
    if name not in _time_zones():
        raise ValueError(f"{name!r} is not a known time zone: write one such as Europe/Berlin")
    return name


def _usable_formats(formats: str | list[str]) -> str | list[str]:
    DateReader(ZoneInfo("UTC"), formats)
    return formats


def _usable_conditions(texts: list[str]) -> list[str]:
    Condition(texts)
    return texts


def _known_fields(table: dict[str, V]) -> dict[str, V]:
    kept = {name: value for name, value in table.items() if name not in RETIRED}
    for name in kept:
        if name not in FIELDS:
            raise ValueError(
                f"{quoted(name)} is not a field of a closed case{nearest(name, FIELDS)}. "
                f"The fields are {', '.join(FIELDS)}"
            )
    return kept


Zone = Annotated[str, AfterValidator(_known_zone)]
Formats = Annotated[str | list[str], AfterValidator(_usable_formats)]
ConditionTexts = Annotated[list[str], AfterValidator(_usable_conditions)]
Fields = Annotated[dict[str, V], AfterValidator(_known_fields)]


class MappingFileError(ValueError):
    """Mapping files cannot be used. `errors` names each problem with file, key and reason."""

    def __init__(self, errors: Iterable[str]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(self.errors))


class CaseMapping(BaseModel):
    """What fills the fields of a closed case, and which rows are closed cases.

    `columns` gives the column of a field, `constants` its value in every row. A row matches if each
    column of `where` has one of its texts, and no column of `where_not` does; `conditions` explains
    these texts. `words` translates the sender's words by field, ignoring case.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    columns: Fields[str] = Field(default_factory=dict, alias="map")
    constants: Fields[str] = Field(default_factory=dict, alias="set")
    where: dict[str, ConditionTexts] = Field(default_factory=dict)
    where_not: dict[str, ConditionTexts] = Field(default_factory=dict)
    words: Fields[dict[str, str]] = Field(default_factory=dict)
    missing: list[str] = Field(default_factory=list)
    date_format: Formats | None = None
    date_formats: dict[str, Formats] = Field(default_factory=dict)
    time_zone: Zone | None = None
    time_zones: dict[str, Zone] = Field(default_factory=dict)

    @field_validator("constants")
    @classmethod
    def _filled_once(cls, constants: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        for name in constants:
            if name in info.data.get("columns", ()):
                raise ValueError(f"{name} is both mapped to a column and set: choose one")
        return constants

    @field_validator("date_formats")
    @classmethod
    def _known_dates(cls, formats: dict[str, Formats]) -> dict[str, Formats]:
        for name in formats:
            if name not in TIME_FIELDS:
                raise ValueError(f"{name!r} is not one of {', '.join(TIME_FIELDS)}")
        return formats

    @cached_property
    def _required(self) -> dict[str, Condition]:
        return {column: Condition(texts) for column, texts in self.where.items()}

    @cached_property
    def _excluded(self) -> dict[str, Condition]:
        return {column: Condition(texts) for column, texts in self.where_not.items()}

    @property
    def compared(self) -> tuple[str, ...]:
        """Return the columns with conditions."""
        return tuple(dict.fromkeys((*self.where, *self.where_not)))

    def for_columns(self, present: Sequence[str], source: str) -> "CaseMapping":
        """Return this mapping completed for a file with these columns, in terms of `labels`.

        A column named like a field fills it unless the mapping says otherwise; `source` is the
        default source. Raises MappingError for a column that is missing or exists twice, and if
        nothing fills a required field.
        """
        own = {name: name for name in FIELDS if name in present and name not in self.constants}
        columns = {name: label_of(text, present) for name, text in {**own, **self.columns}.items()}
        constants = {"source": source, **self.constants}
        if "source" in columns:
            del constants["source"]
        where, where_not = (
            {label_of(text, present): texts for text, texts in conditions.items()}
            for conditions in (self.where, self.where_not)
        )
        for name in REQUIRED_CASE_FIELDS:
            if name not in columns and name not in constants:
                raise MappingError(
                    f"nothing fills {name}: use --map {name}=COLUMN; {listed(present)}"
                )
        named = {"columns": columns, "constants": constants, "where": where, "where_not": where_not}
        return CaseMapping(**{**dict(self), **named})

    def wanted(self) -> set[str]:
        """Return the columns that a file needs for this mapping."""
        required = {name for name in REQUIRED_CASE_FIELDS if name not in self.constants}
        named = (self.columns.get(name, name) for name in required)
        return {*named, *self.columns.values(), *self.compared}

    def accepts(self, column: str, text: str) -> bool:
        """Return whether the conditions allow this text in the column."""
        required, excluded = self._required.get(column), self._excluded.get(column)
        return not (required and not required.matches(text)) and not (
            excluded and excluded.matches(text)
        )

    def matches(self, row: Mapping[str, str]) -> bool:
        """Return whether `row` (column to text) is a closed case."""
        return not self.failed(row)

    def failed(self, row: Mapping[str, str]) -> list[str]:
        """Return the columns that do not meet their conditions in `row`."""
        return [one for one in self.compared if not self.accepts(one, row.get(one, ""))]

    def unmet(self, row: Mapping[str, str]) -> list[str]:
        """Return which columns do not meet their conditions in `row`, and what they contain."""
        return [
            f"{one} is {quoted(row.get(one, '').strip())}, {self._rule(one)}"
            for one in self.failed(row)
        ]

    def _rule(self, column: str) -> str:
        required, excluded = self.where.get(column), self.where_not.get(column)
        rules = [f"not one of {', '.join(sorted(required))}"] if required else []
        rules += [f"where_not excludes {', '.join(sorted(excluded))}"] if excluded else []
        return "; ".join(rules)

    def values(self, row: Mapping[str, str]) -> dict[str, str]:
        """Return the values of `row` by field, without the empty ones."""
        found = {name: row.get(column, "").strip() for name, column in self.columns.items()}
        given = {name: text for name, text in found.items() if text and text not in self.missing}
        translated = {name: self.translate(name, text) for name, text in given.items()}
        return {**self.constants, **translated}

    def translate(self, name: str, text: str) -> str:
        """Return our word for the sender's word in this field, or the text itself."""
        theirs = {word.casefold(): ours for word, ours in self.words.get(name, {}).items()}
        return theirs.get(text.casefold(), theirs.get(ANY_OTHER, text))

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
        """Return a reader that allows the case kinds and reasons of the facts, as of `now`."""
        own = {name: self.dates(team_zone, facts.languages, name) for name in self.date_formats}
        return CaseReader(
            case_kinds=tuple(kind.key for kind in facts.case_kinds),
            closure_reasons=tuple(reason.key for reason in facts.closure_reasons),
            dates=self.dates(team_zone, facts.languages),
            now=now,
            dates_by_field=own,
        )

    def word_errors(self, reader: CaseReader) -> list[str]:
        """Return which values of [set] and [words] are not allowed in a closed case."""
        values = [(f"set.{name}", name, value) for name, value in self.constants.items()]
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
        return kind.model_validate(content, by_alias=True, by_name=False)
    except ValidationError as error:
        raise MappingFileError(
            f"{file_name}: {'.'.join(str(part) for part in one['loc'] if part != '[key]')}: "
            f"{one['msg'].removeprefix('Value error, ')}"
            for one in error.errors()
        ) from error
