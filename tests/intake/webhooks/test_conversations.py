"""Conversations with every case system that a preset is shipped for, over real HTTP."""

import codecs
import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from feedback_app.app import create_app
from feedback_app.base.times import to_text
from feedback_app.intake.webhooks.presets import SHIPPED, load_presets
from feedback_app.program import Program
from feedback_app.records import ClosedCase
from feedback_app.settings import SettingsError
from feedback_app.store import cases
from tests.support.case_systems import (
    FRESHDESK,
    GENERIC,
    GLPI,
    HUBSPOT,
    INTERCOM,
    JIRA,
    SALESFORCE_OUTBOUND,
    SYSTEMS,
    SalesforceOutbound,
)
from tests.support.office import NOW, Office
from tests.support.senders import Wire, key_for, serving, with_settings
from tests.support.simulated_system import ADDRESS, SECRET, Closing, System, always, milliseconds
from tests.support.some import some

CLOSED = NOW - timedelta(minutes=2)


def with_secrets(office: Office, *pairs: str, **changes: Any) -> Program:
    secrets = tuple(SecretStr(pair) for pair in pairs)
    return with_settings(office, webhook_secrets=secrets, **changes)


def all_secrets() -> list[str]:
    return [f"{one.name}={one.secret}" for one in SYSTEMS.values()]


# Reading a payload needs no database, so only what is stored and how is repeated on PostgreSQL.
ON_POSTGRESQL = (
    "test_a_closing_is_stored_with_all_its_fields",
    "test_a_hundred_notifications_in_one_message_are_a_hundred_cases",
    "test_a_hundred_simultaneous_deliveries_create_one_invitation",
    "test_a_repeated_delivery_changes_nothing",
    "test_an_earlier_closing_that_arrives_late_is_stored_without_a_survey",
    "test_closing_again_within_a_day_is_the_same_closing_and_later_a_new_one",
    "test_the_same_closing_by_csv_json_and_soap_is_one_case",
)


@pytest.fixture
def port(office: Office) -> Iterator[int]:
    with serving(create_app(parts=with_secrets(office, *all_secrets()))) as port:
        yield port


def every_system(where: Callable[[System], object]) -> pytest.MarkDecorator:
    """Let a test speak for those systems of which something is true."""
    names = [name for name, system in SYSTEMS.items() if where(system)]
    return pytest.mark.parametrize("system", names, indirect=True)


@pytest.fixture(params=SYSTEMS)
def system(request: pytest.FixtureRequest) -> System:
    return SYSTEMS[request.param]


def a_closing(**changes: Any) -> Closing:
    return Closing(**{"number": "00042", "closed_at": CLOSED, **changes})


def _nothing_is_stored(office: Office) -> bool:
    return not any(office.rows(table) for table in ("cases", "invitations", "outbox", "deliveries"))


def test_every_shipped_preset_has_its_simulated_sender() -> None:
    assert {path.stem for path in SHIPPED.glob("*.toml")} == set(SYSTEMS)


def test_a_closing_is_stored_with_all_its_fields(office: Office, port: int, system: System) -> None:
    reply = system.tell(port, a_closing(), office.now)
    assert reply.status in (200, 201), reply.body
    assert reply.headers["Cache-Control"] == "no-store"
    (case,) = office.rows("cases")
    assert case["source"] == system.source
    assert case["case_number"] == system.case_number("00042")
    assert case["case_id"] == "00042"
    if system.says_closing_time:
        assert case["closed_at"][:16] == to_text(CLOSED)[:16]
        assert case["opened_at"][:16] == to_text(CLOSED - timedelta(days=6))[:16]
    else:
        assert case["closed_at"] == to_text(NOW)
    assert case["contact_email"] == (ADDRESS if system.says_address else None)
    assert len(office.mails()) == (1 if system.says_address else 0)
    assert "An agent" not in str(office.everything())


def test_a_repeated_delivery_changes_nothing(office: Office, port: int, system: System) -> None:
    system.tell(port, a_closing(), office.now)
    before = office.stored()
    office.wait(minutes=4)
    for _ in range(2):
        assert system.tell(port, a_closing(), office.now).status == 200
    after = office.stored()
    if not system.says_closing_time:
        # The system does not say that this is the same event, so a later time is noted.
        assert after["cases"][0].pop("closed_again_at") == to_text(office.now)
        assert before["cases"][0].pop("closed_again_at") is None
    assert after == before


@every_system(lambda system: system.says_closing_time)
def test_a_later_event_of_a_closed_case_with_the_same_closing_time_is_known(
    office: Office, port: int, system: System
) -> None:
    system.tell(port, a_closing(), office.now)
    office.wait(days=9)
    payload = system.closing(a_closing(delivery="delivery-2"))
    if system is JIRA:
        payload["timestamp"] = milliseconds(office.now)
    reply = system.tell(port, a_closing(delivery="delivery-2"), office.now, payload=payload)
    assert reply.status == 200
    assert len(office.rows("cases")) == 1


