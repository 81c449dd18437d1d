"""The response rate, and how answers were handled."""

from xml.etree.ElementTree import Element

from charts import TableRow, table
from knowledge_site.results.view import ResultsView, paragraph, section
from knowledge_site.wording import Plural


def participation(view: ResultsView) -> Element:
    """`{{ results participation }}`: closed cases, surveys sent, answers, response rate."""
    result = view.latest
    if result is None:
        return section("participation", view.no_figures())
    found = result.figures.participation
    if found is None:
        return section("participation", view.withheld(result, "participation"))
    numbers = {
        "closed": found.closed,
        "not_asked": found.not_asked,
        "not_delivered": found.not_delivered,
        "bounced": found.bounced,
        "reached": found.reached,
        "answered": found.answered,
    }
    rows: list[TableRow] = [
        ("", [view.word(f"part_{name}")], [[view.number(count)]]) for name, count in numbers.items()
    ]
    rate = view.count_of(found.answered, found.reached, found.rate)
    rows.append(("", [view.facts.metric("response_rate").name[view.language]], [[rate]]))
    headings = [view.word("part"), view.word("count")]
    made = [table(view.word("participation_caption"), headings, rows, kind="figures")]
    if result.rules.sampling_percent < 100:
        made.append(paragraph(view.word("sampling", percent=result.rules.sampling_percent)))
    return section("participation", *made)


def conduct(view: ResultsView) -> Element:
    """`{{ results conduct }}`: answers read in time and requested contacts made in time."""
    result = view.latest
    if result is None:
        return section("conduct", view.no_figures())
    found = result.figures.conduct
    if found is None:
        return section("conduct", view.withheld(result, "conduct"))
    read = view.word("conduct_read", days=Plural(result.rules.read_within_days))
    within = Plural(result.rules.contact_within_working_days)
    contacted = view.word("conduct_contacted", days=within)
    why = view.withheld(result, "conduct.contacted").text or ""
    rows: list[TableRow] = [
        ("", [read], [[view.portion(found.read)]]),
        ("", [contacted], [[view.portion(found.contacted) if found.contacted else why]]),
    ]
    headings = [view.word("promise"), view.word("kept")]
    return section("conduct", table(view.word("conduct_caption"), headings, rows, kind="figures"))
