"""Bounce reports in the form that common mail servers give them."""

from pathlib import Path
from typing import Any

import pytest

from feedback_app.base.times import to_text
from feedback_app.commands.contacts import bounce
from feedback_app.commands.invite import invite
from feedback_app.mail.bounces import ReportError, read_report, return_path
from feedback_app.mail.smtp import SMTPSender
from feedback_app.survey import renewals
from tests.support.office import Office
from tests.support.smtp_sink import SmtpSink

ADDRESS = "contact@customer.example"

POSTFIX = """\
Return-Path: <>
From: MAILER-DAEMON@mx.customer.example
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4XyZ1.1732449600/mx.customer.example"

This is a MIME-encapsulated message.

--4XyZ1.1732449600/mx.customer.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I could not deliver your message.

--4XyZ1.1732449600/mx.customer.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.customer.example
X-Postfix-Queue-ID: 4XyZ1
X-Postfix-Sender: rfc822; {to}
Arrival-Date: Tue, 24 Nov 2026 12:00:00 +0000 (UTC)

Final-Recipient: rfc822; {failed}
Original-Recipient: rfc822;contact@customer.example
Action: {action}
Status: {status}
Diagnostic-Code: x-unix; user unknown

--4XyZ1.1732449600/mx.customer.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <{to}>
Message-ID: {message_id}
Subject: A case is closed

--4XyZ1.1732449600/mx.customer.example--
"""

EXCHANGE = """\
From: <postmaster@customer.example>
To: <{to}>
Date: Tue, 24 Nov 2026 12:00:03 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="_000_1_"
X-MS-Exchange-Message-Is-Ndr:
Message-ID: <0a1b@customer.example>
In-Reply-To: {message_id}
Subject: Undeliverable: A case is closed
Auto-Submitted: auto-replied
MIME-Version: 1.0

--_000_1_
Content-Type: multipart/alternative; boundary="_000_1_alternative"

--_000_1_alternative
Content-Type: text/plain; charset="us-ascii"

Your message could not be delivered.

--_000_1_alternative
Content-Type: text/html; charset="us-ascii"

<p>Your message could not be delivered.</p>

--_000_1_alternative--

--_000_1_
Content-Type: message/delivery-status

Reporting-MTA: dns;EX01.customer.example
Received-From-MTA: dns;relay.example
Arrival-Date: Tue, 24 Nov 2026 12:00:01 +0000

Final-Recipient: rfc822;{failed}
Action: {action}
Status: {status}
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found
X-Display-Name: Contact

--_000_1_
Content-Type: message/rfc822

Received: from relay.example by EX01.customer.example; Tue, 24 Nov 2026 12:00:01 +0000
Message-ID: {message_id}
MIME-Version: 1.0
Content-Type: text/plain

Your case is closed.

--_000_1_--
"""

GMAIL = """\
Return-Path: <>
To: {to}
From: Delivery <mailer-daemon@googlemail.com>
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: {message_id}
X-Failed-Recipients: {failed}
Content-Type: multipart/report; boundary="0000000000008f1"; report-type=delivery-status
MIME-Version: 1.0

--0000000000008f1
Content-Type: multipart/related; boundary="0000000000008f1aa"

--0000000000008f1aa
Content-Type: text/plain; charset="UTF-8"

** Address not found **

--0000000000008f1aa--
--0000000000008f1
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com
Arrival-Date: Tue, 24 Nov 2026 04:00:00 -0800 (PST)
X-Original-Message-ID: {message_id}

Final-Recipient: rfc822; {failed}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550-5.1.1 The email account does not exist.
Last-Attempt-Date: Tue, 24 Nov 2026 04:00:01 -0800 (PST)

--0000000000008f1
Content-Type: message/rfc822

Received: by 2002:a05:0000 with SMTP id x; Tue, 24 Nov 2026 04:00:00 -0800 (PST)
Message-ID: {message_id}
Content-Type: text/plain

Your case is closed.

--0000000000008f1--
"""

EXIM = """\
X-Failed-Recipients: {failed}
Auto-Submitted: auto-replied
From: Delivery <Mailer-Daemon@mx.customer.example>
To: {to}
Content-Type: multipart/report; report-type=delivery-status; boundary=1732449600-eximdsn-1
MIME-Version: 1.0
Subject: Delivery failed: returning message to sender

--1732449600-eximdsn-1
Content-type: text/plain; charset=us-ascii

This message was created automatically.

--1732449600-eximdsn-1
Content-type: message/delivery-status

Reporting-MTA: dns; mx.customer.example

Action: {action}
Final-Recipient: rfc822;{failed}
Status: {status}
Remote-MTA: dns; mail.customer.example
Diagnostic-Code: smtp; 550 Unrouteable address

--1732449600-eximdsn-1
Content-type: message/rfc822

Return-path: <{to}>
Message-Id: {message_id}
Content-Type: text/plain

Your case is closed.

--1732449600-eximdsn-1--
"""

SERVERS = {"Postfix": POSTFIX, "Exchange": EXCHANGE, "Gmail": GMAIL, "Exim": EXIM}


