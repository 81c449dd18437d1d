"""Checks the authentication of a recorded request, for `intake try --headers`."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import click
from werkzeug.datastructures import Headers

from feedback_app.base.text import visible
from feedback_app.intake.webhooks.authentication import Signature, SignedRequest
from feedback_app.intake.webhooks.presets import Preset, load_webhooks
from feedback_app.program import Program

_ADDRESS = "/api/v1/webhooks/"
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)")
_REQUEST_LINE = re.compile(r"[A-Z]+ (\S+) HTTP/[0-9.]+")


def recorded_request(
    program: Program, name: str, body: bytes, headers: str, url: str | None
) -> SignedRequest:
    """Return the recorded request as the server would get it. Raises ClickException."""
    found, address = parse_headers(headers)
    parts = urlsplit(url or address or _ADDRESS + name)
    own = f"{program.settings.public_url}{parts.path}{parts.query and f'?{parts.query}'}"
    secret = parts.path.partition(f"{_ADDRESS}{name}/")[2]
    return SignedRequest(found, body, secret, url if url and parts.netloc else own)


def parse_headers(text: str) -> tuple[Headers, str]:
    """Return the headers in `text`, and the address in its request line or "".

    Understood are lines `Name: value`, the output of `curl -v`, of which only the lines of the
    request (>) count, and JSON: an object, or a list of objects with name and value. Raises
    ClickException.
    """
    if text.lstrip().startswith(("{", "[")):
        return _from_json(text), ""
    lines = text.splitlines()
    sent = [line[1:].strip() for line in lines if line.startswith(">")]
    headers, address = Headers(), ""
    for at, line in enumerate(sent or lines, 1):
        if found := _HEADER.fullmatch(line.strip()):
            headers.add(found[1], found[2].strip())
        elif found := _REQUEST_LINE.fullmatch(line.strip()):
            address = found[1]
        elif line.strip():
            raise click.ClickException(f"line {at} of the headers is not of the form Name: value")
    return headers, address


def _from_json(text: str) -> Headers:
    try:
        content = json.loads(text)
        is_object = isinstance(content, dict)
        pairs = content.items() if is_object else ((one["name"], one["value"]) for one in content)
        return Headers([(str(name), _value(value)) for name, value in pairs])
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise click.ClickException("the headers are not a JSON object of texts") from error


def _value(value: Any) -> str:
    return str(value[0] if isinstance(value, list) else value)


def is_authentic(
    program: Program, name: str, request: SignedRequest, payloads: Iterable[Any], now: datetime
) -> bool:
    """Print the result of each check. Return whether secret and sender are right.

    A recorded request is always late, so its time decides nothing. Raises ClickException if the
    webhook has no secret in the settings.
    """
    preset = load_webhooks(program, now)[name]
    if not preset.secrets:
        raise click.ClickException(
            f"{name} has no secret: set FEEDBACK_WEBHOOK_SECRETS={name}=SECRET to check the headers"
        )
    objects = [payload for payload in payloads if isinstance(payload, dict)]
    results = [_proves_secret(preset, request)]
    results += [_has_right_sender(preset, request, payload, now) for payload in objects]
    return all(results)


def _proves_secret(preset: Preset, request: SignedRequest) -> bool:
    authentication, secrets = preset.authentication, preset.secrets
    fault = authentication.secret_fault(request, secrets)
    click.echo(visible(f"secret or signature: {fault or 'valid'}"))
    if isinstance(authentication, Signature):
        click.echo(visible(f"  signed: {authentication.signed_text(request)}"))
    stripped = replace(request, body=request.body.rstrip(b"\r\n"))
    if fault and not authentication.secret_fault(stripped, secrets):
        click.echo("  It is valid without the line break at the end of the file.")
    return not fault


def _has_right_sender(
    preset: Preset, request: SignedRequest, payload: Mapping[str, Any], now: datetime
) -> bool:
    authentication = preset.authentication
    if late := authentication.time_fault(request, payload, now):
        click.echo(visible(f"signed time: {late}"))
        click.echo("  This is normal for a recorded request; the server checks it on arrival.")
    fault = authentication.sender_fault(request, payload, preset.secrets)
    if fault:
        click.echo(visible(f"sender: {fault}"))
    return not fault
