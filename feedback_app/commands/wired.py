"""Give a command the running program's parts, and turn known errors into one clear line."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

import click

from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.migrations import SchemaError, require_current
from feedback_app.settings import SettingsError, read_settings
from feedback_app.wiring import Wiring, wire

P = ParamSpec("P")
Command = Callable[Concatenate[Wiring, P], None]


def wired(migrated: bool = True) -> Callable[[Command[P]], Callable[P, None]]:
    """Give the decorated command the wiring as its first argument, made when it runs.

    With `migrated` the database must be at this program's version.
    """

    def decorate(command: Command[P]) -> Callable[P, None]:
        @functools.wraps(command)
        def run(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                wiring = wire(read_settings())
                try:
                    if migrated:
                        require_current(wiring.database)
                    command(wiring, *args, **kwargs)
                finally:
                    wiring.database.close()
            except (SettingsError, SchemaError, DatabaseUnavailableError) as error:
                raise click.ClickException(str(error)) from error

        return run

    return decorate
