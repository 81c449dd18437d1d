"""Numbers, times and names in a language, for the templates of the review."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from charts import date_and_time, date_range, numbers, short_date
from feedback_app.base.text import isolated
from feedback_app.base.weeks import days_of
from feedback_app.reports.charts import chart_of
from feedback_app.reports.key_figures import FigureTexts
from feedback_app.reports.markdown_quoting import web_address
from feedback_app.reports.names import care_name, flag_name, name_of
from feedback_app.review.scores import lowest, score
from support_facts import Facts


def words(facts: Facts, language: str) -> dict[str, Any]:
    """Return the functions that templates call to write figures of `facts` in `language`."""
    zone, texts = ZoneInfo(facts.organisation.time_zone), FigureTexts(facts, language)

    def day(when: datetime | date) -> str:
        there = when.astimezone(zone) if isinstance(when, datetime) else when
        return short_date(there, language)

    def week_days(first: str, last: str | None = None) -> str:
        return date_range(*days_of(first, last or first), language)

    return {
        "day": day,
        "week_days": week_days,
        "moment": lambda when: date_and_time(when, language, zone, short_date),
        "mean": lambda value: mean(value, language),
        "number": lambda value, decimals=0: numbers.number(value, decimals, language),
        "percent": lambda fraction: numbers.percent(fraction, language),
        "percent_range": lambda low, high: numbers.percent_range(low, high, language),
        "points": texts.points,
        "window": texts.window,
        "likely": texts.likely,
        "verdicts": texts.verdicts,
        "duration": lambda seconds, clock: numbers.duration(seconds, clock, language),
        "kind": lambda key: name_of(facts.case_kinds, key, language),
        "reason": lambda key: name_of(facts.closure_reasons, key, language),
        "theme": lambda key: name_of(facts.themes, key, language),
        "flag_name": lambda flag: flag_name(flag, language),
        "care_name": lambda reason: care_name(reason, language),
        "plain": isolated,
        "web_address": web_address,
        "score": score,
        "lowest": lowest,
        "chart_of": chart_of,
    }


def mean(value: float | None, language: str) -> str:
    """Return a mean score with one decimal, or a dash if there is none."""
    return "–" if value is None else numbers.mean(value, language)
