"""The command `intake try`: what a payload would become, and nothing of it is kept."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feedback_app.commands.intake import intake_group
from feedback_app.intake.deliveries import CaseDelivery, accept_all
from tests.support.case_systems import SALESFORCE_OUTBOUND, SYSTEMS
from tests.support.office import KEY, NOW, Office, a_case
from tests.support.simulated_system import Closing


@pytest.fixture
def run(office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEEDBACK_DATABASE", office.program.settings.database.get_secret_value())
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", KEY)

    def run(preset: str, body: bytes) -> Result:
        before = office.everything()
        result = CliRunner().invoke(intake_group, ["try", preset, "-"], input=body)
        assert office.everything() == before, "nothing may be kept"
        return result

    return run


CLOSING = Closing(number="00042", closed_at=NOW - timedelta(hours=1))


def body(name: str, **changes: object) -> bytes:
    return SYSTEMS[name].body({**SYSTEMS[name].closing(CLOSING), **changes})


def test_a_closing_is_shown_field_by_field(run) -> None:
    result = run("generic", body("generic", language="de", customer="A & B"))
    assert result.exit_code == 0, result.output
    for line in (
        "case_number             00042",
        "closed_at               2026-11-24T11:00:00Z",
        "customer                A & B",
        "our closure email asks the customer",
        "nothing was stored or sent",
    ):
        assert line in result.output


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"contact_email": None}, "no address: only the survey link is created"),
        (
            {"closed_at": "2016-03-05T12:00:00Z", "opened_at": None},
            "is not asked: closed too long ago",
        ),
        ({"contact_email": "no-reply@b.example"}, "is not asked: no-reply or mailer daemon"),
        ({"contact_email": "kim@spryker.com"}, "is not asked: listed in survey.never_ask"),
        ({"send": False}, "gets the survey link for its own email"),
        ({"contact_email": "x"}, "left out contact_email: 'x' is not a plain email address"),
    ],
)
def test_the_result_of_a_payload_is_printed(run, changes: dict[str, object], said: str) -> None:
    result = run("generic", body("generic", **changes))
    assert result.exit_code == 0
    assert said in result.output


def test_a_known_closing_is_shown_as_a_duplicate(office: Office, run) -> None:
    office.receive(a_case("00042", source="generic"))
    shown = run("generic", body("generic")).output
    assert "duplicate: it fills in what the earlier delivery lacked" in shown
    opened = NOW - timedelta(days=6, hours=1)
    office.receive(a_case("00042", source="generic", opened_at=opened))
    assert "duplicate: no second invitation" in run("generic", body("generic")).output


def test_a_reopening_is_shown(run) -> None:
    shown = run("generic", b'{"event": "reopened", "case_number": "00042"}').output
    assert "generic: a case is open again" in shown
    assert "case_id                 00042" in shown


def test_a_delivery_id_of_another_case_is_shown_as_refused(office: Office, run) -> None:
    before = CaseDelivery(case=a_case("00041", source="generic"), delivery_id="delivery-1")
    with office.program.database.write() as tx:
        accept_all(tx, office.program, [before], NOW)
    outcome = run("generic", body("generic"))
    assert outcome.exit_code == 1
    assert isinstance(outcome.exception, SystemExit), outcome.exception
    assert "an invalid closed case" in outcome.output
    assert "  delivery_id: was already used for another case" in outcome.output


def test_the_reason_for_ignoring_a_payload_is_printed(run) -> None:
    payload = SYSTEMS["zendesk"].event("solved", CLOSING)
    result = run("zendesk", json.dumps(payload).encode())
    assert result.exit_code == 0
    assert "event.current is 'SOLVED', not one of CLOSED, closed" in result.output


def test_an_invalid_closing_lists_every_field(run) -> None:
    result = run("generic", body("generic", closed_at="yesterday", case_number=""))
    assert result.exit_code == 1
    assert "closed_at: 'yesterday' is not an ISO 8601 date" in result.output
    assert "case_number: is empty" in result.output


def test_every_case_of_an_outbound_message_is_shown(run) -> None:
    closings = [Closing(f"{at:05}", NOW - timedelta(hours=at)) for at in range(1, 4)]
    result = run("salesforce-outbound", SALESFORCE_OUTBOUND.many(closings).encode())
    assert result.output.count("salesforce-outbound: a closed case") == 3


@pytest.mark.parametrize("wrong", [b"", b"[]", b"{", b"\xff"])
def test_an_invalid_payload_gives_a_one_line_error(run, wrong: bytes) -> None:
    result = run("generic", wrong)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: the body is")


def test_an_unknown_preset_is_refused_with_the_existing_ones(run) -> None:
    result = run("yira", b"{}")
    assert result.exit_code == 2
    assert "jira-automation" in result.stderr
