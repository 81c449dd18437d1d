"""Measures `feedback publish` and `feedback verify` as processes, with 1,000,000 cases.

Prints processor time and peak memory, and their ratio to a bare SQL query that counts the same
cases; with the folder of another checkout as an argument, also to its commands on the same rows.
"""

import re
import sqlite3
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from checkout import BASES, ROOT, Checkout, Used

from feedback_app.base.times import from_text
from feedback_app.base.weeks import week_of

CASES, WEEKS, ROUNDS = 1_000_000, 104, 3
# All periods before this Monday are final, if links expire after 14 days.
_END = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(weeks=8)
_BARE = """
    SELECT closed_week, case_kind, ease, count(*), max(expires_at) FROM cases
    JOIN invitations ON case_ref = cases.id
    LEFT JOIN answers ON invitation_id = invitations.id GROUP BY closed_week, case_kind, ease
"""
_SECONDS = WEEKS * 7 * 86400
_ROWS = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").split(";\n")


def main() -> None:
    """Measure and print, also with the base if there is one."""
    roots = {"": ROOT, **{f" of {base}": base for base in BASES}}
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
    connection.create_function(
        "week", 1, lambda closed: week_of(from_text(closed), ZoneInfo("UTC"))
    )
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN")
    values = {"cases": CASES, "start": int(_END.timestamp()) - _SECONDS, "seconds": _SECONDS}
    for number, sql in enumerate(_ROWS):
        connection.execute(sql, {} if number else values)
    connection.execute("COMMIT")
    start = time.process_time()
    connection.execute(_BARE).fetchall()
    connection.close()
    return time.process_time() - start


if __name__ == "__main__":
    main()
