"""Text values to a closed case: the normal form that is the same from every case system."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args
from urllib.parse import urlsplit

from feedback_app.base.addresses import is_email_address
from feedback_app.base.text import clean, one_line
from feedback_app.intake.dates import Moments
from feedback_app.intake.faults import Fault, FaultyCaseError, ImpossibleError, shown
from feedback_app.records import (
    CASE_FIELDS,
    REQUIRED_CASE_FIELDS,
    ClosedCase,
    DurationClock,
    FieldKind,
)
from support_facts import Facts

TEXT_LIMIT = 200
ADDRESS_LIMIT = 254
URL_LIMIT = 2000
SECONDS_LIMIT = 20 * 366 * 24 * 60 * 60
# Clocks of two machines differ, and some systems write tomorrow's midnight for the end of a day.
FUTURE_LIMIT = timedelta(days=1)

_MEASURED = tuple(name for name, field in CASE_FIELDS.items() if field.kind == "seconds")
_BETWEEN = tuple(
    name
    for name, field in CASE_FIELDS.items()
    if field.kind == "time" and name not in ("opened_at", "closed_at")
)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")


@dataclass(frozen=True, kw_only=True)
class NormalForm:
    """What a closed case may hold: words from the facts, dates read by `moments`, as of `now`."""

    case_kinds: tuple[str, ...]
    closure_reasons: tuple[str, ...]
    moments: Moments
    now: datetime

    @classmethod
    def of(cls, facts: Facts, moments: Moments, now: datetime) -> "NormalForm":
        """Return the normal form whose words are those of the facts."""
        return cls(
            case_kinds=tuple(kind.key for kind in facts.case_kinds),
            closure_reasons=tuple(reason.key for reason in facts.closure_reasons),
            moments=moments,
            now=now,
        )

    def case(self, values: Mapping[str, str]) -> ClosedCase:
        """Return the closed case these values of fields make; `case_id` defaults to the number.

        Raises FaultyCaseError naming every field that is wrong.
        """
        read, faults = self._read(values)
        read["case_id"] = read.get("case_id") or read.get("case_number")
        read["closure_key"] = read.get("closure_key") or ""
        faulty = {fault.field for fault in faults}
        for name in ("source", *REQUIRED_CASE_FIELDS):
            if not read.get(name) and name not in faulty:
                faults.append(Fault(name, "is empty"))
        faults += [fault for fault in _contradictions(read) if fault.field not in faulty]
        if faults:
            raise FaultyCaseError(faults)
        return ClosedCase(**read)

    def case_without_faults(self, values: Mapping[str, str]) -> tuple[ClosedCase, list[Fault]]:
        """Return the closed case of a sender who cannot mend it, and what had to be left out.

        Raises FaultyCaseError if a field is wrong without which there is no case.
        """
        try:
            return self.case(values), []
        except FaultyCaseError as error:
            faults = list(error.faults)
        left_out = {fault.field for fault in faults}
        if "duration_clock" in left_out:
            left_out |= set(_MEASURED)
        kept = {name: text for name, text in values.items() if name not in left_out}
        try:
            return self.case(kept), faults
        except FaultyCaseError:
            raise FaultyCaseError(faults) from None

    def check(self, values: Mapping[str, str]) -> None:
        """Raise FaultyCaseError if one of these values would make every case faulty."""
        faults = self.faults(values)
        if faults:
            raise FaultyCaseError(faults)

    def faults(self, values: Mapping[str, str]) -> list[Fault]:
        """Return what is wrong with each of these values by itself."""
        return self._read(values)[1]

    def _read(self, values: Mapping[str, str]) -> tuple[dict[str, Any], list[Fault]]:
        """Return the values that can be read, and what is wrong with the others."""
        read: dict[str, Any] = {}
        faults = []
        readers = self._readers()
        for name, text in values.items():
            kind = CASE_FIELDS[name].kind if name in CASE_FIELDS else "text"
            reader = self._closed_at if name == "closed_at" else readers[kind]
            try:
                read[name] = reader(text)
            except ValueError as error:
                faults.append(Fault(name, str(error), isinstance(error, ImpossibleError)))
        return read, faults

    def _readers(self) -> dict[FieldKind, Callable[[str], object]]:
        return {
            "text": _text,
            "time": self.moments.read,
            "seconds": _seconds,
            "email": plain_address,
            "language": _language,
            "url": _web_address,
            "case_kind": lambda text: _word(text, self.case_kinds),
            "closure_reason": lambda text: _word(text, self.closure_reasons),
            "clock": lambda text: _word(text, get_args(DurationClock)),
        }

    def _closed_at(self, text: str) -> datetime:
        moment = self.moments.read(text)
        if moment > self.now + FUTURE_LIMIT:
            raise ImpossibleError(f"{shown(text)} is in the future")
        return moment


def loses_characters(values: Iterable[str]) -> bool:
    """Return whether one of these texts holds characters that cannot be stored."""
    return any(clean(text) != text.replace("\r\n", "\n").replace("\r", "\n") for text in values)


def _text(text: str) -> str | None:
    if len(text) > TEXT_LIMIT:
        raise ValueError(f"has {len(text)} characters, {TEXT_LIMIT} at most are taken")
    return one_line(text) or None


def _word(text: str, allowed: Iterable[str]) -> str:
    word = text.lower()
    if word not in allowed:
        raise ValueError(f"{shown(text)} is none of {', '.join(allowed)}")
    return word


def _seconds(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text) or int(text) > SECONDS_LIMIT:
        raise ValueError(f"{shown(text)} is no whole number of seconds up to {SECONDS_LIMIT}")
    return int(text)


def plain_address(text: str) -> str:
    """Return `text` if it is one email address of a domain with a dot. Raises ValueError."""
    if not is_email_address(text) or "." not in text.rpartition("@")[2]:
        raise ValueError(
            f"{shown(text)} is not one plain address such as name@customer.example, "
            "in ASCII and without a display name"
        )
    return text


def _language(text: str) -> str:
    tag = text.lower().replace("_", "-")
    if len(tag) > TEXT_LIMIT or not _LANGUAGE.fullmatch(tag):
        raise ValueError(f"{shown(text)} is no language tag such as de or en-GB")
    return tag


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or len(text) > URL_LIMIT or " " in text or not text.isprintable():
        raise ValueError(
            f"{shown(text)} is no address that starts with https:// or http://, "
            f"of {URL_LIMIT} characters at most"
        )
    return text


def _contradictions(read: Mapping[str, Any]) -> list[Fault]:
    """Return what cannot be true together: a duration must never come out negative."""
    faults = []
    closed_at, opened_at = read.get("closed_at"), read.get("opened_at")
    if opened_at and closed_at and opened_at > closed_at:
        return [Fault("opened_at", "lies after closed_at", True)]
    for name in _BETWEEN:
        moment = read.get(name)
        if moment and closed_at and moment > closed_at:
            faults.append(Fault(name, "lies after closed_at", True))
        if moment and opened_at and moment < opened_at:
            faults.append(Fault(name, "lies before opened_at", True))
    measured = [name for name in _MEASURED if name in read]
    if measured and not read.get("duration_clock"):
        words = " or ".join(get_args(DurationClock))
        faults.append(Fault("duration_clock", f"say what {measured[0]} counts: {words}", True))
    return faults
