"""What every part of the results needs, and how numbers are written in a language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from xml.etree.ElementTree import Element

from babel.dates import format_date, format_interval
from babel.numbers import format_decimal

from charts import Child, element
from knowledge_site.wording import word
from published_results import Portion, Published, PublishedPeriod, Result, Words
from support_facts import Facts

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Shown:
    """What was published, and the language it is shown in."""

    published: Published
    facts: Facts
    language: str

    @cached_property
    def latest(self) -> Result | None:
        """Return the result of the latest period, in the version that counts."""
        return self.published.newest[-1] if self.published.newest else None

    def word(self, key: str, **values: object) -> str:
        """Return a wording with its gaps filled."""
        return word(key, self.language).format(**values)

    def told(self, words: Words) -> str:
        """Return a wording of a file, in another language if it was published without this one."""
        return words.get(self.language) or next(iter(words.values()))

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number as it is written in this language: 4.25 is "4.3" or "4,3"."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        # Halves go upward, as a reader expects.
        return str(format_decimal(value + 1e-9, pattern, locale=self.language))

    def percent(self, fraction: float) -> str:
        """Return 0.375 as "38 %"."""
        return f"{self.number(int(fraction * 100 + 0.5 + 1e-9))} %"

    def portion(self, portion: Portion) -> str:
        """Return "31 of 40" and, where there is one, the share."""
        return self.of(portion.count, portion.n, portion.share)

    def of(self, count: int, n: int, share: float | None) -> str:
        """Return "31 of 40 (78 %)", or "31 of 40" where n is too small for a share."""
        text = self.word("of", count=self.number(count), n=self.number(n))
        return text if share is None else f"{text} ({self.percent(share)})"

    def day(self, moment: date | datetime) -> str:
        """Return a day in words."""
        return str(format_date(moment, "long", locale=self.language))

    def span(self, period: PublishedPeriod) -> str:
        """Return the first to the last day of a period."""
        first, last = period.first_day, period.last_day
        return str(format_interval(first, last, "yMMMd", locale=self.language))

    def weeks(self, period: PublishedPeriod) -> str:
        """Return the weeks of a period as briefly as a picture needs, such as "2026 W40–43"."""
        (year, first), (end, last) = (
            week.split("-W") for week in (period.first_week, period.last_week)
        )
        last = last if year == end else f"{end} {self.word('weeks')}{last}"
        return f"{year} {self.word('weeks')}{first}–{last}"

    def duration(self, seconds: float, clock: str) -> str:
        """Return seconds as "45 s", "35 min", "2 h 5 min" or "3 days 4 h".

        Days are counted on the calendar only: nobody knows how many business hours make one.
        """
        whole = round(seconds)
        if whole < _MINUTE:
            return f"{whole} s"
        if whole < _HOUR:
            return f"{whole // _MINUTE} min"
        if clock == "calendar" and whole >= 2 * _DAY:
            days, hours = whole // _DAY, whole % _DAY // _HOUR
            text = self.word("some_days", days=days)
            return f"{text} {hours} h" if hours else text
        hours, minutes = whole // _HOUR, whole % _HOUR // _MINUTE
        return f"{self.number(hours)} h {minutes} min" if minutes else f"{self.number(hours)} h"

    def kinds(self, kinds: Sequence[str]) -> str:
        """Return the names of case kinds, as the facts order them."""
        known = {kind.key: kind.name[self.language] for kind in self.facts.case_kinds}
        order = [*known, *(kind for kind in kinds if kind not in known)]
        names = [known.get(kind, kind) or self.word("no_kind") for kind in order if kind in kinds]
        if len(names) < 2:
            return "".join(names)
        return f"{', '.join(names[:-1])} {self.word('and')} {names[-1]}"

    def withheld(self, result: Result, name: str) -> Element:
        """Return why a figure is not there."""
        reason = result.figures.withheld.get(name, "too_few")
        return paragraph(self.word(f"withheld_{reason}", minimum=result.rules.minimum_n))

    def nothing_yet(self) -> Element:
        """Return that there is no figure yet."""
        return paragraph(self.word("no_figure_yet"))


def paragraph(*children: Child) -> Element:
    """Return a paragraph."""
    return element("p", None, *children)


def part(name: str, *children: Child) -> Element:
    """Return a part of the page, named for its style."""
    return element("div", {"class": f"results results--{name}"}, *children)
