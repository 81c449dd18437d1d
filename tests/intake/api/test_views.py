"""Closed cases over HTTP: a case system and our server, speaking real HTTP."""

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback_app.app import create_app
from feedback_app.base.times import to_text
from feedback_app.base.weeks import week_of
from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.intake.rate_limits import FAILURES_PER_MINUTE
from feedback_app.mail.notifications import ALERT
from feedback_app.records import OutboxMessage
from feedback_app.reports.weeks import review_week
from feedback_app.store import opt_outs, outbox, sender_keys
from tests.support.office import NOW, Customer, Office
from tests.support.senders import Reply, Wire, key_for, serving, with_settings

CASES = "/api/v1/closed-cases"
CLOSED = to_text(NOW - timedelta(hours=1))


@pytest.fixture
def port(office: Office) -> Iterator[int]:
    with serving(create_app(parts=office.program)) as port:
        yield port


@pytest.fixture
def desk(office: Office, port: int) -> Wire:
    """The case system `desk` with its key."""
    return Wire(port, {"Authorization": f"Bearer {key_for(office, 'desk')}"})


def a_message(**changes: Any) -> dict[str, Any]:
    values = {
        "case_number": "00012345",
        "closed_at": CLOSED,
        "contact_email": "contact@customer.example",
    }
    return {**values, **changes}


def _stored(office: Office) -> dict[str, int]:
    tables = ("cases", "invitations", "outbox", "deliveries", "opt_outs")
    return {table: len(office.rows(table)) for table in tables}


def test_a_closed_case_is_stored_and_its_customer_asked(office: Office, desk: Wire) -> None:
    reply = desk.post(CASES, a_message(case_id="500A", delivery_id="d-1", case_kind="software"))
    assert reply.status == 201
    told = reply.json
    assert (told["outcome"], told["state"], told["case_number"]) == ("new", "waiting", "00012345")
    assert (told["source"], told["case_id"], told["closure_key"]) == ("desk", "500A", CLOSED)
    assert [mail["To"] for mail in office.mails()] == ["contact@customer.example"]
    office.deliver()
    assert desk.get(f"{CASES}/desk/500A").json["state"] == "handed_over"


def test_a_sender_with_its_own_email_gets_the_link_and_we_send_none(
    office: Office, desk: Wire
) -> None:
    told = desk.post(CASES, a_message(send=False)).json
    assert told["state"] == "handed_over"
    assert office.mails() == []
    token = told["survey_link"].removeprefix("http://survey.example")
    (invitation,) = office.rows("invitations")
    customer = Customer(office, invitation["id"])
    assert customer.browser.get(token).status_code == 200
    customer.send(ease="5", satisfaction="4")
    assert desk.get(f"{CASES}/desk/00012345").json["state"] == "answered"


def test_without_an_address_only_the_link_is_created(office: Office, desk: Wire) -> None:
    told = desk.post(CASES, a_message(contact_email=None)).json
    assert (told["state"], told["withheld_because"]) == ("handed_over", "no_address")
    assert told["survey_link"].startswith("http://survey.example/f/")
    assert office.mails() == []
    (first,) = office.rows("invitations")
    assert first["handed_over_at"] == to_text(NOW), "the answer is the only way to the link"
    office.wait(days=1)
    again = desk.post(CASES, a_message(contact_email=None, send=False)).json
    assert (again["outcome"], again["state"]) == ("known", "handed_over")
    assert office.rows("invitations") == [first]


def test_a_released_link_without_an_answer_counts_in_the_response_rate(
    office: Office, desk: Wire
) -> None:
    for number in ("1", "2"):
        desk.post(CASES, a_message(case_number=number, contact_email=None))
    customer = Customer(office, office.rows("invitations")[0]["id"])
    customer.send(ease="5", satisfaction="4")
    week = week_of(NOW, office.program.zone)
    cohort = review_week(office.program.database, week, office.program.facts, office.now).cohort
    assert (cohort.reached, cohort.answered, cohort.response_rate) == (2, 1, 0.5)


