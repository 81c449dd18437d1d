"""All facts that customers read, as one frozen object."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel

from support_facts import cases, terms
from support_facts.cases import CaseKind, Metric, Period, Question, Status
from support_facts.schema import Entries, Entry, Languages, Table, at_most
from support_facts.text import FactsError, Text

# Each theme has a key on the keyboard while a lead reads.
MOST_THEMES = 12
FoundEntry = TypeVar("FoundEntry", bound=Entry)


class Facts(Table):
    """All facts; tables are in the order of the file, which is the order of display.

    The first of `languages` is the one to fall back on.
    """

    languages: Languages
    organisation: terms.Organisation
    contacts: terms.Contacts
    practice: terms.Practice
    survey: cases.SurveyRules
    retention: Entries[Period]
    kept: terms.Kept
    feedback: terms.Feedback
    metrics: Entries[Metric]
    questions: Entries[Question]
    themes: Annotated[Entries[cases.Theme], at_most(MOST_THEMES)] = ()
    statuses: Entries[Status]
    closure_reasons: Entries[cases.ClosureReason]
    actors: Entries[cases.Actor]
    case_kinds: Entries[CaseKind]
    case_courses: Entries[terms.CaseCourse]
    case_types: Entries[cases.CaseType]
    priorities: Entries[terms.Priority]
    escalation_statuses: Entries[terms.EscalationStatus]
    bug_ticket_statuses: Entries[terms.TicketStatus]
    cloud_ticket_statuses: Entries[terms.TicketStatus]
    portal: terms.Portal
    categories: Entries[terms.Category]
    pieces: Entries[terms.Piece]
    mail_subjects: Entries[terms.MailSubject]
    checks: Entries[terms.Check]
    symptoms: Entries[terms.Check]
    roles: Entries[terms.SupportRole]
    glossary: Entries[terms.Term]
    numbers: terms.Numbers
    changes: Entries[terms.Change]

    def metric(self, key: str) -> Metric:
        """Return a metric. Raises FactsError, which names the existing ones."""
        return _entry(self.metrics, "metrics", key)

    def question(self, key: str) -> Question:
        """Return a question of the survey. Raises FactsError, which names the existing ones."""
        return _entry(self.questions, "questions", key)

    def status(self, key: str) -> Status:
        """Return a case status. Raises FactsError, which names the existing ones."""
        return _entry(self.statuses, "statuses", key)

    def case_kind(self, key: str) -> CaseKind:
        """Return a case kind. Raises FactsError, which names the existing ones."""
        return _entry(self.case_kinds, "case_kinds", key)

    def period(self, key: str) -> Period:
        """Return a retention period. Raises FactsError, which names the existing ones."""
        return _entry(self.retention, "retention", key)

    def value(self, key: str, language: str) -> str:
        """Return a fact by its dotted key as it is shown, as in "survey.low_threshold".

        Entries of lists count from 1: "questions.ease.points.5". A value that is not set is "".

        Raises FactsError for an unknown key, suggesting similar ones, and for a switch.
        """
        if key not in self.by_key:
            near = get_close_matches(key, self.by_key, 3, 0.6)
            hint = f"did you mean {' or '.join(near)}?" if near else "look it up in the file"
            raise FactsError(f'support.toml has no value "{key}": {hint}')
        found = self.by_key[key]
        if isinstance(found, bool):
            raise FactsError(f"support.toml: {key} is true or false, so pages cannot show it")
        if found is None:
            return ""
        if not isinstance(found, Text):
            return str(found)
        if language not in found:
            raise FactsError(f'support.toml: {key} lacks {language!r}: add it to "languages"')
        return found[language]

    @cached_property
    def by_key(self) -> Mapping[str, Text | str | int | date | None]:
        """Every fact by its dotted key, in the order of the types."""
        return dict(_leaves(self, ""))

    def __copy__(self) -> "Facts":
        copied = super().__copy__()
        # A copy with other values (`model_copy`) must not keep the cached values of this one.
        copied.__dict__.pop("by_key", None)
        return copied


def _entry(entries: Iterable[FoundEntry], table: str, key: str) -> FoundEntry:
    found = {entry.key: entry for entry in entries}
    if key not in found:
        raise FactsError(f'support.toml: {table} has no "{key}": there is {", ".join(found)}')
    return found[key]


def _leaves(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    """Yield every value that is not a table or list, with its dotted key."""
    start = f"{key}." if key else ""
    if isinstance(value, tuple):
        for number, one in enumerate(value, 1):
            yield from _leaves(one, f"{start}{getattr(one, 'key', number)}")
    elif isinstance(value, BaseModel):
        for name, one in value:
            yield from _leaves(one, f"{start}{name}")
    else:
        yield key, value
