"""The OpenAPI document of the HTTP API, generated from the message models.

It has version 3.0, because some case systems cannot read a later one.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core.core_schema import NullableSchema

from feedback_app.intake.api.messages import (
    MAX_CASES,
    BounceMessage,
    ClosedCaseMessage,
    ClosingMessage,
    EventMessage,
    OptOutMessage,
    Problem,
    ReopeningMessage,
    SurveyLinkMessage,
)
from feedback_app.intake.problem_details import MEDIA_TYPE
from support_facts import Facts

VERSION = "3.0.3"
_REFERENCE = "#/components/schemas/{model}"
_PROBLEMS = {
    400: "The body is not valid JSON.",
    401: "The key, secret or signature is missing or not valid.",
    404: "The closed case or webhook does not exist, or belongs to another sender.",
    409: "A value is impossible, for example a closing in the future.",
    413: "The body is too large.",
    415: "The content type of the body is not application/json.",
    422: "A field is invalid; see errors.",
    429: "Too many requests. The header Retry-After gives the seconds to wait.",
    503: "The database is not available and nothing was stored. Send the request again.",
}


@dataclass(frozen=True, kw_only=True)
class _Operation:
    """One operation: the model it takes, and description and model of each successful response."""

    path: str
    method: str = "post"
    name: str
    summary: str
    description: str
    takes: type[BaseModel] | None = None
    returns: dict[int, tuple[str, type[BaseModel] | None]]
    problems: tuple[int, ...] = ()
    needs_key: bool = True


class _Schema30(GenerateJsonSchema):
    """JSON schemas in the dialect of OpenAPI 3.0, which has no type null."""

    def nullable_schema(self, schema: NullableSchema) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        if "enum" in inner:
            inner["enum"] = [*inner["enum"], None]
        return {**inner, "nullable": True}

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def openapi_document(facts: Facts, public_url: str) -> dict[str, Any]:
    """Return the document; case kinds and closure reasons are those of the facts."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in _operations(facts):
        paths.setdefault(operation.path, {})[operation.method] = _described(operation)
    key = {
        "type": "http",
        "scheme": "bearer",
        "description": "The key that the operator created for this sender.",
    }
    return {
        "openapi": VERSION,
        "info": {
            "title": f"{facts.organisation.name}: closed cases",
            "version": "1",
            "description": "Report closed cases and get the links to their surveys.",
        },
        "servers": [{"url": public_url}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {"securitySchemes": {"key": key}, "schemas": _schemas(facts)},
    }


def _operations(facts: Facts) -> list[_Operation]:
    return [
        _Operation(
            path="/api/v1/closed-cases",
            name="addClosedCase",
            summary="Report a closed case",
            description="Repeating a delivery changes nothing. Repeating a closing fills in what "
            "was missing and never overwrites a value. Closing a case again within "
            f"{facts.survey.same_closure_hours} hours is the same closing. To send many "
            f"cases, send a JSON list of 1 to {MAX_CASES}. The response lists them in the same "
            "order. If one of them is invalid, none is stored.",
            takes=ClosedCaseMessage,
            returns={
                201: ("The closing is new and was stored.", ClosingMessage),
                200: ("The closing is a duplicate, or it was completed.", ClosingMessage),
            },
            problems=(409,),
        ),
        _Operation(
            method="get",
            path="/api/v1/closed-cases/{source}/{case_id}",
            name="getClosedCase",
            summary="Get the status of a closed case",
            description="Returns the newest closing of the case. Senders only see their own "
            "cases. The response contains the survey link only if it was released before, because "
            "reading changes nothing. To get the link, use releaseSurveyLink.",
            returns={200: ("The newest closing.", ClosingMessage)},
            problems=(404,),
        ),
        _Operation(
            path="/api/v1/reopenings",
            name="addReopening",
            summary="Report that a closed case is open again",
            description="Unsent survey emails of the case are withdrawn, and unanswered links show "
            "that it is open again. The customer is asked after the next closing. Repeated and "
            "late reports are safe, because only closings up to reopened_at are affected.",
            takes=ReopeningMessage,
            returns={200: ("The reopening was stored.", EventMessage)},
            problems=(409,),
        ),
        _Operation(
            path="/api/v1/survey-links",
            name="releaseSurveyLink",
            summary="Get the survey link to pass it on to the customer",
            description="From now on the customer counts as asked, and the link works for "
            f"{facts.survey.link_lifetime_days} days. Repeating the request changes nothing.",
            takes=SurveyLinkMessage,
            returns={200: ("The closing with its link.", ClosingMessage)},
            problems=(404,),
        ),
        _Operation(
            path="/api/v1/bounces",
            name="addBounce",
            summary="Report that a closure email bounced",
            description="The case no longer counts in the response rate. The first report counts.",
            takes=BounceMessage,
            returns={200: ("The closing.", ClosingMessage)},
            problems=(404,),
        ),
        _Operation(
            path="/api/v1/opt-outs",
            name="addOptOut",
            summary="Report that a customer opts out of surveys",
            description="From now on, this address gets no surveys about any case.",
            takes=OptOutMessage,
            returns={204: ("The address gets no more surveys.", None)},
        ),
        _Operation(
            path="/api/v1/webhooks/{preset}",
            name="receiveEvent",
            summary="Receive an event of a case system",
            description="The body is the payload of the case system, and the preset says how it is "
            "authenticated and read. For a JSON list, the response is a list with the outcome of "
            f"each of its 1 to {MAX_CASES} elements: new, known, completed, likely_duplicate, "
            "reopened, ignored (with the reasons) or invalid (with errors). A faulty "
            "element does not prevent the others.",
            returns={
                201: ("At least one closing is new and was stored.", None),
                200: ("Nothing is new: duplicates, or events that do not close a case.", None),
            },
            problems=(400, 413, 422),
            needs_key=False,
        ),
    ]


def _described(operation: _Operation) -> dict[str, Any]:
    statuses = {*operation.problems, 401, 429, 503}
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.description,
    }
    if not operation.needs_key:
        described["security"] = []
        statuses.add(404)
    if operation.takes:
        statuses |= {400, 413, 415, 422}
        content = _content("application/json", operation.takes)
        described["requestBody"] = {"required": True, "content": content}
    parameters = [
        {"name": name, "in": "path", "required": True, "description": text, "schema": _SOME_TEXT}
        for name, text in _PARAMETERS.items()
        if f"{{{name}}}" in operation.path
    ]
    if parameters:
        described["parameters"] = parameters
    responses: dict[str, dict[str, Any]] = {}
    described["responses"] = responses
    for status, (text, model) in operation.returns.items():
        responses[str(status)] = {"description": text}
        if model:
            responses[str(status)]["content"] = _content("application/json", model)
    problem = _content(MEDIA_TYPE, Problem)
    for status in sorted(statuses):
        responses[str(status)] = {"description": _PROBLEMS[status], "content": problem}
    return described


