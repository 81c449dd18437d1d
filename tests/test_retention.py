"""Lifetimes end, and erasure reaches everything."""

from datetime import timedelta
from pathlib import Path

from office import NOW, Office, a_case

from feedback_app.retention import end_lifetimes, erase
from feedback_app.store import rejected_files

SECRET_WORDS = "an-unmistakable-secret"


def _answered(office: Office, number: str, comment: str, **changes) -> str:
    invitation_id = office.invite(number, **changes)
    office.wait(minutes=1)
    client, path = office.client(), office.path(invitation_id)
    value = client.get(path).text.split('name="page" value="')[1].split('"')[0]
    office.wait(seconds=20)
    sent = {"page": value, "ease": "1", "satisfaction": "2", "comment": comment}
    assert client.post(path, data=sent).status_code == 303
    return invitation_id


def _erase(office: Office, **whom: str):
    return erase(office.wiring.database, office.mailbox, office.now, **whom)


def test_erasing_a_case_keeps_its_scores_and_nothing_else(office: Office) -> None:
    invitation_id = _answered(office, "1", "a comment")
    assert _erase(office, case_number="1").cases == 1
    answer = office.answers(invitation_id)[0]
    assert (answer.ease, answer.satisfaction, answer.comment) == (1, 2, "")
    case = office.rows("cases")[0]
    assert (case["contact_email"], case["customer"], case["case_number"]) == (None, None, "1")
    message = office.rows("outbox")[0]
    assert (message["recipient"], message["message"]) == (None, None)
    assert list(office.mailbox.glob("*")) == []


def test_erasing_an_address_reaches_all_its_cases_whatever_the_spelling(office: Office) -> None:
    first = _answered(office, "1", "one", contact_email="Somebody@Customer.example")
    second = _answered(office, "2", "two", contact_email="somebody@customer.example")
    other = _answered(office, "3", "three")
    assert _erase(office, email="SOMEBODY@customer.example").cases == 2
    assert [office.answers(one)[0].comment for one in (first, second, other)] == ["", "", "three"]


def test_a_mail_still_waiting_is_not_sent_after_the_erasure(office: Office) -> None:
    office.receive(a_case("1"))
    _erase(office, case_number="1")
    assert office.deliver() == 0
    assert office.rows("outbox")[0]["refused_at"]


def test_nothing_of_the_erased_text_is_left_in_the_files(sqlite_office: Office) -> None:
    office = sqlite_office
    for number in range(30):
        _answered(
            office,
            str(number),
            f"{SECRET_WORDS} {'x' * 900} {number}",
            contact_email=f"{SECRET_WORDS}@customer.example",
            customer=SECRET_WORDS,
        )
    folder = Path(office.mailbox).parent
    assert any(SECRET_WORDS.encode() in _bytes(file) for file in folder.rglob("*"))
    _erase(office, email=f"{SECRET_WORDS}@customer.example")
    left = [file.name for file in folder.rglob("*") if SECRET_WORDS.encode() in _bytes(file)]
    assert left == []


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def test_rows_of_rejected_files_are_erased_too(office: Office, tmp_path: Path) -> None:
    rejected = tmp_path / "cases.rejected.csv"
    rejected.write_text(
        "number,mail\n7,a@customer.example\n8,x@other.example\n9,A@Customer.example\n"
    )
    with office.wiring.database.write() as tx:
        rejected_files.remember(tx, rejected, NOW)
    assert _erase(office, email="a@customer.example").rejected_rows == 2
    assert rejected.read_text().splitlines() == ["number,mail", "8,x@other.example"]
    assert _erase(office, case_number="8").rejected_rows == 1
    assert not rejected.exists()
    assert rejected_files.known(office.wiring.database) == []


def test_each_text_ends_with_its_lifetime_and_scores_stay(office: Office) -> None:
    invitation_id = _answered(office, "1", "a comment")
    facts = office.wiring.facts
    longest = max(period.days for period in facts.retention.values())
    office.wait(days=longest + 1)
    assert end_lifetimes(office.wiring.database, facts, office.mailbox, office.now) > 0
    answer = office.answers(invitation_id)[0]
    assert (answer.ease, answer.comment) == (1, "")
    assert office.rows("cases")[0]["contact_email"] is None
    assert office.rows("outbox")[0]["message"] is None
    assert end_lifetimes(office.wiring.database, facts, office.mailbox, office.now) == 0


def test_no_text_ends_before_its_lifetime(office: Office) -> None:
    invitation_id = _answered(office, "1", "a comment")
    facts = office.wiring.facts
    office.now = NOW + timedelta(days=min(period.days for period in facts.retention.values()) - 1)
    assert end_lifetimes(office.wiring.database, facts, office.mailbox, office.now) == 0
    assert office.answers(invitation_id)[0].comment == "a comment"


def test_old_files_of_rejected_rows_are_removed(office: Office, tmp_path: Path) -> None:
    rejected = tmp_path / "cases.rejected.csv"
    rejected.write_text("number\n7\n")
    with office.wiring.database.write() as tx:
        rejected_files.remember(tx, rejected, NOW)
    facts = office.wiring.facts
    office.now = NOW + timedelta(days=facts.retention["contact"].days + 1)
    end_lifetimes(office.wiring.database, facts, office.mailbox, office.now)
    assert not rejected.exists()
