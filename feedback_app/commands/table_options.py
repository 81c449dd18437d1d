"""The options that say how to read a CSV file of closed cases, each read into what it means."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo, available_timezones

import click

from feedback_app.intake.csv.guess import is_encoding
from feedback_app.intake.dates import Moments
from feedback_app.intake.mapping import CaseMapping, MappingError, alternatives, once_each
from feedback_app.intake.mapping_file import MappingFileError, MappingTables, checked, read_toml

F = TypeVar("F", bound=Callable[..., Any])

_NAMED_DELIMITERS = {
    "tab": "\t",
    "\\t": "\t",
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
}


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """How to read a CSV file. What was said on the command line wins over the mapping file."""

    written: MappingTables
    columns: Mapping[str, str]
    constants: Mapping[str, str]
    where: Mapping[str, frozenset[str]]
    missing: tuple[str, ...]
    date_format: str | None
    zone: ZoneInfo | None
    delimiter: str | None
    encoding: str | None

    @property
    def names_zone(self) -> bool:
        """Return whether anybody said what zone dates without an offset are in."""
        return bool(self.zone or self.written.time_zone)

    @property
    def mapping(self) -> CaseMapping:
        """Return what fills which field. Raises MappingError."""
        file = self.written.mapping
        columns = {name: file.columns[name] for name in file.columns if name not in self.constants}
        constants = {
            name: file.constants[name] for name in file.constants if name not in self.columns
        }
        return CaseMapping(
            columns={**columns, **self.columns},
            constants={**constants, **self.constants},
            where={**file.where, **self.where},
            missing=file.missing | frozenset(self.missing),
            words=file.words,
        )

    def moments(self, team_zone: ZoneInfo) -> Moments:
        """Return what reads its dates. Raises DateFormatError."""
        zone = self.zone or self.written.moments(team_zone).zone
        return Moments(zone, self.date_format or self.written.date_format)


def _written(_: click.Context, __: click.Parameter, path: Path | None) -> MappingTables:
    if path is None:
        return MappingTables()
    try:
        return checked(MappingTables, read_toml(path))
    except MappingFileError as error:
        raise click.BadParameter(str(error)) from error


def _delimiter(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    sign = _NAMED_DELIMITERS.get(value.lower(), value) if value is not None else None
    if sign is not None and (len(sign) != 1 or sign in '"\r\n\0 '):
        raise click.BadParameter("write one character, or the word tab")
    return sign


def _encoding(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and not is_encoding(value):
        raise click.BadParameter(f"{value!r} is not known: write one such as utf-8 or cp1252")
    return value


def _zone(_: click.Context, __: click.Parameter, value: str | None) -> ZoneInfo | None:
    if value is None:
        return None
    if value not in available_timezones():
        raise click.BadParameter(f"{value!r} is not known: write one such as Europe/Berlin")
    return ZoneInfo(value)


def _mapping(_: click.Context, parameter: click.Parameter, texts: tuple[str, ...]) -> Any:
    read: Callable[..., Any] = alternatives if parameter.name == "where" else once_each
    try:
        return read(texts, str(parameter.metavar))
    except MappingError as error:
        raise click.BadParameter(str(error)) from error


_OPTIONS = (
    click.option(
        "--mapping",
        "written",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE.toml",
        callback=_written,
        help="Read the mapping from a file with the tables of a preset (see guides/csv.md).",
    ),
    click.option(
        "--map",
        "columns",
        multiple=True,
        metavar="FIELD=COLUMN",
        callback=_mapping,
        help="Fill a field from a column. Columns called like a field need no --map.",
    ),
    click.option(
        "--set",
        "constants",
        multiple=True,
        metavar="FIELD=VALUE",
        callback=_mapping,
        help="Fill a field with the same value in every row.",
    ),
    click.option(
        "--where",
        multiple=True,
        metavar="COLUMN=VALUE",
        callback=_mapping,
        help="Take only rows whose column holds this value, or one of several for the same column.",
    ),
    click.option(
        "--missing", multiple=True, metavar="TEXT", help="A text that means: nothing here."
    ),
    click.option(
        "--date-format",
        metavar="FORMAT",
        help="How dates are written, such as '%d/%m/%Y %H:%M'; ISO 8601 without it.",
    ),
    click.option(
        "--timezone",
        "zone",
        metavar="NAME",
        callback=_zone,
        help="The zone of dates without an offset, such as Europe/Lisbon; the team's without it. "
        "An hour that clocks repeat counts as the first, one that they skip is rejected.",
    ),
    click.option(
        "--delimiter",
        metavar="SIGN",
        callback=_delimiter,
        help="What separates cells, a character or the word tab; found out without it.",
    ),
    click.option(
        "--encoding",
        metavar="NAME",
        callback=_encoding,
        help="How characters are written; a byte order mark, utf-8 or else cp1252 without it.",
    ),
)


def table_options(command: F) -> F:
    """Give `command` these options as one `options`, in the order `--help` shows them."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        given = {one.name: kwargs.pop(one.name) for one in fields(TableOptions)}
        return command(*args, options=TableOptions(**given), **kwargs)

    for option in reversed(_OPTIONS):
        run = option(run)
    return cast(F, run)
