"""Every request has an id, in its response and its log lines, and is logged without its path."""

import logging
from typing import Any

import pytest

from feedback_app.app import create_app
from feedback_app.base.logs import request_id
from tests.support.office import Office
from tests.support.senders import with_settings

PROXY, STRANGER = "192.0.2.1", "203.0.113.7"
GIVEN = "01JD4Z8Q-trace.id_7"


@pytest.fixture
def client(sqlite_office: Office) -> Any:
    """A browser without a screen, on a program with a trusted proxy."""
    app = create_app(parts=with_settings(sqlite_office, trusted_proxies=(PROXY,)))
    app.add_url_rule("/breaks", view_func=lambda: 1 / 0)
    return app.test_client()


def _id_of(client: Any, given: str | None, peer: str) -> str:
    headers = {"X-Request-ID": given} if given is not None else {}
    answer = client.get("/f/no-token", headers=headers, environ_base={"REMOTE_ADDR": peer})
    return str(answer.headers["X-Request-ID"])


def test_the_id_of_a_trusted_proxy_is_kept(client: Any) -> None:
    assert _id_of(client, GIVEN, PROXY) == GIVEN


@pytest.mark.parametrize(
    ("given", "peer"),
    [
        (GIVEN, STRANGER),
        (None, PROXY),
        ("", PROXY),
        ("short", PROXY),
        ("x" * 65, PROXY),
        ("with a space", PROXY),
        ("<script>alert</script>", PROXY),
        ("ïd-of-a-request", PROXY),
    ],
)
def test_any_other_request_gets_a_new_id(client: Any, given: str | None, peer: str) -> None:
    first, second = _id_of(client, given, peer), _id_of(client, given, peer)
    assert first != second
    assert len(first) == len(second) == 16


def test_a_request_is_logged_with_its_route_and_never_with_its_path(
    client: Any, sqlite_office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    path = sqlite_office.path(sqlite_office.invite())
    with caplog.at_level(logging.INFO):
        client.get(f"{path}?secret=word")
        client.open("/no/such/page", method="INVENTED")
    logged = [one.getMessage() for one in caplog.records if one.name == "feedback_app.requests"]
    assert [line.rsplit(" ", 2)[0] for line in logged] == ["GET /f/<token> 200", "OTHER none 404"]
    assert path.split("/")[2] not in caplog.text
    assert "secret" not in caplog.text


def test_probes_are_only_logged_for_debugging(
    client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        client.get("/healthz")
    assert caplog.records == []


def test_the_lines_of_a_request_that_fails_have_its_id(client: Any) -> None:
    found: list[str] = []

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(request_id.get())

    handler = Listening()
    logging.getLogger().addHandler(handler)
    try:
        answer = client.get("/breaks")
    finally:
        logging.getLogger().removeHandler(handler)
    assert answer.status_code == 500
    assert set(found) == {answer.headers["X-Request-ID"]}
    assert request_id.get() == "", "no line after the request has its id"
