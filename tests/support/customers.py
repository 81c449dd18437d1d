"""Customers who answer over HTTP until they succeed; what they saw, and what the database has."""

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlencode

from feedback_app.base.links import Links
from feedback_app.database.contract import Database
from tests.support.server import KEY

NUMBER = 6
RETRY_SECONDS = 0.2
# A request that takes longer counts as lost on the way; the customer tries again.
TIMEOUT_SECONDS = 30
HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded",
    "User-Agent": "Mozilla/5.0",
    "Accept-Language": "en-GB",
}


class Customers:
    """Customers with survey links, whose requests go to any of the servers on `ports` that is up.

    Each customer thinks about the answer for `pause` seconds, and sends it again until it is
    confirmed. `acknowledged` has the scores that were confirmed, by the path of the link;
    `seen` counts what the customers saw.
    """

    def __init__(self, ports: Sequence[int], paths: Sequence[str], pause: float = 0) -> None:
        self._ports, self._paths, self._pause = list(ports), list(paths), pause
        self._stopping = threading.Event()
        self.acknowledged: dict[str, tuple[int, int]] = {}
        self.confirmed_at: list[float] = []
        self.seen: Counter[str] = Counter()
        self.longest_seconds = 0.0

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Let the customers answer until the block ends."""
        threads = [
            threading.Thread(target=self._answer, args=(self._paths[first::NUMBER],))
            for first in range(NUMBER)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            for thread in threads:
                thread.join()

    def wait_for(self, answers: int, seconds: float = 60) -> float:
        """Wait until so many more answers are confirmed; return the seconds until the first one."""
        started, before = time.monotonic(), len(self.confirmed_at)
        while len(self.confirmed_at) < before + answers:
            if time.monotonic() > started + seconds:
                raise TimeoutError(f"no {answers} answers were confirmed within {seconds} s")
            time.sleep(0.01)
        return self.confirmed_at[before] - started

    def longest_gap(self) -> float:
        """Return the longest time without a confirmed answer, in seconds."""
        times = sorted(self.confirmed_at)
        return max((later - one for one, later in zip(times, times[1:], strict=False)), default=0)

    def compare(self, database: Database) -> tuple[int, int]:
        """Return how many confirmed answers are missing or different, and how many are doubled."""
        rows = database.ask("SELECT invitation_id, ease, satisfaction FROM answers")
        stored = {row["invitation_id"]: (row["ease"], row["satisfaction"]) for row in rows}
        links = Links([KEY])
        ids = {path: links.read("survey", path.rpartition("/")[2]).subject for path in self._paths}
        lost = sum(stored.get(ids[path]) != scores for path, scores in self.acknowledged.items())
        times = Counter(row["invitation_id"] for row in rows)
        return lost, sum(times[one] > 1 for one in ids.values())

    def _answer(self, paths: Sequence[str]) -> None:
        for path in paths:
            scores = random.randint(1, 5), random.randint(1, 5)
            while not self._stopping.is_set() and path not in self.acknowledged:
                self._try(path, scores)

    def _try(self, path: str, scores: tuple[int, int]) -> None:
        status, page = self._request("GET", path)
        if status != 200 or 'name="page"' not in page:
            time.sleep(RETRY_SECONDS)
            return
        value = page.split('name="page" value="')[1].split('"')[0]
        self._stopping.wait(self._pause)
        fields = {"page": value, "ease": scores[0], "satisfaction": scores[1], "comment": "Hello"}
        while not self._stopping.is_set():
            status, page = self._request("POST", path, urlencode(fields))
            if status == 303:
                self.confirmed_at.append(time.monotonic())
                self.acknowledged[path] = scores
                return
            time.sleep(RETRY_SECONDS)

    def _request(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        """Return the status and the page; status 0 if the connection failed on every port."""
        for port in random.sample(self._ports, len(self._ports)):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
            started = time.monotonic()
            try:
                connection.request(method, path, body, HEADERS)
                response = connection.getresponse()
                page = response.read().decode()
            except ConnectionRefusedError:
                continue
            except (OSError, http.client.HTTPException):
                self.seen["connection lost"] += 1
                return 0, ""
            finally:
                connection.close()
                self.longest_seconds = max(self.longest_seconds, time.monotonic() - started)
            kept = response.status == 503 and method == "POST" and ">\nHello</textarea>" in page
            self.seen[f"{response.status}{' with the answer kept' if kept else ''}"] += 1
            return response.status, page
        self.seen["refused"] += 1
        return 0, ""
