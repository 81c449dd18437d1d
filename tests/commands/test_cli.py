"""The table of subcommands."""

import pytest
from click import Context
from click.testing import CliRunner

from feedback_app.cli import COMMANDS, main


@pytest.mark.parametrize("name", COMMANDS)
def test_each_subcommand_has_the_name_under_which_it_is_listed(name: str) -> None:
    command = main.get_command(Context(main), name)
    assert command is not None
    assert command.name == name


def test_an_unknown_subcommand_is_an_error_without_a_traceback() -> None:
    result = CliRunner().invoke(main, ["invte"])
    assert result.exit_code == 2
    assert "No such command 'invte'" in result.output