def test_a_hundred_simultaneous_deliveries_create_one_invitation(
    office: Office, port: int, system: System
) -> None:
    with ThreadPoolExecutor(16) as pool:
        tell = lambda _: system.tell(port, a_closing(), NOW).status  # noqa: E731
        statuses = list(pool.map(tell, range(100)))
    assert set(statuses) <= {200, 201}
    assert len(office.rows("cases")) == len(office.rows("invitations")) == 1
    assert len(office.mails()) == (1 if system.says_address else 0)


def test_an_event_that_does_not_close_a_case_is_ignored(
    office: Office, port: int, system: System
) -> None:
    conditions = load_presets(office.program, NOW)[system.name].where
    for event in some(system.others):
        payload = system.event(event, a_closing())
        reply = system.tell(port, a_closing(), office.now, payload=payload)
        assert reply.status == 200, event
        if not isinstance(system, SalesforceOutbound):
            told = reply.json
            assert (told["outcome"], event) == ("ignored", event)
            # The reasons name each condition that was not met, with the value found.
            assert len(told["notes"]) >= 2
            for reason in told["notes"][1:]:
                assert reason.partition(" is ")[0] in conditions
                assert ", not one of " in reason
    assert _nothing_is_stored(office)


def test_a_reopening_is_not_a_closing(office: Office, port: int, system: System) -> None:
    payload = system.reopening(a_closing(), CLOSED)
    assert system.tell(port, a_closing(), office.now, payload=payload).status == 200
    assert _nothing_is_stored(office)


def test_the_order_of_events_does_not_matter(office: Office, port: int, system: System) -> None:
    """The closing arrives before the events that went before it."""
    system.tell(port, a_closing(), office.now)
    before = office.stored()
    for event in some(system.others):
        late = system.event(event, a_closing(delivery="delivery-0"))
        assert system.tell(port, a_closing(), office.now, payload=late).status == 200
    assert office.stored() == before
    if system.says_reopening_time:
        reopened_at = CLOSED - timedelta(hours=1)
        late = system.reopening(a_closing(delivery="delivery-0"), reopened_at)
        sent = a_closing(closed_at=reopened_at)
        assert system.tell(port, sent, office.now, payload=late).status == 200
        assert office.stored() | {"reopenings": []} == before


@every_system(lambda system: system.says_address)
def test_the_survey_goes_out_when_a_later_delivery_has_the_address(
    office: Office, port: int, system: System
) -> None:
    system.tell(port, a_closing(address=None), office.now)
    assert office.deliver() == 0
    office.wait(minutes=2)
    later = a_closing(delivery="delivery-2")
    assert system.tell(port, later, office.now).status == 200
    assert [mail["To"] for mail in office.mails()] == [ADDRESS]
    assert office.deliver() == len(office.rows("cases")) == 1


def test_a_reopened_case_gets_its_survey_when_it_is_closed_again(
    office: Office, port: int, system: System
) -> None:
    system.tell(port, a_closing(), office.now)
    office.wait(hours=3)
    reopened = a_closing(closed_at=office.now, delivery="delivery-2")
    payload = system.reopening(reopened, office.now)
    assert system.tell(port, reopened, office.now, payload=payload).status == 200
    assert [row["withheld_because"] for row in office.rows("invitations")] == ["reopened"]
    assert office.deliver() == 0
    office.wait(hours=3)
    again = a_closing(closed_at=office.now, delivery="delivery-3")
    assert system.tell(port, again, office.now).status == 200
    (invitation,) = office.rows("invitations")
    assert invitation["superseded_at"] is None
    assert invitation["withheld_because"] == (None if system.says_address else "no_address")
    assert office.deliver() == (1 if system.says_address else 0)


@every_system(lambda system: system.says_closing_time)
def test_a_reopening_that_arrives_before_its_closing_withholds_the_survey(
    office: Office, port: int, system: System
) -> None:
    reopened = a_closing(closed_at=NOW, delivery="delivery-2")
    payload = system.reopening(reopened, NOW)
    assert system.tell(port, reopened, NOW, payload=payload).status == 200
    system.tell(port, a_closing(), NOW)
    assert [row["withheld_because"] for row in office.rows("invitations")] == ["reopened"]
    assert office.deliver() == 0


@every_system(lambda system: system.says_closing_time and not system.closes_once)
def test_an_earlier_closing_that_arrives_late_is_stored_without_a_survey(
    office: Office, port: int, system: System
) -> None:
    system.tell(port, a_closing(), office.now)
    earlier = a_closing(closed_at=CLOSED - timedelta(days=3), delivery="delivery-0")
    reply = system.tell(port, earlier, office.now, payload=_as_of_now(system, earlier))
    assert reply.status in (200, 201)
    withheld = {row["withheld_because"] for row in office.rows("invitations")}
    assert "superseded" in withheld
    assert len(office.rows("cases")) == 2
    assert len(office.mails()) == (1 if system.says_address else 0)


