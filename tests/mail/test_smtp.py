"""Sending by real SMTP: unencrypted, over TLS, signed in, and with failures."""

import ssl
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from feedback_app.mail.sender import NotDeliveredError, ReadyMessage, RefusedError
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
        ("421 too busy", NotDeliveredError),
        ("451 try later", NotDeliveredError),
        ("452 no room", NotDeliveredError),
        ("550 no such mailbox", RefusedError),
        ("554 not wanted", RefusedError),
        ("530 sign in first", NotDeliveredError),
        (DROP, NotDeliveredError),
        (DROP_AFTER_DATA, NotDeliveredError),
    ],
)
def test_what_a_reply_means(smtp_sink: SmtpSink, reply: str, error: type[Exception]) -> None:
    smtp_sink.plan = [reply]
    with pytest.raises(error):
        deliver(smtp_sink.url)


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


def test_a_server_that_times_out_is_tried_once_not_once_per_message(smtp_sink: SmtpSink) -> None:
    smtp_sink.plan = [HANG]
    server = SMTPSender(smtp_sink.url, timeout_seconds=0.5)
    for _ in range(50):
        with pytest.raises(NotDeliveredError, match="does not answer"):
            server.send(a_message())
    assert smtp_sink.plan == []
    assert smtp_sink.messages == [], "the server would take messages again, but was not asked"
    server.close()
    deliver(smtp_sink.url)
    assert len(smtp_sink.messages) == 1


def test_a_server_that_cannot_be_reached_is_not_tried_for_each_message() -> None:
    server = SMTPSender("smtp://127.0.0.1:1")
    for _ in range(3):
        with pytest.raises(NotDeliveredError, match="Connection refused"):
            server.send(a_message())
