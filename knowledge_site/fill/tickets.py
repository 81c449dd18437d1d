"""The statuses of the engineering tickets behind a case, as tables."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from charts import anchor, element, english, table
from knowledge_site.wording import word
from support_facts import Facts, TicketStatus


def bug_statuses(facts: Facts, language: str) -> Element:
    """`{{ table bug_ticket_statuses }}`: what each status of a bug ticket means."""
    return _statuses("bug", facts.bug_ticket_statuses, language)


def cloud_statuses(facts: Facts, language: str) -> Element:
    """`{{ table cloud_ticket_statuses }}`: what each status of a cloud ticket means."""
    return _statuses("cloud", facts.cloud_ticket_statuses, language)


def _statuses(kind: str, statuses: Iterable[TicketStatus], language: str) -> Element:
    return table(
        word(f"{kind}_tickets_caption", language),
        [word("status", language), word("meaning", language)],
        (
            (
                f"{kind}-{anchor(status.key)}",
                [_link(f"#{kind}-{anchor(status.key)}", status, language)],
                [[status.meaning[language]]],
            )
            for status in statuses
        ),
    )


def _link(target: str, status: TicketStatus, language: str) -> Element:
    return element("a", {"href": target}, english(status.name, language))
