"""Open the program for a command, and show known errors as one line without a traceback."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

import click

from feedback_app.base import times
from feedback_app.base.text import visible
from feedback_app.database.contract import DatabaseUnavailableError, MissingDatabaseError
from feedback_app.database.migrate import SchemaError, require_current
from feedback_app.program import Program, open_program, register_wording
from feedback_app.settings import SettingsError, read_settings, source_of

P = ParamSpec("P")
Command = Callable[Concatenate[Program, P], None]


def with_program(
    *shown: type[Exception], migrated: bool = True
) -> Callable[[Command[P]], Callable[P, None]]:
    """Return a decorator that opens the program and passes it as the first argument.

    Errors of the types in `shown` end the command with their text.

    With `migrated`, the command fails unless the database has this program's version, and the
    questions have the words that were first used for their wording version.
    """

    errors: tuple[type[Exception], ...] = (
        SettingsError,
        SchemaError,
        DatabaseUnavailableError,
        *shown,
    )

    def decorate(command: Command[P]) -> Callable[P, None]:
        @functools.wraps(command)
        def run(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                program = open_program(read_settings())
                try:
                    if migrated:
                        require_current(program.database)
                        register_wording(program, times.now())
                    command(program, *args, **kwargs)
                finally:
                    program.database.close()
            except MissingDatabaseError as error:
                raise click.ClickException(
                    f"no database at {visible(str(error.path))} (FEEDBACK_DATABASE, "
                    f"{visible(source_of('FEEDBACK_DATABASE'))}): run 'feedback migrate' there "
                    "first, or change into the folder of your installation"
                ) from error
            except errors as error:
                raise click.ClickException(visible(str(error))) from error

        return run

    return decorate
