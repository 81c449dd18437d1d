"""Measures pages of team leads with a short and a long history: week, reading queue, search.

Compare only ratios between machines or runs, not times.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from measuring import compare

from feedback_app.base.weeks import week_of
from tests.support.history import ANSWERS, CASES, IN_WEEK, RARE_WORD, House, open_house

LONG, SHORT, YEARS = 1_000_000, 10_000, 104
ROUNDS, PAGES = 15, 4


def main(words: Sequence[str]) -> None:
    """Measure and print; a number in `words` replaces the size of the long history."""
    long = int(words[0]) if words else LONG
    with tempfile.TemporaryDirectory() as name:
        _histories(Path(name), long)


def _histories(folder: Path, long: int) -> None:
    """Request the same week with short and long histories."""
    few = open_house(folder / "few", SHORT, YEARS)
    many = open_house(folder / "many", long, YEARS)
    young, old = (open_house(folder / str(weeks), ANSWERS * weeks, weeks) for weeks in (40, YEARS))
    week = week_of(IN_WEEK, few.program.zone)
    print(f"a week with {CASES} cases and {ANSWERS} answers; CPU, median of {ROUNDS} rounds")
    compare(f"history of {long:,} / {SHORT:,} answers", _page(few, week), _page(many, week), ROUNDS)
    compare(
        f"reading queue, {long:,} / {SHORT:,}", _page(few, "unread"), _page(many, "unread"), ROUNDS
    )
    sizes = f"{long:,} / {SHORT:,}"
    word = f"search?words={RARE_WORD}"
    compare(f"search, one comment, {sizes}", _page(few, word), _page(many, word), ROUNDS)
    last, last_of_many = (f"search?words={size - 1}" for size in (SHORT, long))
    compare(f"search, one case, {sizes}", _page(few, last), _page(many, last_of_many), ROUNDS)
    compare(f"history of {YEARS} / 40 weeks", _page(young, week), _page(old, week), ROUNDS)


def _page(house: House, week: str) -> Callable[[], None]:
    def ask() -> None:
        for _ in range(PAGES):
            if house.client.get(f"/review/{week}").status_code != 200:
                raise RuntimeError("the page failed, so the measurement is invalid")

    return ask


if __name__ == "__main__":
    main(sys.argv[1:])
