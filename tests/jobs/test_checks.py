"""`feedback check` names each fault with its fix, and no secret or address."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from feedback_app.app import create_app
from feedback_app.commands.health import check_command
from feedback_app.jobs.checks import CheckResult, run_checks
from feedback_app.store import health
from tests.support.office import KEY, Office
from tests.support.senders import serving, with_settings
from tests.support.smtp_sink import SmtpSink, listening


@pytest.fixture(autouse=True)
def same_clock(monkeypatch: pytest.MonkeyPatch, team_office: Office) -> None:
    """The database has the time of the test."""
    monkeypatch.setattr("feedback_app.jobs.checks.health.database_time", lambda _: team_office.now)


def _found(office: Office, *, offline: bool = True, **settings: Any) -> dict[str, CheckResult]:
    program = with_settings(office, **settings)
    return {one.check: one for one in run_checks(program, office.now, offline=offline)}


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with listening(SmtpSink()) as found:
        yield found


def test_an_installation_that_works_has_no_error(team_office: Office) -> None:
    with team_office.program.database.write() as tx:
        health.record_run(tx, "deliver", team_office.now)
    found = _found(team_office)
    assert {name for name, one in found.items() if one.level == "error"} == set()
    assert found["worker"].level == "ok"
    assert "can store" in found["database"].text
    assert set(found) == {
        "database", "clock", "worker", "mailbox", "permissions", "disk", "site",
    }  # fmt: skip


def test_an_old_schema_is_an_error_with_its_fix(team_office: Office) -> None:
    with team_office.program.database.write() as tx:
        tx.run("INSERT INTO schema_versions VALUES (99, '2026', 99)")
    found = _found(team_office)["database"]
    with team_office.program.database.write() as tx:
        tx.run("DELETE FROM schema_versions WHERE version = 99")
    assert found.level == "error"
    assert "install the newer program" in found.fix


def test_different_clocks_are_an_error(
    team_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = team_office.now + timedelta(minutes=2)
    monkeypatch.setattr("feedback_app.jobs.checks.health.database_time", lambda _: ahead)
    assert "differ by 120 s" in _found(team_office)["clock"].text


def test_an_email_of_the_future_is_an_error(team_office: Office) -> None:
    team_office.invite()
    team_office.wait(hours=-3)
    assert "newest email" in _found(team_office)["clock"].text


def test_a_worker_that_stopped_is_a_warning(team_office: Office) -> None:
    assert _found(team_office)["worker"].text == "the worker has never run"


def test_a_mailbox_that_is_a_file_is_an_error(team_office: Office, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    found = _found(team_office, mailbox=file / "mailbox")["mailbox"]
    assert (found.level, str(file) in found.text) == ("error", True)


def test_open_permissions_are_a_warning_with_the_command(team_office: Office) -> None:
    mailbox = team_office.mailbox
    mailbox.mkdir(exist_ok=True)
    mailbox.chmod(0o755)
    found = _found(team_office)["permissions"]
    assert (found.level, f"chmod 700 {mailbox}" in found.fix) == ("warning", True)


@pytest.mark.parametrize(("free", "level"), [(1 << 40, "ok"), (1 << 30, "warning"), (1, "error")])
def test_little_free_disk_is_a_warning_and_then_an_error(
    team_office: Office, monkeypatch: pytest.MonkeyPatch, free: int, level: str
) -> None:
    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr("feedback_app.jobs.checks.shutil.disk_usage", lambda _: usage)
    assert _found(team_office)["disk"].level == level


def test_a_site_older_than_the_results_is_a_warning(team_office: Office, tmp_path: Path) -> None:
    site, results = tmp_path / "site", tmp_path / "results"
    for folder in (site, results):
        folder.mkdir()
    (site / "index.html").touch()
    (results / "2026-W47.json").touch()
    os.utime(site / "index.html", (4e9, 4e9))
    assert _found(team_office, site=site, results=results)["site"].level == "ok"
    os.utime(site / "index.html", (1e9, 1e9))
    found = _found(team_office, site=site, results=results)["site"]
    assert (found.level, found.fix) == ("warning", "run 'feedback site build' again")
    (site / "index.html").unlink()
    assert _found(team_office, site=site, results=results)["site"].level == "error"


def test_a_mail_server_that_accepts_us_is_ok_and_gets_no_email(
    team_office: Office, sink: SmtpSink
) -> None:
    found = _found(team_office, offline=False, smtp_url=SecretStr(sink.url))["smtp"]
    assert (found.level, sink.messages) == ("ok", [])


def test_a_refusal_of_the_sender_is_an_error_without_its_address(
    team_office: Office, sink: SmtpSink
) -> None:
    sink.reply_to_recipients = "550 5.7.1 somebody@customer.example may not relay"
    found = _found(team_office, offline=False, smtp_url=SecretStr(sink.url))["smtp"]
    assert found.level == "error"
    assert "the mail server refuses its domain: 550" in found.text
    assert "customer.example" not in found.text


def test_a_mail_server_that_is_away_is_an_error_without_its_password(team_office: Office) -> None:
    url = SecretStr("smtp://user:secret-word@127.0.0.1:1")
    found = _found(team_office, offline=False, smtp_url=url)["smtp"]
    assert (found.level, "mail server does not answer" in found.text) == ("error", True)
    assert "secret-word" not in found.text


def test_a_mail_server_without_encryption_is_an_error_that_says_so(
    team_office: Office, sink: SmtpSink
) -> None:
    url = SecretStr(sink.url.replace("smtp://", "smtp+starttls://"))
    found = _found(team_office, offline=False, smtp_url=url)["smtp"]
    assert "the mail server offers no sign-in over TLS: STARTTLS" in found.text


def test_the_public_url_must_be_this_program(team_office: Office, sink: SmtpSink) -> None:
    url = sink.url.replace("smtp://", "http://")
    other = _found(team_office, offline=False, public_url=url)["public_url"]
    assert (other.level, "is answered by another program" in other.text) == ("error", True)
    with serving(create_app(parts=team_office.program)) as port:
        url = f"http://127.0.0.1:{port}"
        assert _found(team_office, offline=False, public_url=url)["public_url"].level == "ok"
    away = _found(team_office, offline=False, public_url="http://127.0.0.1:1")["public_url"]
    assert (away.level, "start 'feedback serve'" in away.fix) == ("error", True)
    assert away.text.endswith("/healthz cannot be reached: [Errno 111] Connection refused")


def test_the_command_prints_one_line_for_each_check_and_exits_with_0(team_office: Office) -> None:
    done = team_office.run(check_command, "--offline")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert [line.split()[1] for line in lines] == [
        "settings", "database", "clock", "worker", "mailbox", "permissions", "disk", "site",
    ]  # fmt: skip
    assert KEY not in done.output


def test_the_command_exits_with_1_if_a_setting_is_wrong(team_office: Office) -> None:
    done = team_office.run(check_command, "--json", FEEDBACK_PUBLIC_URL="nowhere")
    assert done.exit_code == 1
    told = json.loads(done.output)
    assert told["ok"] is False
    assert "FEEDBACK_PUBLIC_URL" in told["checks"][0]["text"]
    assert team_office.run(check_command, "--no-such-option").exit_code == 2