def _as_of_now(system: System, closing: Closing) -> Any:
    """Return the payload of an old closing with a signed time of now, where it holds one."""
    payload = system.closing(closing)
    if system is JIRA:
        payload["timestamp"] = milliseconds(NOW)
    return payload


def test_without_an_address_only_the_link_is_created(
    office: Office, port: int, system: System
) -> None:
    reply = system.tell(port, a_closing(address=None), office.now)
    assert reply.status in (200, 201)
    (invitation,) = office.rows("invitations")
    assert invitation["withheld_because"] == "no_address"
    assert (invitation["handed_over_at"] is not None) == system.reads_answer
    assert office.mails() == []
    key = key_for(office, system.source)
    desk = Wire(port, {"Authorization": f"Bearer {key}"})
    (case,) = office.rows("cases")
    told = desk.post("/api/v1/survey-links", {"case_id": case["case_id"]}).json
    assert told["survey_link"].startswith("http://survey.example/f/")
    assert office.rows("invitations")[0]["handed_over_at"] == to_text(NOW)


def test_a_wrong_secret_is_refused_without_storing_anything(
    office: Office, port: int, system: System
) -> None:
    for wrong in ("", "x" * 20, system.secret + "x", system.secret[:-1]):
        reply = system.tell(port, a_closing(), office.now, secret=wrong)
        assert reply.status in (401, 404), wrong
        assert reply.headers["Content-Type"] == "application/problem+json"
    assert _nothing_is_stored(office)


def test_a_request_without_any_proof_is_refused(office: Office, port: int, system: System) -> None:
    body = system.body(system.closing(a_closing()))
    reply = Wire(port, {}).post(f"/api/v1/webhooks/{system.name}", body)
    assert reply.status == 401
    assert _nothing_is_stored(office)


@every_system(lambda system: system.tolerance)
def test_a_modified_body_is_refused(office: Office, port: int, system: System) -> None:
    closing = a_closing()
    body = system.body(system.closing(closing))
    headers = system.proof(body, closing, office.now, system.secret)
    changed = body.replace(b"00042", b"00043")
    assert Wire(port, {}).post(system.path(""), changed, headers).status == 401
    assert _nothing_is_stored(office)


@every_system(lambda system: system.tolerance)
@pytest.mark.parametrize("direction", [-1, 1])
def test_a_signed_time_outside_the_tolerance_is_refused(
    office: Office, port: int, system: System, direction: int
) -> None:
    signed_at = NOW + timedelta(seconds=direction * (system.tolerance + 1))
    old = a_closing(closed_at=signed_at)
    assert system.tell(port, old, signed_at).status == 401
    assert _nothing_is_stored(office)
    just_in_time = NOW + timedelta(seconds=direction * system.tolerance)
    assert system.tell(port, a_closing(closed_at=just_in_time), just_in_time).status == 201


def test_shipped_signatures_are_valid_for_300_seconds_if_retries_are_signed_again() -> None:
    """Jira signs the time of the event and GLPI that of the queue, also when they retry."""
    signed = {name: system.tolerance for name, system in SYSTEMS.items() if system.tolerance}
    again = {"zendesk": 300, "zendesk-trigger": 300, "generic": 300, "chatwoot": 300}
    assert signed == {**again, "jira": 5400, "glpi": 5400}


@every_system(lambda system: not system.closes_once)
def test_closing_again_within_a_day_is_the_same_closing_and_later_a_new_one(
    office: Office, port: int, system: System
) -> None:
    system.tell(port, a_closing(), office.now)
    office.wait(hours=20)
    again = a_closing(closed_at=office.now, delivery="delivery-2")
    assert system.tell(port, again, office.now).status == 200
    assert len(office.rows("cases")) == 1
    office.wait(hours=30)
    later = a_closing(closed_at=office.now, delivery="delivery-3")
    assert system.tell(port, later, office.now).status in (200, 201)
    assert len(office.rows("cases")) == len(office.rows("invitations")) == 2
    superseded = [row["superseded_at"] is not None for row in office.rows("invitations")]
    # Where no address is told and no answer read, nobody is asked in the place of the first.
    assert sorted(superseded) == [False, system.says_address or system.reads_answer]


@pytest.mark.parametrize("number", ["000", "Ünïcødé-7", "案件一", "0" * 30])
def test_unicode_and_zeros_are_kept(office: Office, port: int, system: System, number: str) -> None:
    system.tell(port, a_closing(number=number), office.now)
    (case,) = office.rows("cases")
    assert case["case_number"] == system.case_number(number)


