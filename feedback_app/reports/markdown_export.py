"""The review of a week as Markdown, for the meeting."""

import re
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from charts import numbers
from feedback_app.base.language import choose
from feedback_app.base.templates import TEMPLATES
from feedback_app.base.times import local_text
from feedback_app.reports import formatting
from feedback_app.reports.markdown_quoting import Markdown, inline, link, quote
from feedback_app.review.scores import score
from feedback_app.review.week import WeekReview
from support_facts import Facts

_TEMPLATES = TEMPLATES / "reports"
# The leads' pages and reports are in English.
_LANGUAGE = "en"
_EMPTY_LINES = re.compile(r"\n{3,}")


def week_as_markdown(review: WeekReview, facts: Facts) -> str:
    """Return the review. Everything that customers and case systems wrote is escaped."""
    language = choose([_LANGUAGE], facts.languages)
    zone = ZoneInfo(facts.organisation.time_zone)

    def day(moment: datetime) -> str:
        return moment.astimezone(zone).date().isoformat()

    template = _environment().get_template("week.md")
    text = template.render(
        review=review,
        facts=facts,
        language=language,
        kinds={kind.key: kind.name[language] for kind in facts.case_kinds},
        themes={theme.key: theme.name[language] for theme in facts.themes},
        as_of=local_text(review.as_of, zone),
        day=day,
        last_day=day(review.last_day),
        score=score,
    )
    return tidy(text)


def tidy(text: str) -> str:
    """Return `text` with exactly one empty line between blocks."""
    # Quoted text has no empty lines, so this changes only those of the template.
    return _EMPTY_LINES.sub("\n\n", text).strip() + "\n"


@cache
def _environment() -> Environment:
    """Return an environment that escapes every string that is not of type Markdown."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        finalize=_safe,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "duration": numbers.duration,
        "linked": link,
        "mean": lambda value: formatting.mean(value, _LANGUAGE),
        "percent": numbers.percent,
        "percent_range": numbers.percent_range,
        "quote": quote,
        "words": _words,
    }
    return environment


def _safe(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markdown):
        return inline(value)
    return value


def _words(key: str) -> str:
    """Return a key such as "too_old" as words."""
    return key.replace("_", " ")