def test_a_link_is_only_shown_after_it_was_released(office: Office, desk: Wire) -> None:
    desk.post(CASES, a_message(case_id="A/B"))
    waiting = desk.get(f"{CASES}/desk/A%2FB").json
    assert waiting["state"] == "waiting"
    assert (waiting["survey_link"], waiting["link_expires_at"]) == (None, None)
    asked = desk.post("/api/v1/survey-links", {"case_id": "A/B"})
    assert (asked.status, asked.json["state"]) == (200, "handed_over")
    (first,) = office.rows("invitations")
    assert first["handed_over_at"] == to_text(NOW)
    office.wait(days=1)
    again = desk.post("/api/v1/survey-links", {"case_id": "A/B", "closure_key": CLOSED}).json
    shown = desk.get(f"{CASES}/desk/A%2FB").json
    assert office.rows("invitations") == [first]
    for told in (asked.json, again, shown):
        assert told["survey_link"].startswith("http://survey.example/f/")
        assert told["link_expires_at"] == first["expires_at"]


def test_no_link_is_released_for_a_customer_who_must_not_be_asked(
    office: Office, desk: Wire
) -> None:
    desk.post(CASES, a_message(closed_at="2016-03-05T12:00:00Z"))
    told = desk.post("/api/v1/survey-links", {"case_id": "00012345"}).json
    assert (told["withheld_because"], told["survey_link"]) == ("too_old", None)
    assert office.rows("invitations")[0]["handed_over_at"] is None
    assert desk.post("/api/v1/survey-links", {"case_id": "1"}).status == 404
    assert desk.post("/api/v1/survey-links", {}).fields == ["case_id"]


def test_our_email_is_withdrawn_once_the_case_system_tells_the_customer(
    office: Office, desk: Wire
) -> None:
    desk.post(CASES, a_message())
    told = desk.post(CASES, a_message(send=False)).json
    assert (told["outcome"], told["state"]) == ("known", "handed_over")
    assert office.deliver() == 0
    (mail,) = office.rows("outbox")
    assert (mail["sent_at"], mail["last_error"]) == (
        None,
        "withdrawn: the case system tells the customer itself",
    )


def test_an_alert_is_still_sent_if_our_email_is_withdrawn(office: Office, desk: Wire) -> None:
    desk.post(CASES, a_message(contact_email=None))
    (invitation,) = office.rows("invitations")
    Customer(office, invitation["id"]).send(ease="1", satisfaction="1")
    with office.program.database.write() as tx:
        outbox.add(tx, _an_alert(invitation["id"]))
    desk.post(CASES, a_message(contact_email=None, send=False))
    assert [row["refused_at"] for row in office.rows("outbox")] == [None]


def _an_alert(invitation_id: str) -> OutboxMessage:
    return OutboxMessage(
        id="1",
        kind=ALERT,
        invitation_id=invitation_id,
        recipient="lead@support.example",
        created_at=NOW,
    )


def test_a_repeated_delivery_is_a_duplicate(office: Office, desk: Wire) -> None:
    assert desk.post(CASES, a_message(delivery_id="d-1")).status == 201
    before = office.stored()
    for repeat in (a_message(delivery_id="d-1"), a_message(), a_message(delivery_id="d-1")):
        reply = desk.post(CASES, repeat)
        assert (reply.status, reply.json["outcome"]) == (200, "known")
    assert office.stored() == before


def test_a_delivery_is_recognised_however_late_it_is_repeated(office: Office, desk: Wire) -> None:
    desk.post(CASES, a_message(delivery_id="d-1"))
    later = a_message(delivery_id="d-1", closed_at=to_text(NOW + timedelta(hours=20)))
    office.wait(days=3)
    assert desk.post(CASES, later).json["outcome"] == "known"
    assert len(office.rows("cases")) == 1


