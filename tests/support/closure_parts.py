"""What a closure email is made from: the mail context and the links of one survey."""

from email import message_from_string
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default

from feedback_app.mail.closure import CLOSURE, SurveyLinks, closure_email
from feedback_app.mail.message import MailContext
from feedback_app.records import ClosedCase, OutboxMessage
from support_facts import load_facts
from tests.support.office import NOW

SENDER = Address("Support", addr_spec="support@example.org")
CONTEXT = MailContext(load_facts(), SENDER, SENDER, "https://survey.example")
LINKS = SurveyLinks("https://survey.example/f/x", "https://survey.example/o/x")


def closure_text(case: ClosedCase, context: MailContext = CONTEXT) -> str:
    """Return the text of the closure email about `case`, with the survey."""
    message = OutboxMessage(
        id="m" * 22,
        kind=CLOSURE,
        recipient=case.contact_email or "",
        created_at=NOW,
    )
    return closure_email(context, message, case, LINKS)


def parts(mail: EmailMessage) -> tuple[str, str]:
    """Return the plain text and the HTML of an email."""
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain and html
    return plain.get_content(), html.get_content()


def closure_parts(case: ClosedCase, context: MailContext = CONTEXT) -> tuple[str, str]:
    """Return the plain text and the HTML of the closure email about `case`, with the survey."""
    return parts(message_from_string(closure_text(case, context), policy=default))