_SOME_TEXT = {"type": "string", "minLength": 1}
_PARAMETERS = {
    "source": "The case system, as in the key.",
    "case_id": "The case system's own key of the case.",
    "preset": "The name of a preset with a secret in the settings.",
}


def _content(media_type: str, model: type[BaseModel]) -> dict[str, Any]:
    return {media_type: {"schema": {"$ref": _REFERENCE.format(model=model.__name__)}}}


def _schemas(facts: Facts) -> dict[str, Any]:
    models: set[type[BaseModel]] = {Problem}
    for operation in _operations(facts):
        models |= {operation.takes} if operation.takes else set()
        models |= {model for _, model in operation.returns.values() if model}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, generated = models_json_schema(
        [(model, "serialization") for model in ordered],
        ref_template=_REFERENCE,
        schema_generator=_Schema30,
    )
    schemas: dict[str, Any] = generated["$defs"]
    for field in (one for schema in schemas.values() for one in schema["properties"].values()):
        if examples := field.pop("examples", None):
            field["example"] = examples[0]
    fields = schemas["ClosedCaseMessage"]["properties"]
    fields["case_kind"]["enum"] = [*(kind.key for kind in facts.case_kinds), None]
    fields["closure_reason"]["enum"] = [*(one.key for one in facts.closure_reasons), None]
    return schemas