def test_a_delivery_id_belongs_to_one_case(office: Office, desk: Wire) -> None:
    desk.post(CASES, a_message(delivery_id="d-1"))
    reply = desk.post(CASES, a_message(case_number="2", delivery_id="d-1"))
    assert (reply.status, reply.fields) == (409, ["delivery_id"])
    assert len(office.rows("cases")) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"closed_at": to_text(NOW + timedelta(hours=23))},
        {"closed_at": to_text(NOW - timedelta(hours=25))},
        {"closed_at": to_text(NOW - timedelta(hours=26)), "closure_key": "second"},
    ],
)
def test_a_delivery_id_belongs_to_one_closing(
    office: Office, desk: Wire, changes: dict[str, str]
) -> None:
    """Otherwise the later closing would be answered like a repeat, and never asked about."""
    desk.post(CASES, a_message(delivery_id="d-1"))
    before = office.stored()
    reply = desk.post(CASES, a_message(delivery_id="d-1", **changes))
    assert (reply.status, reply.fields) == (409, ["delivery_id"])
    assert "was already used for another closing" in reply.json["errors"][0]["detail"]
    assert office.stored() == before
    assert desk.post(CASES, a_message(delivery_id="d-2", **changes)).json["outcome"] == "new"


def test_a_closure_key_identifies_a_closing_whatever_its_time(office: Office, desk: Wire) -> None:
    desk.post(CASES, a_message(delivery_id="d-1", closure_key="first"))
    other_time = to_text(NOW - timedelta(days=3))
    again = a_message(delivery_id="d-1", closure_key="first", closed_at=other_time)
    assert desk.post(CASES, again).json["outcome"] == "known"
    # Two closings within a day are one, and each of their deliveries stays known.
    merged = a_message(delivery_id="d-2", closure_key="second")
    assert [desk.post(CASES, merged).json["outcome"] for _ in range(2)] == ["known"] * 2
    assert len(office.rows("cases")) == 1


def test_a_hundred_simultaneous_deliveries_create_one_invitation(
    office: Office, desk: Wire
) -> None:
    message = a_message(delivery_id="d-1")
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: desk.post(CASES, message), range(100)))
    assert sorted(reply.status for reply in replies) == [200] * 99 + [201]
    assert {reply.json["state"] for reply in replies} == {"waiting"}
    assert _stored(office) == {
        **{"cases": 1, "invitations": 1, "outbox": 1, "deliveries": 1, "opt_outs": 0}
    }


def test_closing_again_within_a_day_is_the_same_closing_and_later_a_new_one(
    office: Office, desk: Wire
) -> None:
    first = desk.post(CASES, a_message()).json
    office.wait(hours=20)
    same = desk.post(CASES, a_message(closed_at=to_text(office.now))).json
    assert (same["outcome"], same["closure_key"]) == ("known", first["closure_key"])
    office.wait(hours=30)
    later = desk.post(CASES, a_message(closed_at=to_text(office.now))).json
    assert later["outcome"] == "new"
    states = [row["superseded_at"] is None for row in office.rows("invitations")]
    assert sorted(states) == [False, True]
    assert desk.get(f"{CASES}/desk/00012345").json["closure_key"] == later["closure_key"]


def test_a_released_link_replaces_the_earlier_survey(office: Office, desk: Wire) -> None:
    desk.post(CASES, a_message())
    office.wait(days=3)
    told = desk.post(CASES, a_message(closed_at=to_text(office.now), contact_email=None)).json
    assert told["survey_link"]
    (withdrawn,) = [row for row in office.rows("invitations") if row["superseded_at"]]
    assert withdrawn["handed_over_at"] is None
    assert "closed again" in office.rows("outbox")[0]["last_error"]


def test_responses_to_a_list_are_in_its_order(office: Office, desk: Wire) -> None:
    numbers = ["9", "0", "00", "Ünïcødé 7"]
    reply = desk.post(CASES, [a_message(case_number=number) for number in numbers])
    assert reply.status == 201
    assert [told["case_number"] for told in reply.json] == numbers
    assert {row["case_number"] for row in office.rows("cases")} == set(numbers)


