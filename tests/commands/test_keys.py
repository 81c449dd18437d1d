"""The commands for keys of case systems."""

import pytest
from click.testing import CliRunner, Result

from feedback_app.commands.keys import key_group
from feedback_app.intake.api.keys import find_key
from tests.support.office import KEY, Office


@pytest.fixture
def run(office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEEDBACK_DATABASE", office.program.settings.database.get_secret_value())
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", KEY)

    def run(*words: str) -> Result:
        return CliRunner().invoke(key_group, list(words))

    return run


def test_a_key_is_shown_once_and_kept_as_a_digest(office: Office, run) -> None:
    added = run("add", "jira")
    assert added.exit_code == 0
    key = added.stdout.strip()
    found = find_key(office.program.database, key)
    assert found and found.source == "jira"
    assert key.rpartition("_")[2] not in str(office.everything())
    listed = run("list").stdout
    assert found.id in listed and "jira" in listed and "valid" in listed
    assert key not in listed


def test_a_revoked_key_is_listed_and_refused(office: Office, run) -> None:
    key = run("add", "jira").stdout.strip()
    found = find_key(office.program.database, key)
    assert found
    assert run("revoke", found.id).exit_code == 0
    assert find_key(office.program.database, key) is None
    assert "revoked 2026-11-24" in run("list").stdout


def test_a_source_can_have_several_keys(office: Office, run) -> None:
    old, new = (run("add", "jira").stdout.strip() for _ in range(2))
    assert old != new
    assert find_key(office.program.database, old) and find_key(office.program.database, new)


def test_an_unknown_id_is_refused(run) -> None:
    result = run("revoke", "nothing")
    assert result.exit_code == 1
    assert "feedback key list" in result.stderr


@pytest.mark.parametrize("source", ["", " x", "a\nb", "a/b", "x" * 201, "sample"])
def test_an_invalid_source_is_refused(office: Office, run, source: str) -> None:
    assert run("add", source).exit_code == 2
    assert office.rows("sender_keys") == []


def test_a_changed_key_is_refused(office: Office, run) -> None:
    key = run("add", "jira").stdout.strip()
    for wrong in (key[:-1], key + "0", key.upper(), key.replace("fbk_", "", 1), ""):
        assert find_key(office.program.database, wrong) is None