@every_system(lambda system: system.says_address)
def test_an_invalid_optional_field_is_left_out_and_the_case_stored(
    office: Office, port: int, system: System
) -> None:
    reply = system.tell(port, a_closing(address="masked"), office.now)
    (case,) = office.rows("cases")
    assert case["contact_email"] is None
    if not isinstance(system, SalesforceOutbound):
        assert "left out contact_email" in reply.json["notes"][0]


@every_system(lambda system: system.reads_answer)
def test_a_sender_that_reads_the_answer_may_tell_the_customer_itself(
    office: Office, port: int, system: System
) -> None:
    payload = {**system.closing(a_closing()), "send": False}
    told = system.tell(port, a_closing(), office.now, payload=payload).json
    assert told["state"] == "handed_over"
    assert told["survey_link"].startswith("http://survey.example/f/")
    assert office.mails() == []


@every_system(lambda system: system.is_template)
def test_a_payload_can_have_further_fields_under_their_own_names(
    office: Office, port: int, system: System
) -> None:
    further = {
        "closure_reason": "confirmed",
        "first_response_seconds": 600,
        "resolution_seconds": "7200",
        "duration_clock": "business",
        "language": "de",
        "customer": "A customer for tests",
    }
    reply = system.tell(port, a_closing(), NOW, payload={**system.closing(a_closing()), **further})
    assert (reply.status, reply.json["notes"]) == (201, [])
    (case,) = office.rows("cases")
    assert {name: str(case[name]) for name in further} == {
        name: str(value) for name, value in further.items()
    }


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"null", b"[" * 5000, b"<a/>", b"\xff"])
def test_a_body_that_is_not_a_payload_is_a_problem(
    office: Office, port: int, system: System, body: bytes
) -> None:
    headers = system.proof(body, a_closing(), office.now, system.secret)
    reply = Wire(port, {}).post(system.path(system.secret), body, headers)
    assert reply.status == 400
    assert reply.headers["Content-Type"] == "application/problem+json"


@every_system(lambda system: not isinstance(system, SalesforceOutbound))
def test_hostile_payloads_never_break_the_server(office: Office, port: int, system: System) -> None:
    for broken in some(_broken(system.closing(a_closing()))):
        reply = system.tell(port, a_closing(), office.now, payload=broken)
        assert reply.status in (200, 201, 401, 422), broken


def _broken(value: Any, wrong: tuple[Any, ...] = (None, 7, [], {}, "\x00\ud800", "{" * 9)) -> Any:
    """Yield the payload with every part of it replaced by something else."""
    if isinstance(value, dict):
        for key, inner in value.items():
            for other in _broken(inner):
                yield {**value, key: other}
    yield from wrong if not isinstance(value, dict) else ()


