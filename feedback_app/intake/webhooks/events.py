"""Turns the payloads of a request into closed cases, and counts the outcome of each."""

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any, cast

from feedback_app.base.text import without_addresses
from feedback_app.database.contract import Transaction
from feedback_app.intake.api.messages import ClosingMessage, EventMessage
from feedback_app.intake.closed_case import MAX_TEXT, CaseReader
from feedback_app.intake.deliveries import CaseDelivery, accept_all, reopen
from feedback_app.intake.errors import FieldError, InvalidCaseError, in_list, quoted
from feedback_app.intake.problem_details import pointers
from feedback_app.intake.webhooks.presets import Preset
from feedback_app.program import Program
from feedback_app.records import Reopening
from feedback_app.store import delivery_log
from feedback_app.store.delivery_log import PayloadSample

MAX_LINES = 40
MAX_LINE = 160
# Names of fields. Other keys can be data, such as an address or a phone number.
_NAME = re.compile(r"(?!.*[0-9]{7})[A-Za-z_][A-Za-z0-9_$:-]{0,39}")
UNNAMED = "…"
_TYPES = {
    str: "text",
    bool: "true or false",
    int: "number",
    float: "number",
    type(None): "null",
    dict: "empty object",
    list: "empty list",
}
log = logging.getLogger(__name__)
IGNORED = "ignored: this event neither closes nor reopens a case"


@dataclass(frozen=True)
class Ignored:
    """An event that neither closes nor reopens a case, with the conditions that it does not meet.

    `reasons` name the values found, `paths` only their places.
    """

    reasons: list[str]
    paths: list[str]


Event = CaseDelivery | Reopening
EventResult = ClosingMessage | EventMessage | Ignored | InvalidCaseError


def store_events(
    program: Program, preset: Preset, payloads: Sequence[Any], now: datetime
) -> list[EventResult]:
    """Store the valid cases, and return the result of each payload.

    An invalid one is logged and does not prevent the others.
    """
    reader = preset.reader(program.facts, program.zone, now)
    read = [_read(preset, payload, reader) for payload in payloads]
    with program.database.write() as tx:
        results = [*_accepted(tx, program, read, now)]
        _count(tx, preset.name, payloads, results, now)
    for payload, result in zip(payloads, results, strict=True):
        if isinstance(result, InvalidCaseError):
            _log_invalid(preset, payload, result)
    return results


def _read(preset: Preset, payload: Any, reader: CaseReader) -> Event | EventResult:
    if not isinstance(payload, dict):
        return InvalidCaseError([FieldError("", "is not a JSON object")])
    try:
        event = preset.delivery(payload, reader) or preset.reopening(payload, reader)
    except InvalidCaseError as error:
        return error
    return event or Ignored(preset.why_ignored(payload), preset.failed(preset.row(payload)))


def _accepted(
    tx: Transaction, program: Program, read: Iterable[Event | EventResult], now: datetime
) -> Iterator[EventResult]:
    for kind, group in groupby(read, type):
        if kind is CaseDelivery:
            yield from accept_all(tx, program, cast("Iterable[CaseDelivery]", group), now)
        elif kind is Reopening:
            yield from (reopen(tx, program, cast("Reopening", one), now) for one in group)
        else:
            yield from cast("Iterable[EventResult]", group)


def _count(
    tx: Transaction,
    name: str,
    payloads: Sequence[Any],
    results: Sequence[EventResult],
    now: datetime,
) -> None:
    """Count the outcomes, with the shapes of the payloads that did not become a case."""
    samples: dict[str, list[PayloadSample]] = {}
    outcomes = [answer_about(0, result)["outcome"] for result in results]
    for payload, result, outcome in zip(payloads, results, outcomes, strict=True):
        found = samples.setdefault(outcome, [])
        if isinstance(result, Ignored | InvalidCaseError):
            found.append(PayloadSample(shape_of(payload), _because(result)))
    for outcome in sorted(samples):
        count = outcomes.count(outcome)
        delivery_log.add(tx, (name, outcome), now, count, samples[outcome])


def _because(result: Ignored | InvalidCaseError) -> tuple[str, ...]:
    if isinstance(result, Ignored):
        return tuple(result.paths)
    return tuple(dict.fromkeys(error.field for error in result.errors))


def answer_about(at: int, result: EventResult) -> dict[str, Any]:
    """Return the response about one element of a list."""
    if isinstance(result, InvalidCaseError):
        return {"outcome": "invalid", "errors": pointers(in_list(result.errors, at))}
    if isinstance(result, Ignored):
        return {"outcome": "ignored", "notes": [IGNORED, *result.reasons]}
    return result.model_dump(mode="json")


def shape_of(payload: Any) -> tuple[str, ...]:
    """Return lines such as "issue.fields.status.name: text", at most `MAX_LINES`.

    Of a list, only the first element is described.
    """
    return tuple(line[:MAX_LINE] for line in islice(_lines("", payload), MAX_LINES))


def _lines(path: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            # The request's own time and headers are not part of the payload.
            if not key.startswith("@"):
                name = key if _NAME.fullmatch(key) else UNNAMED
                yield from _lines(f"{path}.{name}" if path else name, inner)
    elif isinstance(value, list) and value:
        yield from _lines(f"{path}[0]", value[0])
    else:
        yield f"{path}: {_TYPES[type(value)]}" if path else _TYPES[type(value)]


def _log_invalid(preset: Preset, payload: Any, error: InvalidCaseError) -> None:
    # Field names only, because values can be addresses; the case number lets people find the case.
    fields = ", ".join(one.field for one in error.errors)
    number = preset.case_number(payload) if isinstance(payload, dict) else ""
    number = quoted(without_addresses(number[:MAX_TEXT]))
    log.warning(
        "webhook %s: closed case %s was refused, invalid fields: %s", preset.name, number, fields
    )
