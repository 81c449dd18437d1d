"""The options of `invite`, each read into what it means."""

from collections.abc import Callable
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

import click

from feedback_app.intake.csv_guess import is_encoding
from feedback_app.intake.mapping import MappingError, alternatives, once_each

F = TypeVar("F", bound=Callable[..., Any])

_NAMED_DELIMITERS = {
    "tab": "\t",
    "\\t": "\t",
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
}


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
    click.option(
        "--dry-run",
        is_flag=True,
        help="Count and list as usual, but store and send nothing. Other writers wait meanwhile.",
    ),
    click.option("--ask-anyway", is_flag=True, help="Ask about cases closed long ago, too."),
)


def invite_options(command: F) -> F:
    """Give `command` the options of `invite`, in the order `--help` shows them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
