"""The messages of the HTTP API. The OpenAPI document is generated from these models."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, create_model

from feedback_app.intake.closed_case import MAX_ADDRESS, MAX_SECONDS, MAX_TEXT, MAX_URL
from feedback_app.records import (
    CASE_FIELDS,
    REQUIRED_CASE_FIELDS,
    CaseField,
    DurationClock,
    FieldKind,
    InvitationState,
    WithheldBecause,
)

MAX_CASES = 100

# `CaseReader` checks these patterns too, with better messages; here they complete the schema.
# At least one character that is neither white space nor a control character.
_NOT_BLANK = r"[^\s\u0000-\u001f\u007f-\u009f]"
_LANGUAGE = r"^([A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*)?$"
_WEB_ADDRESS = r"^(https?://[^\s/?#@:]+.*)?$"
# A domain may have letters outside ASCII; it is stored as xn--….
_EMAIL = r"^([A-Za-z0-9!#$%&'*+/=^_`{|}~.-]+@[^\s@]+)?$"


def _text(most: int = MAX_TEXT, least: int | None = None, **schema: JsonValue) -> Any:
    """Return the limits of a text, and what the schema says about it."""
    return Field(min_length=least, max_length=most, json_schema_extra=schema)


Name = Annotated[str, _text(least=1, pattern=_NOT_BLANK)]
OptionalText = Annotated[str | None, _text()]
Time = Annotated[str | None, _text(format="date-time")]
RequiredTime = Annotated[str, _text(least=1, pattern=_NOT_BLANK, format="date-time")]
Language = Annotated[str | None, _text(pattern=_LANGUAGE)]
WebAddress = Annotated[str | None, _text(MAX_URL, format="uri", pattern=_WEB_ADDRESS)]
Address = Annotated[str, _text(MAX_ADDRESS, format="email", pattern=_EMAIL)]
Seconds = Annotated[int | None, Field(ge=0, le=MAX_SECONDS)]


class Message(BaseModel):
    """A message from a sender. Unknown fields are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")


class ClosedCaseBase(Message):
    """The fields of a message about a closed case that are not fields of the case."""

    delivery_id: OptionalText = Field(
        default=None, description="Your id of this delivery. Sending it again changes nothing."
    )
    send: bool = Field(
        default=True,
        description="true: we send the closure email if there is an address. false: you tell the "
        "customer and include the survey link in your own email.",
    )


_REQUIRED_TYPES: dict[FieldKind, Any] = {"text": Name, "time": RequiredTime}
_TYPES: dict[FieldKind, Any] = {
    "text": OptionalText,
    "case_kind": OptionalText,
    "closure_reason": OptionalText,
    "time": Time,
    "seconds": Seconds,
    "email": Address | None,
    "language": Language,
    "url": WebAddress,
    "clock": DurationClock | None,
    "subject": str | None,
}


def _typed(name: str, field: CaseField) -> Any:
    """Return the type and settings of a closed case's field for pydantic."""
    required = name in REQUIRED_CASE_FIELDS
    types = _REQUIRED_TYPES if required else _TYPES
    about = Field(
        default=... if required else None,
        description=field.description,
        examples=[field.example] if field.example else None,
    )
    return types[field.kind], about


ClosedCaseMessage = create_model(
    "ClosedCaseMessage",
    __base__=ClosedCaseBase,
    __doc__="One closing of one case. There is no field for an employee's name.",
    **{name: _typed(name, field) for name, field in CASE_FIELDS.items()},
)


class BounceMessage(Message):
    """A closure email that bounced."""

    case_id: Name = Field(description="The case whose closure email bounced.")
    closure_key: OptionalText = Field(
        default=None, description="The closing of the case. Default: the newest."
    )


class SurveyLinkMessage(BounceMessage):
    """A closing whose survey link you pass on to the customer."""

    case_id: Name = Field(description="The case whose customer gets the link.")


class ReopeningMessage(Message):
    """A closed case that is open again."""

    case_id: Name = Field(description="The case that is open again.")
    reopened_at: RequiredTime | None = Field(
        default=None, description="When it was reopened. Default: now."
    )


class OptOutMessage(Message):
    """An email address that opts out of surveys."""

    contact_email: Address = Field(
        min_length=1, description="The customer still gets closure emails, but without the survey."
    )


class ClosingMessage(BaseModel):
    """The status of a closing."""

    outcome: Literal["new", "known", "completed", "likely_duplicate"] = Field(
        description="new: the closing was stored. known: it is a duplicate, and nothing changed. "
        "completed: it was known, and your message filled in what was missing or closed a reopened "
        "case again; if the customer can be asked now, the survey is sent. "
        "likely_duplicate: another source sent this closing before, so it was not stored."
    )
    source: str
    case_id: str
    case_number: str
    closure_key: str
    closed_at: str = Field(json_schema_extra={"format": "date-time"})
    state: InvitationState = Field(
        description="The state of the invitation. waiting: its email was not sent yet."
    )
    withheld_because: WithheldBecause | None = Field(
        description="Why the customer is not asked, or null."
    )
    survey_link: str | None = Field(
        json_schema_extra={"format": "uri"},
        description="The survey about this closing. null if the customer must not be asked, or if "
        "the link was not released yet. Each response has a new link; earlier ones keep working.",
    )
    link_expires_at: str | None = Field(json_schema_extra={"format": "date-time"})
    notes: list[str] = Field(
        description="What was left out of your message, and why. Stored values are never "
        "overwritten: a note names each field that differs."
    )


class EventMessage(BaseModel):
    """What an event without a closing changed."""

    outcome: Literal["reopened", "ignored"] = Field(
        description="reopened: an unanswered survey was withdrawn. ignored: there was none."
    )
    notes: list[str] = Field(description="Why nothing changed.")
