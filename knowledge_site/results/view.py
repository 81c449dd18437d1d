"""The published results in one language: the figures, and how they are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import ClassVar
from zoneinfo import ZoneInfo

from charts import Labels, duration, long_date, number, percent
from knowledge_site.wording import word
from published_results import Portion, Published, PublishedPeriod, Result, Words
from support_facts import Facts


@dataclass(frozen=True)
class ResultsView:
    """Published results, the facts they refer to, and the language of the page."""

    published: Published
    facts: Facts
    language: str
    shown_periods: ClassVar[int] = 12

    @cached_property
    def latest(self) -> Result | None:
        """The newest version of the result of the latest period; None if nothing is published."""
        return self.published.newest[-1] if self.published.newest else None

    @property
    def before(self) -> Result | None:
        """The result of the period before the latest one; None if there is none."""
        return self.published.newest[-2] if len(self.published.newest) > 1 else None

    @property
    def shown(self) -> tuple[Result, ...]:
        """The newest results of the periods in the charts; older ones are in the downloads."""
        return self.published.newest[-self.shown_periods :]

    def word(self, key: str, **values: object) -> str:
        """Return a text of words.toml with its placeholders filled."""
        return word(key, self.language).format(**values)

    def in_language(self, words: Words) -> str:
        """Return a published text in this language, or else in its first one."""
        return words.get(self.language) or next(iter(words.values()))

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number in the format of this language: 4.25 is "4.3" or "4,3"."""
        return number(value, decimals, self.language)

    def percent(self, fraction: float) -> str:
        """Return 0.375 as "38%"."""
        return percent(fraction, self.language)

    def portion(self, portion: Portion) -> str:
        """Return "31 of 40" and, where there is one, the share."""
        return self.count_of(portion.count, portion.n, portion.share)

    def count_of(self, count: int, n: int, share: float | None) -> str:
        """Return "31 of 40 (78%)", or "31 of 40" where n is too small for a share."""
        text = self.word("of", count=self.number(count), n=self.number(n))
        return text if share is None else f"{text} ({self.percent(share)})"

    def day(self, moment: date | datetime) -> str:
        """Return a date such as "23 November 2026"; that of a moment in the team's time zone."""
        return long_date(self.local_date(moment), self.language)

    def monday(self, week: str) -> str:
        """Return the first day of a week such as 2026-W09."""
        return self.day(datetime.strptime(f"{week}-1", "%G-W%V-%u").date())

    def local_date(self, moment: date | datetime) -> date:
        """Return the date of a moment in the team's time zone."""
        if isinstance(moment, datetime):
            return moment.astimezone(ZoneInfo(self.facts.organisation.time_zone)).date()
        return moment

    def date_range(self, period: PublishedPeriod) -> str:
        """Return the first and the last day of a period."""
        return f"{self.day(period.first_day)} – {self.day(period.last_day)}"

    def last_day(self, result: Result) -> str:
        """Return the last day of a result's period."""
        return self.day(result.period.last_day)

    def metric_name(self, key: str) -> str:
        """Return the name of a metric, with its abbreviation if it is a score."""
        metric = self.facts.metric(key)
        is_score = key in {question.metric for question in self.facts.questions}
        return f"{metric.name[self.language]}{f' ({metric.short})' if is_score else ''}"

    def clocked(self, metric: str, *clocks: str) -> str:
        """Return the name of a metric and its clock."""
        return ", ".join((self.metric_name(metric), *(self.word(f"clock_{one}") for one in clocks)))

    def duration(self, seconds: float, clock: str) -> str:
        """Return seconds as "45 s", "35 min", "2 h 5 min" or "1 day 4 h"."""
        return duration(seconds, clock, self.language)

    def kind_names(self, kinds: Sequence[str]) -> str:
        """Return the names of case kinds in the order of the facts."""
        known = {kind.key: kind.name[self.language] for kind in self.facts.case_kinds}
        order = [*known, *(kind for kind in kinds if kind not in known)]
        names = [known.get(kind, kind) or self.word("no_kind") for kind in order if kind in kinds]
        if len(names) < 2:
            return "".join(names)
        return f"{', '.join(names[:-1])} {self.word('and')} {names[-1]}"

    def labels(self, key: str, title: str, description: str, headings: str) -> Labels:
        """Return the texts of a chart; `headings` are keys of words.toml, separated by spaces."""
        return Labels(
            key=key.replace("_", "-"),
            title=title,
            description=description,
            headings=tuple(map(self.word, headings.split())),
            numbers=self.word("as_table"),
        )

    def figure_name(self, name: str) -> str:
        """Return the name of a figure that `Figures.withheld` names, such as "Response rate"."""
        kind, *parts = name.split(".")
        if kind == "times":
            return self.clocked(*parts)
        if kind == "participation":
            return self.metric_name("response_rate")
        return self.word("_".join(("figure", kind, *parts)))

    def reason(self, result: Result, name: str) -> str:
        """Return the reason why a figure is withheld."""
        reason = result.figures.withheld[name]
        return self.word(f"withheld_{reason}", minimum=result.rules.minimum_n)

    def withheld_by_reason(self, result: Result) -> dict[str, list[str]]:
        """Return the names of the withheld figures by the reason, in words."""
        names: dict[str, list[str]] = {}
        for name in sorted(result.figures.withheld):
            names.setdefault(self.reason(result, name), []).append(self.figure_name(name))
        return names