def sample(server: str, message_id: str, **changes: str) -> bytes:
    """Return the report of this server about a failure of our recipient, with these changes."""
    values = {
        "to": "support@example.org",
        "failed": ADDRESS,
        "action": "failed",
        "status": "5.1.1",
        "message_id": message_id,
        **changes,
    }
    return SERVERS[server].format(**values).encode()


def reported(office: Office, server: str, **changes: str) -> Any:
    """Return the result of `feedback bounce` for a report about the only email."""
    values = {"message_id": office.mails()[0]["Message-ID"], **changes}
    report = sample(server, **values)
    return office.run(bounce, "--report", "-", stdin=report)


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("status", ["5.1.1", "4.4.7"])
def test_a_final_failure_is_a_bounce(sqlite_office: Office, server: str, status: str) -> None:
    # 4.4.7: the server gave up after days of temporary failures.
    invitation_id = sqlite_office.invite()
    assert reported(sqlite_office, server, status=status).exit_code == 0
    assert sqlite_office.invitation(invitation_id).bounced_at


@pytest.mark.parametrize("server", SERVERS)
def test_a_delay_is_not_a_bounce(sqlite_office: Office, server: str) -> None:
    invitation_id = sqlite_office.invite()
    done = reported(sqlite_office, server, action="delayed", status="4.4.1")
    assert (done.exit_code, "delayed, not failed" in done.output) == (1, True)
    assert sqlite_office.invitation(invitation_id).bounced_at is None


@pytest.mark.parametrize("server", SERVERS)
def test_a_member_of_a_list_is_not_the_list(sqlite_office: Office, server: str) -> None:
    # Postfix names the list as the original recipient of each member.
    invitation_id = sqlite_office.invite()
    done = reported(sqlite_office, server, failed="left@customer.example")
    assert (done.exit_code, "left@customer.example" in done.output) == (1, True)
    assert sqlite_office.invitation(invitation_id).bounced_at is None


@pytest.mark.parametrize("server", SERVERS)
def test_an_email_whose_message_id_a_relay_replaced_is_found_by_the_address_for_bounces(
    sqlite_office: Office, server: str
) -> None:
    invitation_id = sqlite_office.invite()
    (row,) = sqlite_office.rows("outbox")
    address = return_path("bounces@example.org", row["id"])
    done = reported(sqlite_office, server, to=address.upper(), message_id="<1@relay.example>")
    assert done.exit_code == 0
    assert sqlite_office.invitation(invitation_id).bounced_at


@pytest.mark.parametrize("address", ["right@customer.example", None])
def test_a_late_report_about_an_earlier_email_does_not_mark_the_survey_sent_again_as_bounced(
    sqlite_office: Office, address: str | None
) -> None:
    office = sqlite_office
    invitation_id = office.invite()
    report = sample("Exim", message_id=office.mails()[0]["Message-ID"])
    verp = return_path("bounces@example.org", office.rows("outbox")[0]["id"])
    office.wait(minutes=1)
    with office.program.database.write() as tx:
        renewals.renew(office.program, tx, invitation_id, "lead", office.now, address)
    done = office.run(bounce, "--report", "-", stdin=report)
    assert (done.exit_code, "sent again after this email" in done.output) == (1, True)
    assert reported(office, "Exim", to=verp, message_id="<1@relay.example>").exit_code == 1
    assert office.invitation(invitation_id).bounced_at is None


@pytest.mark.parametrize(
    "failed",
    [
        "ann@xn--mller-kva.example",
        "ann@müller.example",
        r"ann@m\x{FC}ller.example",
        "ANN@Müller.example",
    ],
)
def test_a_bounce_of_an_address_with_umlauts_is_found_in_every_spelling(
    sqlite_office: Office, failed: str
) -> None:
    # RFC 6533, section 3: reports in ASCII write other letters as \\x{…}.
    invitation_id = sqlite_office.invite(contact_email="ann@xn--mller-kva.example")
    assert reported(sqlite_office, "Postfix", failed=failed).exit_code == 0
    assert sqlite_office.invitation(invitation_id).bounced_at


def test_a_report_with_a_code_that_is_no_character_is_refused() -> None:
    with pytest.raises(ReportError):
        read_report(sample("Exim", "<1@x.example>", failed=r"ann@m\x{FFFFFF}ller.example"))


def test_an_address_with_umlauts_is_imported_sent_to_and_matched(
    sqlite_office: Office, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    office, file = sqlite_office, tmp_path / "cases.csv"
    header, closed_at = "case_number,closed_at,contact_email", to_text(office.now)
    file.write_text(f"{header}\n1,{closed_at},Ann@Müller.example\n", encoding="utf-8")
    assert office.run(invite, str(file)).exit_code == 0
    office.deliver(SMTPSender(smtp_sink.url))
    assert [mail["To"] for mail in smtp_sink.messages] == ["Ann@xn--mller-kva.example"]
    assert reported(office, "Gmail", failed="ann@müller.example").exit_code == 0
