"""Answers for programs: one JSON list, written piece by piece."""

import json
from collections.abc import Iterable, Iterator

from feedback_app.clock import to_text
from feedback_app.records import AnsweredCase


def answers_as_json(answered: Iterable[AnsweredCase]) -> Iterator[str]:
    """Yield the text of one JSON list, an object a line. Moments are UTC."""
    separator = "["
    for case in answered:
        yield f"{separator}\n{json.dumps(_answer(case))}"
        separator = ","
    yield "[]\n" if separator == "[" else "\n]\n"


def _answer(case: AnsweredCase) -> dict[str, object]:
    return {
        "case_number": case.case_number,
        "week": case.answered_week,
        "answered_at": to_text(case.answered_at) if case.answered_at else None,
        "ease": case.ease,
        "satisfaction": case.satisfaction,
        "comment": case.comment,
        "contact_welcome": case.contact_welcome,
        "flags": list(case.flags),
        "revision": case.revision,
        "language": case.language,
        "source": case.source,
    }
