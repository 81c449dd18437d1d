"""The HTTP API on a page: its OpenAPI document for people to read, without script."""

from typing import Any

from flask import Blueprint, Response

from feedback_app.intake.api.openapi import document
from feedback_app.web.headers import protect_page
from feedback_app.web.pages import page
from feedback_app.web.request import program

api_page = Blueprint("api_page", __name__, url_prefix="/api/v1")
api_page.after_request(protect_page)


@api_page.get("/")
def show() -> Response:
    """Show every operation with what it takes and gives."""
    described = document(program().facts, program().settings.public_url)
    operations = [
        {"method": method.upper(), "path": path, **operation, **_schemas_of(operation)}
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    schemas = described["components"]["schemas"]
    return page("web/api", document=described, operations=operations, schemas=schemas)


def _schemas_of(operation: dict[str, Any]) -> dict[str, str]:
    """Return the names of the schemas that an operation takes and gives; "" for none."""
    takes = _name(operation.get("requestBody", {}))
    gives = [_name(one) for status, one in operation["responses"].items() if status < "300"]
    return {"takes": takes, "gives": next(filter(None, gives), "")}


def _name(message: dict[str, Any]) -> str:
    content: dict[str, Any] = next(iter(message.get("content", {}).values()), {})
    return str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]