def test_a_list_with_one_invalid_case_is_not_stored_at_all(office: Office, desk: Wire) -> None:
    good, bad = a_message(), a_message(case_number="2", closed_at="yesterday", language="?!")
    reply = desk.post(CASES, [good, bad, 7])
    assert reply.status == 422
    assert reply.fields == ["1/closed_at", "1/language", "2"]
    assert "'yesterday' is not an ISO 8601 date" in reply.json["errors"][0]["detail"]
    assert office.rows("cases") == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"case_number": 12345}, "case_number"),
        ({"case_number": ""}, "case_number"),
        ({"case_number": " \x00 "}, "case_number"),
        ({"case_number": "1" * 201}, "case_number"),
        ({"closed_at": None}, "closed_at"),
        ({"closed_at": "2026-02-30"}, "closed_at"),
        ({"contact_email": "a@b.example, c@d.example"}, "contact_email"),
        ({"contact_email": "=?utf-8?q?a?=@b.example"}, "contact_email"),
        ({"contact_email": "a@b.example\r\nBcc: c@d.example"}, "contact_email"),
        ({"contact_email": "=?utf-8?q?a?=@b.example"}, "contact_email"),
        ({"case_kind": "hardware"}, "case_kind"),
        ({"closure_reason": "because"}, "closure_reason"),
        ({"case_url": "javascript:alert(1)"}, "case_url"),
        ({"resolution_seconds": -1, "duration_clock": "calendar"}, "resolution_seconds"),
        ({"resolution_seconds": "60", "duration_clock": "calendar"}, "resolution_seconds"),
        ({"duration_clock": "sundial"}, "duration_clock"),
        ({"send": "no"}, "send"),
        ({"delivery_id": "d" * 201}, "delivery_id"),
    ],
)
def test_an_error_names_its_field(
    office: Office, desk: Wire, changes: dict[str, Any], field: str
) -> None:
    reply = desk.post(CASES, a_message(**changes))
    assert reply.status == 422
    assert field in reply.fields
    assert reply.json["title"] == "Unprocessable Entity"
    assert office.rows("cases") == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"closed_at": "2030-01-01T00:00:00Z"}, "closed_at"),
        ({"closed_at": "1969-12-31T23:59:59Z"}, "closed_at"),
        ({"closed_at": "0001-01-01T00:00:00+14:00"}, "closed_at"),
        ({"opened_at": "2026-11-25T00:00:00Z"}, "opened_at"),
        ({"first_response_at": "2026-11-25T00:00:00Z"}, "first_response_at"),
        ({"source": "other"}, "source"),
        ({"resolution_seconds": 60}, "duration_clock"),
    ],
)
def test_an_impossible_value_is_a_conflict_that_names_the_field(
    office: Office, desk: Wire, changes: dict[str, Any], field: str
) -> None:
    reply = desk.post(CASES, a_message(**changes))
    assert (reply.status, reply.fields) == (409, [field])
    assert office.rows("cases") == []


def test_malformed_and_impossible_values_are_reported_together(office: Office, desk: Wire) -> None:
    message = a_message(case_number=7, language="?!", send="no", closed_at="yesterday")
    reply = desk.post(CASES, message)
    assert reply.status == 422
    assert set(reply.fields) == {"case_number", "language", "send", "closed_at"}


def test_unknown_fields_are_ignored(office: Office, desk: Wire) -> None:
    # Earlier versions had the field solution_proposed_at, so some senders still fill it.
    ignored = {"agent": "Somebody", "extra": {"deep": [1, 2]}, "solution_proposed_at": "Somewhen"}
    assert desk.post(CASES, a_message(**ignored)).status == 201
    stored = str(office.everything())
    assert "Somebody" not in stored
    assert "Somewhen" not in stored
    assert len(office.rows("cases")) == 1


def test_the_senders_measurement_is_stored_with_its_clock(office: Office, desk: Wire) -> None:
    measured = {"first_response_seconds": 0, "resolution_seconds": 7200}
    desk.post(CASES, a_message(**measured, duration_clock="business", closure_reason="confirmed"))
    (case,) = office.rows("cases")
    kept = (case["first_response_seconds"], case["resolution_seconds"], case["duration_clock"])
    assert kept == (0, 7200, "business")


