"""Measures `feedback publish` and `feedback verify` as processes, with 1,000,000 cases.

Prints processor time and peak memory, and their ratio to a bare SQL query that counts the same
cases; with the folder of another checkout as an argument, also to its commands on the same rows.
"""

import random
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

from checkout import ROOT, Checkout, Used

CASES, WEEKS, ROUNDS = 1_000_000, 104, 3
# All periods before this Monday are final, if links expire after 14 days.
_END = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(weeks=8)
_BARE = """
    SELECT closed_week, case_kind, ease, count(*), max(expires_at) FROM cases
    JOIN invitations ON case_ref = cases.id
    LEFT JOIN answers ON invitation_id = invitations.id GROUP BY closed_week, case_kind, ease
"""
Row = dict[str, object]


def main(words: list[str]) -> None:
    """Measure and print; `words` may contain the folder of another checkout."""
    roots = {"": ROOT, **{f" of {word}": Path(word) for word in words}}
    with tempfile.TemporaryDirectory() as name:
        own: dict[str, Used] = {}
        for place, (label, root) in enumerate(roots.items()):
            folder = Path(name) / str(place)
            checkout = Checkout(root, folder, FEEDBACK_RESULTS=str(folder / "results"))
            bare = _fill(folder / "feedback.sqlite")
            print(f"bare query, {CASES:,} cases: {bare:.1f} s")
            for command in ("publish", "verify"):
                used = _measured(checkout, command)
                print(f"{command}{label}: {used.cpu:.1f} s, {used.peak:.0f} MiB", end="")
                compared = own.setdefault(command, used)
                print(f"; {used.cpu / compared.cpu:.1f} times ours, {used.cpu / bare:.1f} bare")


def _measured(checkout: Checkout, command: str) -> Used:
    """Return the median of several runs; publish first what is to be verified."""
    if command == "verify":
        code = re.search(r"--approve (\w+)", checkout.run("publish").output)
        checkout.run("publish", "--approve", code[1] if code else "", "--by", "A benchmark")
    runs = sorted((checkout.run(command) for _ in range(ROUNDS)), key=lambda used: used.cpu)
    return runs[len(runs) // 2]


def _fill(path: Path) -> float:
    """Insert the cases, and return the seconds of processor time of the bare query."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN")
    rows_of_all = _rows()
    while some := list(islice(rows_of_all, 5_000)):
        for table, rows in groupby(sorted(some, key=itemgetter(0)), itemgetter(0)):
            values = [row for _, row in rows]
            names = ", ".join(values[0])
            marks = ", ".join(f":{name}" for name in values[0])
            connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)
    connection.execute("COMMIT")
    start = time.process_time()
    connection.execute(_BARE).fetchall()
    connection.close()
    return time.process_time() - start


def _rows() -> Iterator[tuple[str, Row]]:
    """Yield the rows of the tables; one case in five is answered."""
    rng = random.Random(18)
    for number in range(CASES):
        closed = _END - timedelta(weeks=WEEKS) * (1 - number / CASES)
        year, week, _ = closed.isocalendar()
        key, answered = f"{rng.getrandbits(80):020x}", closed + timedelta(hours=rng.randrange(300))
        yield "cases", _case(rng, number, closed) | {"id": key, "closed_week": f"{year}-W{week:02}"}
        yield (
            "invitations",
            {
                "id": key,
                "case_ref": key,
                "created_at": _text(closed),
                "expires_at": _text(closed + timedelta(days=14)),
                "handed_over_at": _text(closed),
                "bounced_at": _text(closed) if number % 50 == 1 else None,
            },
        )
        if number % 5 == 0:
            yield (
                "answers",
                {
                    "invitation_id": key,
                    "revision": 1,
                    "ease": rng.randrange(1, 6),
                    "satisfaction": rng.randrange(1, 6),
                    "contact_welcome": number % 3 == 0,
                    "wording_version": 1,
                    "language": "en",
                    "answered_at": _text(answered),
                    "answered_week": f"{year}-W{week:02}",
                    "flags": "",
                },
            )
            read = _text(answered + timedelta(hours=rng.randrange(250)))
            yield "progress", {"invitation_id": key, "read_at": read}


def _case(rng: random.Random, number: int, closed: datetime) -> Row:
    opened = closed - timedelta(seconds=rng.randrange(7200, 864_000))
    return {
        "source": "benchmark",
        "case_id": str(number),
        "closure_key": "1",
        "case_number": f"{number:08}",
        "case_kind": rng.choice(("software", "infrastructure", "security", "other")),
        "closure_reason": rng.choice(("confirmed", "confirmed", "no_reply")),
        "opened_at": _text(opened),
        "first_response_at": _text(opened + timedelta(seconds=rng.randrange(7200))),
        "closed_at": _text(closed),
        "received_at": _text(closed),
    }


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    main(sys.argv[1:])
