"""Closed cases: the table of their fields, and the data classes built from it.

To add a field, annotate it in one of the classes below and add its column in a migration. The
store, the exports, the API, mapping files and the retention periods follow from the annotation.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple, get_type_hints

from feedback_app.base.times import to_text
from feedback_app.records.survey import SAMPLE_SOURCE, Scored, WithheldBecause

DurationClock = Literal["calendar", "business"]
FieldKind = Literal[
    "text",
    "time",
    "seconds",
    "email",
    "language",
    "url",
    "case_kind",
    "closure_reason",
    "clock",
    "subject",
]


class CaseField(NamedTuple):
    """How a field of a closed case is described, checked, exported and erased.

    `description` is shown in the API documentation and is the stated purpose of personal data.
    `kind` selects the check on import and the JSON schema. Exported fields are in CSV, XLSX and
    JSON. After `lifetime`, a period of `[retention]` in support.toml, the column is set to NULL.
    """

    description: str
    kind: FieldKind = "text"
    exported: bool = False
    lifetime: str | None = None
    example: str | None = None


@dataclass(frozen=True, kw_only=True)
class MeasuredCase:
    """The fields of a closed case from which durations are calculated."""

    closed_at: Annotated[
        datetime,
        CaseField(
            "When the case was closed. Without an offset it is the support team's time.",
            "time",
            exported=True,
            example="2026-11-24T09:30:00Z",
        ),
    ]
    case_kind: Annotated[
        str | None, CaseField("How the case was worked on.", "case_kind", exported=True)
    ] = None
    closure_reason: Annotated[
        str | None,
        CaseField(
            "Why the case was closed; the closure email says it. Resolution times count "
            "confirmed closings only.",
            "closure_reason",
            exported=True,
        ),
    ] = None
    opened_at: Annotated[datetime | None, CaseField("When the case was opened.", "time")] = None
    first_response_at: Annotated[
        datetime | None, CaseField("When support first answered in person.", "time")
    ] = None
    first_response_seconds: Annotated[
        int | None, CaseField("Your own measurement; it needs duration_clock.", "seconds")
    ] = None
    resolution_seconds: Annotated[
        int | None, CaseField("Your own measurement; it needs duration_clock.", "seconds")
    ] = None
    duration_clock: Annotated[
        DurationClock | None,
        CaseField("What those seconds count: all hours, or business hours.", "clock"),
    ] = None


@dataclass(frozen=True, kw_only=True)
class CaseDetails(MeasuredCase):
    """The fields of a closed case that leads see in the review."""

    source: Annotated[
        str,
        CaseField("The case system. It must match the API key's source.", exported=True),
    ]
    case_number: Annotated[
        str,
        CaseField(
            "The number that customer and support use for the case. Text, so that zeros are kept.",
            exported=True,
            example="00012345",
        ),
    ]
    case_url: Annotated[
        str | None,
        CaseField("Where a team lead opens the case.", "url", exported=True, lifetime="contact"),
    ] = None
    customer: Annotated[
        str | None,
        CaseField("Whose case it was, for the review.", exported=True, lifetime="contact"),
    ] = None
    team: Annotated[str | None, CaseField("Which team worked on the case.", exported=True)] = None
    language: Annotated[
        str | None,
        CaseField("Language of the email and the survey.", "language", exported=True, example="de"),
    ] = None


@dataclass(slots=True)
class SeenClosing:
    """The fields by which two closed cases are compared.

    `id` is its key in the database, None if it is not stored. `lacks` tells for each of
    `COMPLETED_FIELDS` whether it is empty. `withheld_because` is None if the customer was asked or
    answered.
    """

    id: str | None
    source: str
    case_number: str
    closure_key: str
    closed_at: datetime
    contact_email: str | None
    lacks: tuple[bool, ...]
    withheld_because: WithheldBecause | None = None
    closed_again_at: datetime | None = None

    @property
    def key(self) -> str:
        """Return the closure key, or the closing time as UTC text if there is none."""
        return self.closure_key or to_text(self.closed_at)

    @property
    def last_closed_at(self) -> datetime:
        """Return the latest time that was reported for this closing."""
        return self.closed_again_at or self.closed_at


@dataclass(frozen=True)
class Reopening:
    """A case that was closed before is open again."""

    source: str
    case_id: str
    reopened_at: datetime


@dataclass(frozen=True, kw_only=True)
class ClosedCase(CaseDetails):
    """One closing of one case. `source, case_id, closure_key` together are unique.

    There is no field for an agent's name: the survey does not measure single employees.
    """

    case_id: Annotated[str, CaseField("The case system's own key; the default is the case number.")]
    closure_key: Annotated[
        str,
        CaseField("Distinguishes the closings of a case; the default is the closing time."),
    ] = ""
    contact_email: Annotated[
        str | None,
        CaseField(
            "Where the closure email goes. Without it you only get the link.",
            "email",
            lifetime="contact",
        ),
    ] = None
    subject: Annotated[
        str | None,
        CaseField(
            "The case's subject line, for the closure email. Only stored if the facts allow it "
            "(survey.show_subject).",
            "subject",
            lifetime="subject",
        ),
    ] = None

    @property
    def key(self) -> str:
        """Return the closure key, or the closing time as UTC text if there is none."""
        return self.closure_key or to_text(self.closed_at)

    def is_same_closing(self, key: str, closed_at: datetime, within: timedelta) -> bool:
        """Return whether this closing has that key, or is less than `within` from `closed_at`."""
        return self.key == key or abs(self.closed_at - closed_at) < within

    def is_likely_duplicate(self, other: "ClosedCase | SeenClosing", within: timedelta) -> bool:
        """Return whether `other`, of another source, is likely the same closing.

        Case systems may use the same numbers by chance, so the contact must not differ.
        """
        ours, theirs = (self.contact_email or "").lower(), (other.contact_email or "").lower()
        return (
            self.source != other.source
            and SAMPLE_SOURCE not in (self.source, other.source)
            and self.case_number == other.case_number
            and abs(self.closed_at - other.closed_at) < within
            and (not ours or not theirs or ours == theirs)
        )

    def completed_by(self, other: "ClosedCase") -> "ClosedCase":
        """Return this closing with its empty fields filled from `other`.

        Times stay empty if they are not in the order opened, responded, closed, and durations if
        they count other hours than the known ones.
        """
        filled = {
            name: value
            for name in COMPLETED_FIELDS
            if getattr(self, name) is None and (value := getattr(other, name)) is not None
        }
        times = (
            self.opened_at or other.opened_at,
            self.first_response_at or other.first_response_at,
            self.closed_at,
        )
        known = [moment for moment in times if moment]
        if known != sorted(known):
            filled = {name: filled[name] for name in filled if name not in _ORDERED}
        if self.duration_clock not in (None, other.duration_clock):
            filled = {name: filled[name] for name in filled if name not in _DURATIONS}
        return replace(self, **filled)


REQUIRED_CASE_FIELDS = ("case_number", "closed_at")
_HINTS = get_type_hints(ClosedCase, include_extras=True)
# The required fields come first in help texts and in the API documentation.
CASE_FIELDS: dict[str, CaseField] = {
    name: _HINTS[name].__metadata__[0] for name in dict.fromkeys((*REQUIRED_CASE_FIELDS, *_HINTS))
}
# What a later delivery of the same closing may fill in.
COMPLETED_FIELDS = tuple(
    name
    for name in CASE_FIELDS
    if name not in (*REQUIRED_CASE_FIELDS, "source", "case_id", "closure_key")
)
_ORDERED = ("opened_at", "first_response_at")
_DURATIONS = tuple(name for name, field in CASE_FIELDS.items() if field.kind == "seconds")
EXPORTED_CASE_FIELDS = tuple(name for name, field in CASE_FIELDS.items() if field.exported)


@dataclass(frozen=True, kw_only=True)
class AnsweredCase(CaseDetails, Scored):
    """A closed case and its newest answer. With a reason for `care`, `comment` is often missing."""

    invitation_id: str
    closed_week: str
    answered_at: datetime | None = None
    answered_week: str | None = None
    revision: int | None = None
    ease: int | None = None
    satisfaction: int | None = None
    comment: str | None = None
    contact_welcome: bool | None = None
    wording_version: int | None = None
    flags: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    care: str | None = None
    annulled_at: datetime | None = None

    @property
    def has_comment(self) -> bool:
        """Return whether the customer wrote a comment, even if it is not shown."""
        return bool(self.comment or self.care)
