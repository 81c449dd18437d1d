"""The OpenAPI document of the HTTP API: 3.0, because some case systems read no later version."""

from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import models_json_schema

from feedback_app.intake.api.messages import (
    MOST_CASES,
    BounceMessage,
    ClosedCaseMessage,
    ClosingMessage,
    OptOutMessage,
    Problem,
    SurveyLinkMessage,
)
from feedback_app.intake.problems import MEDIA_TYPE
from support_facts import Facts

VERSION = "3.0.3"
_MODELS = (
    ClosedCaseMessage,
    ClosingMessage,
    SurveyLinkMessage,
    BounceMessage,
    OptOutMessage,
    Problem,
)
_PLACE = "#/components/schemas/{model}"
_PROBLEMS = {
    400: "The body is no usable JSON.",
    401: "There is no key, or one that opens nothing.",
    404: "There is no such closed case, or it is another sender's.",
    409: "What the fields say cannot be true, such as a closing in the future.",
    413: "The body is too large.",
    415: "The body is not sent as application/json.",
    422: "A field is wrong; errors names it.",
    429: "Too many requests; the header Retry-After says how many seconds to wait.",
    503: "The database does not answer. Nothing was stored: send it again.",
}


def document(facts: Facts, public_url: str) -> dict[str, Any]:
    """Return the document; the words for kinds and reasons are those of the facts."""
    return {
        "openapi": VERSION,
        "info": {
            "title": f"{facts.organisation.name}: closed cases",
            "version": "1",
            "description": "Tell us that a case was closed, and get the link to its survey.",
        },
        "servers": [{"url": public_url}],
        "security": [{"key": []}],
        "paths": _paths(facts),
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The key that the operator made for this sender.",
                }
            },
            "schemas": _schemas(facts),
        },
    }


def _paths(facts: Facts) -> dict[str, Any]:
    where = {
        "source": "The case system, as the key says it.",
        "case_id": "The case system's own key of the case.",
    }
    return {
        "/api/v1/closed-cases": {
            "post": _operation(
                "receiveClosedCase",
                "Tell us that a case was closed",
                "A repeat changes nothing, whether of the delivery or of the closing. Closing "
                f"again within {facts.survey.same_closure_hours} hours is the same closing. To "
                "send many at once, send a JSON "
                f"list of 1 to {MOST_CASES} closed cases; the answer is a list in the same order, "
                "and if one is faulty none is stored.",
                takes="ClosedCaseMessage",
                gives={
                    201: "ClosingMessage: The closing was not known and is stored.",
                    200: "ClosingMessage: The closing was known already.",
                },
                problems=(400, 401, 409, 413, 415, 422, 429, 503),
            )
        },
        "/api/v1/closed-cases/{source}/{case_id}": {
            "get": {
                **_operation(
                    "findClosedCase",
                    "Ask where a closed case stands",
                    "The newest closing of the case. A sender sees its own cases only. Looking "
                    "changes nothing, so it shows a survey link only once somebody has it; to "
                    "get it, use giveSurveyLinkOut.",
                    gives={200: "ClosingMessage: Where the newest closing stands."},
                    problems=(401, 404, 429, 503),
                ),
                "parameters": [
                    {
                        "name": name,
                        "in": "path",
                        "required": True,
                        "description": words,
                        "schema": {"type": "string", "minLength": 1},
                    }
                    for name, words in where.items()
                ],
            }
        },
        "/api/v1/survey-links": {
            "post": _operation(
                "giveSurveyLinkOut",
                "Get the survey link, to pass it on to the customer",
                "From now on the customer counts as asked, and the link works for "
                f"{facts.survey.link_lifetime_days} days. A repeat changes nothing.",
                takes="SurveyLinkMessage",
                gives={200: "ClosingMessage: Where that closing stands now, with its link."},
                problems=(400, 401, 404, 413, 415, 422, 429, 503),
            )
        },
        "/api/v1/bounces": {
            "post": _operation(
                "recordBounce",
                "Tell us that a closure mail came back",
                "It leaves the response rate. The first time counts.",
                takes="BounceMessage",
                gives={200: "ClosingMessage: Where that closing stands now."},
                problems=(400, 401, 404, 413, 415, 422, 429, 503),
            )
        },
        "/api/v1/opt-outs": {
            "post": _operation(
                "recordOptOut",
                "Tell us that an address wants no surveys",
                "It counts for all cases from now on.",
                takes="OptOutMessage",
                gives={204: "The address is asked no more."},
                problems=(400, 401, 413, 415, 422, 429, 503),
            )
        },
    }


def _operation(
    name: str,
    summary: str,
    description: str,
    *,
    takes: str = "",
    gives: dict[int, str],
    problems: tuple[int, ...],
) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, said in gives.items():
        model, _, words = said.rpartition(": ")
        content = {"content": _content("application/json", model)} if model else {}
        responses[str(status)] = {"description": words, **content}
    for status in problems:
        content = {"content": _content(MEDIA_TYPE, "Problem")}
        responses[str(status)] = {"description": _PROBLEMS[status], **content}
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "description": description,
        "responses": responses,
    }
    if takes:
        operation["requestBody"] = {
            "required": True,
            "content": _content("application/json", takes),
        }
    return operation


def _content(media_type: str, model: str) -> dict[str, Any]:
    return {media_type: {"schema": {"$ref": _PLACE.format(model=model)}}}


def _schemas(facts: Facts) -> dict[str, Any]:
    _, found = models_json_schema(
        [(model, "serialization") for model in _MODELS], ref_template=_PLACE
    )
    schemas: dict[str, Any] = {
        name: _as_version_3_0(schema) for name, schema in found["$defs"].items()
    }
    fields = schemas["ClosedCaseMessage"]["properties"]
    fields["case_kind"]["enum"] = [*(kind.key for kind in facts.case_kinds), None]
    fields["closure_reason"]["enum"] = [*(one.key for one in facts.closure_reasons), None]
    return schemas


def _as_version_3_0(schema: Any) -> Any:
    """Return a JSON schema in the words of OpenAPI 3.0, which knows no type null."""
    if isinstance(schema, list):
        return [_as_version_3_0(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return dict(_words_of_3_0(schema))


def _words_of_3_0(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in schema.items():
        if name == "anyOf":
            (kind,) = (one for one in value if one != {"type": "null"})
            kind = _as_version_3_0(kind)
            if "enum" in kind:
                kind["enum"] = [*kind["enum"], None]
            yield from kind.items()
            yield "nullable", True
        elif name == "examples":
            yield "example", value[0]
        elif name == "properties":
            yield name, {field: _as_version_3_0(one) for field, one in value.items()}
        elif name == "title" or (name == "default" and value is None):
            continue
        else:
            yield name, _as_version_3_0(value)
