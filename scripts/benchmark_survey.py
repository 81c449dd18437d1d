"""Measures requests to the survey, as ratios to yardsticks of the same run.

Compare only ratios between machines or runs, not times.
"""

import http.client
import os
import platform
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from measuring import ANSWER, FORM, answer_to, show

from tests.support.server import Server, environment, feedback, free_port, granian, running

ROUNDS = 5
GETS = 1500
POSTS = 400
CLIENTS = 3
HEADERS = {**FORM, "Accept-Language": "en"}


class Cost(NamedTuple):
    """Processor seconds of the server and wall seconds, each per request."""

    cpu: float
    wall: float


def main() -> None:
    """Measure several alternating rounds and print medians and ratios."""
    with tempfile.TemporaryDirectory() as name:
        folder, ours_port, bare_port = Path(name), free_port(), free_port()
        env = environment(folder, ours_port)
        feedback("migrate", env=env)
        links = feedback("mint", str(ROUNDS * POSTS + 1), env=env).split()
        paths = [urlsplit(link).path for link in links]
        ours = granian("feedback_app.app:create_app", ours_port, "--factory")
        bare = granian("measuring:bare", bare_port)
        bare_env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
        with running(ours, ours_port, env) as survey, running(bare, bare_port, bare_env) as hello:
            _print(*_measure(survey, hello, paths, folder))


def _measure(
    survey: Server, hello: Server, paths: list[str], folder: Path
) -> tuple[dict[str, list[Cost]], list[float]]:
    fresh, page_of = paths[-1], _page_values(survey, paths[:-1])
    costs: dict[str, list[Cost]] = {name: [] for name in ("form", "hello", "answer", "post")}
    commits = []
    for number in range(ROUNDS):
        batch = paths[number * POSTS : (number + 1) * POSTS]
        costs["hello"].append(_cost(hello, GETS, lambda _: ("GET", "/", "")))
        costs["form"].append(_cost(survey, GETS, lambda _: ("GET", fresh, "")))
        sent = [("POST", path, page_of[path]) for path in batch]
        costs["post"].append(_cost(hello, POSTS, sent.__getitem__))
        costs["answer"].append(_cost(survey, POSTS, sent.__getitem__))
        commits.append(_raw_commit_seconds(folder / f"raw-{number}.sqlite"))
    return costs, commits


def _page_values(survey: Server, paths: list[str]) -> dict[str, str]:
    """Open every page once and return the form body to send for each."""
    connection = http.client.HTTPConnection("127.0.0.1", survey.port)
    bodies = {}
    for path in paths:
        connection.request("GET", path, headers=HEADERS)
        bodies[path] = answer_to(connection.getresponse().read().decode())
    connection.close()
    return bodies


def _cost(server: Server, count: int, request: Callable[[int], tuple[str, str, str]]) -> Cost:
    """Send `count` requests over `CLIENTS` persistent connections, so the server is never idle."""
    cpu, wall = server.cpu_seconds(), time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        shares = [range(first, count, CLIENTS) for first in range(CLIENTS)]
        list(clients.map(lambda share: _send(server, share, request), shares))
    wall = time.perf_counter() - wall
    return Cost((server.cpu_seconds() - cpu) / count, wall / count)


def _send(
    server: Server, numbers: Iterable[int], request: Callable[[int], tuple[str, str, str]]
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    for number in numbers:
        method, path, body = request(number)
        connection.request(method, path, body or None, HEADERS)
        response = connection.getresponse()
        response.read()
        if response.status not in (200, 303):
            raise RuntimeError(f"{method} returned {response.status}, nothing measured")
    connection.close()


def _raw_commit_seconds(path: Path) -> float:
    """Return the wall seconds per commit of a single row with synchronous=FULL."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE raw (id INTEGER PRIMARY KEY, text TEXT) STRICT")
    start = time.perf_counter()
    for _ in range(POSTS):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO raw (text) VALUES (?)", (ANSWER["comment"],))
        connection.execute("COMMIT")
    seconds = (time.perf_counter() - start) / POSTS
    connection.close()
    return seconds


def _print(costs: dict[str, list[Cost]], commits: list[float]) -> None:
    def ratios(name: str, yardstick: str) -> list[float]:
        pairs = zip(costs[name], costs[yardstick], strict=True)
        return [base.cpu / own.cpu for own, base in pairs]

    rates = [raw / own.wall for raw, own in zip(commits, costs["answer"], strict=True)]
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores; granian, 1 worker, 1 thread"
    )
    print(f"{CLIENTS} connections, {ROUNDS} alternating rounds; median (smallest to largest)\n")
    show("GET form / bare Flask hello, by CPU", ratios("form", "hello"))
    show("POST answer / bare Flask POST, by CPU", ratios("answer", "post"))
    show("POST answer / raw SQLite commit, by rate", rates)
    print("\nmicroseconds of CPU per request, or of wall time per commit:")
    for name, found in costs.items():
        show(f"  {name}", [1e6 * cost.cpu for cost in found], digits=0)
    show("  raw commit", [1e6 * one for one in commits], digits=0)


if __name__ == "__main__":
    main()
