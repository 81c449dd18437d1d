"""The messages of the HTTP API, as they are checked and as the OpenAPI document shows them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from feedback_app.intake.closed_case import ADDRESS_LIMIT, SECONDS_LIMIT, TEXT_LIMIT, URL_LIMIT
from feedback_app.records import DurationClock, InvitationState, WithheldBecause

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
Moment = Annotated[
    str | None, Field(max_length=TEXT_LIMIT, json_schema_extra={"format": "date-time"})
]
Address = Annotated[
    str,
    Field(max_length=ADDRESS_LIMIT, json_schema_extra={"format": "email", "pattern": _MAILBOX}),
]
Seconds = Annotated[int | None, Field(ge=0, le=SECONDS_LIMIT)]


class Message(BaseModel):
    """What a sender writes. Fields we do not know are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")


class ClosedCaseMessage(Message):
    """One closing of one case. There is no field for the name of an employee."""

    case_number: Name = Field(
        description="What customer and support call the case. Text, so that zeros are kept.",
        examples=["00012345"],
    )
    closed_at: Name = Field(
        description="When the case was closed. Without an offset it is the support team's time.",
        json_schema_extra={"format": "date-time"},
        examples=["2026-11-24T09:30:00Z"],
    )
    source: Text = Field(
        default=None, description="The case system. The key says it too; both must agree."
    )
    case_id: Text = Field(
        default=None, description="The case system's own key; the case number without it."
    )
    closure_key: Text = Field(
        default=None,
        description="Tells one closing of a case from the next; the closing time without it.",
    )
    delivery_id: Text = Field(
        default=None,
        description="The sender's name for this delivery. Sent again, it changes nothing.",
    )
    send: bool = Field(
        default=True,
        description="false: you tell the customer and merge the survey link into your own mail. "
        "true: we send the closure mail, if there is an address.",
    )
    contact_email: Address | None = Field(
        default=None, description="Where the closure mail goes. Without it you get the link only."
    )
    language: Annotated[
        str | None, Field(max_length=TEXT_LIMIT, json_schema_extra={"pattern": _LANGUAGE})
    ] = Field(default=None, description="Language of mail and survey.", examples=["de"])
    case_kind: Text = Field(default=None, description="How the case was worked on.")
    closure_reason: Text = Field(
        default=None, description="Resolution times count confirmed closings only."
    )
    case_url: Annotated[
        str | None,
        Field(max_length=URL_LIMIT, json_schema_extra={"format": "uri", "pattern": _WEB_ADDRESS}),
    ] = Field(default=None, description="Where a team lead opens the case.")
    customer: Text = Field(default=None, description="Whose case it was.")
    team: Text = Field(default=None, description="Which team worked on it.")
    opened_at: Moment = Field(default=None, description="When the case was opened.")
    first_response_at: Moment = Field(
        default=None, description="When support first answered in person."
    )
    solution_proposed_at: Moment = Field(
        default=None, description="When a solution was communicated."
    )
    first_response_seconds: Seconds = Field(
        default=None, description="Your own measurement; it needs duration_clock."
    )
    resolution_seconds: Seconds = Field(
        default=None, description="Your own measurement; it needs duration_clock."
    )
    duration_clock: DurationClock | None = Field(
        default=None, description="What those seconds count: all hours, or business hours."
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
