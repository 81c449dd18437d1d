"""Who was asked, who answered, and how the answers were treated."""

from xml.etree.ElementTree import Element

from charts import Row, table
from knowledge_site.results.shown import Shown, part


def participation(shown: Shown) -> Element:
    """`{{ results participation }}`: from closed cases to answers, with the response rate."""
    result = shown.latest
    if result is None:
        return part("participation", shown.nothing_yet())
    found = result.figures.participation
    if found is None:
        return part("participation", shown.withheld(result, "participation"))
    numbers = {
        "closed": found.closed,
        "not_asked": found.not_asked,
        "not_delivered": found.not_delivered,
        "bounced": found.bounced,
        "reached": found.reached,
        "answered": found.answered,
    }
    rows: list[Row] = [
        ("", [shown.word(f"part_{name}")], [[shown.number(count)]])
        for name, count in numbers.items()
    ]
    rate = shown.of(found.answered, found.reached, found.rate)
    rows.append(("", [shown.facts.metric("response_rate").name[shown.language]], [[rate]]))
    headings = [shown.word("part"), shown.word("count")]
    return part(
        "participation", table(shown.word("participation_caption"), headings, rows, kind="figures")
    )


def conduct(shown: Shown) -> Element:
    """`{{ results conduct }}`: answers read in time, wished-for contacts made in time."""
    result = shown.latest
    if result is None:
        return part("conduct", shown.nothing_yet())
    found = result.figures.conduct
    if found is None:
        return part("conduct", shown.withheld(result, "conduct"))
    read = shown.word("conduct_read", days=result.rules.read_within_days)
    contacted = shown.word("conduct_contacted", days=result.rules.contact_within_working_days)
    why = shown.withheld(result, "conduct.contacted").text or ""
    rows: list[Row] = [
        ("", [read], [[shown.portion(found.read)]]),
        ("", [contacted], [[shown.portion(found.contacted) if found.contacted else why]]),
    ]
    headings = [shown.word("promise"), shown.word("kept")]
    return part("conduct", table(shown.word("conduct_caption"), headings, rows, kind="figures"))
