"""What a closure email is made from: the mail context and the links of one survey."""

from email.headerregistry import Address

from feedback_app.mail.closure import SurveyLinks
from feedback_app.mail.message import MailContext
from support_facts import load_facts

SENDER = Address("Support", addr_spec="support@example.org")
CONTEXT = MailContext(load_facts(), SENDER, SENDER, "https://survey.example")
LINKS = SurveyLinks("https://survey.example/f/x", "https://survey.example/o/x")
