"""Answers as JSON for programs, written piece by piece."""

import json
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from feedback_app.base.times import to_text
from feedback_app.records import CASE_FIELDS, EXPORTED_CASE_FIELDS, AnsweredCase
from support_facts import Facts

FORMAT = "feedback-answers-1"
FIELDS = (
    *EXPORTED_CASE_FIELDS,
    "closed_week",
    "answered_at",
    "ease",
    "satisfaction",
    "comment",
    "contact_welcome",
    "flags",
    "themes",
    "care",
    "revision",
    "wording_version",
)
_TIMES = (
    "answered_at",
    *(name for name in EXPORTED_CASE_FIELDS if CASE_FIELDS[name].kind == "time"),
)
_values_of = attrgetter(*FIELDS)


def answers_as_json(answered: Iterable[AnsweredCase]) -> Iterator[str]:
    """Yield the text of one JSON list, one object per line. Times are UTC."""
    yield from _listed(map(_answer, answered))
    yield "\n"


def export_as_json(
    answered: Iterable[AnsweredCase], head: Mapping[str, object], facts: Facts
) -> Iterator[str]:
    """Yield the text of one JSON object with format, `head`, definitions and answers with cases.

    Times are UTC. A version of the format may get new fields, but none is changed or removed;
    `json_schema` describes them.
    """
    fields = {
        "format": FORMAT,
        **head,
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
    yield json.dumps(fields)[:-1] + ', "answers": '
    yield from _listed(map(_answer, answered))
    yield "}\n"


def _listed(objects: Iterable[dict[str, object]]) -> Iterator[str]:
    separator = "["
    for one in objects:
        yield f"{separator}\n{json.dumps(one)}"
        separator = ","
    yield "[]" if separator == "[" else "\n]"


def _answer(case: AnsweredCase) -> dict[str, object]:
    values: dict[str, Any] = dict(zip(FIELDS, _values_of(case), strict=True))
    for name in _TIMES:
        values[name] = values[name] and to_text(values[name])
    values["week"] = case.answered_week
    return values
