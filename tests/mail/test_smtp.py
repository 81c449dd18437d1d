"""Sending by real SMTP: unencrypted, over TLS, signed in, and with failures."""

import ssl
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from feedback_app.mail.sender import (
    NotDeliveredError,
    OutageError,
    ReadyMessage,
    RefusedError,
    SlowDownError,
)
from feedback_app.mail.smtp import SMTPSender
from tests.support.closure_parts import closure_text
from tests.support.office import a_case
from tests.support.smtp_sink import DROP, DROP_AFTER_DATA, HANG, SmtpSink, listening

USER, PASSWORD = "survey", "p@ss:w/rd"
SIGN_IN = "survey:p%40ss%3Aw%2Frd@"


def a_message() -> ReadyMessage:
    case = a_case(language="de")
    return ReadyMessage("m" * 22, case.contact_email or "", closure_text(case))


def _signs_in(_server: Any, _session: Any, _envelope: Any, _how: str, given: Any) -> AuthResult:
    assert isinstance(given, LoginPassword)
    right = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=right)


@pytest.fixture(params=["smtps", "smtp+starttls"])
def guarded(
    request: pytest.FixtureRequest, certificate: tuple[Path, Path]
) -> Iterator[tuple[str, SmtpSink]]:
    """A mail server that wants TLS and a password, and the scheme to reach it."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(*certificate)
    options: dict[str, Any] = {"authenticator": _signs_in, "auth_required": True}
    if request.param == "smtps":
        # The whole connection is encrypted, which this server does not count as TLS.
        options |= {"ssl_context": tls, "auth_require_tls": False}
    else:
        options |= {"tls_context": tls, "require_starttls": True}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Requiring AUTH while not requiring TLS")
        with listening(SmtpSink(), **options) as sink:
            yield request.param, sink


@pytest.fixture
def trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine trust the certificate of the tests."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


def deliver(url: str, timeout_seconds: float = 30) -> None:
    server = SMTPSender(url, timeout_seconds)
    try:
        server.send(a_message())
    finally:
        server.close()


@pytest.mark.usefixtures("trusted")
def test_an_email_is_sent_over_tls_after_signing_in(guarded: tuple[str, SmtpSink]) -> None:
    scheme, sink = guarded
    deliver(f"{scheme}://{SIGN_IN}127.0.0.1:{sink.port}")
    assert sink.ids == [mail["Message-ID"].strip("<>").partition("@")[0] for mail in sink.messages]
    assert sink.messages[0]["Subject"].startswith("Fall 00012345")
    assert "Wie leicht" in sink.messages[0].get_body(("plain",)).get_content()


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("sign_in", ["survey:wrong@", ""])
def test_a_wrong_or_missing_password_is_tried_again_later(
    guarded: tuple[str, SmtpSink], sign_in: str
) -> None:
    scheme, sink = guarded
    with pytest.raises(NotDeliveredError, match="53[05]"):
        deliver(f"{scheme}://{sign_in}127.0.0.1:{sink.port}")
    assert sink.messages == []


def test_a_server_with_an_untrusted_certificate_gets_neither_password_nor_email(
    guarded: tuple[str, SmtpSink],
) -> None:
    scheme, sink = guarded
    with pytest.raises(NotDeliveredError, match="certificate verify failed"):
        deliver(f"{scheme}://{SIGN_IN}127.0.0.1:{sink.port}")
    assert sink.messages == []


def test_starttls_is_never_skipped(smtp_sink: SmtpSink) -> None:
    with pytest.raises(NotDeliveredError, match="STARTTLS"):
        deliver(smtp_sink.url.replace("smtp:", "smtp+starttls:"))
    assert smtp_sink.messages == []


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ("421 too busy", SlowDownError),
        ("451 try later", SlowDownError),
        ("452 no room", SlowDownError),
        ("450 4.7.1 too many emails", SlowDownError),
        ("450 4.2.1 mailbox busy", NotDeliveredError),
        ("550 no such mailbox", RefusedError),
        ("554 not wanted", RefusedError),
        ("530 sign in first", OutageError),
        (DROP, NotDeliveredError),
        (DROP_AFTER_DATA, NotDeliveredError),
    ],
)
def test_what_a_reply_means(smtp_sink: SmtpSink, reply: str, error: type[Exception]) -> None:
    smtp_sink.plan = [reply]
    with pytest.raises(error) as raised:
        deliver(smtp_sink.url)
    assert type(raised.value) is error


def test_after_any_failure_but_a_time_out_the_next_message_is_sent(smtp_sink: SmtpSink) -> None:
    for reply in ("451 later", "550 no", "421 too busy", DROP):
        server = SMTPSender(smtp_sink.url)
        smtp_sink.plan = [reply]
        with pytest.raises((NotDeliveredError, RefusedError)):
            server.send(a_message())
        before = len(smtp_sink.messages)
        server.send(a_message())
        server.close()
        assert len(smtp_sink.messages) == before + 1


@pytest.mark.parametrize(
    ("address", "return_path"),
    [
        (None, "support@example.org"),
        ("bounces@example.org", f"bounces+{'9a' * 16}@example.org"),
    ],
)
def test_bounces_go_to_the_address_for_bounces_with_the_id_of_the_message(
    smtp_sink: SmtpSink, address: str | None, return_path: str
) -> None:
    server = SMTPSender(smtp_sink.url, bounce_address=address)
    server.send(a_message()._replace(id="mpqampqampqampqampqamg"))
    server.close()
    assert smtp_sink.return_paths == [return_path]


def test_one_connection_carries_all_messages_until_the_server_closes_it(
    smtp_sink: SmtpSink,
) -> None:
    server = SMTPSender(smtp_sink.url)
    for _ in range(3):
        server.send(a_message())
    assert len(smtp_sink.connections) == 1
    smtp_sink.messages_per_connection = 2
    for _ in range(4):
        server.send(a_message())
    server.close()
    assert len(smtp_sink.messages) == 7
    assert len(smtp_sink.connections) == 3


@pytest.mark.parametrize("reply", ["451 later", "550 no"])
def test_a_refused_message_keeps_the_connection_open(smtp_sink: SmtpSink, reply: str) -> None:
    server = SMTPSender(smtp_sink.url)
    smtp_sink.plan = [reply]
    with pytest.raises((NotDeliveredError, RefusedError)):
        server.send(a_message())
    server.send(a_message())
    server.close()
    assert len(smtp_sink.connections) == 1


@pytest.mark.parametrize(
    ("reply", "refused"), [("550 5.7.1 not you", True), ("451 4.7.1 slower", False)]
)
def test_a_refused_sender_is_an_outage_and_not_about_the_message(
    smtp_sink: SmtpSink, reply: str, refused: bool
) -> None:
    smtp_sink.reply_to_sender = reply
    with pytest.raises(OutageError, match=reply) as raised:
        deliver(smtp_sink.url)
    assert raised.value.refused == refused


def test_a_message_that_is_too_large_is_refused_alone(smtp_sink: SmtpSink) -> None:
    smtp_sink.reply_to_sender = "552 5.3.4 message too big"
    with pytest.raises(RefusedError, match="552"):
        deliver(smtp_sink.url)


def test_a_server_that_times_out_or_is_away_is_an_outage(smtp_sink: SmtpSink) -> None:
    smtp_sink.plan = [HANG]
    with pytest.raises(OutageError, match="does not answer"):
        deliver(smtp_sink.url, timeout_seconds=0.5)
    assert smtp_sink.messages == []
    deliver(smtp_sink.url)
    assert len(smtp_sink.messages) == 1
    with pytest.raises(OutageError, match="Connection refused"):
        deliver("smtp://127.0.0.1:1")
