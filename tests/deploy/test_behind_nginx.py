"""The configuration that `feedback site nginx` prints, in nginx, with two processes."""

import re
import signal
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import IncompleteRead
from pathlib import Path
from socket import create_connection, socket
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from click.testing import CliRunner
from flask import Flask
from pydantic import SecretStr

from feedback_app.app import create_app
from feedback_app.cli import main
from feedback_app.commands.nginx import configuration
from feedback_app.intake.rate_limits import FAILURES_PER_MINUTE
from feedback_app.settings import Settings
from feedback_app.web.site import FOR_SERVERS, site_headers
from tests.support import postgresql
from tests.support.nginx import running_nginx
from tests.support.nginx_installation import (
    LEAD,
    SIGNED_IN,
    NginxInstallation,
    Reply,
    answer,
    running_installation,
    send,
)
from tests.support.office import KEY
from tests.support.server import feedback, free_port
from tests.support.some import some

CASES = "/api/v1/closed-cases"
NOWHERE = ("127.0.0.1:9",)  # a port on which nobody listens


@pytest.fixture(scope="module")
def here(
    postgresql_server: str, site: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NginxInstallation]:
    """nginx and two processes with PostgreSQL."""
    name = postgresql.create_database(postgresql_server)
    url = postgresql.url_of(postgresql_server, name)
    folder = tmp_path_factory.mktemp("installation")
    with running_installation(folder, url, site) as found:
        yield found
    postgresql.drop_database(postgresql_server, name)


@pytest.fixture(scope="module")
def built_in(site: Path, migrated_sqlite_file: Path) -> Iterator[Flask]:
    """The program that serves the site itself."""
    app = create_app(
        Settings(
            secret_keys=(SecretStr(KEY),),
            database=SecretStr(f"sqlite:///{migrated_sqlite_file}"),
            site=site,
        )
    )
    yield app
    app.config["PROGRAM"].database.close()


def test_every_address_of_the_site_gets_the_response_of_the_built_in_server(
    here: NginxInstallation, built_in: Flask, site: Path
) -> None:
    files = [f"/{path.relative_to(site).as_posix()}" for path in site.rglob("*") if path.is_file()]
    folders = [path[: -len("index.html")] for path in files if path.endswith("/index.html")]
    without_slash = [path[:-1] for path in folders if path != "/"]
    old = [line.split()[0] for line in (site / "_redirects").read_text().splitlines()]
    unknown = ["/nothing", "/de/nothing", "/docs", "/docs/", "/.env", "/data/", "/de/.git/config"]
    client, names = built_in.test_client(), ["cache-control", *site_headers(site)["/*"]]
    for path in some([*files, *folders, *without_slash, *old, *unknown]):
        ours, theirs = send(here.port, path, f"127.0.3.{len(path)}"), client.get(path)
        assert ours.status == theirs.status_code, path
        assert ours.header("Location") == theirs.headers.get("Location", ""), path
        for name in names:
            assert ours.header(name) == theirs.headers[name], (path, name)
        if ours.status != 301:
            assert ours.header("Content-Type") == theirs.headers["Content-Type"], path
            assert ours.body == theirs.data, path
        theirs.close()


def test_files_for_servers_and_metrics_are_not_public(here: NginxInstallation) -> None:
    for path in (*(f"/{name}" for name in FOR_SERVERS), "/metrics", "/.env"):
        reply = send(here.port, path)
        assert reply.status == 404
        assert b"Page not found" in reply.body


def test_every_route_of_the_program_is_passed_on_and_no_secret_is_logged(
    here: NginxInstallation, built_in: Flask
) -> None:
    routes = {
        re.sub("<[^>]*>", "SECRET", rule.rule)
        for rule in built_in.url_map.iter_rules()
        if not rule.endpoint.startswith("site.") and rule.rule != "/metrics"
    }
    odd = ["/F/SECRET", "//f/SECRET", "/o", "/f/SECRET/why?k=SECRET"]
    before = len(here.access_log())
    for path in some([*routes, *odd]):
        send(here.port, path, f"127.0.4.{len(path)}", headers={"Referer": "SECRET", **SIGNED_IN})
    while len(logged := here.access_log()[before:]) < len(routes) + len(odd):
        time.sleep(0.01)  # nginx writes a line after its response
    assert "SECRET" not in str(logged)
    assert all(re.search(r'"127\.0\.0\.1:\d+" "\d+"$', line) for line in logged)


