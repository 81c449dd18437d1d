"""Bounces: recorded from a report or by hand, and not counted in the response rate."""

import io
import time
from contextlib import suppress
from email.generator import BytesGenerator
from email.message import EmailMessage, Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from feedback_app.commands.contacts import bounce
from feedback_app.mail.bounces import MAX_REPORT_BYTES, BounceReport, ReportError, read_report
from feedback_app.reports.weeks import review_week
from tests.support.office import NOW, Customer, Office


def report(
    original: Message,
    action: str = "failed",
    kind: str = "message/rfc822",
    status_kind: str = "message/delivery-status",
) -> bytes:
    """Return a bounce report of a mail server (RFC 3464, RFC 6533).

    `kind` is the media type of the original in the report: all of it, or its headers.
    """
    mail = MIMEMultipart("report", report_type="delivery-status")
    mail["From"], mail["To"] = "mailer-daemon@mx.example", "support@example.org"
    mail["Subject"] = "Undelivered Mail Returned to Sender"
    mail.attach(MIMEText("The mail server could not deliver your message."))
    status = Message()
    status["Content-Type"] = "message/delivery-status"
    server, recipient = Message(), Message()
    server["Reporting-MTA"] = "dns; mx.example"
    recipient["Final-Recipient"] = "rfc822; contact@customer.example"
    recipient["Action"], recipient["Status"] = action, "5.1.1"
    status.set_payload([server, recipient])
    mail.attach(status)
    if kind.endswith("headers"):
        heads = "".join(f"{name}: {value}\n" for name, value in original.items())
        mail.attach(MIMEText(heads, "rfc822-headers"))
    else:
        mail.attach(MIMEMessage(original))
    file = io.BytesIO()
    BytesGenerator(file, mangle_from_=False).flatten(mail)
    plain = "text/rfc822-headers" if kind.endswith("headers") else "message/rfc822"
    sent = file.getvalue().replace(plain.encode(), kind.encode())
    return sent.replace(b"message/delivery-status", status_kind.encode())


def _a_mail(message_id: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Message-ID"] = message_id
    mail.set_content("Hello")
    return mail


WHOLE = report(_a_mail("<ours@survey.example>"))


def _cohort(office: Office):
    week = office.rows("cases")[0]["closed_week"]
    return review_week(office.program.database, week, office.program.facts, office.now).cohort


@pytest.mark.parametrize("status", ["message/delivery-status", "message/global-delivery-status"])
@pytest.mark.parametrize(
    "kind", ["message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"]
)
def test_a_bounced_email_does_not_count_in_the_response_rate(
    office: Office, kind: str, status: str
) -> None:
    office.invite("1")
    office.invite("2")
    mail = next(mail for mail in office.mails() if "Case 2" in mail["Subject"])
    done = office.run(bounce, "--report", "-", stdin=report(mail, "failed", kind, status))
    assert done.output == "Case 2: email marked as bounced.\n"
    bounced = {row["case_ref"]: row["bounced_at"] for row in office.rows("invitations")}
    numbers = {row["case_number"]: bounced[row["id"]] for row in office.rows("cases")}
    assert numbers == {"1": None, "2": "2026-11-24T12:00:00Z"}
    cohort = _cohort(office)
    assert (cohort.handed_over, cohort.bounced, cohort.reached) == (2, 1, 1)


def test_a_bounced_alert_does_not_mark_the_customers_email_as_bounced(
    office: Office,
) -> None:
    office.program.settings.alert_urls = (SecretStr("lead@example.org"),)
    customer = Customer(office, office.invite())
    customer.send(ease="1", satisfaction="1", comment="Too slow.")
    alert = next(mail for mail in office.mails() if mail["To"] == "lead@example.org")
    done = office.run(bounce, "--report", "-", stdin=report(alert))
    assert done.exit_code == 1
    assert "doesn't match any closure email we sent" in done.output
    assert office.invitation(customer.invitation_id).bounced_at is None


def test_a_case_can_be_named_instead_and_the_first_time_counts(office: Office) -> None:
    invitation_id = office.invite()
    assert office.run(bounce, "00012345").exit_code == 0
    office.wait(days=1)
    assert office.run(bounce, "00012345").exit_code == 0
    assert office.invitation(invitation_id).bounced_at == NOW
    assert office.invitation(invitation_id).state(office.now) == "bounced"


def test_an_answer_after_a_bounce_counts(office: Office) -> None:
    customer = Customer(office, office.invite())
    office.run(bounce, "00012345")
    assert customer.send(ease="4", satisfaction="5").status_code == 303
    assert (_cohort(office).bounced, _cohort(office).answered) == (0, 1)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_only_a_report_of_a_failure_is_a_bounce(office: Office, action: str) -> None:
    office.invite()
    done = office.run(bounce, "--report", "-", stdin=report(office.mails()[0], action))
    assert done.exit_code == 1
    assert action in done.output
    assert _cohort(office).bounced == 0


def test_an_out_of_office_reply_is_not_a_bounce(office: Office) -> None:
    office.invite()
    note = EmailMessage()
    note["Auto-Submitted"] = "auto-replied"
    note["In-Reply-To"] = office.mails()[0]["Message-ID"]
    note.set_content("I am away.")
    done = office.run(bounce, "--report", "-", stdin=bytes(note))
    assert "not a bounce report" in done.output
    assert _cohort(office).bounced == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Give either"),
        (("1", "--report", "-"), "Give either"),
        (("12345",), "check leading zeros"),
    ],
)
def test_wrong_arguments_are_reported(office: Office, words: tuple[str, ...], said: str) -> None:
    office.invite()
    done = office.run(bounce, *words, stdin=b"")
    assert done.exit_code != 0
    assert said in done.output


