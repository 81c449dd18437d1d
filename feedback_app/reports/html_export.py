"""The week as one HTML file, for printing and passing on: nothing is loaded from elsewhere."""

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
    """Yield the pieces of one HTML page with every week's figures, low answers and comments."""
    values = {"facts": facts, **words(facts, language)}
    head, _, foot = (
        template(language, "review/paper.html")
        .render(first=first, last=last, style=_style(), **values)
        .partition("<!-- weeks -->")
    )
    yield head
    for review in reviews:
        yield template(language, "review/paper-week.html").render(review=review, **values)
    yield foot


@cache
def _style() -> str:
    return _STYLE.read_text(encoding="utf-8")
