"""Kill the server with SIGKILL while customers answer; count lost and duplicate answers.

python tests/support/kill_server.py --rounds 20
"""

import argparse
import http.client
import json
import random
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.support.server import Server, environment, feedback, free_port, running

CUSTOMERS = 8
LINKS = 1000
_LONGEST_SECONDS = 60
HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "crash test"}


@dataclass
class Round:
    """The answers confirmed to customers, and the answers stored after the crash."""

    confirmed: dict[str, str] = field(default_factory=dict)
    stored: dict[str, str] = field(default_factory=dict)
    rows: int = 0

    @property
    def lost(self) -> int:
        """Return the number of confirmed answers that are missing or different."""
        return sum(self.stored.get(case) != ease for case, ease in self.confirmed.items())

    @property
    def duplicates(self) -> int:
        """Return the number of answers stored more than once."""
        return self.rows - len(self.stored)


def crash(folder: Path, confirmed: int) -> Round:
    """Kill the server after `confirmed` answers, restart it and compare."""
    env = environment(folder, port := free_port())
    feedback("migrate", env=env)
    paths = [urlsplit(link).path for link in feedback("mint", str(LINKS), env=env).split()]
    command = [sys.executable, "-m", "feedback_app.cli", "serve", "--port", str(port)]
    found = Round()
    with running(command, port, env) as server:
        _answer_until_killed(server, paths, confirmed, found)
    with running(command, port, env):
        answers = json.loads(feedback("answers", "--json", env=env))
    found.rows = len(answers)
    found.stored = {answer["case_number"]: str(answer["ease"]) for answer in answers}
    return found


def _answer_until_killed(server: Server, paths: list[str], confirmed: int, found: Round) -> None:
    shares = [paths[first::CUSTOMERS] for first in range(CUSTOMERS)]
    customers = [
        threading.Thread(target=_answer, args=(server.port, share, found)) for share in shares
    ]
    for customer in customers:
        customer.start()
    deadline = time.monotonic() + _LONGEST_SECONDS
    while len(found.confirmed) < confirmed and time.monotonic() < deadline:
        time.sleep(0.001)
    server.process.send_signal(signal.SIGKILL)
    for customer in customers:
        customer.join()


def _answer(port: int, paths: list[str], found: Round) -> None:
    """Answer the links one by one until the server is gone."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        for path in paths:
            connection.request("GET", path, headers=HEADERS)
            page = connection.getresponse().read().decode()
            value = page.split('name="page" value="')[1].split('"')[0]
            case = page.split("<title>")[1].split(" ")[1].rstrip(":")
            ease = random.choice("345")
            body = urlencode({"page": value, "ease": ease, "satisfaction": "5", "comment": "x"})
            connection.request("POST", path, body, HEADERS)
            response = connection.getresponse()
            response.read()
            if response.status == 303:
                found.confirmed[case] = ease
    except (OSError, http.client.HTTPException, IndexError):
        return
    finally:
        connection.close()


def main() -> None:
    """Run the rounds, print one line each, and exit with 1 after a loss or a duplicate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds, bad = parser.parse_args().rounds, 0
    for number in range(1, rounds + 1):
        with tempfile.TemporaryDirectory() as folder:
            found = crash(Path(folder), random.randint(1, 500))
        bad += found.lost + found.duplicates
        print(
            f"round {number}: {len(found.confirmed)} answers confirmed, {found.rows} stored, "
            f"{found.lost} lost, {found.duplicates} duplicates",
            flush=True,
        )
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
