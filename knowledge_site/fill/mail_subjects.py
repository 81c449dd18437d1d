"""The subjects of notification mails, and what a mail filter should look for."""

from xml.etree.ElementTree import Element

from charts import Row, anchor, element, table
from knowledge_site.wording import word
from support_facts import Facts, MailSubject


def mail_subjects(facts: Facts, language: str) -> Element:
    """`{{ table mail_subjects }}`: when each mail is sent, its subject, what stays the same."""
    headings = ("mail_when", "mail_filter", "mail_subject")
    return table(
        word("mail_subjects_caption", language),
        [word(heading, language) for heading in headings],
        (_row(subject, language) for subject in facts.mail_subjects),
    )


def _row(subject: MailSubject, language: str) -> Row:
    cells = ([_code(unchanging(subject.pattern))], [_code(subject.pattern)])
    return f"mail-{anchor(subject.key)}", [subject.sent_when[language]], cells


def unchanging(pattern: str) -> str:
    """Return what every subject of a kind begins with: a mail filter can look for it."""
    return pattern.split("{")[0].strip()


def _code(text: str) -> Element:
    return element("code", {"lang": "en"}, text)