def test_the_survey_is_answered_and_has_its_own_headers_once(here: NginxInstallation) -> None:
    path = urlsplit(feedback("mint", "1", env=here.env).strip()).path
    page = send(here.port, path, headers={"Accept-Encoding": "gzip"})
    assert "style-src 'sha256-" in page.header("Content-Security-Policy")
    assert page.header("Cache-Control") == "no-store"
    # Compressing a page with a secret and text of others would reveal the secret (BREACH).
    assert page.header("Content-Encoding") == ""
    assert re.fullmatch("[0-9a-f]{32}", page.header("X-Request-ID"))
    assert answer(here.port, path, "127.0.0.3") == [200, 303]


def test_the_program_knows_the_client(here: NginxInstallation) -> None:
    forged = {"X-Forwarded-For": "127.0.0.6", "Authorization": "Bearer wrong"}
    # Each process counts for itself.
    wrong = [
        send(here.port, CASES, "127.0.0.5", "POST", headers=forged)
        for _ in range(2 * FAILURES_PER_MINUTE + 2)
    ]
    assert {reply.status for reply in wrong} == {401, 429}
    assert send(here.port, CASES, "127.0.0.6", "POST", headers=forged).status == 401


def test_only_the_sign_in_of_nginx_signs_a_lead_in(here: NginxInstallation) -> None:
    forged = {"RemoteUser": LEAD, "Remote-User": LEAD, "Remote_User": LEAD}
    assert send(here.port, "/review/definitions", headers=forged).status == 401
    assert send(here.port, "/review/definitions", headers=SIGNED_IN | forged).status == 200
    for path in (
        "/f/../review/definitions",
        "//review/definitions",
        "/api/..%2freview/definitions",
    ):
        assert send(here.port, path, headers=forged).status == 401


def _first_with(
    status: int,
    here: NginxInstallation,
    *request: Any,
    tries: int = 40,
    pause: float = 0,
    **options: Any,
) -> Reply:
    """Return the first response with this status to a request that is sent up to `tries` times."""
    for _ in range(tries):
        reply = send(here.port, *request, **options)
        if reply.status == status:
            return reply
        time.sleep(pause)
    raise AssertionError(f"no response to {request} has the status {status}")


def test_too_many_requests_get_a_friendly_page_in_the_language_of_the_client(
    here: NginxInstallation,
) -> None:
    def flood(path: str, client: str) -> None:
        with ThreadPoolExecutor(8) as threads:
            statuses = set(threads.map(lambda _: send(here.port, path, client).status, range(300)))
        assert 429 in statuses

    flood("/healthz", "127.0.0.7")
    for language, text in (("en", "Not available at the moment"), ("de-AT", "Zurzeit nicht")):
        headers = {"Accept-Language": language}
        reply = _first_with(429, here, "/f/x", "127.0.0.7", headers=headers)
        assert text in reply.body.decode()
        assert reply.header("Retry-After") == "10"
        assert reply.header("Content-Security-Policy").startswith("default-src 'none'")
    problem = _first_with(429, here, CASES, "127.0.0.7", "POST")
    assert problem.header("Content-Type") == "application/problem+json"
    # Others are served meanwhile.
    assert send(here.port, "/healthz", "127.0.0.8").status == 200


def _connections(
    here: NginxInstallation, stack: ExitStack, client: str, number: int
) -> list[socket]:
    address = ("127.0.0.1", here.port)
    return [stack.enter_context(create_connection(address, 60, (client, 0))) for _ in range(number)]


def test_many_slow_requests_of_one_address_get_a_friendly_page_and_others_are_served(
    here: NginxInstallation,
) -> None:
    with ExitStack() as stack:
        for one in _connections(here, stack, "127.0.0.9", 64):
            one.sendall(b"POST /f/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nease=")
        for path in ("/f/x", "/", "/review/"):
            headers = {"Accept-Language": "de"}
            reply = _first_with(429, here, path, "127.0.0.9", tries=100, headers=headers)
            assert "Zurzeit nicht" in reply.body.decode()
            assert reply.header("Retry-After") == "10"
        assert send(here.port, "/healthz", "127.0.0.10").status == 200
    _first_with(200, here, "/healthz", "127.0.0.9", tries=100, pause=0.05)


def test_browsers_of_an_office_with_one_address_that_keep_connections_open_are_served(
    here: NginxInstallation,
) -> None:
    with ExitStack() as stack:
        for one in _connections(here, stack, "127.0.0.11", 150):
            one.sendall(b"GET /favicon.ico HTTP/1.1\r\nHost: x\r\n\r\n")
            assert one.recv(12) in (b"HTTP/1.1 200", b"HTTP/1.1 404")
        assert send(here.port, "/", "127.0.0.11").status == 200
        assert send(here.port, "/healthz", "127.0.0.11").status == 200


