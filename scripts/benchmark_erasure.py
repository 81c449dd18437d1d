"""Measures how long customers wait while personal data is erased, and what is left of it.

A customer answers every 20 ms while a person is erased, and then a week of contacts and emails.
Longest waits depend on the load of the machine, so the same is measured while nothing is erased.
"""

import argparse
import http.client
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import psycopg
from measuring import FORM, answer_to, show

from feedback_app.base.times import to_text
from feedback_app.base.weeks import week_of
from feedback_app.database.choose import open_database
from feedback_app.database.contract import Database
from feedback_app.store import search_index
from tests.support.postgresql import create_database, running_server, url_of
from tests.support.server import Server, environment, feedback, free_port, granian, running

WEEKS, CONTACT_WEEKS, EMAIL_WEEKS = 25, 13, 5
PERSON, LINKS, PAUSE_SECONDS = "wolpertinger@customer.example", 3000, 0.02
_ROWS = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").split(";\n")
# The comments are all alike.
_INDEXED = (
    "DELETE FROM search_changes WHERE kind = 'comment'",
    """INSERT INTO search_texts (kind, key, words)
       SELECT 'comment', invitation_id,
              '§comment the answer came fast and it explained what went wrong'
       FROM answers WHERE comment <> ''""",
)
_OF_PERSON = (
    """UPDATE cases SET contact_email = :person, customer = 'Wolpertinger Ltd'
       WHERE id IN ('case-10', 'case-5000', 'case-9990')""",
    """UPDATE answers SET comment = 'I am wolpertinger@customer.example, call me'
       WHERE invitation_id IN ('invitation-10', 'invitation-5000', 'invitation-9990')""",
    """UPDATE outbox SET recipient = :person
       WHERE invitation_id IN ('invitation-10', 'invitation-5000', 'invitation-9990')""",
)
_RETENTION = """
from feedback_app.base import times
from feedback_app.jobs.retention import end_lifetimes
from feedback_app.program import open_program
from feedback_app.settings import read_settings
print(end_lifetimes(open_program(read_settings()), times.now()))
"""


def main() -> None:
    """Measure both engines."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=100_000)
    cases = parser.parse_args().cases
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{name}/feedback.sqlite"
        _measure(f"SQLite, {cases:,} cases", cases, Path(name), url, lambda: Path(name))
    with running_server() as server, tempfile.TemporaryDirectory() as name:
        database = url_of(server, create_database(server))

        def files() -> Path:
            with psycopg.connect(database, autocommit=True) as connection:
                connection.execute("CHECKPOINT")
            return Path(server) / "data" / "base"

        _measure(f"PostgreSQL, {cases:,} cases", cases, Path(name), database, files)


def _measure(title: str, cases: int, folder: Path, url: str, files: Callable[[], Path]) -> None:
    port = free_port()
    env = {
        **environment(folder, port),
        "FEEDBACK_DATABASE": url,
        "PYTHONPATH": str(Path.cwd()),
        # As installed, commands do not compile the program when they start.
        "PYTHONDONTWRITEBYTECODE": "",
    }
    feedback("migrate", env=env)
    database = open_database(url)
    _fill(database, cases)
    database.close()
    links = feedback("mint", str(LINKS), env=env).split()
    erase = [sys.executable, "-m", "feedback_app.cli", "erase", "--email", PERSON, "--yes"]
    print(f"\n{title}; {_megabytes(files()):.0f} MB")
    with running(granian("feedback_app.app:create_app", port, "--factory"), port, env) as server:
        customer = _Customer(server, iter([urlsplit(link).path for link in links]))
        with customer.answering("nothing"):
            time.sleep(3)
        with customer.answering("feedback erase"):
            subprocess.run(erase, env=env, check=True, stdout=subprocess.DEVNULL)
        found = _containing(files(), b"wolpertinger")
        print(f"  files with erased text: {found or 'none'}")
        with customer.answering("retention"):
            subprocess.run([sys.executable, "-c", _RETENTION], env=env, check=True)
    print(f"  {_megabytes(files()):.0f} MB afterwards")


class _Customer:
    """Answers one survey after the other."""

    def __init__(self, server: Server, paths: Iterator[str]) -> None:
        self._server, self._paths = server, paths

    @contextmanager
    def answering(self, during: str) -> Iterator[None]:
        """Answer until the block ends; print how long it took, and the waits."""
        waits: list[float] = []
        done = threading.Event()
        thread = threading.Thread(target=self._answer, args=(waits, done))
        thread.start()
        start = time.perf_counter()
        yield
        seconds = time.perf_counter() - start
        done.set()
        thread.join()
        show(f"  answers during {during}: ms", [1000 * one for one in waits], 0,
             f"; {len(waits)} in {seconds:.1f} s")  # fmt: skip

    def _answer(self, waits: list[float], done: threading.Event) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port)
        for path in self._paths:
            if done.wait(PAUSE_SECONDS):
                break
            connection.request("GET", path, headers=FORM)
            body = answer_to(connection.getresponse().read().decode())
            start = time.perf_counter()
            connection.request("POST", path, body, FORM)
            response = connection.getresponse()
            response.read()
            waits.append(time.perf_counter() - start)
            if response.status != 303:
                raise RuntimeError(f"an answer got the status {response.status}")
        connection.close()


def _fill(database: Database, cases: int) -> None:
    now, each = datetime.now(UTC), cases // WEEKS
    for number in range(WEEKS):
        at = now - timedelta(weeks=number, hours=1)
        values = {
            "first": number * each + 1,
            "last": (number + 1) * each,
            "at": to_text(at),
            "week": week_of(at, ZoneInfo("UTC")),
            "contact": int(number <= CONTACT_WEEKS),
            "email": int(number <= EMAIL_WEEKS),
        }
        for sql in _ROWS:
            with database.write() as tx:
                tx.run(sql, **values)
    with database.write() as tx:
        for sql in _INDEXED:
            tx.run(sql)
    with database.write() as tx:
        for sql in _OF_PERSON:
            tx.run(sql, person=PERSON)
        tx.run("ANALYZE")
    search_index.catch_up(database)
    if database.engine == "postgresql":
        size = "SELECT pg_total_relation_size('outbox') / count(*) AS bytes FROM outbox"
        print(f"\nan email takes {database.ask(size)[0]['bytes']} bytes of the database")


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in _files(folder)) / 1e6


def _containing(folder: Path, word: bytes) -> list[str]:
    return [path.name for path in _files(folder) if word in path.read_bytes().lower()]


if __name__ == "__main__":
    main()
