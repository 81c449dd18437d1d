"""A restored database sends no email a second time unless the operator releases it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from feedback_app.commands.outbox import outbox_group, release
from feedback_app.commands.outbox import show as list_waiting
from feedback_app.commands.serving import worker_command
from feedback_app.jobs.restored import LastSent, RestoredError, require_not_restored
from tests.support.office import Customer, Office, a_case


def _rows(office: Office) -> dict[str, list[dict[str, object]]]:
    return {name: office.rows(name) for name in ("cases", "invitations", "outbox")}


def _restore(office: Office, backup: dict[str, list[dict[str, object]]]) -> None:
    """Set these tables back to what they contained."""
    with office.program.database.write() as tx:
        for name in reversed(backup):
            tx.run(f"DELETE FROM {name}")
        for name, rows in backup.items():
            for row in rows:
                places = ", ".join(f":{column}" for column in row)
                tx.run(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({places})", **row)


def _emails(office: Office) -> list[Path]:
    return sorted(office.mailbox.glob("*.eml"))


@pytest.fixture
def restored(office: Office) -> Office:
    """An office whose email was sent after the backup that is restored now."""
    office.receive(a_case("1", contact_email="one@customer.example"))
    office.wait(minutes=1)
    backup = _rows(office)
    assert office.run(worker_command, "--once").exit_code == 0
    assert len(_emails(office)) == 1
    office.wait(hours=12)
    _restore(office, backup)
    return office


def test_the_worker_refuses_to_start_on_a_restored_database_and_says_how_to_go_on(
    restored: Office,
) -> None:
    for words in (("--once",), ()):
        done = restored.run(worker_command, *words)
        assert done.exit_code == 1
        assert "older than the last email sent" in done.output
        assert "feedback outbox release" in done.output
    assert len(_emails(restored)) == 1
    assert [row["sent_at"] for row in restored.rows("outbox")] == [None]


def test_emails_from_before_the_backup_can_be_counted_as_sent(restored: Office) -> None:
    restored.receive(a_case("2", contact_email="two@customer.example"))
    listed = restored.run(list_waiting).output.splitlines()
    assert listed == [
        "2026-11-24 13:00 CET  closure  case 1",
        "2026-11-25 01:01 CET  closure  case 2",
    ]
    done = restored.run(release, "--sent-before", "2026-11-24T20:00")
    assert done.output == "1 counted as sent, 1 released. Start the worker to send them.\n"
    assert restored.run(worker_command, "--once").exit_code == 0
    to = [b"To: two@" in path.read_bytes() for path in _emails(restored)]
    assert sorted(to) == [False, True]
    states = {row["case_ref"]: row["handed_over_at"] for row in restored.rows("invitations")}
    assert all(states.values()), "the customer of case 1 has the link of the first email"
    assert restored.run(list_waiting).output == "No emails are waiting.\n"


def test_all_waiting_emails_can_be_released(restored: Office) -> None:
    assert "0 counted as sent, 1 released" in restored.run(release).output
    assert restored.run(worker_command, "--once").exit_code == 0
    assert restored.rows("outbox")[0]["sent_at"]
    assert restored.run(worker_command, "--once").exit_code == 0


def test_a_wrong_time_to_count_from_releases_nothing(restored: Office) -> None:
    done = restored.run(outbox_group, "release", "--sent-before", "yesterday")
    assert done.exit_code == 2
    assert "'yesterday' is not a time such as" in done.output
    assert restored.run(worker_command, "--once").exit_code == 1


def test_a_restored_database_without_waiting_emails_needs_no_release(restored: Office) -> None:
    restored.run(release, "--sent-before", "2026-11-24T20:00")
    LastSent.of(restored.program.settings).write("sent after the backup")
    assert restored.run(worker_command, "--once").exit_code == 0


def test_on_a_new_machine_emails_that_waited_for_long_need_a_release(restored: Office) -> None:
    # The backup contains an email that was sent, and one that was waiting.
    restored.run(release, "--sent-before", "2026-11-24T20:00")
    restored.receive(a_case("2", contact_email="two@customer.example"))
    LastSent.of(restored.program.settings).path.unlink()
    require_not_restored(restored.program, restored.now + timedelta(minutes=59))
    with pytest.raises(RestoredError, match="If a backup was restored or moved here"):
        require_not_restored(restored.program, restored.now + timedelta(minutes=61))


def test_the_first_emails_of_an_installation_need_no_release(office: Office) -> None:
    office.receive(a_case("1"))
    office.wait(days=3)
    assert office.run(worker_command, "--once").exit_code == 0
    assert len(_emails(office)) == 1


def test_retries_during_an_outage_of_the_mail_server_need_no_release(office: Office) -> None:
    office.invite("1")
    office.receive(a_case("2", contact_email="two@customer.example"))
    for _ in range(5):
        done = office.run(worker_command, "--once", FEEDBACK_SMTP_URL="smtp://127.0.0.1:1")
        assert done.exit_code == 0
        assert "0 messages sent" in done.output
        office.wait(minutes=55)


def test_the_worker_refuses_a_clock_that_is_earlier_than_the_database(office: Office) -> None:
    office.receive(a_case("1"))
    office.now -= timedelta(minutes=4)
    require_not_restored(office.program, office.now)
    office.now -= timedelta(minutes=4)
    done = office.run(worker_command, "--once")
    assert done.exit_code == 1
    assert "The clock of this machine is wrong" in done.output
    office.run(release)
    assert office.run(worker_command, "--once").exit_code == 0


def test_the_file_with_the_last_message_contains_no_address_and_is_private(office: Office) -> None:
    office.receive(a_case("1"))
    office.run(worker_command, "--once")
    path = LastSent.of(office.program.settings).path
    assert json.loads(path.read_text()) == {
        "message": office.rows("outbox")[0]["id"],
        "until": "",
    }
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"message": '])
def test_a_damaged_file_counts_as_missing(office: Office, content: str) -> None:
    office.receive(a_case("1"))
    path = LastSent.of(office.program.settings).path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    assert office.run(worker_command, "--once").exit_code == 0


def test_a_file_that_cannot_be_written_stops_no_email(office: Office) -> None:
    office.receive(a_case("1"))
    LastSent.of(office.program.settings).path.mkdir(parents=True)
    assert "1 messages sent" in office.run(worker_command, "--once").output


def test_a_customer_whose_case_is_not_in_the_backup_reads_that_we_no_longer_have_it(
    office: Office,
) -> None:
    empty = _rows(office)
    customer = Customer(office, office.invite())
    value = customer.value()
    opt_out = office.mails()[0]["List-Unsubscribe"].strip("<>")
    _restore(office, empty)
    for page in (customer.open(), customer.send(page=value, ease="5", comment="Typed.")):
        assert page.status_code == 410
        assert "We no longer have this case" in page.text
        assert "link is incomplete" not in page.text and "link does not work" not in page.text
    assert "Typed." in page.text
    assert "Dieser Fall ist bei uns nicht mehr gespeichert" in customer.open("?lang=de").text
    path = opt_out.removeprefix("http://survey.example")
    done = office.client().post(path, data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    assert office.receive(a_case("9")).withheld_because == "opt_out"
