"""What all benchmarks share: paired measurements, their output, and a minimal Flask application."""

import os
import sqlite3
import statistics
import time
from collections.abc import Callable, Sequence
from functools import cache
from urllib.parse import urlencode

from flask import Flask, Response, request

FORM = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "benchmark"}
ANSWER = {"ease": "4", "satisfaction": "5", "comment": "A comment of average length."}
bare = Flask(__name__, static_folder=None)


@bare.get("/")
def hello() -> str:
    """Return a short text."""
    return "hello"


@bare.post("/f/<token>")
def receive(token: str) -> Response:
    """Read a form and redirect, with the route, body and address of an answer."""
    request.form.to_dict()
    return Response(status=303, headers={"Location": f"/f/{token}/thanks?k={token}"})


@bare.post("/commit/<token>")
def commit(token: str) -> Response:
    """Do the same after storing the comment in one table, with synchronous=FULL."""
    connection = _connection()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO comments VALUES (?)", (request.form["comment"],))
    connection.execute("COMMIT")
    return receive(token)


@cache
def _connection() -> sqlite3.Connection:
    connection = sqlite3.connect(os.environ["BARE_DATABASE"], isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE comments (comment TEXT) STRICT")
    return connection


def answer_to(page: str) -> str:
    """Return the body of the form with an answer to a survey page."""
    value = page.split('name="page" value="')[1].split('"')[0]
    return urlencode({"page": value, **ANSWER})


def show(name: str, values: Sequence[float], digits: int = 2, note: str = "") -> None:
    """Print the median, the smallest and the largest value."""
    middle, low, high = statistics.median(values), min(values), max(values)
    line = f"{name:44}{middle:8.{digits}f}  ({low:.{digits}f} to {high:.{digits}f}){note}"
    print(line, flush=True)


def compare(
    name: str, yardstick: Callable[[], None], ours: Callable[[], None], rounds: int
) -> None:
    """Run both alternately and print the ratio of their CPU times."""
    yardstick()
    ours()
    pairs = [(_cpu_seconds(yardstick), _cpu_seconds(ours)) for _ in range(rounds)]
    base, own = (1000 * statistics.median(times) for times in zip(*pairs, strict=True))
    show(name, [own / base for base, own in pairs], note=f"; {base:.0f} and {own:.0f} ms")


def _cpu_seconds(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
