"""The review as one HTML file that loads nothing else, for printing and sharing."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from feedback_app.base.templates import template
from feedback_app.reports.formatting import words
from feedback_app.review.week import WeekReview
from support_facts import Facts

_STYLE = Path(__file__).parents[1] / "leads" / "static" / "leads.css"


def weeks_as_html(
    reviews: Iterable[WeekReview], first: str, last: str, facts: Facts, language: str
) -> Iterator[str]:
    """Yield the parts of an HTML page with figures, low answers and comments of every week."""
    values = {"facts": facts, **words(facts, language)}
    head, _, foot = (
        template(language, "review/html-export.html")
        .render(first=first, last=last, style=_style(), **values)
        .partition("<!-- weeks -->")
    )
    yield head
    for review in reviews:
        yield template(language, "review/html-export-week.html").render(review=review, **values)
    yield foot


@cache
def _style() -> str:
    return _STYLE.read_text(encoding="utf-8")
