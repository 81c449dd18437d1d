"""Measures the rate of an import, and how long imports and API lists block other writers.

The rate is that of `feedback invite` as a process, by processor time, with every email queued;
with the folder of another checkout as an argument, also as a ratio to its rate. On SQLite, a
customer's answer waits for the transaction of an import or of a list of cases; it should never wait
for more than 500 ms. Waits are wall-clock times, so run it on an idle machine.
"""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from checkout import BASES, ROOT, Checkout
from measuring import show

from feedback_app.base.links import new_id
from feedback_app.base.weeks import week_of
from feedback_app.database.choose import open_database
from feedback_app.database.contract import Database, Transaction
from feedback_app.database.migrate import migrate
from feedback_app.intake.api.messages import MAX_CASES
from feedback_app.intake.csv.file import CSVRow
from feedback_app.intake.csv.importing import Import
from feedback_app.intake.csv.row_reader import RowReader
from feedback_app.intake.deliveries import CaseDelivery, accept_all
from feedback_app.intake.mapping_file import CaseMapping
from feedback_app.invitations import CaseIntake
from feedback_app.program import open_program
from feedback_app.records import ClosedCase
from feedback_app.settings import read_settings
from feedback_app.store import cases, invitations, leads
from support_facts import load_facts
from tests.support.postgresql import create_database, running_server, url_of

KNOWN, ROWS, LISTS = 100_000, 2_000, 20
ROUNDS, RATE_ROWS, BASE_ROWS = 3, 10_000, 1_000
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
COLUMNS = ("case_number", "closed_at", "contact_email")
PAUSE = 0.02


def main() -> None:
    """Measure the rate, then import into a large database on each engine."""
    _measure_rate(BASES)
    with tempfile.TemporaryDirectory() as name, running_server() as server:
        _measure("SQLite", f"sqlite:///{name}/feedback.sqlite")
        _measure("PostgreSQL", url_of(server, create_database(server)))


def _measure_rate(others: list[Path]) -> None:
    own, ratios = [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as name:
            checkout = Checkout(ROOT, Path(name) / "own")
            used = checkout.invite(RATE_ROWS, "--max-emails", str(RATE_ROWS))
            own.append(RATE_ROWS / used.cpu)
            print(f"{RATE_ROWS / used.seconds:.0f} rows per second on this machine as it is")
            for other in others:
                used = Checkout(other, Path(name) / "base").invite(BASE_ROWS)
                ratios.append(own[-1] * used.cpu / BASE_ROWS)
    show(f"import of {RATE_ROWS} rows, rows per CPU second", own)
    if ratios:
        show(f"its ratio to {others[0]}, {BASE_ROWS} rows", ratios)


def _measure(engine: str, url: str) -> None:
    database = open_database(url)
    migrate(database, NOW)
    _add_known(database)
    times: list[float] = []
    database_write = database.write

    @contextmanager
    def timed() -> Iterator[Transaction]:
        started = time.perf_counter()
        with database_write() as tx:
            yield tx
        if threading.current_thread() is threading.main_thread():
            times.append(1000 * (time.perf_counter() - started))

    database.write = timed  # type: ignore[method-assign]
    with _writer(database) as waits:
        started = time.perf_counter()
        _import(database)
        seconds = time.perf_counter() - started
    show(f"{engine}: transaction of an import, ms", times)
    show(f"{engine}: another write during the import, ms", waits)
    print(f"{engine}: longest wait {max(waits):.0f} ms, {ROWS / seconds:.0f} rows per second")
    settings = read_settings(database=url, secret_keys="k" * 32, _env_file=None)
    program = replace(open_program(settings), database=database)
    times.clear()
    for number in range(LISTS):
        delivered = [_delivery(f"{number}-{at}") for at in range(MAX_CASES)]
        with database.write() as tx:
            accept_all(tx, program, delivered, NOW)
    show(f"{engine}: transaction of an API list of {MAX_CASES}, ms", times)
    program.database.close()


def _delivery(number: str) -> CaseDelivery:
    case = ClosedCase(
        source="desk",
        case_id=number,
        case_number=number,
        closed_at=NOW,
        contact_email=f"c{number}@customer.example",
        customer=f"Customer {number[-2:]}",
    )
    return CaseDelivery(case=case, delivery_id=number)


def _add_known(database: Database) -> None:
    zone = ZoneInfo("Europe/Berlin")
    with database.write() as tx:
        for start in range(0, KNOWN, 1_000):
            known = [_known_case(at) for at in range(start, start + 1_000)]
            rows = [(new_id(), case, week_of(case.closed_at, zone)) for case in known]
            cases.add_all(tx, rows, NOW)
            asked = dict.fromkeys(key for key, _, _ in rows)
            invitations.add_all(tx, asked, known[0].closed_at, NOW + timedelta(days=14))
    if database.engine == "postgresql":
        # A server does this within a minute; the one of the tests never does.
        with database.write() as tx:
            tx.run("ANALYZE")


def _known_case(at: int) -> ClosedCase:
    return ClosedCase(
        source="csv",
        case_id=f"K{at}",
        case_number=f"K{at}",
        closed_at=NOW - timedelta(hours=at % (24 * 90)),
        contact_email=f"c{at % 30_000}@customer{at % 900}.example",
    )


@contextmanager
def _writer(database: Database) -> Iterator[list[float]]:
    """Write in another thread, as a customer's answer does, and collect the times in ms."""
    waits: list[float] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.wait(PAUSE):
            started = time.perf_counter()
            with database.write() as tx:
                leads.record_action(tx, "somebody", "note", "case", NOW)
            waits.append(1000 * (time.perf_counter() - started))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield waits
    finally:
        stop.set()
        thread.join()


def _import(database: Database) -> None:
    facts, zone = load_facts(), ZoneInfo("Europe/Berlin")
    facts = facts.model_copy(
        update={"survey": facts.survey.model_copy(update={"quiet_period_days": 30})}
    )
    mapping = CaseMapping()
    columns = mapping.for_columns(COLUMNS, "csv")
    reader = RowReader(columns, mapping.reader(facts, zone, NOW), COLUMNS)
    rows = (
        CSVRow(at, (f"N{at}", f"{NOW:%Y-%m-%dT%H:%M:%SZ}", f"c{at}@customer{at % 900}.example"))
        for at in range(ROWS)
    )
    for _ in Import(case_intake=CaseIntake(facts, zone), row_reader=reader).run(database, rows):
        pass


if __name__ == "__main__":
    main()
