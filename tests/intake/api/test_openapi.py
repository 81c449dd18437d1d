"""The OpenAPI document is true: a fuzzer that reads it finds nothing against the real server."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

from feedback_app.intake.api import views
from feedback_app.intake.api.messages import ClosingMessage
from feedback_app.intake.api.openapi import openapi_document
from support_facts import load_facts
from tests.support.office import Office
from tests.support.server import environment, feedback, free_port, running
from tests.support.some import some

FACTS = load_facts()
DOCUMENT = openapi_document(FACTS, "https://survey.example")


def _all(value: Any) -> list[dict[str, Any]]:
    """Return every object inside a JSON value."""
    if isinstance(value, list):
        return [found for one in value for found in _all(one)]
    if not isinstance(value, dict):
        return []
    return [value, *(found for one in value.values() for found in _all(one))]


def test_a_fuzzer_finds_nothing(tmp_path: Path) -> None:
    port = free_port()
    env = {**environment(tmp_path, port), "FEEDBACK_API_REQUESTS_PER_MINUTE": "1000000"}
    feedback("migrate", env=env)
    key = feedback("key", "add", "desk", env=env).strip()
    place = f"http://127.0.0.1:{port}"
    command = [str(Path(sys.executable).with_name("schemathesis")), "run"]
    # Webhooks are authenticated by presets, which the document cannot describe: a fuzzer gets 404.
    without = ["--exclude-operation-id", "receiveEvent"]
    options = [*without, "--max-examples", "15", "--seed", "1", "--no-color"]
    header = ["--header", f"Authorization: Bearer {key}"]
    serve = [sys.executable, "-m", "feedback_app.cli", "serve", "--port", str(port)]
    with running(serve, port, env):
        done = subprocess.run(
            [*command, *options, *header, f"{place}/api/v1/openapi.json"],
            cwd=tmp_path,
            env={**os.environ, "SCHEMATHESIS_REPORT": "false"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "No issues found" in done.stdout


def test_the_document_only_uses_openapi_3_0() -> None:
    assert DOCUMENT["openapi"].startswith("3.0.")
    for one in some(_all(DOCUMENT)):
        assert one.get("type") != "null"
        assert not isinstance(one.get("type"), list)
        assert not {"anyOf", "oneOf", "const", "examples", "$defs"} & set(one)
        if "enum" in one and one.get("nullable"):
            assert None in one["enum"]


def test_every_reference_resolves() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    references = {one["$ref"].rpartition("/")[2] for one in _all(DOCUMENT) if "$ref" in one}
    assert references <= set(schemas)
    assert set(schemas) - references == set(), "a schema that nothing uses"


def test_kinds_and_reasons_are_those_of_the_facts() -> None:
    fields = DOCUMENT["components"]["schemas"]["ClosedCaseMessage"]["properties"]
    assert fields["case_kind"]["enum"] == [*(kind.key for kind in FACTS.case_kinds), None]
    assert fields["closure_reason"]["enum"] == [*(one.key for one in FACTS.closure_reasons), None]


def test_there_is_no_field_for_the_name_of_an_agent() -> None:
    names = set(DOCUMENT["components"]["schemas"]["ClosedCaseMessage"]["properties"])
    assert not {one for one in names if "agent" in one or "assign" in one or "owner" in one}


def test_the_document_is_served_without_a_key(sqlite_office: Office) -> None:
    reply = sqlite_office.client().get("/api/v1/openapi.json")
    assert reply.status_code == 200
    assert reply.json == json.loads(json.dumps(openapi_document(FACTS, "http://survey.example")))


def test_the_document_is_generated_once(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sqlite_office.client()
    first = client.get("/api/v1/openapi.json").data
    monkeypatch.setattr(views, "openapi_document", None)
    assert client.get("/api/v1/openapi.json").data == first


def test_the_outcomes_of_a_webhook_are_documented() -> None:
    webhook = DOCUMENT["paths"]["/api/v1/webhooks/{preset}"]["post"]
    assert webhook["security"] == [], "its preset authenticates it, not a key"
    for outcome in (*get_args(ClosingMessage.model_fields["outcome"].annotation), "ignored"):
        assert outcome in webhook["description"]
    assert set(webhook["responses"]) == {
        *("200", "201", "400", "401", "404", "413", "422", "429", "503")
    }
