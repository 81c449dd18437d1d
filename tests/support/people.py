"""Let ordinary people answer, and measure how many of their answers carry a flag.

python tests/support/people.py --people 5000

The clock is simulated, so that a day of answers takes seconds. The behaviour of people is assumed,
not measured. Its numbers are in this module: the delay before the first tap, some seconds for two
questions, the length of a comment, double clicks and changed answers.
"""

import argparse
import random
import re
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import time_machine

from feedback_app import sample
from feedback_app.app import create_app
from feedback_app.base import times
from feedback_app.database.migrate import migrate
from feedback_app.program import Program, open_program
from feedback_app.settings import read_settings
from feedback_app.store import answered_cases
from tests.support.server import KEY

START = datetime(2026, 11, 24, 8, tzinfo=UTC)
# Log-normal times: the median in seconds, and how wide they scatter.
DELIVERY_TO_TAP = (25 * 60, 2.0)
TWO_QUESTIONS = (14, 0.7)
SECONDS_A_WORD = 0.6
# Shares of people who write a comment, press Send twice, go back to change their mind, follow
# that change to its end, and paste a character that cannot be stored.
COMMENTS, DOUBLE_CLICKS, SECOND_THOUGHTS, FOLLOW_THROUGH, ODD_PASTES = 0.2, 0.03, 0.015, 0.8, 0.001
BROWSERS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
)


@dataclass
class People:
    """How many answered, how many of their answers carry a flag, and which flags."""

    answered: int = 0
    flagged: int = 0
    flags: Counter[str] = field(default_factory=Counter)


def simulate(people: int, seed: int, folder: Path) -> People:
    """Let `people` answer one survey each, and return the leads' view of it."""
    program = open_program(
        read_settings(database=f"sqlite:///{folder}/people.sqlite", secret_keys=KEY)
    )
    world = random.Random(seed)
    found = People()
    with time_machine.travel(START, tick=False) as traveller:
        migrate(program.database, times.now())
        browser = create_app(parts=program).test_client()
        for _ in range(people):
            _answer(_Person(world, program, browser, traveller))
        for case in answered_cases.answered(program.database, times.now()):
            found.answered += 1
            found.flagged += bool(case.flags)
            found.flags.update(case.flags)
    program.database.close()
    return found


@dataclass
class _Person:
    """Somebody with a fresh link, a browser, and the time of the world."""

    world: random.Random
    program: Program
    browser: Any
    traveller: Any

    def __post_init__(self) -> None:
        self.path = urlsplit(sample.mint(self.program, 1, times.now())[0]).path
        self.headers = {
            "User-Agent": self.world.choice(BROWSERS),
            "Accept-Language": self.world.choice(("en-GB,en;q=0.9", "de-DE,de;q=0.9,en;q=0.8")),
        }

    def wait(self, seconds: float) -> None:
        self.traveller.shift(timedelta(seconds=seconds))

    def take(self, time: tuple[float, float]) -> None:
        median, scatter = time
        self.wait(median * self.world.lognormvariate(0, scatter))

    def happens(self, share: float) -> bool:
        return self.world.random() < share

    def send(self, page: str, **given: str) -> str:
        values = dict(re.findall(r'name="(page|change)" value="([^"]+)"', page))
        sent = self.browser.post(self.path, data={**values, **given}, headers=self.headers)
        return str(sent.text)


def _answer(person: _Person) -> None:
    world = person.world
    person.take(DELIVERY_TO_TAP)
    ease = world.choices("12345", (4, 6, 15, 40, 35))[0]
    page = person.browser.get(f"{person.path}?ease={ease}", headers=person.headers).text
    person.take(TWO_QUESTIONS)
    comment = ""
    if person.happens(COMMENTS):
        words = round(20 * world.lognormvariate(0, 0.8)) + 1
        person.wait(words * SECONDS_A_WORD)
        comment = "word " * words + ("\x0b" if person.happens(ODD_PASTES) else "")
    given = {"ease": ease, "satisfaction": world.choice("12345"), "comment": comment}
    person.send(page, **given)
    if person.happens(DOUBLE_CLICKS):
        person.send(page, **given)
    if person.happens(SECOND_THOUGHTS):
        person.take(TWO_QUESTIONS)
        other = {**given, "ease": world.choice([one for one in "12345" if one != ease])}
        asked = person.send(page, **other)
        if person.happens(FOLLOW_THROUGH):
            person.take(TWO_QUESTIONS)
            person.send(asked, **other)


def main() -> None:
    """Print the share; exit with 1 if it is above one in a hundred."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = simulate(options.people, options.seed, Path(folder))
    share = found.flagged / found.answered
    print(f"{found.answered} ordinary answers, {found.flagged} with a flag ({share:.2%})")
    for flag, count in found.flags.most_common():
        print(f"  {flag}: {count}")
    sys.exit(1 if share > 0.01 else 0)


if __name__ == "__main__":
    main()
