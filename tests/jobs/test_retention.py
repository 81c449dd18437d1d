"""Lifetimes end, and erasure reaches everything."""

import os
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from feedback_app.base.times import to_text
from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.intake.deliveries import CaseDelivery, accept_all
from feedback_app.jobs import erasure
from feedback_app.jobs.retention import end_lifetimes
from feedback_app.store import batches, leads, rejected_files
from feedback_app.store import erasure as store_erasure
from tests.support.files import containing
from tests.support.office import NOW, Office, a_case

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


def test_erasing_a_case_keeps_only_its_scores(office: Office) -> None:
    invitation_id = _answered(office, "1", "a comment")
    assert len(office.erase(case_number="1")[0].closings) == 1
    answer = office.answers(invitation_id)[0]
    assert (answer.ease, answer.satisfaction, answer.comment) == (1, 2, "")
    case = office.rows("cases")[0]
    assert (case["contact_email"], case["customer"], case["case_number"]) == (None, None, "1")
    message = office.rows("outbox")[0]
    assert message["recipient"] is None
    assert list(office.mailbox.glob("*")) == []


def test_the_subject_line_of_a_case_ends_with_its_own_period_or_with_erasure(
    office: Office,
) -> None:
    def subjects() -> dict[str, str | None]:
        return {row["case_number"]: row["subject"] for row in office.rows("cases")}

    office = office.ruled(show_subject=True)
    office.receive(a_case("1", subject="Checkout fails"))
    office.receive(a_case("2", subject="Login fails"))
    office.erase(case_number="1")
    office.wait(days=office.program.facts.period("subject").days - 1)
    end_lifetimes(office.program, office.now)
    assert subjects() == {"1": None, "2": "Login fails"}
    office.wait(days=1)
    end_lifetimes(office.program, office.now)
    assert subjects() == {"1": None, "2": None}
    assert {row["customer"] for row in office.rows("cases")} == {None, "A customer for tests"}


def test_erasing_an_address_covers_all_its_cases_ignoring_case(office: Office) -> None:
    first = _answered(office, "1", "one", contact_email="Somebody@Customer.example")
    second = _answered(office, "2", "two", contact_email="somebody@customer.example")
    other = _answered(office, "3", "three")
    assert len(office.erase(email="SOMEBODY@customer.example")[0].closings) == 2
    assert [office.answers(one)[0].comment for one in (first, second, other)] == ["", "", "three"]


def test_deliveries_are_deleted_after_a_month_but_closings_stay_known(
    office: Office,
) -> None:
    database = office.program.database
    old = CaseDelivery(case=a_case("1"), delivery_id="d-1")
    with database.write() as tx:
        accept_all(tx, office.program, [old], office.now)
    office.wait(days=29)
    with database.write() as tx:
        new = CaseDelivery(case=a_case("2"), delivery_id="d-2")
        accept_all(tx, office.program, [new], office.now)
    end_lifetimes(office.program, office.now)
    assert len(office.rows("deliveries")) == 2
    office.wait(days=2)
    end_lifetimes(office.program, office.now)
    (kept,) = office.rows("deliveries")
    assert kept["received_at"] == to_text(office.now - timedelta(days=2))
    with database.write() as tx:
        (answer,) = accept_all(tx, office.program, [old], office.now)
        assert answer.outcome == "known"
    assert len(office.rows("cases")) == 2


def test_a_waiting_email_is_not_sent_after_erasure(office: Office) -> None:
    office.receive(a_case("1"))
    office.erase(case_number="1")
    assert office.deliver() == 0
    assert office.rows("outbox")[0]["refused_at"]


def test_database_files_do_not_contain_the_erased_text(sqlite_office: Office) -> None:
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
    assert containing(folder, SECRET_WORDS)
    office.erase(email=f"{SECRET_WORDS}@customer.example")
    assert containing(folder, SECRET_WORDS) == []


def test_rows_of_rejected_files_are_erased_too(office: Office, tmp_path: Path) -> None:
    rejected = tmp_path / "cases.rejected.csv"
    rejected.write_text(
        "number,email\n7,a@customer.example\n8,x@other.example\n9,A@Customer.example\n"
    )
    with office.program.database.write() as tx:
        rejected_files.add(tx, rejected, NOW)
    assert office.erase(email="a@customer.example")[1].count == 2
    assert rejected.read_text().splitlines() == ["number,email", "8,x@other.example"]
    assert office.erase(case_number="8")[1].count == 1
    assert not rejected.exists()
    assert rejected_files.all_paths(office.program.database) == []


