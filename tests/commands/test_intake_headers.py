"""The option `--headers` of `intake try`: is a recorded request authentic, and if not, why."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click
import pytest
from click.testing import Result

from feedback_app.commands.intake import intake_group
from feedback_app.commands.recorded_request import parse_headers
from tests.support.case_systems import GENERIC, SALESFORCE_OUTBOUND, SYSTEMS
from tests.support.office import NOW, Office
from tests.support.simulated_system import SECRET, Closing, System, printed

CLOSING = Closing(number="00042", closed_at=NOW - timedelta(minutes=1))
SECONDS = int(NOW.timestamp())
Try = Callable[..., Result]


@pytest.fixture
def attempt(sqlite_office: Office, tmp_path: Path) -> Try:
    def attempt(
        system: System,
        *words: str,
        body: bytes | None = None,
        headers: str | None = None,
        encoding: str = "utf-8",
        secret: str | None = None,
        **settings: str,
    ) -> Result:
        content = system.body(system.closing(CLOSING)) if body is None else body
        proof = system.proof(content, CLOSING, NOW, secret or system.secret)
        lines = "\n".join(f"{name}: {value}" for name, value in proof.items())
        (tmp_path / "headers").write_text(lines if headers is None else headers, encoding=encoding)
        settings = {"FEEDBACK_WEBHOOK_SECRETS": f"{system.name}={system.secret}", **settings}
        file = ("--headers", str(tmp_path / "headers"))
        words = ("try", system.name, "-", *file, *words)
        result = sqlite_office.run(intake_group, *words, stdin=content, **settings)
        assert SECRET not in result.output
        return result

    return attempt


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_recorded_request_of_each_system_is_authentic(attempt: Try, name: str) -> None:
    system = SYSTEMS[name]
    result = attempt(system, "--url", system.path(system.secret))
    assert result.exit_code == 0, result.output
    assert "secret or signature: valid" in result.output
    assert f"{name}: a closed case" in result.output


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_wrong_secret_is_reported_with_the_check_that_failed(attempt: Try, name: str) -> None:
    system = SYSTEMS[name]
    wrong = system.secret[:-1] + "x"
    result = attempt(system, "--url", system.path(wrong), secret=wrong)
    assert result.exit_code == 1
    assert "secret or signature: valid" not in result.output
    assert f"{name}: a closed case" in result.output, "the mapping is still shown"


def test_the_signed_content_is_shown_without_the_body(attempt: Try, tmp_path: Path) -> None:
    size = len(GENERIC.body(GENERIC.closing(CLOSING)))
    assert f"  signed: {SECONDS}.(body of {size} bytes)\n" in attempt(GENERIC).output
    text = f'title = "Ours"\nlike = "generic"\n{printed("toml", "signature-with-address")}'
    (tmp_path / "generic.toml").write_text(text, encoding="utf-8")
    settings = {"FEEDBACK_PRESETS": str(tmp_path), "FEEDBACK_PUBLIC_URL": "https://survey.example"}
    headers = "POST /ignored HTTP/1.1\nX-HubSpot-Signature-v3: x\nX-HubSpot-Request-Timestamp: 7"
    own = "POSThttps://survey.example/api/v1/webhooks/generic"
    for url, signed in (
        ("/a?b=c", "POSThttps://survey.example/a?b=c"),
        ("https://x.example/", "POSThttps://x.example/"),
    ):
        output = attempt(GENERIC, "--url", url, headers=headers, **settings).output
        assert f"  signed: {signed}(body of {size} bytes)7\n" in output
    output = attempt(GENERIC, headers=headers.partition("\n")[2], **settings).output
    assert f"  signed: {own}(body of {size} bytes)7\n" in output
    assert "signed:" not in attempt(SYSTEMS["freshdesk"]).output


def test_a_missing_header_is_named(attempt: Try) -> None:
    output = attempt(GENERIC, headers="X-Feedback-Timestamp: 1").output
    assert "secret or signature: the header X-Feedback-Signature is missing" in output
    output = attempt(GENERIC, headers="X-Feedback-Signature: sha256=00").output
    assert "the header X-Feedback-Timestamp is missing" in output
    output = attempt(SYSTEMS["freshdesk"], headers="Authorization: Bearer x").output
    assert "secret or signature: Authorization is not basic" in output


def test_a_line_break_at_the_end_of_the_file_is_named_as_the_reason(attempt: Try) -> None:
    content = GENERIC.body(GENERIC.closing(CLOSING))
    proof = GENERIC.proof(content, CLOSING, NOW, GENERIC.secret)
    result = attempt(GENERIC, body=content + b"\n", headers=json.dumps(proof))
    assert result.exit_code == 1
    assert "the signature in X-Feedback-Signature is wrong: send sha256= and the" in result.output
    assert "valid without the line break at the end of the file" in result.output


@pytest.mark.parametrize(("encoding", "code"), [("utf-8-sig", 0), ("utf-16", 1)])
def test_headers_in_another_encoding_are_read_or_refused(
    attempt: Try, encoding: str, code: int
) -> None:
    result = attempt(GENERIC, encoding=encoding)
    assert result.exit_code == code
    assert ("of the headers is not of the form Name: value" in result.output) == bool(code)


def test_an_old_request_is_reported_but_not_an_error(attempt: Try, sqlite_office: Office) -> None:
    sqlite_office.wait(hours=2)
    result = attempt(GENERIC)
    assert result.exit_code == 0
    assert "secret or signature: valid" in result.output
    assert f"signed time: the signed time '{SECONDS}' is more than 300 seconds from" in (
        result.output
    )
    assert "This is normal for a recorded request" in result.output


def test_a_secret_of_another_sender_is_reported(attempt: Try) -> None:
    message = str(SALESFORCE_OUTBOUND.closing(CLOSING))
    body = message.replace(SALESFORCE_OUTBOUND.organisation, "00D0000000OTHER").encode()
    address = SALESFORCE_OUTBOUND.path(SALESFORCE_OUTBOUND.secret)
    result = attempt(SALESFORCE_OUTBOUND, "--url", address, body=body)
    assert result.exit_code == 1
    assert "secret or signature: valid" in result.output
    assert (
        "sender: the secret in the address is not that of OrganizationId '00D0000000OTHER'"
        in result.output
    )


def test_headers_that_a_preset_reads_are_those_of_the_file(attempt: Try, tmp_path: Path) -> None:
    preset = 'title = "Ours"\nlike = "generic"\n[map]\nteam = "@header.X-Feedback-Timestamp"'
    (tmp_path / "generic.toml").write_text(preset, encoding="utf-8")
    output = attempt(GENERIC, FEEDBACK_PRESETS=str(tmp_path)).output
    assert f"team {SECONDS}" in " ".join(output.split())


def test_without_a_secret_in_the_settings_the_command_says_which_to_set(attempt: Try) -> None:
    result = attempt(GENERIC, FEEDBACK_WEBHOOK_SECRETS="")
    assert result.exit_code == 1
    assert "set FEEDBACK_WEBHOOK_SECRETS=generic=SECRET" in result.output


CURL = """\
* Connected to survey.example (192.0.2.1) port 443
> POST /api/v1/webhooks/desk/a-secret HTTP/1.1
> Host: survey.example
> X-Signature:sha256=00
>
{ [231 bytes data]
< HTTP/1.1 401 UNAUTHORIZED
< X-Signature: of the response
"""


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("X-Signature: sha256=00", ""),
        ("POST /a?b=c HTTP/2\r\nx-signature:  sha256=00  \r\n\r\n", "/a?b=c"),
        (CURL, "/api/v1/webhooks/desk/a-secret"),
        ('{"x-signature": "sha256=00"}', ""),
        ('{"X-Signature": ["sha256=00"], "Other": 7}', ""),
        ('[{"name": "X-Signature", "value": "sha256=00"}]', ""),
    ],
)
def test_headers_are_read_as_tools_print_them(text: str, address: str) -> None:
    headers, found = parse_headers(text)
    assert headers["X-Signature"] == "sha256=00"
    assert found == address


@pytest.mark.parametrize("text", ["X-A: 1\nno header", "[1]", '{"a": []}', "{", '[{"name": "a"}]'])
def test_a_text_without_headers_is_refused_with_the_line(text: str) -> None:
    with pytest.raises(click.ClickException, match=r"line 2 of the headers|not a JSON object"):
        parse_headers(text)
