"""Nothing that a case system sends disappears silently, and nothing personal is kept of it."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from feedback_app.app import create_app
from feedback_app.commands.intake import intake_group
from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.intake.delivery_log import OUTCOMES, RefusedRequests
from feedback_app.intake.webhooks.events import MAX_LINE, MAX_LINES, UNNAMED, shape_of
from feedback_app.jobs.retention import end_lifetimes
from feedback_app.store import delivery_log
from feedback_app.store.delivery_log import SAMPLES, LoggedOutcome
from tests.support.case_systems import GENERIC, JIRA, SYSTEMS
from tests.support.office import NOW, Office
from tests.support.senders import Wire, key_for, serving, with_settings
from tests.support.simulated_system import ADDRESS, SECRET, Closing
from tests.support.team import Somebody

CLOSING = Closing(number="00042", closed_at=NOW - timedelta(minutes=2))
ON_POSTGRESQL = (
    "test_an_event_that_does_not_close_a_case_is_counted_with_its_shape",
    "test_parallel_deliveries_are_all_counted",
    "test_counts_end_after_30_days",
)


@pytest.fixture
def port(office: Office) -> Iterator[int]:
    pairs = tuple(SecretStr(f"{name}={SYSTEMS[name].secret}") for name in ("generic", "jira"))
    changed = with_settings(office, webhook_secrets=pairs, api_requests_per_minute=300)
    with serving(create_app(parts=changed)) as port:
        yield port


def logged(office: Office) -> list[LoggedOutcome]:
    return delivery_log.since(office.program.database, office.now - delivery_log.RETENTION)


def counts(office: Office) -> dict[tuple[str, str], int]:
    return {(one.preset, one.outcome): one.deliveries for one in logged(office)}


def test_every_outcome_of_a_webhook_is_counted_under_its_preset(office: Office, port: int) -> None:
    closing = GENERIC.closing(CLOSING)
    tell = lambda payload: GENERIC.tell(port, CLOSING, office.now, payload=payload)  # noqa: E731
    for payload in (
        closing,
        closing,
        GENERIC.event("comment", CLOSING),
        {**closing, "closed_at": "?"},
    ):
        tell(payload)
    tell(["one", "two"])
    GENERIC.tell(port, CLOSING, office.now, secret="a-wrong-secret-of-somebody")
    GENERIC.tell(port, CLOSING, office.now - timedelta(hours=1))
    assert GENERIC.tell(port, CLOSING, office.now, payload="x" * 2**20).status == 413
    assert counts(office) == {
        ("generic", "new"): 1,
        ("generic", "known"): 1,
        ("generic", "ignored"): 1,
        ("generic", "invalid"): 1,
        ("generic", "unreadable"): 1,
        ("generic", "secret"): 1,
        ("generic", "time"): 1,
        ("generic", "too_large"): 1,
    }
    assert {outcome for _, outcome in counts(office)} <= set(OUTCOMES)


def test_webhooks_without_a_secret_and_unknown_ones_are_counted_apart(
    office: Office, port: int
) -> None:
    Wire(port, {}).post("/api/v1/webhooks/zendesk", {})
    for name in ("zendesc", ADDRESS, "x" * 500):
        Wire(port, {}).post(f"/api/v1/webhooks/{name}", {})
        office.wait(seconds=11)
    assert counts(office) == {("zendesk", "disabled"): 1, ("", "unknown"): 3}


def test_closed_cases_of_the_api_are_counted_too(office: Office, port: int) -> None:
    case = {"case_number": "7", "closed_at": "2026-11-24T10:00:00Z"}
    desk = Wire(port, {"Authorization": f"Bearer {key_for(office, 'desk')}"})
    assert desk.post("/api/v1/closed-cases", [case, {**case, "case_number": "8"}]).status == 201
    assert desk.post("/api/v1/closed-cases", {**case, "closed_at": "?"}).status == 422
    assert Wire(port, {}).post("/api/v1/closed-cases", case).status == 401
    assert desk.get("/api/v1/closed-cases/desk/none").status == 404, "a question is not a delivery"
    assert counts(office) == {("api", "new"): 2, ("api", "invalid"): 1, ("api", "secret"): 1}


def test_an_event_that_does_not_close_a_case_is_counted_with_its_shape(
    office: Office, port: int
) -> None:
    payload = JIRA.event("comment", CLOSING)
    payload["issue"]["fields"] |= {"reporter": {"emailAddress": ADDRESS}, "labels": [], "n": None}
    JIRA.tell(port, CLOSING, office.now, payload=payload)
    (found,) = logged(office)
    (sample,) = found.samples
    assert sample.because == ("changelog.items[field=status].field",)
    for line in (
        "webhookEvent: text",
        "timestamp: number",
        "issue.fields.reporter.emailAddress: text",
        "issue.fields.labels: empty list",
        "issue.fields.n: null",
        "changelog.items[0].field: text",
    ):
        assert line in sample.shape
    kept = str(office.rows("delivery_log"))
    for value in (ADDRESS, "00042", "An agent", "Nobody", "indeterminate"):
        assert value not in kept


def test_an_invalid_payload_is_counted_with_its_fields_but_not_their_values(
    office: Office, port: int
) -> None:
    payload = {**GENERIC.closing(CLOSING), "closed_at": f"ask {ADDRESS}"}
    GENERIC.tell(port, CLOSING, office.now, payload=payload)
    assert logged(office)[0].samples[0].because == ("closed_at",)
    assert ADDRESS not in str(office.rows("delivery_log"))


def test_only_the_last_different_shapes_are_kept(office: Office, port: int) -> None:
    for at in (1, 2, 3, 4, 5, 4, 5):
        payload = {**GENERIC.event("comment", CLOSING), f"field_{at}": at}
        GENERIC.tell(port, CLOSING, office.now, payload=payload)
    (found,) = logged(office)
    assert found.deliveries == 7
    last = [sample.shape[-1] for sample in found.samples]
    assert last == ["field_5: number", "field_4: number", "field_3: number"]
    assert len(last) == SAMPLES


@pytest.mark.parametrize(
    ("payload", "shape"),
    [
        ({ADDRESS: 1, "Kim Muster": {"a": True}}, ["…: number", "….a: true or false"]),
        ({"+49 30 1234567": "x", "id_00491701234567": "x"}, ["…: text", "…: text"]),
        (
            {"customfield_10002": "x", "sys_id": {}},
            ["customfield_10002: text", "sys_id: empty object"],
        ),
        ({"": 1, "a\x00\nb": 1, "é": 1, "a.b": 1, "x" * 41: 1}, ["…: number"] * 5),
        ("text", ["text"]),
        ([[]], ["[0]: empty list"]),
        ({"@received": "now", "a": 1.5}, ["a: number"]),
    ],
)
def test_only_names_of_fields_are_kept_of_keys(payload: Any, shape: list[str]) -> None:
    assert list(shape_of(payload)) == shape
    assert UNNAMED == "…"


def test_the_shape_of_a_huge_payload_is_short() -> None:
    deep: Any = "x"
    for _ in range(30):
        deep = {"a" * 40: deep}
    wide = {f"key{at}": at for at in range(100_000)}
    found = shape_of({"deep": deep, "wide": wide})
    assert len(found) == MAX_LINES
    assert max(map(len, found)) == MAX_LINE


def test_parallel_deliveries_are_all_counted(office: Office, port: int) -> None:
    payload = GENERIC.event("comment", CLOSING)
    with ThreadPoolExecutor(16) as pool:
        tell = lambda _: GENERIC.tell(port, CLOSING, NOW, payload=payload).status  # noqa: E731
        assert set(pool.map(tell, range(100))) == {200}
    assert counts(office) == {("generic", "ignored"): 100}
    assert len(logged(office)[0].samples) == 1


def test_strangers_cannot_make_the_program_write_often(
    office: Office, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal is written at once; repeats within ten seconds are written with the next one."""
    written = []
    add = delivery_log.add
    monkeypatch.setattr(delivery_log, "add", lambda *args: written.append(args[1]) or add(*args))
    for _ in range(50):
        GENERIC.tell(port, CLOSING, office.now, secret="a-wrong-secret-of-somebody")
    assert written == [("generic", "secret")]
    assert counts(office) == {("generic", "secret"): 1}
    office.wait(seconds=11)
    GENERIC.tell(port, CLOSING, office.now, secret="a-wrong-secret-of-somebody")
    assert counts(office) == {("generic", "secret"): 51}
    assert not logged(office)[0].samples, "the content of strangers is not kept"
    assert len(office.rows("delivery_log")) == 1


