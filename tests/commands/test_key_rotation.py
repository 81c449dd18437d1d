"""Keys change while customers answer, and after one leaked."""

import http.client
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from feedback_app import sample
from feedback_app.base import times
from feedback_app.base.links import Links
from feedback_app.commands.links import link
from feedback_app.database.migrate import migrate
from feedback_app.program import Program, open_program
from feedback_app.settings import read_settings
from tests.support.office import Customer, Office, serving

OLD, NEW = "old-key-" * 4, "new-key-" * 4
# Two servers restart one after the other: first every one knows the new key, then it signs.
STEPS = [[OLD], [NEW, OLD], [OLD, NEW]]
CUSTOMERS = 120
FORM = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Mozilla/5.0"}


class Servers:
    """Two servers behind one address; each request reaches either of them."""

    def __init__(self, program: Program, closing: ExitStack) -> None:
        self._wiring, self._closing = program, closing
        self.running: list[tuple[Program, int]] = []
        for _ in range(2):
            self.running.append(self._start(STEPS[0]))

    def restart(self, number: int, keys: list[str]) -> None:
        self.running[number] = self._start(keys)

    def _start(self, keys: list[str]) -> tuple[Program, int]:
        program = replace(self._wiring, links=Links(keys))
        return program, self._closing.enter_context(serving(program))

    def mint(self) -> str:
        """Return the path of a link that one of the servers signed."""
        program, _ = random.choice(self.running)
        return urlsplit(sample.mint(program, 1, times.now())[0]).path

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        _, port = random.choice(self.running)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request(method, path, body, FORM)
        response = connection.getresponse()
        page = response.read().decode()
        connection.close()
        return response.status, page


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    """Two servers on one database that know the old key only."""
    program = open_program(
        read_settings(database=f"sqlite:///{tmp_path}/feedback.sqlite", secret_keys=OLD)
    )
    migrate(program.database, times.now())
    with ExitStack() as closing:
        yield Servers(program, closing)
    program.database.close()


def test_rotating_keys_under_load_breaks_no_link_and_loses_no_answer(servers: Servers) -> None:
    done: list[str] = []

    def answer(path: str) -> list[int]:
        opened, page = servers.ask("GET", path)
        value = page.split('name="page" value="')[1].split('"')[0] if opened == 200 else ""
        fields = {"page": value, "ease": "4", "satisfaction": "5"}
        sent, _ = servers.ask("POST", path, urlencode(fields))
        after, _ = servers.ask("GET", path)
        done.append(path)
        return [opened, sent, after]

    sent_before = [servers.mint() for _ in range(CUSTOMERS // 2)]

    def customer(number: int) -> list[int]:
        # Every second link was mailed before anything changed, the others go out meanwhile.
        return answer(sent_before[number // 2] if number % 2 else servers.mint())

    with ThreadPoolExecutor(6) as customers:
        results = [customers.submit(customer, number) for number in range(CUSTOMERS)]
        turns = [(server, keys) for keys in STEPS[1:] for server in range(2)]
        for turn, (server, keys) in enumerate(turns, 1):
            while len(done) < turn * CUSTOMERS // (len(turns) + 1) and not all(
                result.done() for result in results
            ):
                time.sleep(0.005)
            servers.restart(server, keys)
    assert [result.result() for result in results] == [[200, 303, 200]] * CUSTOMERS
    signed_now = servers.mint().removeprefix("/f/")
    assert Links([NEW]).read("survey", signed_now), "the new key signs by now"


def test_a_removed_key_no_longer_verifies_links(office: Office) -> None:
    invitation_id = office.invite()
    forged = Links([OLD]).sign("survey", invitation_id)
    office.program = replace(office.program, links=Links([NEW]))
    assert office.client().get(f"/f/{forged}").status_code == 404


def test_revoked_links_are_refused_and_can_be_issued_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = Customer(office, office.invite())
    office.wait(hours=1)
    monkeypatch.setenv("FEEDBACK_LINKS_VALID_FROM", office.now.isoformat())
    keys = [one.get_secret_value() for one in office.program.settings.secret_keys]
    office.program = replace(office.program, links=Links(keys, office.now))
    page = office.client().get(customer.path)
    assert page.status_code == 410
    assert "withdrawn" in page.text
    anew = Customer(office, customer.invitation_id)
    anew.path = urlsplit(office.run(link, "00012345").output.strip()).path
    assert anew.path != customer.path
    assert anew.send(ease="4", satisfaction="5").status_code == 303