def test_a_rolling_restart_loses_no_request_and_stores_no_answer_twice(
    here: NginxInstallation,
) -> None:
    paths = [urlsplit(link).path for link in feedback("mint", "2600", env=here.env).split()]
    before, found = _stored(here), []
    # The last one is killed, so nginx has to repeat POSTs that may have been stored.
    for number, (first, last) in enumerate([(0, 625), (625, 1250), (1250, 1875), (1875, 2500)]):
        found += _restart(here, number % 2, paths[first:last], signal.SIGTERM)
    assert found == [200, 303] * 2500
    found += _restart(here, 0, paths[2500:], signal.SIGKILL)
    lost = len(found) - found.count(200) - found.count(303)
    rows, answered = _stored(here)
    print(
        f"{len(found)} requests, 5 restarts: {lost} lost, "
        f"{rows - answered - (before[0] - before[1])} stored twice"
    )
    assert lost == 0
    assert (rows - before[0], answered - before[1]) == (2600, 2600)


def _restart(here: NginxInstallation, process: int, paths: list[str], number: int) -> list[int]:
    """Restart a process while customers answer, and return the statuses that they got."""
    port = list(here.processes)[process]
    answering = threading.Event()

    def restart() -> None:
        assert answering.wait(60)
        assert here.stop(port, number) == (0 if number == signal.SIGTERM else -number)
        here.start(port)
        here.wait_for(port)

    def customer(numbered: tuple[int, str]) -> list[int]:
        place, path = numbered
        if place == 50:
            answering.set()
        address = f"127.0.5.{place % 100 + 1}"
        try:
            return answer(here.port, path, address)
        except IncompleteRead:
            # A killed server can cut off the form, and then the customer opens it again.
            assert number == signal.SIGKILL
            return answer(here.port, path, address)

    with ThreadPoolExecutor(8) as customers, ThreadPoolExecutor(1) as operator:
        restarted = operator.submit(restart)
        statuses = [one for pair in customers.map(customer, enumerate(paths)) for one in pair]
        restarted.result()
    return statuses


def _stored(here: NginxInstallation) -> tuple[int, int]:
    with psycopg.connect(here.env["FEEDBACK_DATABASE"]) as connection:
        query = "SELECT count(*), count(DISTINCT invitation_id) FROM answers"
        row = connection.execute(query).fetchone()
    assert row
    return row


def test_with_https_http_is_redirected_and_a_page_says_that_no_process_responds(
    site: Path, tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    port, plain = free_port(), free_port()
    settings = Settings(
        secret_keys=(SecretStr(KEY),),
        public_url=f"https://127.0.0.1:{port}",
        site=site,
        trusted_proxies=("127.0.0.1",),
    )
    public, private = map(str, certificate)
    text = configuration(settings, NOWHERE, public, private)
    for family in ("", "[::]:"):
        assert f"listen {family}80;" in text
        text = text.replace(f"listen {family}80;", f"listen {family}{plain};")
    with running_nginx(tmp_path, text):
        moved = send(plain, "/slas.html?a=b")
        assert moved.status == 301
        assert moved.header("Location") == f"https://127.0.0.1:{port}/slas.html?a=b"
        trusted = ssl.create_default_context(cafile=public)
        with urllib.request.urlopen(f"https://127.0.0.1:{port}/", context=trusted) as page:
            assert b"</html>" in page.read()
            assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
        for path, text in (("/f/x", "</html>"), (CASES, '"status": 503')):
            request = f"https://127.0.0.1:{port}{path}"
            with pytest.raises(urllib.error.HTTPError) as error:
                urllib.request.urlopen(request, context=trusted)
            assert error.value.code in (502, 503)
            assert text in error.value.read().decode()


def test_the_command_names_the_setting_that_is_missing(site: Path) -> None:
    env = {"FEEDBACK_SECRET_KEYS": KEY, "FEEDBACK_SITE": str(site)}
    done = CliRunner().invoke(main, ["site", "nginx"], env=env)
    assert done.exit_code == 1
    assert "FEEDBACK_TRUSTED_PROXIES: set it to the address" in done.output
    done = CliRunner().invoke(main, ["site", "nginx"], env={**env, "FEEDBACK_SITE": "/nowhere"})
    assert "FEEDBACK_SITE: /nowhere has no index.html" in done.output
