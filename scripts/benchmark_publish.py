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
# The ids are in random order, as those of the program are.
_CLOSED = """
    CREATE TEMP TABLE closed AS
    WITH RECURSIVE numbers (n) AS (
        SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :cases)
    SELECT n, lower(hex(randomblob(10))) AS id, :start + :seconds * n / :cases AS at,
           7200 + abs(random() % 856800) AS took FROM numbers
"""


def _time(seconds: str) -> str:
    """Return SQL for a time in seconds as text."""
    return f"strftime('%Y-%m-%dT%H:%M:%SZ', {seconds}, 'unixepoch')"


# One case in five is answered.
_ROWS = (
    f"""INSERT INTO cases (id, source, case_id, closure_key, case_number, case_kind,
                           closure_reason, opened_at, first_response_at, closed_at, received_at,
                           closed_week)
        SELECT id, 'benchmark', n, '1', printf('%08d', n),
               CASE abs(random() % 4) WHEN 0 THEN 'software' WHEN 1 THEN 'infrastructure'
                                      WHEN 2 THEN 'security' ELSE 'other' END,
               CASE abs(random() % 3) WHEN 0 THEN 'no_reply' ELSE 'confirmed' END,
               {_time("at - took")}, {_time("at - took + abs(random() % 7200)")}, {_time("at")},
               {_time("at")}, week({_time("at")}) FROM closed""",
    f"""INSERT INTO invitations (id, case_ref, created_at, expires_at, handed_over_at, bounced_at)
        SELECT id, id, {_time("at")}, {_time("at + 14 * 86400")}, {_time("at")},
               CASE WHEN n % 50 = 1 THEN {_time("at")} END FROM closed""",
    f"""INSERT INTO answers (invitation_id, revision, ease, satisfaction, contact_welcome,
                             wording_version, language, answered_at, answered_week, flags)
        SELECT closed.id, 1, 1 + abs(random() % 5), 1 + abs(random() % 5), n % 3 = 0, 1, 'en',
               {_time("at + 3600 * abs(random() % 300)")}, closed_week, ''
        FROM closed JOIN cases ON cases.id = closed.id WHERE n % 5 = 0""",
    f"""INSERT INTO progress (invitation_id, read_at)
        SELECT id, {_time("at + 3600 * (300 + abs(random() % 250))")} FROM closed
        WHERE n % 5 = 0""",
)


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
    connection.execute(_CLOSED, values)
    for sql in _ROWS:
        connection.execute(sql)
    connection.execute("COMMIT")
    start = time.process_time()
    connection.execute(_BARE).fetchall()
    connection.close()
    return time.process_time() - start


if __name__ == "__main__":
    main()
