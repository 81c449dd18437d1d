"""/metrics, `feedback status` and the alert rules have the same figures."""

import json
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
import yaml
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from feedback_app.app import create_app
from feedback_app.commands.health import status_command
from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.jobs.status import SystemStatus, read_status
from feedback_app.jobs.worker import run_once
from feedback_app.store import delivery_log, health, outbox, send_pauses
from tests.support.office import Office, a_case
from tests.support.senders import with_settings

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-for-prometheus"
HERE = {"REMOTE_ADDR": "127.0.0.1"}


def _client(office: Office, **settings: Any):
    return create_app(parts=with_settings(office, **settings)).test_client()


def _samples(text: str) -> dict[str, float]:
    """Return the values by name with labels."""
    return {
        one.name
        + "".join(f",{key}={value}" for key, value in sorted(one.labels.items())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


@pytest.fixture
def busy_office(team_office: Office) -> Office:
    """An office with a sent, a failed and a waiting email, an answer and deliveries."""
    office = team_office
    office.invite("1")
    office.receive(a_case("2"))
    office.receive(a_case("3"))
    ids = [row["id"] for row in office.rows("outbox") if not row["sent_at"]]
    with office.program.database.write() as tx:
        assert outbox.mark_failed(tx, ids[0], office.now, "550 5.1.1 no such user")
        delivery_log.add(tx, ("jira", "new"), office.now, 4)
        delivery_log.add(tx, ("jira", "new"), office.now - timedelta(days=1), 99)
        delivery_log.add(tx, ("", "unknown"), office.now, 2)
        health.record_run(tx, "deliver", office.now)
    office.wait(minutes=3)
    return office


def test_the_status_has_the_queue_failures_deliveries_and_jobs(busy_office: Office) -> None:
    office = busy_office
    sent_at = office.now - timedelta(minutes=3)
    status = read_status(office.program, office.now)
    assert status.disk_free_bytes > 0
    assert status == SystemStatus(
        schema_version=status.schema_version,
        emails_waiting=1,
        emails_due=1,
        emails_held=0,
        sending_paused_seconds=0,
        sending_paused_because=None,
        domains_paused={},
        oldest_due_seconds=180,
        emails_sent_last_day=1,
        emails_failed_last_day={"550": 1},
        last_email_sent_at=sent_at,
        deliveries_today={("jira", "new"): 4, ("unknown", "unknown"): 2},
        answers=0,
        answers_unread=0,
        follow_ups_overdue=0,
        last_digest_at=None,
        jobs_finished_at={"deliver": sent_at},
        disk_free_bytes=status.disk_free_bytes,
    )


def test_an_email_that_is_retried_later_still_counts_from_its_first_due_time(
    busy_office: Office,
) -> None:
    office = busy_office
    (waiting,) = [r for r in office.rows("outbox") if not r["sent_at"] and not r["refused_at"]]
    with office.program.database.write() as tx:
        outbox.put_back(tx, waiting["id"], office.now + timedelta(hours=2), "421 later")
    status = read_status(office.program, office.now)
    assert (status.emails_due, status.oldest_due_seconds) == (0, 180)


def test_metrics_and_status_have_the_same_figures(busy_office: Office) -> None:
    office = busy_office
    client = _client(office)
    assert client.get("/f/no-token").status_code == 404
    page = client.get("/metrics", environ_base=HERE)
    assert page.status_code == 200, page.text
    found = _samples(page.text)
    assert found["feedback_database_up"] == 1
    assert found["feedback_oldest_due_seconds"] == 180
    assert found["feedback_emails_failed_last_day,reason=550"] == 1
    assert found["feedback_deliveries_today,outcome=new,preset=jira"] == 4
    assert found["feedback_request_seconds_count,route=/f/<token>,status=404"] == 1
    told = json.loads(office.run(status_command, "--json").output)
    assert told["deliveries_today"] == {"jira": {"new": 4}, "unknown": {"unknown": 2}}
    for name in ("emails_waiting", "emails_sent_last_day", "schema_version", "answers"):
        assert found[f"feedback_{name}"] == told[name]
    lines = office.run(status_command).output
    assert "emails due               1, the oldest for 3 min" in lines
    assert "emails failed in 24 h    1 (550)" in lines


def test_pauses_in_sending_are_in_the_status_and_in_the_metrics(busy_office: Office) -> None:
    office = busy_office
    with office.program.database.write() as tx:
        send_pauses.extend(tx, send_pauses.ALL, "550 <us@spam.example> blocked", office.now)
        send_pauses.extend(tx, "slow.example", "451 slower", office.now)
    office.wait(seconds=59)
    printed = json.loads(office.run(status_command, "--json").output)
    assert printed["sending_paused_seconds"] == 59
    assert printed["sending_paused_because"] == "550 <…> blocked"
    assert printed["domains_paused"] == {"slow.example": "451 slower"}
    found = _samples(_client(office).get("/metrics", environ_base=HERE).text)
    assert (found["feedback_sending_paused_seconds"], found["feedback_domains_paused"]) == (59, 1)
    office.wait(minutes=5)
    lines = office.run(status_command).output
    assert "sending paused           for 5 min: 550 <…> blocked\n" in lines
    assert "slow.example" not in lines


def test_the_worker_records_when_each_job_finished(team_office: Office) -> None:
    run_once(team_office.program, lambda: team_office.now)
    finished = read_status(team_office.program, team_office.now).jobs_finished_at
    assert finished["retention"] == finished["digest"] == finished["deliver"] == team_office.now


def test_metrics_show_no_path_of_a_request(team_office: Office) -> None:
    client = _client(team_office)
    path = team_office.path(team_office.invite())
    client.get(path)
    client.get("/no/such/page")
    client.open("/healthz", method="INVENTED")
    text = client.get("/metrics", environ_base=HERE).text
    assert path.split("/")[2] not in text
    assert "such" not in text
    assert "INVENTED" not in text
    assert 'route="none"' in text


@pytest.mark.parametrize(
    ("settings", "peer", "headers", "status"),
    [
        ({}, "127.0.0.1", {}, 200),
        ({}, "203.0.113.7", {}, 403),
        ({}, "127.0.0.1", {"X-Forwarded-For": "203.0.113.7"}, 403),
        ({}, "127.0.0.1", {"Via": "1.1 proxy"}, 403),
        # The proxy of a public server may forward without adding a header.
        ({"public_url": "https://survey.example"}, "127.0.0.1", {}, 403),
        (
            {"public_url": "https://survey.example", "trusted_proxies": ("127.0.0.1",)},
            "127.0.0.1",
            {},
            200,
        ),
        ({"token": TOKEN}, "203.0.113.7", {"Authorization": f"Bearer {TOKEN}"}, 200),
        ({"token": TOKEN}, "203.0.113.7", {"Authorization": "Bearer wrong"}, 403),
        ({"token": TOKEN}, "203.0.113.7", {"Authorization": "Bearer ä"}, 403),
        ({"token": TOKEN}, "127.0.0.1", {}, 403),
    ],
    ids=str,
)
def test_metrics_are_read_from_here_or_with_the_token(
    sqlite_team_office: Office, settings: dict, peer: str, headers: dict, status: int
) -> None:
    token = settings.pop("token", None)
    client = _client(
        sqlite_team_office, **settings, metrics_token=SecretStr(token) if token else None
    )
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": peer})
    assert answer.status_code == status


def test_metrics_without_the_database_say_so(
    sqlite_team_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> SystemStatus:
        raise DatabaseUnavailableError("away")

    monkeypatch.setattr("feedback_app.jobs.metrics.read_status", away)
    page = _client(sqlite_team_office).get("/metrics", environ_base=HERE)
    assert (page.status_code, _samples(page.text)["feedback_database_up"]) == (200, 0)


def test_each_metric_of_the_alert_rules_exists_and_each_alarm_is_explained(
    busy_office: Office,
) -> None:
    rules = yaml.safe_load((ROOT / "deploy/prometheus-alerts.yml").read_text(encoding="utf-8"))
    client = _client(busy_office)
    client.get(busy_office.path(busy_office.invite("9")))
    client.get("/metrics", environ_base=HERE)
    found = _samples(client.get("/metrics", environ_base=HERE).text)
    names = {name.partition(",")[0] for name in found}
    guide = (ROOT / "guides/operate.md").read_text(encoding="utf-8")
    routes = {rule.rule for rule in client.application.url_map.iter_rules()}
    alerts = [rule for group in rules["groups"] for rule in group["rules"]]
    assert len(alerts) > 10
    for alert in alerts:
        assert set(re.findall(r"\bfeedback_\w+", alert["expr"])) <= names, alert["alert"]
        assert set(re.findall(r'route="([^"]+)"', alert["expr"])) <= routes
        assert f"`{alert['alert']}`" in guide


def test_a_status_takes_less_than_50_ms(busy_office: Office) -> None:
    read_status(busy_office.program, busy_office.now)
    times = []
    for _ in range(5):
        started = time.perf_counter()
        read_status(busy_office.program, busy_office.now)
        times.append(time.perf_counter() - started)
    assert min(times) < 0.05


def test_the_time_of_the_database_is_that_of_its_own_clock(team_office: Office) -> None:
    theirs = health.database_time(team_office.program.database)
    assert abs(theirs.timestamp() - time_machine.escape_hatch.time.time()) < 60
    assert theirs.utcoffset() == timedelta(0)