def test_a_refusal_is_answered_and_counted_later_if_the_database_is_unavailable(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused, database = RefusedRequests(), sqlite_office.program.database
    key = ("generic", "secret")

    def unavailable() -> None:
        raise DatabaseUnavailableError("locked")

    with monkeypatch.context() as broken:
        broken.setattr(database, "write", unavailable)
        refused.add(database, key, NOW)
    refused.add(database, key, NOW + timedelta(seconds=11))
    assert counts(sqlite_office) == {key: 2}


def test_counts_end_after_30_days(office: Office) -> None:
    with office.program.database.write() as tx:
        for days in (0, 29, 31):
            delivery_log.add(tx, ("jira", "new"), NOW - timedelta(days=days))
    assert counts(office) == {("jira", "new"): 2}, "older ones are not shown"
    end_lifetimes(office.program, NOW)
    assert len(office.rows("delivery_log")) == 2


def test_leads_see_what_arrived_and_why_it_was_not_stored(
    sqlite_team_office: Office,
) -> None:
    office = sqlite_team_office
    reader = Somebody(office, "reader")
    assert "Nothing arrived" in reader.get("/review/deliveries").text
    program = with_settings(office, webhook_secrets=(SecretStr(f"jira={SECRET}"),))
    client = create_app(parts=program).test_client()
    body = JIRA.body(JIRA.event("comment", CLOSING))
    proof = JIRA.proof(body, CLOSING, NOW, SECRET)
    client.post("/api/v1/webhooks/jira", data=body, headers=proof)
    client.post("/api/v1/webhooks/jira", data=body)
    page = reader.get("/review/deliveries").text
    assert "<h2>jira</h2>" in page
    assert "Refused: wrong secret or signature" in page
    assert "Conditions not met: changelog.items[field=status].field" in page
    assert "issue.fields.status.statusCategory.key: text" in page
    assert 'href="/review/deliveries"' in reader.get("/review/2026-W48").text
    assert "Abgelehnt: falsches Secret" in reader.get("/review/deliveries?lang=de").text


def test_the_log_is_printed_by_a_command(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = sqlite_office
    assert "Nothing arrived in the last 30 days." in office.run(intake_group, "log").output
    sample = delivery_log.PayloadSample(("issue.key: text",), ("webhookEvent",))
    with office.program.database.write() as tx:
        delivery_log.add(tx, ("jira", "ignored"), NOW, 214, [sample])
        delivery_log.add(tx, ("jira", "new"), NOW, 12)
        delivery_log.add(tx, ("", "unknown"), NOW)
    printed = office.run(intake_group, "log").output
    assert printed.startswith("jira\n") and printed.count("jira") == 1
    assert printed.endswith("Refused: no such webhook, last 2026-11-24 13:00 CET\n")
    assert "\nunknown webhooks\n" in printed
    assert "    214  Ignored: does not close or reopen a case, last 2026-11-24 13:00 CET" in printed
    assert "         conditions not met: webhookEvent" in printed
    assert "           issue.key: text" in printed
    found = json.loads(office.run(intake_group, "log", "--json").output)
    assert found[0] == {
        "preset": "jira",
        "outcome": "ignored",
        "deliveries": 214,
        "last_at": "2026-11-24T12:00:00Z",
        "samples": [{"because": ["webhookEvent"], "shape": ["issue.key: text"]}],
    }