def test_characters_that_cannot_be_stored_are_removed_with_a_note(
    office: Office, desk: Wire
) -> None:
    body = json.dumps(a_message(customer="A\x00B\ud800C", delivery_id="\ud800")).encode()
    reply = desk.post(CASES, body)
    assert reply.status == 201
    assert reply.json["notes"] == ["characters that cannot be stored, such as NUL, were removed"]
    assert [row["customer"] for row in office.rows("cases")] == ["ABC"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b'{"a": NaN}', "NaN"),
        (b"\xff\xfe", "UTF-8"),
        (b"[" * 100_000, "nested"),
        (b'{"case_number": "1", "case_number": "2"}', "twice"),
        (b"1" * 5000, "too long"),
    ],
)
def test_a_body_that_is_not_json_is_refused(
    office: Office, desk: Wire, body: bytes, said: str
) -> None:
    reply = desk.post(CASES, body, {"Content-Type": "application/json"})
    assert reply.status == 400
    assert said in reply.json["detail"]
    assert office.rows("cases") == []


def test_a_body_that_is_too_large_is_refused_before_it_is_parsed(desk: Wire) -> None:
    reply = desk.post(CASES, b'{"x": "' + b"x" * (1024 * 1024) + b'"}')
    assert (reply.status, reply.json["title"]) == (413, "Request Entity Too Large")


def test_the_length_of_a_list_is_limited(office: Office, desk: Wire) -> None:
    for body in ([], [a_message(case_number=str(number)) for number in range(101)]):
        assert desk.post(CASES, body).status == 422
    assert office.rows("cases") == []


