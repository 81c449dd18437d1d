"""Answers for programs: JSON, written piece by piece."""

import json
from collections.abc import Iterable, Iterator

from feedback_app.base.times import to_text
from feedback_app.records import AnsweredCase
from support_facts import Facts

FORMAT = "feedback-answers-1"


def answers_as_json(answered: Iterable[AnsweredCase]) -> Iterator[str]:
    """Yield the text of one JSON list, an object a line. Moments are UTC."""
    yield from _listed(map(_answer, answered))
    yield "\n"


def export_as_json(
    answered: Iterable[AnsweredCase], first: str, last: str, facts: Facts, as_of: str
) -> Iterator[str]:
    """Yield the text of one JSON object: format, weeks, definitions, and all answers with cases.

    Moments are UTC. Fields may be added within a version of the format, never changed.
    """
    head = {
        "format": FORMAT,
        "first_week": first,
        "last_week": last,
        "as_of": as_of,
        "definitions": [
            {
                "short": metric.short,
                "name": dict(metric.name),
                "definition": dict(metric.definition),
                "formula": dict(metric.formula),
                "direction": dict(metric.direction),
            }
            for metric in facts.metrics
        ],
    }
    yield json.dumps(head)[:-1] + ', "answers": '
    yield from _listed(_answer(case) | _case(case) for case in answered)
    yield "}\n"


def _listed(objects: Iterable[dict[str, object]]) -> Iterator[str]:
    separator = "["
    for one in objects:
        yield f"{separator}\n{json.dumps(one)}"
        separator = ","
    yield "[]" if separator == "[" else "\n]"


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


def _case(case: AnsweredCase) -> dict[str, object]:
    return {
        "case_kind": case.case_kind,
        "team": case.team,
        "customer": case.customer,
        "case_url": case.case_url,
        "closure_reason": case.closure_reason,
        "closed_at": to_text(case.closed_at),
        "closed_week": case.closed_week,
        "wording_version": case.wording_version,
    }
