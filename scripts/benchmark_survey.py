"""Measures requests to the survey, as ratios to yardsticks of the same run.

Compare only ratios between machines or runs, not times.
"""

import http.client
import os
import platform
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from measuring import FORM, answer_to, show

from tests.support.server import Server, environment, feedback, free_port, granian, running

ROUNDS = 5
GETS = 1500
POSTS = 400
CLIENTS = 3
HEADERS = {**FORM, "Accept-Language": "en"}


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
        bare_env = {
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parent),
            "BARE_DATABASE": str(folder / "bare.sqlite"),
        }
        with running(ours, ours_port, env) as survey, running(bare, bare_port, bare_env) as hello:
            _print(_measure(survey, hello, paths))


def _measure(survey: Server, hello: Server, paths: list[str]) -> dict[str, list[float]]:
    """Return the processor seconds of the server per request, by kind of request and round."""
    fresh, page_of = paths[-1], _page_values(survey, paths[:-1])
    names = ("hello", "form", "post", "post with a commit", "answer")
    costs: dict[str, list[float]] = {name: [] for name in names}
    for number in range(ROUNDS):
        batch = paths[number * POSTS : (number + 1) * POSTS]
        costs["hello"].append(_cost(hello, GETS, lambda _: ("GET", "/", "")))
        costs["form"].append(_cost(survey, GETS, lambda _: ("GET", fresh, "")))
        sent = [("POST", path, page_of[path]) for path in batch]
        costs["post"].append(_cost(hello, POSTS, sent.__getitem__))
        stored = [("POST", path.replace("/f/", "/commit/"), page_of[path]) for path in batch]
        costs["post with a commit"].append(_cost(hello, POSTS, stored.__getitem__))
        costs["answer"].append(_cost(survey, POSTS, sent.__getitem__))
    return costs


def _page_values(survey: Server, paths: list[str]) -> dict[str, str]:
    """Open every page once and return the form body to send for each."""
    connection = http.client.HTTPConnection("127.0.0.1", survey.port)
    bodies = {}
    for path in paths:
        connection.request("GET", path, headers=HEADERS)
        bodies[path] = answer_to(connection.getresponse().read().decode())
    connection.close()
    return bodies


def _cost(server: Server, count: int, request: Callable[[int], tuple[str, str, str]]) -> float:
    """Send `count` requests over `CLIENTS` persistent connections, so the server is never idle."""
    cpu = server.cpu_seconds()
    with ThreadPoolExecutor(CLIENTS) as clients:
        shares = [range(first, count, CLIENTS) for first in range(CLIENTS)]
        list(clients.map(lambda share: _send(server, share, request), shares))
    return (server.cpu_seconds() - cpu) / count


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


def _print(costs: dict[str, list[float]]) -> None:
    def ratios(name: str, yardstick: str) -> list[float]:
        return [base / own for own, base in zip(costs[name], costs[yardstick], strict=True)]

    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores; granian, 1 worker, 1 thread"
    )
    print(f"{CLIENTS} connections, {ROUNDS} alternating rounds; median (smallest to largest)\n")
    show("GET form / bare Flask hello, by CPU", ratios("form", "hello"))
    show("POST answer / bare Flask POST, by CPU", ratios("answer", "post"))
    show("POST answer / bare POST with a commit", ratios("answer", "post with a commit"))
    print("\nmicroseconds of CPU per request:")
    for name, found in costs.items():
        show(f"  {name}", [1e6 * cost for cost in found], digits=0)


if __name__ == "__main__":
    main()