def test_only_json_is_accepted(desk: Wire) -> None:
    reply = desk.post(CASES, b"{}", {"Content-Type": "text/plain"})
    assert reply.status == 415


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer x",
        "Basic eDp5",
        "Bearer fbk_0123456789ab_" + "0" * 64,
        "Bearer fbk__",
        "Bearer fbk_\xe9_1",
    ],
)
def test_without_a_key_nothing_is_accepted(
    office: Office, port: int, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    for reply in (
        Wire(port, headers).post(CASES, a_message()),
        Wire(port, headers).get(f"{CASES}/desk/1"),
        Wire(port, headers).post("/api/v1/bounces", {"case_id": "1"}),
        Wire(port, headers).post("/api/v1/opt-outs", {"contact_email": "a@b.example"}),
    ):
        assert reply.status == 401
        assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert _stored(office) == dict.fromkeys(_stored(office), 0)


def test_a_revoked_key_is_refused(office: Office, desk: Wire) -> None:
    assert desk.post(CASES, a_message()).status == 201
    (key,) = office.rows("sender_keys")
    with office.program.database.write() as tx:
        assert sender_keys.revoke(tx, key["id"], office.now)
    assert desk.post(CASES, a_message(case_number="2")).status == 401
    assert len(office.rows("cases")) == 1


def test_a_sender_only_sees_its_own_cases(office: Office, desk: Wire, port: int) -> None:
    desk.post(CASES, a_message(delivery_id="d-1"))
    other = Wire(port, {"Authorization": f"Bearer {key_for(office, 'other')}"})
    own, foreign = (f"{CASES}/{source}/00012345" for source in ("desk", "other"))
    assert desk.get(own).status == 200
    hidden, unknown = other.get(own), other.get(foreign)
    assert (hidden.status, hidden.body) == (unknown.status, unknown.body)
    assert hidden.status == 404
    assert other.post("/api/v1/bounces", {"case_id": "00012345"}).status == 404
    # The same case number and delivery id of another sender are another case.
    message = a_message(delivery_id="d-1", contact_email="other@customer.example")
    assert other.post(CASES, message).status == 201
    assert len(office.rows("cases")) == 2


def test_a_likely_duplicate_of_another_sender_is_not_stored_and_the_response_says_so(
    office: Office, desk: Wire, port: int
) -> None:
    desk.post(CASES, a_message())
    other = Wire(port, {"Authorization": f"Bearer {key_for(office, 'other')}"})
    before = office.stored()
    for message in (a_message(), a_message(send=False, delivery_id="d-1")):
        reply = other.post(CASES, message)
        assert (reply.status, reply.json["outcome"]) == (200, "likely_duplicate")
        assert (reply.json["state"], reply.json["survey_link"]) == ("withheld", None)
        assert "another source sent a case with this number" in reply.json["notes"][0]
        assert "desk" not in str(reply.json), "a sender does not see the cases of others"
    after = office.stored()
    assert {name: after[name] for name in ("cases", "invitations", "outbox", "deliveries")} == {
        name: before[name] for name in ("cases", "invitations", "outbox", "deliveries")
    }


@pytest.mark.parametrize("case_id", ["A/B", "ü ß", "a%2Fb", "?#", "\u202e1"])
def test_the_status_of_any_case_id_can_be_requested(desk: Wire, case_id: str) -> None:
    desk.post(CASES, a_message(case_id=case_id))
    reply = desk.get(f"{CASES}/desk/{quote(case_id, safe='')}")
    assert (reply.status, reply.json["case_id"]) == (200, case_id)


def test_reading_a_status_changes_nothing(office: Office, desk: Wire) -> None:
    desk.post(CASES, a_message(contact_email=None))
    before = office.stored()
    for path in (f"{CASES}/desk/00012345", f"{CASES}/desk/%00", f"{CASES}/%00/1"):
        desk.get(path)
    assert office.stored() == before


def test_a_bounce_is_recorded_once(office: Office, desk: Wire) -> None:
    desk.post(CASES, a_message())
    office.deliver()
    bounce = desk.post("/api/v1/bounces", {"case_id": "00012345"})
    assert (bounce.status, bounce.json["state"]) == (200, "bounced")
    first = office.rows("invitations")[0]["bounced_at"]
    office.wait(days=1)
    desk.post("/api/v1/bounces", {"case_id": "00012345", "closure_key": CLOSED})
    assert office.rows("invitations")[0]["bounced_at"] == first
    assert desk.post("/api/v1/bounces", {"case_id": "1"}).status == 404
    unknown = {"case_id": "00012345", "closure_key": "other"}
    assert desk.post("/api/v1/bounces", unknown).status == 404


def test_an_opt_out_applies_to_the_next_closing(office: Office, desk: Wire) -> None:
    message = {"contact_email": "Contact@Customer.Example"}
    for _ in range(2):
        reply = desk.post("/api/v1/opt-outs", message)
        assert (reply.status, reply.body) == (204, b"")
    told = desk.post(CASES, a_message()).json
    assert (told["withheld_because"], told["survey_link"]) == ("opt_out", None)
    assert opt_outs.is_opted_out(office.program.database, "contact@customer.example")
    assert desk.post("/api/v1/opt-outs", {"contact_email": "nobody"}).fields == ["contact_email"]


def test_a_case_closed_long_ago_is_stored_without_a_survey(office: Office, desk: Wire) -> None:
    told = desk.post(CASES, a_message(closed_at="2016-03-05T12:00:00Z", send=False)).json
    assert (told["withheld_because"], told["survey_link"]) == ("too_old", None)
    assert len(office.rows("cases")) == 1


def test_the_closing_time_can_be_written_with_any_offset(office: Office, desk: Wire) -> None:
    desk.post(CASES, a_message(closed_at="2026-11-24T12:00:00.999+01:00"))
    assert desk.post(CASES, a_message(closed_at="2026-11-24T11:00:00Z")).status == 200


def test_each_sender_has_its_own_rate_limit(office: Office, port: int) -> None:
    parts = with_settings(office, api_requests_per_minute=3)
    with serving(create_app(parts=parts)) as own_port:
        first, second = (
            Wire(own_port, {"Authorization": f"Bearer {key_for(office, source)}"})
            for source in ("a", "b")
        )
        assert [first.get(f"{CASES}/a/1").status for _ in range(5)] == [404, 404, 404, 429, 429]
        refused = first.get(f"{CASES}/a/1")
        assert int(refused.headers["Retry-After"]) >= 1
        assert second.get(f"{CASES}/b/1").status == 404
        office.wait(seconds=61)
        assert first.get(f"{CASES}/a/1").status == 404


def test_guessing_keys_is_rate_limited_without_affecting_others(office: Office) -> None:
    browser = create_app(parts=office.program).test_client()
    key = key_for(office, "desk")

    def ask(key: str, address: str) -> int:
        headers = {"Authorization": f"Bearer {key}"}
        place = {"REMOTE_ADDR": address}
        return browser.get(f"{CASES}/desk/1", headers=headers, environ_base=place).status_code

    statuses = [ask("fbk_0_0", "192.0.2.1") for _ in range(FAILURES_PER_MINUTE + 1)]
    assert statuses == [401] * FAILURES_PER_MINUTE + [429]
    # A right key has its own minute; another address its own failures.
    assert ask(key, "192.0.2.1") == 404
    assert ask("fbk_0_0", "192.0.2.2") == 401


def test_an_unknown_proxy_is_not_rate_limited_as_one_client(port: int, desk: Wire) -> None:
    guesser = Wire(port, {"Authorization": "Bearer fbk_0_0"})
    statuses = [guesser.get(f"{CASES}/a/1").status for _ in range(FAILURES_PER_MINUTE + 1)]
    assert set(statuses) == {401}
    assert desk.post(CASES, a_message()).status == 201


def test_neither_keys_nor_links_are_logged_or_stored(
    office: Office, desk: Wire, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    key = desk.headers["Authorization"].removeprefix("Bearer ")
    link = desk.post(CASES, a_message(send=False)).json["survey_link"]
    desk.post(CASES, b"{")
    desk.post("/api/v1/nothing", a_message())

    def fail(*_: Any) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("feedback_app.intake.api.views.closings.of_case", fail)
    broken = desk.get(f"{CASES}/desk/secret-case-id")
    assert (broken.status, broken.json["title"]) == (500, "Internal Server Error")
    logged = caplog.text
    assert "a fault of ours" in logged
    token = link.rpartition("/")[2]
    for secret in (key, key.rpartition("_")[2], token, "secret-case-id", "customer.example"):
        assert secret not in logged
    assert key.rpartition("_")[2] not in str(office.everything())


def test_an_unavailable_database_is_a_problem_to_retry(
    desk: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise DatabaseUnavailableError("the host db.internal does not answer")

    monkeypatch.setattr("feedback_app.intake.api.views.accept_all", away)
    reply = desk.post(CASES, a_message())
    assert (reply.status, reply.json["title"]) == (503, "Service Unavailable")
    assert reply.headers["Retry-After"] == "10"
    assert b"db.internal" not in reply.body


def test_the_link_is_released_immediately_if_the_case_system_sends_all_emails(
    office: Office,
) -> None:
    parts = with_settings(office, closure_mail="case_system")
    with serving(create_app(parts=parts)) as port:
        desk = Wire(port, {"Authorization": f"Bearer {key_for(office, 'desk')}"})
        told = desk.post(CASES, a_message()).json
    assert told["state"] == "handed_over"
    assert told["survey_link"]
    assert office.mails() == []


def test_durations_come_from_the_times_or_the_senders_measurement(
    office: Office, desk: Wire
) -> None:
    hour = {"opened_at": to_text(NOW - timedelta(hours=3)), "closed_at": CLOSED}
    answered = {"first_response_at": to_text(NOW - timedelta(hours=2, minutes=50))}
    measured = {"resolution_seconds": 900, "first_response_seconds": 60}
    confirmed = {"closure_reason": "confirmed"}
    for number, changes in enumerate(
        (
            {**hour, **answered, **confirmed},
            {**hour, **answered, "closure_reason": "no_reply"},
            {**hour, **answered},
            {**hour, **measured, "duration_clock": "business", **confirmed},
        )
    ):
        assert desk.post(CASES, a_message(case_number=str(number), **changes)).status == 201
    week = week_of(NOW, office.program.zone)
    review = review_week(office.program.database, week, office.program.facts, office.now)
    assert {one.clock: (one.overall.n, one.overall.median) for one in review.resolution} == {
        "calendar": (1, 7200),
        "business": (1, 900),
    }
    assert {one.clock: (one.overall.n, one.overall.median) for one in review.first_response} == {
        "calendar": (3, 600),
        "business": (1, 60),
    }


def test_an_unknown_path_or_method_is_a_problem_document(desk: Wire) -> None:
    for method, path, status in (
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", CASES, 405),
        ("PUT", f"{CASES}/desk/1", 405),
    ):
        reply = desk.send(method, path)
        assert (reply.status, reply.json["status"]) == (status, status)
        assert reply.headers["Content-Type"] == "application/problem+json"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(body=json_values, field=st.sampled_from(sorted(a_message())), value=json_values)
def test_any_request_gets_a_response(
    sqlite_office: Office, body: Any, field: str, value: Any
) -> None:
    client = sqlite_office.client()
    headers = {"Authorization": f"Bearer {key_for(sqlite_office, 'desk')}"}
    for message in (body, a_message(**{field: value}), a_message(source=value, case_id=value)):
        body = json.dumps(message)
        reply = client.post(CASES, data=body, headers=headers, content_type="application/json")
        assert reply.status_code in (200, 201, 409, 422)


def test_responses_are_not_cached(desk: Wire) -> None:
    reply: Reply = desk.post(CASES, a_message())
    assert reply.headers["Cache-Control"] == "no-store"


REOPENINGS = "/api/v1/reopenings"


def test_a_closing_is_completed_and_what_differs_is_named(office: Office, desk: Wire) -> None:
    first = desk.post(CASES, a_message(contact_email=None, language="de", send=True))
    assert (first.json["outcome"], first.json["withheld_because"]) == ("new", "no_address")
    second = desk.post(CASES, a_message(language="en", team="A"))
    assert (second.status, second.json["outcome"]) == (200, "completed")
    assert second.json["withheld_because"] is None
    assert second.json["notes"] == ["language: another value is stored and was kept"]
    assert [mail["To"] for mail in office.mails()] == ["contact@customer.example"]
    third = desk.post(CASES, a_message(team="A"))
    assert (third.json["outcome"], third.json["notes"]) == ("known", [])


def test_a_completed_closing_of_a_sender_with_its_own_email_sends_none(
    office: Office, desk: Wire
) -> None:
    desk.post(CASES, a_message(contact_email=None, send=False))
    second = desk.post(CASES, a_message(send=False)).json
    assert (second["outcome"], second["state"]) == ("completed", "handed_over")
    assert office.mails() == []


def test_a_reopening_withdraws_the_survey_of_the_senders_own_case(
    office: Office, desk: Wire, port: int
) -> None:
    desk.post(CASES, a_message(case_id="500A"))
    stranger = Wire(port, {"Authorization": f"Bearer {key_for(office, 'another')}"})
    assert stranger.post(REOPENINGS, {"case_id": "500A"}).json["outcome"] == "ignored"
    early = {"case_id": "500A", "reopened_at": to_text(NOW - timedelta(hours=2))}
    assert desk.post(REOPENINGS, early).json["outcome"] == "ignored"
    reply = desk.post(REOPENINGS, {"case_id": "500A"})
    assert (reply.status, reply.json) == (200, {"outcome": "reopened", "notes": []})
    told = desk.get(f"{CASES}/desk/500A").json
    assert (told["state"], told["withheld_because"]) == ("withheld", "reopened")
    link = desk.post("/api/v1/survey-links", {"case_id": "500A"}).json
    assert link["survey_link"] is None
    again = desk.post(REOPENINGS, {"case_id": "500A"}).json
    assert (again["outcome"], len(again["notes"])) == ("ignored", 1)
    assert office.deliver() == 0


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"reopened_at": to_text(NOW + timedelta(days=2))}, 409, "reopened_at"),
        ({"reopened_at": "yesterday"}, 422, "reopened_at"),
        ({"reopened_at": ""}, 422, "reopened_at"),
        ({"case_id": ""}, 422, "case_id"),
        ({"case_id": "2.02611E+15"}, 422, "case_id"),
    ],
)
def test_a_wrong_reopening_is_refused(
    office: Office, desk: Wire, changes: dict[str, Any], status: int, field: str
) -> None:
    reply = desk.post(REOPENINGS, {"case_id": "500A", **changes})
    assert (reply.status, reply.fields) == (status, [field])
    assert office.rows("reopenings") == []
