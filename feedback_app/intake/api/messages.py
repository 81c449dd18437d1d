"""The messages of the HTTP API, as they are checked and as the OpenAPI document shows them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, create_model

from feedback_app.intake.closed_case import ADDRESS_LIMIT, SECONDS_LIMIT, TEXT_LIMIT, URL_LIMIT
from feedback_app.records import (
    CASE_FIELDS,
    REQUIRED_CASE_FIELDS,
    CaseField,
    DurationClock,
    FieldKind,
    InvitationState,
    WithheldBecause,
)

MOST_CASES = 100

# The normal form checks these too, with better words; here they are for whoever reads the schema.
# Some sign that is neither white space nor a control character: otherwise nothing is left of it.
_SAYS_SOMETHING = r"[^\s\u0000-\u001f\u007f-\u009f]"
_LANGUAGE = r"^([A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*)?$"
_WEB_ADDRESS = r"^(https?://[^\s/?#@:]+.*)?$"
_MAILBOX = r"^([A-Za-z0-9!#$%&'*+/=^_`{|}~.-]+@[A-Za-z0-9.-]+)?$"

Name = Annotated[
    str,
    Field(min_length=1, max_length=TEXT_LIMIT, json_schema_extra={"pattern": _SAYS_SOMETHING}),
]
Text = Annotated[str | None, Field(max_length=TEXT_LIMIT)]
_DATE_TIME: dict[str, JsonValue] = {"format": "date-time"}
Time = Annotated[str | None, Field(max_length=TEXT_LIMIT, json_schema_extra=_DATE_TIME)]
RequiredTime = Annotated[
    str,
    Field(
        min_length=1,
        max_length=TEXT_LIMIT,
        json_schema_extra={"pattern": _SAYS_SOMETHING, **_DATE_TIME},
    ),
]
Language = Annotated[
    str | None, Field(max_length=TEXT_LIMIT, json_schema_extra={"pattern": _LANGUAGE})
]
WebAddress = Annotated[
    str | None,
    Field(max_length=URL_LIMIT, json_schema_extra={"format": "uri", "pattern": _WEB_ADDRESS}),
]
Address = Annotated[
    str,
    Field(max_length=ADDRESS_LIMIT, json_schema_extra={"format": "email", "pattern": _MAILBOX}),
]
Seconds = Annotated[int | None, Field(ge=0, le=SECONDS_LIMIT)]


class Message(BaseModel):
    """What a sender writes. Fields we do not know are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")


class ClosedCaseBase(Message):
    """What a message about a closed case holds in addition to the fields of the case."""

    delivery_id: Text = Field(
        default=None,
        description="The sender's name for this delivery. Sent again, it changes nothing.",
    )
    send: bool = Field(
        default=True,
        description="false: you tell the customer and merge the survey link into your own email. "
        "true: we send the closure email, if there is an address.",
    )


_REQUIRED_TYPES: dict[FieldKind, Any] = {"text": Name, "time": RequiredTime}
_TYPES: dict[FieldKind, Any] = {
    "text": Text,
    "case_kind": Text,
    "closure_reason": Text,
    "time": Time,
    "seconds": Seconds,
    "email": Address | None,
    "language": Language,
    "url": WebAddress,
    "clock": DurationClock | None,
}


def _typed(name: str, field: CaseField) -> Any:
    """Return the type and the settings with which pydantic checks a field of a closed case."""
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
    __doc__="One closing of one case. There is no field for the name of an employee.",
    **{name: _typed(name, field) for name, field in CASE_FIELDS.items()},
)


class BounceMessage(Message):
    """A closure mail that came back."""

    case_id: Name = Field(description="The case whose closure mail came back.")
    closure_key: Text = Field(
        default=None, description="Which closing of the case; the newest without it."
    )


class SurveyLinkMessage(Message):
    """A closing whose customer gets the survey link from you."""

    case_id: Name = Field(description="The case whose customer gets the link.")
    closure_key: Text = Field(
        default=None, description="Which closing of the case; the newest without it."
    )


class OptOutMessage(Message):
    """An address that wants no surveys."""

    contact_email: Address = Field(
        min_length=1, description="It still hears that a case was closed, but is not asked."
    )


class ClosingMessage(BaseModel):
    """Where a closing stands."""

    outcome: Literal["new", "known"] = Field(
        description="new: this closing was not known. known: it was, and nothing changed."
    )
    source: str
    case_id: str
    case_number: str
    closure_key: str
    closed_at: str = Field(json_schema_extra={"format": "date-time"})
    state: InvitationState = Field(
        description="Where the invitation stands. waiting: its mail is on its way."
    )
    withheld_because: WithheldBecause | None = Field(
        description="Why the customer is not asked, if so."
    )
    survey_link: str | None = Field(
        json_schema_extra={"format": "uri"},
        description="The two questions about this closing; null if they may not be asked, or as "
        "long as you only look where the closing stands and nobody has the link. "
        "It is spelled anew every time, and every spelling works.",
    )
    link_expires_at: str | None = Field(json_schema_extra={"format": "date-time"})
    notes: list[str] = Field(description="What was left out of the message, and why.")


class FieldProblem(BaseModel):
    """One thing that is wrong with a message."""

    pointer: str = Field(description="JSON pointer to the field.", examples=["#/closed_at"])
    detail: str = Field(description="What is wrong with it and how to mend it.")


class Problem(BaseModel):
    """RFC 9457 problem details. Nothing of the request was stored."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem]
