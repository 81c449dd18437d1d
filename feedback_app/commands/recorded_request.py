"""Checks the authentication of a recorded request, for `intake try --headers`."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import click

from feedback_app.base.text import visible
from feedback_app.intake.webhooks.authentication import SignedRequest
from feedback_app.intake.webhooks.recorded import HeadersError, parse_headers
from feedback_app.intake.webhooks.secrets import Webhook, load_webhooks
from feedback_app.program import Program

_ADDRESS = "/api/v1/webhooks/"


def recorded_request(
    program: Program, name: str, body: bytes, headers: str, url: str | None
) -> SignedRequest:
    """Return the recorded request as the server would get it. Raises ClickException."""
    try:
        found, address = parse_headers(headers)
    except HeadersError as error:
        raise click.ClickException(str(error)) from error
    parts = urlsplit(url or address or _ADDRESS + name)
    own = f"{program.settings.public_url}{parts.path}{parts.query and f'?{parts.query}'}"
    secret = parts.path.partition(f"{_ADDRESS}{name}/")[2]
    return SignedRequest(found, body, secret, url if url and parts.netloc else own)


def is_authentic(
    program: Program, name: str, request: SignedRequest, payloads: Iterable[Any], now: datetime
) -> bool:
    """Print the result of each check. Return whether secret and sender are right.

    A recorded request is always late, so its time decides nothing. Raises ClickException if the
    webhook has no secret in the settings.
    """
    webhook = load_webhooks(program, now)[name]
    if not webhook.secrets:
        raise click.ClickException(
            f"{name} has no secret: set FEEDBACK_WEBHOOK_SECRETS={name}=SECRET to check the headers"
        )
    objects = [payload for payload in payloads if isinstance(payload, dict)]
    results = [_proves_secret(webhook, request)]
    results += [_has_right_sender(webhook, request, payload, now) for payload in objects]
    return all(results)


def _proves_secret(webhook: Webhook, request: SignedRequest) -> bool:
    authentication, secrets = webhook.authentication, webhook.secrets
    fault = authentication.secret_fault(request, secrets)
    click.echo(visible(f"secret or signature: {fault or 'valid'}"))
    if signed := authentication.signed_text(request):
        click.echo(visible(f"  signed: {signed}"))
    stripped = replace(request, body=request.body.rstrip(b"\r\n"))
    if fault and not authentication.secret_fault(stripped, secrets):
        click.echo("  It is valid without the line break at the end of the file.")
    return not fault


def _has_right_sender(
    webhook: Webhook, request: SignedRequest, payload: Mapping[str, Any], now: datetime
) -> bool:
    if late := webhook.authentication.time_fault(request, payload, now):
        click.echo(visible(f"signed time: {late}"))
        click.echo("  This is normal for a recorded request; the server checks it on arrival.")
    fault = webhook.authentication.sender_fault(request, payload, webhook.secrets)
    if fault:
        click.echo(visible(f"sender: {fault}"))
    return not fault
