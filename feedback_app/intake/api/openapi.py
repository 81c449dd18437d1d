"""The OpenAPI document of the HTTP API: operations from a template, schemas from the models.

It has version 3.0, because some case systems cannot read a later one.
"""

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core.core_schema import NullableSchema

from feedback_app.base.templates import template
from feedback_app.intake.api import messages
from support_facts import Facts

_MODELS = (
    messages.BounceMessage,
    messages.ClosedCaseMessage,
    messages.ClosingMessage,
    messages.EventMessage,
    messages.OptOutMessage,
    messages.ReopeningMessage,
    messages.SurveyLinkMessage,
)


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
    values = {"facts": facts, "public_url": public_url, "max_cases": messages.MAX_CASES}
    document: dict[str, Any] = json.loads(template("en", "openapi.json").render(values))
    document["components"]["schemas"] |= _schemas(facts)
    return document


def _schemas(facts: Facts) -> dict[str, Any]:
    _, generated = models_json_schema(
        [(model, "serialization") for model in _MODELS],
        ref_template="#/components/schemas/{model}",
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
