"""The figures of a period in words. Week page, slide, workbook and digest show the same ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from charts import numbers, short_date
from feedback_app.base.language import catalogue
from feedback_app.records import WeekTotals
from feedback_app.review.scores import Scores
from feedback_app.review.trend import ShareChange
from support_facts import Facts

READ_IN_TIME = "read_in_time"


@dataclass(frozen=True, kw_only=True)
class KeyFigure:
    """A figure: `part` of `whole` answers or cases.

    `value` is a percentage, a mean or "3 of 8" if there are too few for one, or "–" without any.
    `text` explains what was counted. `is_share` is true if `value` is a percentage.
    """

    name: str
    value: str
    text: str
    part: int
    whole: int
    is_share: bool = False


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How a figure changed: "Down 9 points in the last 4 weeks", "compared with …", "likely …".

    `trend` is "rise", "fall" or "" for no clear change; without a comparison, the last two texts
    are empty.
    """

    trend: str
    change: str
    compared: str = ""
    likely: str = ""

    def __str__(self) -> str:
        return f"{self.change} {self.compared} ({self.likely})." if self.compared else self.change


@dataclass(frozen=True)
class FigureTexts:
    """Writes figures and changes in a language."""

    facts: Facts
    language: str

    def key_figures(self, scores: Iterable[Scores], totals: WeekTotals) -> dict[str, KeyFigure]:
        """Return the scores, response rate, first response in target and read in time, by metric.

        The first response is missing if the operator set no target for it.
        """
        found = {one.question.metric: self._score(one) for one in scores}
        found["response_rate"] = self._response_rate(totals)
        if self.facts.metric("first_response_time").target_seconds:
            found["first_response_time"] = self._first_response(totals)
        return found | {READ_IN_TIME: self._read_in_time(totals)}

    def verdicts(self, changes: Sequence[ShareChange]) -> list[Verdict]:
        """Return the clear changes of a figure, or else one text that there is none."""
        clear = [one for one in changes if one.is_clear] or [one for one in changes if one.interval]
        if not clear:
            few = self._texts.gettext("Too few answers to compare with the weeks before.")
            rising = self._texts.gettext("This can still rise, so it is not compared yet.")
            return [Verdict(trend="", change=rising if changes[0].is_open else few)]
        return [self._verdict(one) for one in clear if one.is_clear] or [self._verdict(clear[0])]

    def window(self, change: ShareChange) -> str:
        """Return the newer period of a comparison: "in the last 4 weeks"."""
        if change.weeks == 1:
            return self._texts.gettext("this week")
        return self._texts.gettext("in the last %(weeks)s weeks") % {"weeks": change.weeks}

    def likely(self, change: ShareChange) -> str:
        """Return the interval of a comparison that has one: "likely −13 to −6 points"."""
        low, high = change.interval or (0.0, 0.0)
        return self._texts.gettext("likely %(low)s to %(high)s points") % {
            "low": self.points(low),
            "high": self.points(high),
        }

    def points(self, difference: float) -> str:
        """Return a difference of two fractions in whole percentage points: "−41"."""
        return numbers.number(difference * 100, 0, self.language).replace("-", "−")

    def _verdict(self, change: ShareChange) -> Verdict:
        trend = ("rise" if change.is_rise else "fall") if change.is_clear else ""
        said = {
            "rise": self._texts.gettext("Up %(size)s points %(window)s"),
            "fall": self._texts.gettext("Down %(size)s points %(window)s"),
            "": self._texts.gettext("No clear change %(window)s"),
        }[trend]
        size = self.points(abs(change.difference))
        weeks = {"weeks": change.weeks_before}
        return Verdict(
            trend=trend,
            change=said % {"size": size, "window": self.window(change)},
            compared=self._texts.gettext("compared with the %(weeks)s weeks before") % weeks,
            likely=self.likely(change),
        )

    def _score(self, scores: Scores) -> KeyFigure:
        mean = numbers.mean(scores.mean, self.language) if scores.mean is not None else "–"
        mean_text = self._texts.gettext("mean %(mean)s") % {"mean": mean}
        figure = self._share(
            self.facts.metric(scores.question.metric).short,
            scores.best,
            scores.n,
            self._texts.gettext("chose 4 or 5") + ", " + mean_text,
        )
        if not figure.is_share:
            few = self._texts.ngettext("mean of %(n)s answer", "mean of %(n)s answers", scores.n)
            figure = replace(figure, value=mean, text=few % {"n": self._number(scores.n)})
        return figure

    def _response_rate(self, totals: WeekTotals) -> KeyFigure:
        name = self.facts.metric("response_rate").name[self.language]
        text = self._texts.gettext("surveyed customers")
        if totals.open_until:
            zone = ZoneInfo(self.facts.organisation.time_zone)
            day = short_date(totals.open_until.astimezone(zone), self.language)
            text += ", " + self._texts.gettext("open until %(day)s") % {"day": day}
        return self._share(name, totals.answered, totals.reached, text)

    def _first_response(self, totals: WeekTotals) -> KeyFigure:
        target = self.facts.metric("first_response_time")
        limit = numbers.duration(
            target.target_seconds or 0, target.target_clock or "", self.language
        )
        text = self._texts.gettext("within %(limit)s") % {"limit": limit.replace(" ", "\u00a0")}
        name = self._texts.gettext("First response in target")
        return self._share(name, totals.in_target, totals.measured, text)

    def _read_in_time(self, totals: WeekTotals) -> KeyFigure:
        text = self._texts.gettext("within %(days)s days") % {
            "days": self.facts.survey.read_within_days
        }
        figure = self._share(
            self._texts.gettext("Read in time"), totals.read_in_time, totals.answers, text
        )
        if not totals.read_pending:
            return figure
        # While answers are still in time, a share could only rise.
        pending = {"count": self._number(totals.read_pending)}
        return replace(
            figure,
            value=self._of(totals.read_in_time, totals.answers),
            text=self._texts.gettext("%(count)s more still in time") % pending,
            is_share=False,
        )

    def _share(self, name: str, part: int, whole: int, text: str) -> KeyFigure:
        counted = self._of(part, whole)
        is_share = whole >= max(1, self.facts.survey.share_minimum_n)
        value = numbers.percent(part / whole, self.language) if is_share else counted
        return KeyFigure(
            name=name,
            value=value if whole else "–",
            text=f"{counted} {text}" if is_share else text,
            part=part,
            whole=whole,
            is_share=is_share,
        )

    def _of(self, part: int, whole: int) -> str:
        counts = {"count": self._number(part), "n": self._number(whole)}
        return self._texts.gettext("%(count)s of %(n)s") % counts

    def _number(self, count: int) -> str:
        return numbers.number(count, 0, self.language)

    @property
    def _texts(self) -> NullTranslations:
        return catalogue(self.language)
