"""Reads text values into a closed case. Every case system's data goes through this module."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, get_args
from urllib.parse import urlsplit

from feedback_app.base.addresses import ascii_address
from feedback_app.base.text import has_unstorable, one_line
from feedback_app.intake.case_number import case_number
from feedback_app.intake.dates import EARLIEST, DateReader
from feedback_app.intake.errors import FieldError, ImpossibleError, InvalidCaseError, quoted
from feedback_app.records import (
    CASE_FIELDS,
    REQUIRED_CASE_FIELDS,
    ClosedCase,
    DurationClock,
    FieldKind,
    Reopening,
)

MAX_TEXT = 200
# A longer subject line is cut, not refused.
MAX_SUBJECT = 120
MAX_ADDRESS = 254
MAX_URL = 2000
MAX_SECONDS = 20 * 366 * 24 * 60 * 60
# Clocks of two machines differ, and some systems write tomorrow's midnight as the end of a day.
MAX_FUTURE = timedelta(days=1)

_DURATIONS = tuple(name for name, field in CASE_FIELDS.items() if field.kind == "seconds")
_BETWEEN = tuple(
    name
    for name, field in CASE_FIELDS.items()
    if field.kind == "time" and name not in ("opened_at", "closed_at")
)
# Fields that can contradict the closing time or each other.
COMPARED_FIELDS = frozenset({"opened_at", "duration_clock", *_BETWEEN, *_DURATIONS})
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")


@dataclass(frozen=True, kw_only=True)
class CaseReader:
    """Reads closed cases with these allowed words, as of `now`.

    `dates_by_field` reads the dates of single fields, `dates` all others.
    """

    case_kinds: tuple[str, ...]
    closure_reasons: tuple[str, ...]
    dates: DateReader
    now: datetime
    dates_by_field: Mapping[str, DateReader] = field(default_factory=dict)

    def dates_of(self, name: str) -> DateReader:
        """Return the reader of the dates of this field."""
        return self.dates_by_field.get(name, self.dates)

    @cached_property
    def readers(self) -> Mapping[str, Callable[[str], Any]]:
        """Return the reader of each field. Readers raise ValueError with the reason."""
        return {
            **{name: self._reader(name, one.kind) for name, one in CASE_FIELDS.items()},
            "closed_at": self._closed_at,
            "reopened_at": self._closed_at,
            "case_number": _case_number,
            "case_id": _case_number,
        }

    def read(self, values: Mapping[str, str]) -> ClosedCase:
        """Return the closed case with these values by field name.

        `case_id` defaults to the case number. Raises InvalidCaseError naming every wrong field.
        """
        found, errors = self._read_fields(values)
        complete(found)
        self._put_in_order(found, values)
        wrong = {error.field for error in errors}
        for name in ("source", *REQUIRED_CASE_FIELDS):
            if not found.get(name) and name not in wrong:
                errors.append(FieldError(name, "is empty"))
        errors += [error for error in contradictions(found) if error.field not in wrong]
        if errors:
            raise InvalidCaseError(errors)
        return ClosedCase(**found)

    def read_leniently(self, values: Mapping[str, str]) -> tuple[ClosedCase, list[FieldError]]:
        """Return the closed case without its wrong fields, and what is wrong with those.

        Webhooks use it, because nobody corrects what a machine sent. Raises InvalidCaseError if a
        required field is wrong.
        """
        try:
            return self.read(values), []
        except InvalidCaseError as error:
            errors = list(error.errors)
        left_out = {error.field for error in errors}
        if "duration_clock" in left_out:
            left_out |= set(_DURATIONS)
        kept = {name: text for name, text in values.items() if name not in left_out}
        try:
            return self.read(kept), errors
        except InvalidCaseError:
            raise InvalidCaseError(errors) from None

    def read_reopening(self, values: Mapping[str, str]) -> Reopening:
        """Return the reopening with the fields `source`, `case_id` and `reopened_at`.

        `case_id` defaults to the case number, `reopened_at` to now. Raises InvalidCaseError.
        """
        names = ("source", "case_id", "case_number", "reopened_at")
        found, errors = self._read_fields({name: values[name] for name in names if name in values})
        complete(found)
        if not (found["case_id"] or errors):
            errors.append(FieldError("case_number", "is empty"))
        if errors:
            raise InvalidCaseError(errors)
        moment = found.get("reopened_at", self.now)
        return Reopening(found["source"], found["case_id"], moment)

    def check(self, values: Mapping[str, str]) -> list[FieldError]:
        """Return the faults of each value on its own, without comparing values."""
        return self._read_fields(values)[1]

    def _read_fields(self, values: Mapping[str, str]) -> tuple[dict[str, Any], list[FieldError]]:
        found: dict[str, Any] = {}
        errors = []
        for name, text in values.items():
            try:
                found[name] = self.readers.get(name, _text)(text)
            except ValueError as error:
                errors.append(FieldError(name, str(error), isinstance(error, ImpossibleError)))
        return found, errors

    def _put_in_order(self, found: dict[str, Any], values: Mapping[str, str]) -> None:
        """Read a time that is before an earlier one as the second, if clocks went back."""
        latest = EARLIEST
        for name in ("opened_at", *_BETWEEN, "closed_at"):
            if moment := found.get(name):
                if moment < latest:
                    second = self.dates_of(name).read_second(values[name])
                    found[name] = second if second >= latest else moment
                latest = max(latest, found[name])

    def _reader(self, name: str, kind: FieldKind) -> Callable[[str], Any]:
        by_kind: dict[FieldKind, Callable[[str], Any]] = {
            "text": _text,
            "time": self.dates_of(name).read,
            "seconds": _seconds,
            "email": contact_address,
            "language": _language,
            "url": _web_address,
            "case_kind": lambda text: _word(text, self.case_kinds),
            "closure_reason": lambda text: _word(text, self.closure_reasons),
            "subject": _subject,
            "clock": lambda text: _word(text, get_args(DurationClock)),
        }
        return by_kind[kind]

    def _closed_at(self, text: str) -> datetime:
        closed_at = self.dates_of("closed_at").read(text)
        if closed_at > self.now + MAX_FUTURE:
            raise ImpossibleError(f"{quoted(text)} is in the future")
        return closed_at


def complete(found: dict[str, Any]) -> None:
    """Fill in the fields that have a default: `case_id` and `closure_key`."""
    found["case_id"] = found.get("case_id") or found.get("case_number")
    found["closure_key"] = found.get("closure_key") or ""


def loses_characters(values: Iterable[str]) -> bool:
    """Return whether one of these texts contains characters that cannot be stored."""
    return any(map(has_unstorable, values))


def contact_address(text: str) -> str:
    """Return the one email address in `text`, with its domain in ASCII (xn--…).

    Raises ValueError for anything else, and for a domain without a dot.
    """
    address = ascii_address(text)
    if not address or "." not in address[address.rfind("@") :]:
        raise ValueError(
            f"{quoted(text)} is not a plain email address such as name@customer.example "
            "(only ASCII characters are allowed before the @)"
        )
    return address


def _case_number(text: str) -> str | None:
    return case_number(text) or None if len(text) <= MAX_TEXT else _text(text)


def _text(text: str) -> str | None:
    if len(text) > MAX_TEXT:
        raise ValueError(f"has {len(text)} characters, but at most {MAX_TEXT} are allowed")
    return one_line(text) or None


def _subject(text: str) -> str | None:
    line = one_line(text)
    return line if len(line) <= MAX_SUBJECT else line[: MAX_SUBJECT - 1].rstrip() + "…"


def _word(text: str, allowed: Iterable[str]) -> str:
    word = text.lower()
    if word not in allowed:
        raise ValueError(f"{quoted(text)} is not one of {', '.join(allowed)}")
    return word


def _seconds(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text) or int(text) > MAX_SECONDS:
        raise ValueError(f"{quoted(text)} is not a whole number of seconds up to {MAX_SECONDS}")
    return int(text)


def _language(text: str) -> str:
    tag = text.lower().replace("_", "-")
    if len(tag) > MAX_TEXT or not _LANGUAGE.fullmatch(tag):
        raise ValueError(f"{quoted(text)} is not a language tag such as de or en-GB")
    return tag


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or len(text) > MAX_URL or " " in text or not text.isprintable():
        raise ValueError(
            f"{quoted(text)} is not a web address: it must start with https:// or http:// "
            f"and have at most {MAX_URL} characters"
        )
    return text


def contradictions(found: Mapping[str, Any]) -> list[FieldError]:
    """Return which times contradict each other, so that no duration is negative."""
    errors = []
    closed_at, opened_at = found.get("closed_at"), found.get("opened_at")
    if opened_at and closed_at and opened_at > closed_at:
        return [FieldError("opened_at", "is after closed_at", True)]
    for name in _BETWEEN:
        moment = found.get(name)
        if moment and closed_at and moment > closed_at:
            errors.append(FieldError(name, "is after closed_at", True))
        if moment and opened_at and moment < opened_at:
            errors.append(FieldError(name, "is before opened_at", True))
    measured = [name for name in _DURATIONS if found.get(name) is not None]
    if measured and not found.get("duration_clock"):
        clocks = " or ".join(get_args(DurationClock))
        reason = f"is required with {measured[0]}: set it to {clocks}"
        errors.append(FieldError("duration_clock", reason, True))
    return errors