def test_neither_secrets_nor_addresses_are_logged(
    office: Office, port: int, system: System, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    system.tell(port, a_closing(), office.now)
    system.tell(port, a_closing(), office.now, secret="wrong-but-quite-long-enough")
    no_number = a_closing(number="", delivery="delivery-9", address="masked address")
    system.tell(port, no_number, office.now)
    logged = caplog.text
    assert "refused" in logged
    for secret in (SECRET, "wrong-but-quite-long-enough", ADDRESS, "masked", "/f/"):
        assert secret not in logged


def test_a_webhook_without_a_secret_is_disabled(office: Office, system: System) -> None:
    with serving(create_app(parts=office.program)) as port:
        assert system.tell(port, a_closing(), office.now).status == 404
    assert _nothing_is_stored(office)


def test_two_secrets_of_a_preset_are_valid_during_rotation(office: Office, system: System) -> None:
    newer = system.secret + "-new"
    pairs = (f"{system.name}={system.secret}", f"{system.name}={newer}")
    with serving(create_app(parts=with_secrets(office, *pairs))) as port:
        for secret in (system.secret, newer):
            assert system.tell(port, a_closing(), office.now, secret=secret).status in (200, 201)


def test_a_masked_address_in_jira_still_creates_a_link(office: Office, port: int) -> None:
    told = SYSTEMS["jira"].tell(port, a_closing(address=None), office.now).json
    assert (told["withheld_because"], told["state"]) == ("no_address", "withheld")
    assert told["survey_link"] is None, "Jira does not read it, so nobody would have it"
    desk = Wire(port, {"Authorization": f"Bearer {key_for(office, 'jira')}"})
    asked = desk.post("/api/v1/survey-links", {"case_id": "00042"}).json
    assert asked["state"] == "handed_over"
    assert asked["survey_link"].startswith("http://survey.example/f/")


# A workflow that does not clear the resolution keeps its date when an issue is reopened.
JIRA_DATA_CENTER = replace(
    JIRA,
    changes={
        **JIRA.changes,
        "issue.fields.statuscategorychangedate": always(None),
        "issue.fields.resolutiondate": always("2026-11-20T08:30:00.000+0000"),
    },
)


def test_jira_data_center_has_the_closing_time_in_another_field(office: Office, port: int) -> None:
    assert JIRA_DATA_CENTER.tell(port, a_closing(), office.now).status == 201
    assert office.rows("cases")[0]["closed_at"] == to_text(CLOSED)


def test_a_move_between_two_closed_statuses_of_jira_data_center_is_one_closing(
    office: Office, port: int
) -> None:
    JIRA_DATA_CENTER.tell(port, a_closing(), office.now)
    office.deliver()
    office.wait(days=3)
    closed = a_closing(closed_at=office.now, delivery="delivery-2")
    for _ in range(2):
        assert JIRA_DATA_CENTER.tell(port, closed, office.now).json["outcome"] == "known"
    assert len(office.rows("cases")) == len(office.mails()) == 1


@pytest.mark.parametrize("day", [0, 1, 3])
def test_an_export_after_a_move_between_two_closed_statuses_has_the_same_closing(
    office: Office, port: int, day: int
) -> None:
    for at, days in enumerate((0, 3)):
        office.now = NOW + timedelta(days=days)
        closed = a_closing(closed_at=office.now, delivery=f"delivery-{at}")
        JIRA_DATA_CENTER.tell(port, closed, office.now)
    stored = ClosedCase(
        source="jira",
        case_id="00042",
        case_number="SUP-00042",
        closed_at=NOW + timedelta(days=day, hours=0 if day == 3 else 1),
        contact_email=ADDRESS,
    )
    assert cases.is_known_near(office.program.database, stored, timedelta(hours=24))
    assert office.receive(stored).outcome == "known"
    assert len(office.rows("cases")) == 1


def test_a_resolution_date_that_stays_does_not_hide_the_next_closing(
    office: Office, port: int
) -> None:
    jira = JIRA_DATA_CENTER
    jira.tell(port, a_closing(), office.now)
    office.deliver()
    office.wait(days=3)
    reopened = a_closing(closed_at=office.now, delivery="delivery-2")
    payload = jira.reopening(reopened, office.now)
    assert jira.tell(port, reopened, office.now, payload=payload).json["outcome"] == "reopened"
    office.wait(days=3)
    closed = a_closing(closed_at=office.now, delivery="delivery-3")
    assert jira.tell(port, closed, office.now).json["outcome"] == "new"
    assert len(office.rows("cases")) == len(office.mails()) == 2


def test_freshdesks_simple_content_is_read(office: Office, port: int) -> None:
    event = {
        "triggered_event": "{status:{from:4,to:5}}",
        "ticket_id": 42,
        "ticket_url": "https://desk.freshdesk.example/helpdesk/tickets/42",
        "ticket_type": None,
        "ticket_subject": 'It says "no"',
        "ticket_status": "Closed",
        "ticket_priority": "Low",
        "requester_name": "Somebody",
        "requester_email": ADDRESS,
    }
    payload = {"freshdesk_webhook": event}
    assert FRESHDESK.tell(port, a_closing(), NOW, payload=payload).status == 201
    (case,) = office.rows("cases")
    assert (case["case_number"], case["contact_email"]) == ("42", ADDRESS)
    assert "Somebody" not in str(office.everything())


def test_a_change_of_a_closed_jira_issue_does_not_close_it_again(office: Office, port: int) -> None:
    payload = JIRA.event("comment", a_closing())
    assert JIRA.tell(port, a_closing(), office.now, payload=payload).json["outcome"] == "ignored"
    assert _nothing_is_stored(office)


def test_both_formats_of_jira_automation_are_read(office: Office, port: int) -> None:
    automation = SYSTEMS["jira-automation"]
    issue = JIRA.closing(a_closing())["issue"] | {"changelog": {"total": 0, "histories": None}}
    for payload in ({"issue": issue}, issue):
        assert automation.tell(port, a_closing(), NOW, payload=payload).status in (200, 201)
    (case,) = office.rows("cases")
    assert (case["case_number"], case["case_kind"]) == ("SUP-00042", "software")


def test_a_solved_zendesk_ticket_is_not_closed(office: Office, port: int) -> None:
    for name in ("zendesk", "zendesk-trigger"):
        payload = SYSTEMS[name].event("solved", a_closing())
        reply = SYSTEMS[name].tell(port, a_closing(), office.now, payload=payload)
        assert reply.json["outcome"] == "ignored"
    assert _nothing_is_stored(office)


@pytest.mark.parametrize(
    ("event", "closes"),
    [
        ("{status:{from:4,to:5}}", True),
        ("{ status : { from : 4 , to : 5 } }", True),
        ("{priority:{from:1,to:4},status:{from:4,to:5}}", True),
        ('{"status":{"from":"4","to":"5"}}', True),
        ("{status:{from:2,to:4}}", False),
        ("{status:{from:5,to:2}}", False),
        ("{ticket_action:created}", False),
        ("{status:{from:4,to:5}", False),
        ("status 5", False),
        ("", False),
    ],
)
def test_freshdesks_own_notation_is_read(
    office: Office, port: int, event: str, closes: bool
) -> None:
    payload = FRESHDESK.closing(a_closing())
    payload["freshdesk_webhook"]["triggered_event"] = event
    told = FRESHDESK.tell(port, a_closing(), office.now, payload=payload).json
    assert (told["outcome"] == "new") == closes


@pytest.mark.parametrize(
    ("item", "address"),
    [
        ({"source": {"author": {"type": "lead", "email": ADDRESS}}}, ADDRESS),
        ({"source": {"author": {"type": "admin", "email": "mate@support.example"}}}, None),
        ({"source": {"author": {"type": "bot", "email": "operator@intercom.example"}}}, None),
        ({"user": {"type": "user", "email": ADDRESS}, "source": None}, ADDRESS),
        ({"contacts": {"contacts": [{"email": ADDRESS}]}, "source": None}, ADDRESS),
    ],
)
def test_intercom_never_asks_the_teammate_who_wrote_the_first_message(
    office: Office, port: int, item: dict[str, Any], address: str | None
) -> None:
    payload = INTERCOM.closing(a_closing())
    payload["data"]["item"] |= item
    assert INTERCOM.tell(port, a_closing(), NOW, payload=payload).status == 201
    assert office.rows("cases")[0]["contact_email"] == address


def test_a_change_of_a_closed_glpi_ticket_is_a_closing_only_after_a_reopening(
    office: Office, port: int
) -> None:
    assert GLPI.tell(port, a_closing(), NOW).status == 201
    office.wait(days=9)
    edited = a_closing(closed_at=office.now)
    assert GLPI.tell(port, edited, office.now).json["outcome"] == "known"
    office.wait(days=1)
    reopening = GLPI.reopening(a_closing(), office.now)
    told = GLPI.tell(port, a_closing(), office.now, payload=reopening).json
    assert told["outcome"] == "reopened"
    office.wait(days=1)
    again = a_closing(closed_at=office.now)
    assert GLPI.tell(port, again, office.now).json["outcome"] == "new"
    assert len(office.rows("cases")) == 2


def test_a_reply_that_reopens_an_intercom_conversation_withdraws_its_survey(
    office: Office, port: int
) -> None:
    INTERCOM.tell(port, a_closing(), NOW)
    office.wait(minutes=5)
    reply = a_closing(closed_at=office.now, delivery="delivery-2")
    payload = INTERCOM.reopening(reply, office.now) | {"topic": "conversation.user.replied"}
    assert INTERCOM.tell(port, reply, office.now, payload=payload).json["outcome"] == "reopened"
    assert office.rows("invitations")[0]["withheld_because"] == "reopened"


def test_a_glpi_login_that_is_not_an_address_is_left_out(office: Office, port: int) -> None:
    told = GLPI.tell(port, a_closing(address="glpi"), NOW).json
    assert told["withheld_because"] == "no_address"
    assert "left out contact_email: 'glpi'" in told["notes"][0]


def test_the_first_of_several_addresses_counts(office: Office, port: int) -> None:
    several = a_closing(address=f"Sample Contact <{ADDRESS}>;second@customer.example")
    assert HUBSPOT.tell(port, several, NOW).json["notes"] == []
    assert office.rows("cases")[0]["contact_email"] == ADDRESS


def test_a_hundred_notifications_in_one_message_are_a_hundred_cases(
    office: Office, port: int
) -> None:
    outbound = SALESFORCE_OUTBOUND
    closings = [a_closing(number=f"{at:05}", delivery=f"n-{at}") for at in range(100)]
    message = outbound.many(closings)
    for _ in range(2):
        reply = outbound.tell(port, a_closing(), office.now, payload=message)
        assert (reply.status, reply.headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
        assert b"<Ack>true</Ack>" in reply.body
    assert len(office.rows("cases")) == len(office.mails()) == 100


def test_a_faulty_notification_does_not_block_the_others(
    office: Office, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    outbound = SALESFORCE_OUTBOUND
    closings = [a_closing(number=f"{at:05}", delivery=f"n-{at}") for at in range(3)]
    message = outbound.many(closings).replace(to_text(CLOSED), "yesterday", 1)
    reply = outbound.tell(port, a_closing(), office.now, payload=message)
    assert b"<Ack>true</Ack>" in reply.body
    assert len(office.rows("cases")) == 2
    assert "closed case '00000000' was refused, invalid fields: closed_at" in caplog.text


def test_a_refused_closing_is_logged_with_its_number(
    office: Office, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    outbound = SALESFORCE_OUTBOUND
    outbound.tell(port, a_closing(number="00041"), NOW)
    # The same delivery id with another case is found out only when it is taken in.
    outbound.tell(port, a_closing(number="00042"), NOW)
    assert "closed case '00000042' was refused, invalid fields: delivery_id" in caplog.text
    hostile = f"7\n{ADDRESS} " + "x" * 100_000
    for number in ("SUP-9", hostile):
        payload = {**GENERIC.closing(a_closing()), "case_number": number, "closed_at": "?"}
        assert GENERIC.tell(port, a_closing(), NOW, payload=payload).status == 422
    assert "closed case 'SUP-9' was refused, invalid fields: closed_at" in caplog.text
    assert "closed case '7 … xxx" in caplog.text
    assert ADDRESS not in caplog.text
    assert max(len(record.getMessage()) for record in caplog.records) < 300


def test_a_message_of_another_organisation_is_refused(office: Office, port: int) -> None:
    outbound = SALESFORCE_OUTBOUND
    message = str(outbound.closing(a_closing())).replace(outbound.organisation, "00D0000000OTHER")
    assert outbound.tell(port, a_closing(), office.now, payload=message).status == 401
    assert _nothing_is_stored(office)


def test_a_secret_is_only_valid_for_its_organisation(office: Office) -> None:
    outbound = SALESFORCE_OUTBOUND
    other, its_secret = "00D0000000OTHERAAA", SECRET + "-other"
    pairs = [f"{outbound.name}={one}" for one in (outbound.secret, f"{other}:{its_secret}")]
    own = str(outbound.closing(a_closing()))
    theirs = own.replace(outbound.organisation, other)
    with serving(create_app(parts=with_secrets(office, *pairs))) as port:
        for message, secret in ((own, its_secret), (theirs, SECRET)):
            crossed = outbound.tell(port, a_closing(), NOW, payload=message, secret=secret)
            assert crossed.status == 401
        assert _nothing_is_stored(office)
        for message, secret in ((own, SECRET), (theirs, its_secret)):
            told = outbound.tell(port, a_closing(), NOW, payload=message, secret=secret)
            assert told.status == 200
    assert len(office.rows("cases")) == 1


def test_a_payload_without_a_closing_time_is_refused(office: Office, port: int) -> None:
    payload = {**GENERIC.closing(a_closing()), "closed_at": None}
    reply = GENERIC.tell(port, a_closing(), office.now, payload=payload)
    assert (reply.status, reply.fields) == (422, ["closed_at"])
    assert _nothing_is_stored(office)


def test_a_webhook_has_a_rate_limit_too(office: Office) -> None:
    parts = with_secrets(office, *all_secrets(), api_requests_per_minute=2)
    with serving(create_app(parts=parts)) as port:
        tell = [GENERIC.tell(port, a_closing(), NOW).status for _ in range(3)]
        assert tell == [201, 200, 429]


def test_a_payload_over_the_limit_is_refused(port: int) -> None:
    payload = {"filler": "x" * (1024 * 1024)}
    assert GENERIC.tell(port, a_closing(), NOW, payload=payload).status == 413


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ("jira-automation=Schlüssel-" + SECRET, "ASCII characters only"),
        ("jira=short", "the secret of jira needs at least 16 characters"),
        ("yira=" + SECRET, "'yira' is not a preset: .*zendesk"),
        ("freshdesk=" + SECRET, "the secret of freshdesk must have the form NAME:PASSWORD"),
        ("freshdesk=a-long-name-of-a-user:x", "the secret of freshdesk needs at least 16"),
        ("freshdesk=Jürgen:" + SECRET, "ASCII characters only"),
        ("freshdesk=:" + SECRET, "must have the form NAME:PASSWORD"),
        ("salesforce-outbound=" + SECRET, "must have the form SENDER:SECRET"),
        ("salesforce-outbound=00D:a/b" + SECRET, "letters, digits, - and _ only"),
    ],
)
def test_an_unusable_secret_stops_the_start(sqlite_office: Office, pair: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        create_app(parts=with_secrets(sqlite_office, pair, "generic=tiny"))
    assert "the secret of generic" in str(caught.value), "every fault is named"
    assert SECRET not in str(caught.value)


def test_the_same_closing_by_csv_json_and_soap_is_one_case(office: Office, port: int) -> None:
    """Salesforce tells by both of its ways: the closing is known the second time."""
    for name in ("salesforce", "salesforce-outbound"):
        assert SYSTEMS[name].tell(port, a_closing(), NOW).status in (200, 201)
    assert len(office.rows("cases")) == 1
    assert json.dumps(office.rows("cases")[0]["case_number"]) == '"00000042"'


def test_a_list_is_several_deliveries_and_a_faulty_one_does_not_lose_the_others(
    office: Office, port: int
) -> None:
    first, last = (
        GENERIC.closing(a_closing(number=number, delivery=number)) for number in ("00041", "00045")
    )
    faulty = {**first, "case_number": "00043", "delivery_id": "3", "closed_at": "soon"}
    elements = [first, GENERIC.event("comment", a_closing()), faulty, "no object", last]
    reply = GENERIC.tell(port, a_closing(), NOW, payload=elements)
    assert reply.status == 201
    outcomes = [one["outcome"] for one in reply.json]
    assert outcomes == ["new", "ignored", "invalid", "invalid", "new"]
    assert [one["pointer"] for one in reply.json[2]["errors"]] == ["#/2/closed_at"]
    assert reply.json[3]["errors"] == [{"pointer": "#/3", "detail": "is not a JSON object"}]
    assert [row["case_number"] for row in office.rows("cases")] == ["00041", "00045"]
    # What was stored before is a duplicate, so nothing is new.
    assert GENERIC.tell(port, a_closing(), NOW, payload=elements).status == 200


def test_a_list_with_only_faulty_elements_is_refused(office: Office, port: int) -> None:
    faulty = {**GENERIC.closing(a_closing()), "closed_at": "soon"}
    reply = GENERIC.tell(port, a_closing(), NOW, payload=[faulty, faulty])
    assert (reply.status, [one["outcome"] for one in reply.json]) == (422, ["invalid"] * 2)
    too_many = GENERIC.tell(port, a_closing(), NOW, payload=[{}] * 101)
    assert (too_many.status, too_many.json["detail"]) == (
        400,
        "the body is a list of 101 elements: send 1 to 100",
    )
    assert _nothing_is_stored(office)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("Draht &amp; S&#246;hne", "Draht & Söhne"),
        ("Draht & Söhne", "Draht & Söhne"),
        ("A &amp;lt; B", "A &lt; B"),
        ("AT&T &unknown; &copy &#9999999;", "AT&T &unknown; &copy \ufffd"),
        ("&#0; &#xD800;Wire", "\ufffd \ufffdWire"),
    ],
)
def test_html_entities_are_decoded_once(office: Office, port: int, sent: str, stored: str) -> None:
    closing = {
        **GENERIC.closing(a_closing(address="o&#39;hara@customer.example")),
        "customer": sent,
        "case_url": "https://desk.example/?id=7&amp;copy=1&lt=2",
    }
    reply = GENERIC.tell(port, a_closing(), NOW, payload=closing)
    assert (reply.status, reply.json["notes"]) == (201, [])
    (case,) = office.rows("cases")
    assert case["customer"] == stored
    assert case["contact_email"] == "o'hara@customer.example"
    assert case["case_url"] == "https://desk.example/?id=7&copy=1&lt=2"


@pytest.mark.parametrize("closed", ["True", "TRUE", "true", True])
def test_booleans_are_compared_in_any_case(office: Office, port: int, closed: object) -> None:
    payload = {**SYSTEMS["salesforce"].closing(a_closing()), "IsClosed": closed}
    assert SYSTEMS["salesforce"].tell(port, a_closing(), NOW, payload=payload).status == 201


def test_the_reason_for_ignoring_an_event_contains_no_address(port: int) -> None:
    payload = {**GENERIC.closing(a_closing()), "event": f"Mx Sample <{ADDRESS}> wrote"}
    notes = GENERIC.tell(port, a_closing(), NOW, payload=payload).json["notes"]
    assert notes[1].startswith("event is 'Mx Sample <…> wrote', not one of closed")


def test_an_address_can_be_checked_before_events_are_sent(
    office: Office, port: int, system: System
) -> None:
    """Intercom sends HEAD, and a person opens the address in a browser."""
    for secret in (system.secret, "wrong"):
        assert Wire(port, {}).send("HEAD", system.path(secret)).status == 200
    assert Wire(port, {}).get(system.path("wrong")).json == {
        "notes": ["this webhook is enabled; send events with POST"]
    }
    assert Wire(port, {}).send("HEAD", "/api/v1/webhooks/none").status == 404
    assert office.rows("delivery_log") == []


def test_a_byte_order_mark_before_the_payload_is_ignored(port: int) -> None:
    for payload in (GENERIC.closing(a_closing()), [GENERIC.closing(a_closing())]):
        body = codecs.BOM_UTF8 + GENERIC.body(payload)
        proof = GENERIC.proof(body, a_closing(), NOW, GENERIC.secret)
        reply = Wire(port, {}).post(GENERIC.path(""), body, proof)
        assert reply.status in (200, 201)
        assert isinstance(reply.json, list) == isinstance(payload, list)
