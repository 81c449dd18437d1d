"""Answers as text for a terminal, one line per answer."""

from collections.abc import Iterable, Iterator

from feedback_app.base.text import one_line, visible
from feedback_app.base.times import to_text
from feedback_app.records import AnsweredCase

_LAYOUT = "{:<20}  {:<16}  {:>4}  {:>12}  {:<10}  {}"
_LONGEST_COMMENT = 60


def answers_as_lines(answered: Iterable[AnsweredCase]) -> Iterator[str]:
    """Yield a heading and one line per answer, or one sentence without answers. Times are UTC."""
    number = 0
    for number, case in enumerate(answered, 1):
        if number == 1:
            yield _line("answered_at", "case_number", "ease", "satisfaction", "source", "comment")
        yield _line(
            to_text(case.answered_at) if case.answered_at else "",
            case.case_number,
            case.ease,
            case.satisfaction,
            case.source,
            _shortened(case.comment or ""),
        )
    if not number:
        yield "No answers yet.\n"


def _line(*cells: str | int | None) -> str:
    # Invisible characters in typed text could change or reorder the line, so they are escaped.
    shown = [cell if isinstance(cell, int) else visible(one_line(cell or "")) for cell in cells]
    return _LAYOUT.format(*shown).rstrip() + "\n"


def _shortened(comment: str) -> str:
    line = one_line(comment)
    return line if len(line) <= _LONGEST_COMMENT else line[: _LONGEST_COMMENT - 1] + "…"
