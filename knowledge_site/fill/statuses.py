"""Tables of statuses: of a case, of an escalation and of engineering tickets."""

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element

from charts import Child, TableRow, anchor, element, english
from knowledge_site.fill.tables import fact_table
from knowledge_site.wording import word
from support_facts import EscalationStatus, Facts, Status, TicketStatus

AnyStatus = Status | EscalationStatus | TicketStatus


def statuses(facts: Facts, language: str) -> Element:
    """`{{ table statuses }}`: meaning, who acts, what you can do, what can follow."""
    headings = "status meaning who_acts you_can next_statuses"
    rows = (_case_row(status, facts, language) for status in facts.statuses)
    return fact_table("statuses", headings, rows, language)


def _case_row(status: Status, facts: Facts, language: str) -> TableRow:
    following = [facts.status(key) for key in status.next]
    cells = (
        [status.meaning[language]],
        [status.who_acts[language]],
        [status.you_can[language]],
        [_links(following, language) or word("nothing_follows", language)],
    )
    return anchor(status.key), [_link(status, language)], cells


def escalation_statuses(facts: Facts, language: str) -> Element:
    """`{{ table escalation_statuses }}`: what each status means and what can follow."""
    known = {status.key: status for status in facts.escalation_statuses}
    rows: list[TableRow] = []
    for status in known.values():
        following = _links([known[key] for key in status.next], language)
        cells: list[list[Child]] = [
            [status.meaning[language]],
            [following or word("escalation_over", language)],
        ]
        rows.append((anchor(status.key), [_link(status, language)], cells))
    return fact_table("stages", "stage stage_meaning next_statuses", rows, language)


def bug_statuses(facts: Facts, language: str) -> Element:
    """`{{ table bug_ticket_statuses }}`: what each status of a bug ticket means."""
    return _ticket_statuses("bug", facts.bug_ticket_statuses, language)


def cloud_statuses(facts: Facts, language: str) -> Element:
    """`{{ table cloud_ticket_statuses }}`: what each status of a cloud ticket means."""
    return _ticket_statuses("cloud", facts.cloud_ticket_statuses, language)


def _ticket_statuses(kind: str, statuses: Iterable[TicketStatus], language: str) -> Element:
    rows: list[TableRow] = [
        (
            f"{kind}-{anchor(status.key)}",
            [_link(status, language, f"{kind}-")],
            [[status.meaning[language]]],
        )
        for status in statuses
    ]
    return fact_table(f"{kind}_tickets", "status meaning", rows, language)


def _link(status: AnyStatus, language: str, prefix: str = "") -> Element:
    target = f"#{prefix}{anchor(status.key)}"
    return element("a", {"href": target}, english(status.name, language))


def _links(statuses: Sequence[AnyStatus], language: str) -> Element | None:
    """Return a list of links; None without statuses."""
    if not statuses:
        return None
    return element("ul", None, *(element("li", None, _link(one, language)) for one in statuses))
