"""While a write transaction is open, nobody else can write to SQLite, so it must be short."""

import ast
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

import feedback_app
from feedback_app.base.templates import template
from feedback_app.commands.contacts import bounce, opt_out
from feedback_app.commands.links import link, mint
from feedback_app.database.sqlite import SQLite
from feedback_app.jobs import digest
from tests.support.office import Customer, Office, a_case

CODE = Path(feedback_app.__file__).parent
# Names of functions that wait for a person, a file, a network or a slow calculation.
WAITING = {
    "open",
    "read",
    "read_bytes",
    "read_text",
    "readline",
    "write_bytes",
    "write_text",
    "unlink",
    "prompt",
    "confirm",
    "render",
    "mjml2html",
    "urlopen",
    "getaddrinfo",
    "hashed",
    "sleep",
    "read_report",
    "discard",
}
AUDITED = ("open", "os.remove", "os.rename", "socket.connect", "socket.getaddrinfo")
_inside = threading.local()


def _calls_in_transactions(path: Path) -> Iterator[str]:
    for block in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(block, ast.With) or not any(
            ".write()" in ast.unparse(item.context_expr) for item in block.items
        ):
            continue
        for call in (node for one in block.body for node in ast.walk(one)):
            if isinstance(call, ast.Call):
                name = ast.unparse(call.func).rpartition(".")[2]
                if name in WAITING:
                    yield f"{path.relative_to(CODE)}:{call.lineno} {name}"


def test_no_code_waits_for_input_inside_a_write_transaction() -> None:
    blocks = [path for path in CODE.rglob("*.py") if ".write() as tx" in path.read_text("utf-8")]
    assert len(blocks) > 15
    assert [found for path in CODE.rglob("*.py") for found in _calls_in_transactions(path)] == []


def _audit(event: str, _arguments: tuple[Any, ...]) -> None:
    events = getattr(_inside, "events", None)
    if events is not None and event in AUDITED:
        events.append(event)


@pytest.fixture
def opened_in_transactions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files and connections that this thread opens while a write transaction is open."""
    found: list[str] = []
    write = SQLite.write

    @contextmanager
    def watched(self: SQLite) -> Iterator[Any]:
        with write(self) as tx:
            _inside.events = found
            try:
                yield tx
            finally:
                _inside.events = None

    monkeypatch.setattr(SQLite, "write", watched)
    return found


def test_nothing_opens_files_or_connections_inside_a_write_transaction(
    sqlite_office: Office, opened_in_transactions: list[str]
) -> None:
    # An audit hook cannot be removed, but it does nothing outside a watched transaction.
    sys.addaudithook(_audit)
    office = sqlite_office
    office.program.settings.alert_urls = (SecretStr("lead@example.org"),)
    office.program.settings.digest_to = (SecretStr("lead@example.org"),)
    # Templates are read from files the first time.
    template.cache_clear()
    customer = Customer(office, office.invite())
    customer.send(ease="1", satisfaction="1", contact_welcome="y")
    office.receive(a_case("2", contact_email="other@customer.example"))
    week = office.rows("cases")[0]["closed_week"]
    assert digest.write(office.program, week, office.now, only_once=False) == 1
    assert office.deliver() == 3
    office.erase("2")
    assert office.run(link, "00012345").exit_code == 1
    assert office.run(mint, "2").exit_code == 0
    assert office.run(opt_out, "a@customer.example").exit_code == 0
    assert office.run(bounce, "00012345").exit_code == 0
    assert opened_in_transactions == []