def test_each_text_is_erased_after_its_lifetime_and_scores_stay(office: Office) -> None:
    invitation_id = _answered(office, "1", "a comment")
    facts = office.program.facts
    longest = max(period.days for period in facts.retention)
    office.wait(days=longest + 1)
    assert end_lifetimes(office.program, office.now) > 0
    answer = office.answers(invitation_id)[0]
    assert (answer.ease, answer.comment) == (1, "")
    assert office.rows("cases")[0]["contact_email"] is None
    assert office.rows("outbox")[0]["recipient"] is None
    assert end_lifetimes(office.program, office.now) == 0


def test_the_audit_log_keeps_actions_without_names_after_their_lifetime(office: Office) -> None:
    facts, database = office.program.facts, office.program.database
    with database.write() as tx:
        leads.record_action(tx, "lena", "account added", "rita, reader", office.now)
    office.wait(days=facts.period("comment").days)
    assert end_lifetimes(office.program, office.now) == 0
    office.wait(days=1)
    assert end_lifetimes(office.program, office.now) == 1
    (row,) = office.rows("lead_actions")
    assert (row["lead_name"], row["action"], row["subject"]) == (None, "account added", None)


def test_no_text_is_erased_before_its_lifetime_ends(office: Office) -> None:
    invitation_id = _answered(office, "1", "a comment")
    facts = office.program.facts
    office.now = NOW + timedelta(days=min(period.days for period in facts.retention) - 1)
    assert end_lifetimes(office.program, office.now) == 0
    assert office.answers(invitation_id)[0].comment == "a comment"


def test_old_files_of_rejected_rows_are_removed(office: Office, tmp_path: Path) -> None:
    rejected = tmp_path / "cases.rejected.csv"
    rejected.write_text("number\n7\n")
    with office.program.database.write() as tx:
        rejected_files.add(tx, rejected, NOW)
    facts = office.program.facts
    office.now = NOW + timedelta(days=facts.period("contact").days + 1)
    end_lifetimes(office.program, office.now)
    assert not rejected.exists()


def test_a_waiting_email_is_kept_however_old_it_is(office: Office) -> None:
    office.receive(a_case("1"))
    facts = office.program.facts
    office.wait(days=facts.period("message").days + 1)
    end_lifetimes(office.program, office.now)
    assert office.deliver() == 1
    end_lifetimes(office.program, office.now)
    assert office.rows("outbox")[0]["recipient"] is None


def test_a_rejected_file_that_cannot_be_deleted_is_reported_and_retention_continues(
    office: Office, tmp_path: Path, caplog
) -> None:
    stuck, free = tmp_path / "stuck.rejected.csv", tmp_path / "free.rejected.csv"
    stuck.mkdir()
    free.write_text("number\n7\n")
    with office.program.database.write() as tx:
        rejected_files.add(tx, stuck, NOW)
        rejected_files.add(tx, free, NOW)
    facts = office.program.facts
    office.wait(days=facts.period("contact").days + 1)
    end_lifetimes(office.program, office.now)
    assert not free.exists()
    assert str(stuck) in caplog.text
    assert rejected_files.all_paths(office.program.database) == [stuck]


def _rejected(office: Office, path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding=encoding)
    with office.program.database.write() as tx:
        rejected_files.add(tx, path, NOW)
    return path


def test_a_rejected_file_saved_by_a_spreadsheet_is_searched_too(
    office: Office, tmp_path: Path
) -> None:
    path = _rejected(
        office,
        tmp_path / "cases.rejected.csv",
        "number;name;email;line;reason\n7;M\u00fcller;a@customer.example;2;x\n"
        "8;J\u00f6rg;b@other.example;3;x\n",
        "cp1252",
    )
    assert office.erase(email="a@customer.example")[1].count == 1
    assert "a@customer.example" not in path.read_text(encoding="utf-8")
    assert "J\u00f6rg" in path.read_text(encoding="utf-8")


def test_line_numbers_equal_to_the_case_number_do_not_match(office: Office, tmp_path: Path) -> None:
    path = _rejected(
        office,
        tmp_path / "cases.rejected.csv",
        "number,email,line,reason\n3,a@one.example,2,x\n4,b@two.example,3,x\n",
    )
    assert office.erase(case_number="3")[1].count == 1
    assert path.read_text(encoding="utf-8").splitlines()[1:] == ["4,b@two.example,3,x"]


