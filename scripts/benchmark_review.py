"""Measures pages of team leads with short and long histories, and with small and big weeks.

Compare only ratios between machines or runs, not times.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from measuring import compare

from feedback_app.base.weeks import week_of
from feedback_app.jobs.worker import count_final_weeks
from tests.support.history import (
    BIG_WEEK,
    IN_WEEK,
    NOW,
    RARE_WORD,
    SMALL_WEEK,
    House,
    Size,
    open_house,
)

LONG, SHORT, YEARS = 1_000_000, 10_000, 104
ROUNDS, PAGES = 5, 2
# Quieter weeks before a big week.
WEEKS = 26


def main(words: Sequence[str]) -> None:
    """Measure and print; a number in `words` replaces the size of the long history."""
    long = int(words[0]) if words else LONG
    with tempfile.TemporaryDirectory() as name:
        _histories(Path(name), long)
        _big_week(Path(name), long)


def _histories(folder: Path, long: int) -> None:
    """Request the same week with short and long histories."""
    few, many = _house(folder / "few", SHORT, YEARS), _house(folder / "many", long, YEARS)
    young, old = (_house(folder / str(weeks), 8 * weeks, weeks) for weeks in (40, YEARS))
    week = week_of(IN_WEEK, few.program.zone)
    cases, answers = SMALL_WEEK
    print(f"a week with {cases} cases and {answers} answers; CPU, median of {ROUNDS} rounds")
    compare(f"history of {long:,} / {SHORT:,} answers", _page(few, week), _page(many, week), ROUNDS)
    sizes = f"{long:,} / {SHORT:,}"
    compare(f"reading queue, {sizes}", _page(few, "unread"), _page(many, "unread"), ROUNDS)
    word = f"search?words={RARE_WORD}"
    compare(f"search, one comment, {sizes}", _page(few, word), _page(many, word), ROUNDS)
    last, last_of_many = (f"search?words={size - 1}" for size in (SHORT, long))
    compare(f"search, one case, {sizes}", _page(few, last), _page(many, last_of_many), ROUNDS)
    compare(f"history of {YEARS} / 40 weeks", _page(young, week), _page(old, week), ROUNDS)


def _big_week(folder: Path, long: int) -> None:
    """Request pages of a big week, and of one with a hundredth of its cases and answers."""
    sizes = BIG_WEEK, Size(*(number // 100 for number in BIG_WEEK))
    big, small = (
        _house(folder / f"week-{size.cases}", past, WEEKS, 5, size)
        for size, past in zip(sizes, (long // 4, long // 400), strict=True)
    )
    week = week_of(IN_WEEK, big.program.zone)
    print(f"a week with {BIG_WEEK.cases:,} cases and {BIG_WEEK.answers:,} answers / a hundredth")
    for page in ("", "/meeting", "/minutes", "/answers", "/groups", "/closed", "/not-asked"):
        size = len(big.client.get(f"/review/{week}{page}").data) / 1000
        name = f"{page.strip('/') or 'week'}, {size:.0f} kB"
        compare(name, _page(small, f"{week}{page}"), _page(big, f"{week}{page}"), ROUNDS)
    compare("reading queue", _page(small, "unread"), _page(big, "unread"), ROUNDS)


def _house(
    folder: Path, past: int, weeks: int, answered: int = 1, measured: Size = SMALL_WEEK
) -> House:
    """Return a program with `past` cases, one in `answered` with an answer, after its jobs ran."""
    house = open_house(folder, Size(past, past // answered), weeks, measured)
    count_final_weeks(house.program, NOW)
    return house


def _page(house: House, week: str) -> Callable[[], None]:
    def ask() -> None:
        for _ in range(PAGES):
            if house.client.get(f"/review/{week}").status_code != 200:
                raise RuntimeError("the page failed, so the measurement is invalid")

    return ask


if __name__ == "__main__":
    main(sys.argv[1:])