def test_a_report_about_another_sender_is_refused(office: Office) -> None:
    sent_back = report(_a_mail("<somebody@else.example>"))
    done = office.run(bounce, "--report", "-", stdin=sent_back)
    assert "doesn't match any closure email we sent" in done.output


@given(st.binary())
def test_any_other_email_is_refused(mail: bytes) -> None:
    with pytest.raises(ReportError):
        read_report(mail)


@given(st.binary(max_size=200))
def test_a_damaged_report_is_read_or_refused(noise: bytes) -> None:
    middle = len(WHOLE) // 2
    with suppress(ReportError):
        assert isinstance(read_report(WHOLE[:middle] + noise + WHOLE[middle:]).message_id, str)


@pytest.mark.parametrize(
    "statuses",
    [
        (("left@customer.example", "failed"), ("contact@customer.example", "delivered")),
        (("left@customer.example", "failed"),),
        (("", "failed"),),
    ],
)
def test_a_bounce_of_another_address_does_not_mark_the_email_as_bounced(
    office: Office, statuses: tuple[tuple[str, str], ...]
) -> None:
    office.invite()
    sent_back = _with_recipients(report(office.mails()[0]), statuses)
    done = office.run(bounce, "--report", "-", stdin=sent_back)
    assert done.exit_code == 1
    assert f"the failed address is {statuses[0][0] or 'not named'}, but" in done.output
    assert "the address we wrote to is contact@customer.example" in done.output
    assert _cohort(office).bounced == 0


@pytest.mark.parametrize("field", ["Final-Recipient", "Original-Recipient"])
def test_the_address_we_wrote_to_may_be_one_of_several_and_be_spelled_differently(
    office: Office, field: str
) -> None:
    office.invite()
    statuses = (("other@customer.example", "delivered"), ("Contact@Customer.example", "failed"))
    sent_back = _with_recipients(report(office.mails()[0]), statuses, field)
    assert office.run(bounce, "--report", "-", stdin=sent_back).exit_code == 0
    assert _cohort(office).bounced == 1


def _with_recipients(
    sent_back: bytes, statuses: tuple[tuple[str, str], ...], field: str = "Final-Recipient"
) -> bytes:
    """Return the report with its recipient replaced by these."""
    own = b"Final-Recipient: rfc822; contact@customer.example\nAction: failed\nStatus: 5.1.1\n"
    assert own in sent_back
    blocks = (
        f"{field}: rfc822; {to}\nAction: {action}\nStatus: 5.1.1\n" for to, action in statuses
    )
    return sent_back.replace(own, "\n".join(blocks).encode())


_REPORT = b"Content-Type: multipart/report; boundary=b\r\n"
PATHOLOGICAL = {
    "semicolons": b"Content-Type: multipart/report; " + b";" * 100_000 + b'boundary="b"\r\n\r\n',
    "folded header": b"Content-Type: multipart/report;\r\n" + b" ;;;;;;;;\r\n" * 90_000,
    "many headers": _REPORT + b"a: b\r\n" * 170_000,
    "many parts": _REPORT + b"\r\n" + b"--b\r\n\r\n" * 120_000,
    "nested parts": b"".join(
        b"Content-Type: multipart/report; boundary=%d\r\n\r\n--%d\r\n" % (at, at)
        for at in range(15_000)
    ),
    "many recipients": _REPORT
    + b"\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
    + b"Action: failed\r\n\r\n" * 55_000,
    "encoded words": b"From: " + b"=?utf-8?q?=?=" * 70_000,
    "one line": b"x" * MAX_REPORT_BYTES,
    "line ends": b"\n" * MAX_REPORT_BYTES,
    "too long": b"x" * (MAX_REPORT_BYTES + 1),
}


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_a_pathological_report_is_refused_within_seconds(name: str) -> None:
    start = time.process_time()
    with pytest.raises(ReportError):
        read_report(PATHOLOGICAL[name])
    assert time.process_time() - start < 5


def test_customers_can_answer_while_a_bounce_report_is_read(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = Customer(office, office.invite())

    def read_slowly(text: bytes) -> BounceReport:
        assert customer.send(ease="5", satisfaction="5").status_code == 303
        return read_report(text)

    monkeypatch.setattr("feedback_app.commands.contacts.read_report", read_slowly)
    sent_back = report(office.mails()[0])
    assert office.run(bounce, "--report", "-", stdin=sent_back).exit_code == 0
    assert len(customer.answers) == 1