def test_an_address_is_matched_completely_and_also_in_reasons(
    office: Office, tmp_path: Path
) -> None:
    path = _rejected(
        office,
        tmp_path / "cases.rejected.csv",
        "number,email,line,reason\n"
        "1,ba@x.example,2,x\n2,Name <a@x.example>,3,x\n3,,4,'a@x.example' is invalid\n",
    )
    assert office.erase(email="a@x.example")[1].count == 2
    assert path.read_text(encoding="utf-8").splitlines()[1:] == ["1,ba@x.example,2,x"]


def test_a_file_that_cannot_be_searched_is_reported_and_the_rest_erased(
    office: Office, tmp_path: Path
) -> None:
    invitation_id = _answered(office, "1", "a comment")
    unreadable = tmp_path / "cases.rejected.csv"
    unreadable.mkdir()
    with office.program.database.write() as tx:
        rejected_files.add(tx, unreadable, NOW)
    assert office.erase(case_number="1")[1].unreadable == (unreadable,)
    assert office.answers(invitation_id)[0].comment == ""


def test_unfinished_email_files_are_erased_too(office: Office) -> None:
    office.receive(a_case("1"))
    office.receive(a_case("2"))
    ids = [row["id"] for row in office.rows("outbox")]
    office.mailbox.mkdir()
    unfinished = [office.mailbox / f"{one}.part" for one in ids]
    for path in unfinished:
        path.write_text(SECRET_WORDS)
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert len(office.erase(case_number="1")[0].files) == 1
    assert len(list(office.mailbox.iterdir())) == 1
    facts = office.program.facts
    office.wait(days=facts.period("message").days + 1)
    end_lifetimes(office.program, office.now)
    assert list(office.mailbox.iterdir()) == []


def test_an_erasure_that_fails_leaves_no_email_file_and_can_be_repeated(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "_CASES", 1)
    for number in "12":
        office.receive(a_case(number))
    office.deliver()
    erase_case, erased = store_erasure.erase_case, []

    def fail_at_the_second(tx, case_ref: str, *words) -> None:
        if erased:
            raise DatabaseUnavailableError("PostgreSQL is not available")
        erased.append(case_ref)
        erase_case(tx, case_ref, *words)

    with monkeypatch.context() as patch:
        patch.setattr(store_erasure, "erase_case", fail_at_the_second)
        with pytest.raises(DatabaseUnavailableError):
            office.erase(email="contact@customer.example")
    assert list(office.mailbox.iterdir()) == []
    office.erase(email="contact@customer.example")
    assert [row["contact_email"] for row in office.rows("cases")] == [None, None]


def test_others_can_write_after_each_few_rows_that_retention_or_an_erasure_changes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "_CASES", 2)
    monkeypatch.setattr(batches.in_batches, "__defaults__", (2,))
    for number in range(5):
        office.receive(a_case(f"{number}"))
    office.wait(days=office.program.facts.period("contact").days + 1)
    later = 5

    def pause(seconds: float) -> None:
        nonlocal later
        office.receive(a_case(f"{later}", closed_at=office.now, contact_email="b@other.example"))
        later += 1

    monkeypatch.setattr(batches, "time", SimpleNamespace(sleep=pause, monotonic=time.monotonic))
    end_lifetimes(office.program, office.now)
    assert later >= 8
    cases = {row["case_number"]: row["contact_email"] for row in office.rows("cases")}
    assert [cases[f"{number}"] for number in range(later)] == [
        None if number < 5 else "b@other.example" for number in range(later)
    ]
    found = office.erase(email="b@other.example")[0].closings
    assert later > 5 + len(found)
    gone = {one.case_number for one in found}
    assert {row["case_number"] for row in office.rows("cases") if row["contact_email"]} == {
        f"{number}" for number in range(5, later)
    } - gone


def test_a_person_is_found_and_erased_by_index(sqlite_office: Office) -> None:
    office = sqlite_office
    _answered(office, "1", "a comment", contact_email="a@customer.example")
    connection = office.program.database._connection().conn  # type: ignore[attr-defined]
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    office.erase(email="a@customer.example")
    connection.set_trace_callback(None)
    plans = [
        row[3]
        for one in statements
        if one.startswith(("SELECT", "UPDATE", "DELETE"))
        for row in connection.execute(f"EXPLAIN QUERY PLAN {one}")
    ]
    assert any(plan.startswith("SEARCH cases") for plan in plans)
    scanned = {plan.split()[1] for plan in plans if plan.startswith("SCAN")}
    # Comments and texts of leads are searched for the address.
    assert scanned & {"cases", "invitations", "outbox", "contact_digests"} == set()
