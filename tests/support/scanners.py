"""Simulate email scanners on many survey links, then let people answer, and count.

python tests/support/scanners.py --links 3000

Prints how many answers scanners left, how many rows their requests wrote, and how many people
could not answer afterwards; exits with 1 unless all of that is nothing.
"""

import argparse
import http.client
import json
import random
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.support.server import environment, feedback, free_port, running

SCANNERS = 10
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PERSON = {**FORM, "User-Agent": "Mozilla/5.0", "Accept-Language": "en-GB,en;q=0.9"}
SCANNER = {"User-Agent": "Mozilla/5.0 (compatible; link scanner)"}


def scan(port: int, path: str) -> None:
    """Do to one link what scanners do: HEAD and GET of every rating link, in any order, twice."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    links = [path, *(f"{path}?ease={ease}" for ease in range(1, 6))] * 2
    random.shuffle(links)
    for link in links:
        for method in ("HEAD", "GET", "OPTIONS"):
            headers = {**SCANNER, **random.choice([{}, {"Sec-Purpose": "prefetch;prerender"}])}
            connection.request(method, link, headers=headers)
            connection.getresponse().read()
    for spoiled in (path.upper(), path[:-7], path + "%20", path + ")."):
        connection.request("GET", spoiled, headers=SCANNER)
        connection.getresponse().read()
    # A scanner that presses Send without choosing anything new.
    body = urlencode({"page": _value(connection, f"{path}?ease=1"), "ease": "1"})
    connection.request("POST", path, body, {**SCANNER, **FORM})
    connection.getresponse().read()
    connection.close()


def answer(port: int, path: str) -> bool:
    """Answer as a person does; return whether the answer was thanked for."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = {"page": _value(connection, f"{path}?ease=4"), "ease": "4", "satisfaction": "5"}
    connection.request("POST", path, urlencode(body), PERSON)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status == 303


def _value(connection: http.client.HTTPConnection, path: str) -> str:
    connection.request("GET", path, headers=PERSON)
    page = connection.getresponse().read().decode()
    return page.split('name="page" value="')[1].split('"')[0]


def _count(env: dict[str, str]) -> int:
    return int(feedback("answers", "--count", env=env))


def run(links: int, folder: Path) -> dict[str, int]:
    """Scan `links` links on a real server, then answer each; return the counts."""
    port = free_port()
    env = environment(folder, port)
    feedback("migrate", env=env)
    paths = [urlsplit(link).path for link in feedback("mint", str(links), env=env).split()]
    serve = [sys.executable, "-m", "feedback_app.cli", "serve", "--port", str(port)]
    with running(serve, port, env), ThreadPoolExecutor(SCANNERS) as workers:
        before = (folder / "feedback.sqlite-wal").stat().st_size
        list(workers.map(lambda path: scan(port, path), paths))
        written = (folder / "feedback.sqlite-wal").stat().st_size - before
        recorded = _count(env)
        thanked = sum(workers.map(lambda path: answer(port, path), paths))
    stored = json.loads(feedback("answers", "--json", env=env))
    return {
        "answers left by scanners": recorded,
        "bytes written by scanners": written,
        "people who could not answer": links - thanked,
        "answers lost": thanked - len(stored),
        "answers changed": sum((one["ease"], one["satisfaction"]) != (4, 5) for one in stored),
    }


def main() -> None:
    """Run and print one line each; exit with 1 if anything is not nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, default=3000)
    links = parser.parse_args().links
    with tempfile.TemporaryDirectory() as folder:
        found = Counter(run(links, Path(folder)))
    print(f"{links} links, each scanned by {6 * 2 * 3 + 6} requests")
    for what, count in found.items():
        print(f"{what}: {count}")
    sys.exit(1 if any(found.values()) else 0)


if __name__ == "__main__":
    main()
