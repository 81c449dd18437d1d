"""In the wrong folder, no command creates a database: it names the one it looked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from feedback_app.cli import COMMANDS, main
from tests.support.office import KEY

# Create a database; creates an installation; lists all faults; use no database.
_SITE = ("site build", "site serve", "site nginx")
OTHERS = ("migrate", "restore", "init", "check", "preview-mail", *_SITE)


def _commands(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), name)
            yield from _commands(found, (*words, name))
    else:
        yield words


ALL = [" ".join(words) for words in _commands(main, ())]


def test_every_command_is_tried() -> None:
    assert {words.split()[0] for words in ALL} == set(COMMANDS)
    assert set(OTHERS) <= set(ALL)


def _filled(words: str, file: Path) -> list[str]:
    """Return the command with a value for each parameter that it needs."""
    command: Any = main
    for word in words.split():
        command = command.get_command(click.Context(command), word)
    needed = [one for one in command.params if one.required]
    given = words.split()
    for parameter in needed:
        is_option = isinstance(parameter, click.Option)
        given += [parameter.opts[0]] * is_option + _values(parameter, file)
    return given


def _values(parameter: click.Parameter, file: Path) -> list[str]:
    match parameter.type:
        case click.Choice(choices=choices):
            return [str(next(iter(choices)))]
        case click.Path() | click.File():
            return [str(file)]
        case click.types.IntParamType():
            return ["1"]
        case click.Tuple():
            return ["en", "text"]
    return ["someone@example.org" if parameter.name == "address" else "2026-W07"]


@pytest.mark.parametrize("words", [one for one in ALL if one not in OTHERS])
def test_a_command_names_the_missing_database_and_creates_nothing(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, file = tmp_path / "wrong", tmp_path / "file"
    folder.mkdir()
    file.write_text("x")
    monkeypatch.chdir(folder)
    (folder / ".env").write_text(f"FEEDBACK_SECRET_KEYS={KEY}\n")
    done = CliRunner().invoke(main, _filled(words, file))
    assert done.exit_code == 1, done.output
    assert done.output.startswith(
        f"Error: no database at {folder}/var/feedback.sqlite "
        f"(FEEDBACK_DATABASE, the default, not set in {folder}/.env): "
        "run 'feedback migrate' there first, or change into the folder of your installation"
    )
    assert list(folder.iterdir()) == [folder / ".env"]


def test_the_error_says_where_the_setting_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", KEY)

    def output() -> str:
        return CliRunner().invoke(main, ["answers"]).output

    assert f"the default, because {tmp_path} has no .env" in output()
    (tmp_path / ".env").write_text("FEEDBACK_DATABASE=sqlite:///of_file.sqlite\n")
    assert f"{tmp_path}/of_file.sqlite (FEEDBACK_DATABASE, from {tmp_path}/.env)" in output()
    monkeypatch.setenv("FEEDBACK_DATABASE", "sqlite:///of_environment.sqlite")
    assert "of_environment.sqlite (FEEDBACK_DATABASE, from the environment)" in output()


def test_in_the_wrong_folder_the_full_paths_of_missing_files_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", KEY)
    CliRunner().invoke(main, ["migrate"])
    published = CliRunner().invoke(main, ["publish"]).output
    assert f"{tmp_path}/results does not exist" in published
    assert "name the folder of a backup" in CliRunner().invoke(main, ["restore", "."]).output
    monkeypatch.setenv("FEEDBACK_FACTS", "support.toml")
    for words in (["answers"], ["publish"], ["site", "build"]):
        assert f"{tmp_path}/support.toml: no such file" in CliRunner().invoke(main, words).output


@pytest.mark.parametrize("words", ["build", "serve"])
def test_the_site_is_not_built_with_the_facts_of_somebody_else(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["site", words])
    assert done.exit_code == 1
    assert done.output == (
        f"Error: no support.toml in {tmp_path}, and neither --facts nor FEEDBACK_FACTS is set. "
        "Change into the folder of your installation, or create one with 'feedback init DIR'\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_facts_needs_no_setting_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", KEY)
    (tmp_path / "support.toml").write_text("languages = 1\n")
    for words in (["migrate"], ["check"], ["site", "build"]):
        assert "support.toml: languages" in CliRunner().invoke(main, words).output
    assert [path.name for path in tmp_path.iterdir()] == ["support.toml"]


def test_a_check_reports_that_sample_facts_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", KEY)
    first = CliRunner().invoke(main, ["check", "--offline"]).output.splitlines()[0]
    assert first.startswith("warning  settings")
    assert "FEEDBACK_FACTS is not set" in first


def test_emails_can_be_previewed_without_a_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", KEY)
    assert CliRunner().invoke(main, ["preview-mail", "--output", "seen"]).exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["seen"]


def test_a_check_names_the_missing_database_and_creates_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", KEY)
    done = CliRunner().invoke(main, ["check", "--offline"])
    assert done.exit_code == 1
    assert f"no database at {tmp_path}/var/feedback.sqlite" in done.output
    assert "run 'feedback migrate'" in done.output
    assert list(tmp_path.iterdir()) == []
