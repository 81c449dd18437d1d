"""The options that say how to read a CSV file of closed cases."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from feedback_app.intake.csv.detect import is_encoding
from feedback_app.intake.mapping import MappingError, alternatives, once_each
from feedback_app.intake.mapping_file import CaseMapping, MappingFileError, read_toml, validated

F = TypeVar("F", bound=Callable[..., Any])

_DELIMITER_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """How to read a CSV file. `mapping` is the mapping file, overridden by other options."""

    mapping: CaseMapping
    delimiter: str | None
    encoding: str | None
    sheet: str | None


def _merged(file: CaseMapping, given: Mapping[str, Any]) -> CaseMapping:
    """Return the mapping file with the options given, which replace a field's column or value."""
    replaced = {**given["columns"], **given["constants"]}

    def table(name: str) -> dict[str, str]:
        below: dict[str, str] = getattr(file, name)
        return {**{key: below[key] for key in below if key not in replaced}, **given[name]}

    merged = {
        **file.model_dump(by_alias=True),
        "map": table("columns"),
        "set": table("constants"),
        "where": file.where | given["where"],
        "where_not": file.where_not | given["where_not"],
        "missing": [*file.missing, *given["missing"]],
        "date_format": list(given["date_format"]) or file.date_format,
        "time_zone": given["time_zone"] or file.time_zone,
    }
    try:
        return validated(CaseMapping, "options", merged)
    except MappingFileError as error:
        raise click.UsageError(str(error)) from error


def _mapping_file(_: click.Context, __: click.Parameter, path: Path | None) -> CaseMapping:
    try:
        return validated(CaseMapping, path.name, read_toml(path)) if path else CaseMapping()
    except MappingFileError as error:
        raise click.BadParameter(str(error)) from error


def _delimiter(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    sign = _DELIMITER_NAMES.get(value.lower(), value) if value is not None else None
    if sign is not None and (len(sign) != 1 or sign in '"\r\n\0 '):
        raise click.BadParameter("write one character, or the word tab")
    return sign


def _encoding(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and not is_encoding(value):
        raise click.BadParameter(f"{value!r} is not known: write one such as utf-8 or cp1252")
    return value


def _pairs(_: click.Context, parameter: click.Parameter, texts: tuple[str, ...]) -> Any:
    read: Callable[..., Any] = alternatives if "where" in str(parameter.name) else once_each
    try:
        return read(texts, str(parameter.metavar))
    except MappingError as error:
        raise click.BadParameter(str(error)) from error


_OPTIONS = (
    click.option(
        "--mapping",
        "mapping_file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE.toml",
        callback=_mapping_file,
        help="Read the mapping from a file with the tables of a preset (see guides/csv.md).",
    ),
    click.option(
        "--map",
        "columns",
        multiple=True,
        metavar="FIELD=COLUMN",
        callback=_pairs,
        help="Fill a field from a column. Columns named like a field need no --map. Choose one of "
        "several columns with the same name by NAME[2], or any column by its position, #3.",
    ),
    click.option(
        "--set",
        "constants",
        multiple=True,
        metavar="FIELD=VALUE",
        callback=_pairs,
        help="Fill a field with the same value in every row.",
    ),
    click.option(
        "--where",
        multiple=True,
        metavar="COLUMN=VALUE",
        callback=_pairs,
        help="Import only rows with this value in the column, in any case. Repeat it to allow "
        "several values. '*' stands for any characters, and /…/ encloses a regular expression.",
    ),
    click.option(
        "--where-not",
        multiple=True,
        metavar="COLUMN=VALUE",
        callback=_pairs,
        help="Leave out rows with this value in the column, written as for --where.",
    ),
    click.option(
        "--missing", multiple=True, metavar="TEXT", help="Treat this text as an empty cell."
    ),
    click.option(
        "--date-format",
        multiple=True,
        metavar="FORMAT",
        help="The format of dates, such as '%d/%m/%Y %H:%M'. Repeat it for several formats; the "
        "first one that fits counts. Default: detected, if the day cannot be the month.",
    ),
    click.option(
        "--timezone",
        "time_zone",
        metavar="NAME",
        help="The time zone of dates without an offset, such as Europe/Lisbon. Default: the "
        "team's. When clocks go back, the first of the two hours counts; times that clocks skip "
        "are read with the offset before the change.",
    ),
    click.option(
        "--sheet",
        metavar="NAME",
        help="The sheet of an Excel workbook. Default: the first sheet with cells.",
    ),
    click.option(
        "--delimiter",
        metavar="SIGN",
        callback=_delimiter,
        help="The character between cells, or the word tab. Default: detected.",
    ),
    click.option(
        "--encoding",
        metavar="NAME",
        callback=_encoding,
        help="The character encoding. Default: from the byte order mark, else utf-8 if the file "
        "is valid UTF-8, else cp1252.",
    ),
)


def table_options(command: F) -> F:
    """Add these options to `command`, which gets them as one `options` in `--help` order."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        names = (
            "columns",
            "constants",
            "where",
            "where_not",
            "missing",
            "date_format",
            "time_zone",
        )
        given = {name: kwargs.pop(name) for name in names}
        options = TableOptions(
            mapping=_merged(kwargs.pop("mapping_file"), given),
            delimiter=kwargs.pop("delimiter"),
            encoding=kwargs.pop("encoding"),
            sheet=kwargs.pop("sheet"),
        )
        return command(*args, options=options, **kwargs)

    for option in reversed(_OPTIONS):
        run = option(run)
    return cast(F, run)
