"""Everything customers are told, as one frozen object: `load_facts()`."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeVar, get_args, get_type_hints

from support_facts.cases import (
    Actor,
    CaseKind,
    CaseType,
    ClosureReason,
    Metric,
    Period,
    Question,
    Status,
    SurveyRules,
    Who,
)
from support_facts.checks import having, language_codes, only
from support_facts.reading import Reader
from support_facts.terms import (
    Category,
    Change,
    Check,
    Contacts,
    EscalationStatus,
    Feedback,
    Kept,
    MailSubject,
    Numbers,
    Organisation,
    Piece,
    Portal,
    Practice,
    Priority,
    Role,
    Term,
    TicketStatus,
)
from support_facts.text import FactsError, FrozenMapping, Text

__all__ = [
    "CaseKind",
    "CaseType",
    "ClosureReason",
    "Contacts",
    "Facts",
    "FactsError",
    "Metric",
    "Organisation",
    "Period",
    "Priority",
    "Question",
    "Status",
    "SurveyRules",
    "Text",
    "load_facts",
]

FACTS_FILE = Path(__file__).with_name("support.toml")


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


Entry = TypeVar("Entry", bound=_Keyed)


@dataclass(frozen=True)
class Facts:
    """All facts; tables stand in the order of the file, which is the order of display.

    The first of `languages` is the one to fall back on.
    """

    languages: Annotated[tuple[str, ...], language_codes]
    organisation: Organisation
    contacts: Contacts
    practice: Practice
    survey: SurveyRules
    retention: Annotated[FrozenMapping[Period], only("contact", "comment", "message")]
    kept: Kept
    feedback: Feedback
    metrics: Annotated[
        tuple[Metric, ...],
        having("first_response_time", "resolution_time", "ces", "css", "response_rate"),
    ]
    questions: Annotated[tuple[Question, ...], only("ease", "satisfaction")]
    statuses: Annotated[
        tuple[Status, ...], having("received", "diagnosis", "solution_proposed", "closed")
    ]
    closure_reasons: Annotated[tuple[ClosureReason, ...], only("confirmed", "no_reply", "other")]
    actors: Annotated[tuple[Actor, ...], only(*get_args(Who))]
    case_kinds: Annotated[
        tuple[CaseKind, ...], having("software", "infrastructure", "security", "other")
    ]
    case_types: Annotated[tuple[CaseType, ...], having("request", "problem", "emergency")]
    priorities: tuple[Priority, ...]
    escalation_statuses: tuple[EscalationStatus, ...]
    bug_ticket_statuses: tuple[TicketStatus, ...]
    cloud_ticket_statuses: tuple[TicketStatus, ...]
    portal: Portal
    categories: tuple[Category, ...]
    pieces: tuple[Piece, ...]
    mail_subjects: tuple[MailSubject, ...]
    checks: tuple[Check, ...]
    symptoms: tuple[Check, ...]
    roles: tuple[Role, ...]
    glossary: tuple[Term, ...]
    numbers: Numbers
    changes: tuple[Change, ...]

    def metric(self, key: str) -> Metric:
        """Return a metric; FactsError names the ones there are."""
        return _entry(self.metrics, "metrics", key)

    def question(self, key: str) -> Question:
        """Return a question of the survey; FactsError names the ones there are."""
        return _entry(self.questions, "questions", key)

    def status(self, key: str) -> Status:
        """Return a case status; FactsError names the ones there are."""
        return _entry(self.statuses, "statuses", key)

    def case_kind(self, key: str) -> CaseKind:
        """Return a case kind; FactsError names the ones there are."""
        return _entry(self.case_kinds, "case_kinds", key)

    def value(self, key: str, language: str) -> str:
        """Return a fact by its dotted key as it is shown, as in "survey.low_threshold".

        Entries of lists count from 1: "questions.ease.points.5". What the operator has not set
        is shown in the wording of its `…_unset` key. FactsError names the nearest keys there
        are, or says why the fact has nothing to show.
        """
        if key not in self.by_key:
            near = get_close_matches(key, self.by_key, 3, 0.6)
            hint = f": did you mean {' or '.join(near)}?" if near else ": look it up in the file"
            raise FactsError(f'support.toml has no value "{key}"{hint}')
        found = self.by_key[key]
        if found is None and f"{key}_unset" in self.by_key:
            found = self.by_key[f"{key}_unset"]
        if found is None or isinstance(found, bool):
            said = "not set" if found is None else "a switch, true or false"
            raise FactsError(f"support.toml: {key} is {said}, so a page has nothing to show")
        if not isinstance(found, Text):
            return str(found)
        if language not in found:
            raise FactsError(f'support.toml: {key} lacks {language!r}: add it to "languages"')
        return found[language]

    @cached_property
    def by_key(self) -> FrozenMapping[Text | str | int | bool | None]:
        """Return every fact by its dotted key, in the order of the types."""
        return FrozenMapping(dict(_leaves(self, "")))


def load_facts(path: Path | None = None) -> Facts:
    """Read the shipped support.toml, or another one.

    Raises FactsError naming every fault with file, key and mend.
    """
    path = path or FACTS_FILE
    raw = _parsed(path)
    hints = get_type_hints(Facts, include_extras=True)
    reader = Reader()
    languages = reader.read(hints["languages"], raw.get("languages", []), "languages")
    _stop_at(path, reader.faults)
    reader = Reader(languages)
    facts: Facts = reader.read(Facts, raw, "")
    _stop_at(path, reader.faults)
    _stop_at(path, _contradictions(facts))
    return facts


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise FactsError(f"{path}: there is no such file: check FEEDBACK_FACTS") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FactsError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise FactsError(f"{path}: is no TOML: {error}") from error


def _stop_at(path: Path, faults: Iterable[str]) -> None:
    lines = [f"{path}: {fault}" for fault in faults]
    if lines:
        raise FactsError(*lines)


def _contradictions(facts: Facts) -> Iterator[str]:
    """Name facts that cannot be true together."""
    yield from _dead_ends("statuses", facts.statuses)
    yield from _dead_ends("escalation_statuses", facts.escalation_statuses)
    metrics = [metric.key for metric in facts.metrics]
    for question in facts.questions:
        if question.metric not in metrics:
            known = ", ".join(metrics)
            yield f'questions.{question.key}.metric is "{question.metric}": write one of {known}'
    for metric in facts.metrics:
        if (metric.target is None) != (metric.target_seconds is None) and metric.unit == "seconds":
            yield f"metrics.{metric.key}.target and target_seconds: set both, or neither"
        if (metric.target_seconds is None) != (metric.target_clock is None):
            yield f"metrics.{metric.key}.target_seconds and target_clock: set both, or neither"
    rules = facts.survey
    if rules.share_minimum_n < rules.minimum_n:
        yield f"survey.share_minimum_n is below survey.minimum_n: write {rules.minimum_n} or more"
    if facts.retention["contact"].days < rules.link_lifetime_days:
        days = rules.link_lifetime_days
        yield f"retention.contact.days ends before survey links do: write {days} or more"


def _dead_ends(table: str, entries: Iterable[Status | EscalationStatus]) -> Iterator[str]:
    entries = list(entries)
    keys = [entry.key for entry in entries]
    for entry in entries:
        for following in entry.next:
            if following not in keys or following == entry.key:
                others = ", ".join(key for key in keys if key != entry.key)
                yield f'{table}.{entry.key}.next has "{following}": write some of {others}'


def _entry(entries: Iterable[Entry], table: str, key: str) -> Entry:
    found = {entry.key: entry for entry in entries}
    if key not in found:
        raise FactsError(f'support.toml: {table} has no "{key}": there is {", ".join(found)}')
    return found[key]


def _leaves(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    """Yield every value that is no table, with its dotted key."""
    start = f"{key}." if key else ""
    if isinstance(value, tuple):
        for number, one in enumerate(value, 1):
            yield from _leaves(one, f"{start}{getattr(one, 'key', number)}")
    elif isinstance(value, FrozenMapping) and not isinstance(value, Text):
        for name, one in value.items():
            yield from _leaves(one, f"{start}{name}")
    elif is_dataclass(value):
        for field in fields(value):
            yield from _leaves(getattr(value, field.name), f"{start}{field.name}")
    else:
        yield key, value
