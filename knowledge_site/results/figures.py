"""The figures page: the latest period, what was decided, and the periods before."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from charts import Child, TableRow, element, table
from knowledge_site.results import history, notes, scores, times
from knowledge_site.results.tiles import tiles
from knowledge_site.results.view import ResultsView, heading, paragraph, section
from knowledge_site.wording import Plural
from published_results import Conduct, Participation, Result

# Where the rules and the files are.
_RULES = "metrics.md#how-we-count"
_FILES = "metrics.md#files"


def figures(view: ResultsView) -> Element:
    """`{{ results figures }}`: every published figure, or one sentence while there is none."""
    result = view.latest
    if result is None:
        text = view.word("nothing_published", minimum=view.facts.survey.minimum_n)
        return section("figures", paragraph(element("strong", None, text)), *_notes(view))
    return section(
        "figures",
        *_banner(view),
        element("div", {"id": "latest"}, _about(view, result), tiles(view, result)),
        *_withheld(view, result),
        *_notes(view),
        *scores.scores(view, result),
        *times.times(view, result),
        *_answers(view, result),
        *history.history(view),
        *history.corrections(view),
        _more(view),
    )


def _banner(view: ResultsView) -> Iterator[Element]:
    if view.published.is_sample:
        text = element("strong", None, view.word("sample_data"))
        yield element("p", {"class": "sample"}, text, " ", view.word("sample_data_means"))


def _about(view: ResultsView, result: Result) -> Element:
    """Return the period in words, with its weeks as a tooltip."""
    weeks = view.word("weeks", first=result.period.first_week, last=result.period.last_week)
    about: list[Child] = [
        element("strong", {"title": weeks}, view.date_range(result.period)),
        view.word(
            "about_period", published=view.day(result.approved.at), as_of=view.day(result.as_of)
        ),
    ]
    if view.before:
        about.append(view.word("compared_with", period=view.date_range(view.before.period)))
    if result.correction:
        about += view.quoting("corrected", result.correction.why, version=result.version)
    return paragraph(*about)


def _withheld(view: ResultsView, result: Result) -> Iterator[Element]:
    """Yield a sentence for each reason, with the figures withheld for it."""
    names: dict[str, list[str]] = {}
    for name in sorted(result.figures.withheld):
        names.setdefault(view.reason(result, name), []).append(view.figure_name(name))
    for reason, withheld in names.items():
        yield paragraph(f"{view.word('withheld')}: {'; '.join(withheld)}. {reason}")


def _notes(view: ResultsView) -> Iterator[Element]:
    if view.published.notes:
        yield heading("you-said-we-did", view.word("news_note"))
        yield from notes.notes(view)


def _answers(view: ResultsView, result: Result) -> Iterator[Element]:
    """Yield how many answered, and how we handled the answers, where published."""
    found, conduct = result.figures.participation, result.figures.conduct
    if not found and not conduct:
        return
    yield heading("who-answered", view.word("who_answered"))
    if conduct:
        yield element(
            "ul", None, *(element("li", None, one) for one in _kept(view, result, conduct))
        )
    if found:
        summary = element("summary", None, view.word("participation_caption"))
        yield element("details", None, summary, _participation(view, found))
    if result.rules.sampling_percent < 100:
        yield paragraph(view.word("sampling", percent=result.rules.sampling_percent))


def _kept(view: ResultsView, result: Result, conduct: Conduct) -> Iterator[str]:
    days = Plural(result.rules.read_within_days)
    yield f"{view.word('conduct_read', days=days)}: {view.portion(conduct.read)}"
    if conduct.contacted:
        within = Plural(result.rules.contact_within_working_days)
        yield f"{view.word('conduct_contacted', days=within)}: {view.portion(conduct.contacted)}"


def _participation(view: ResultsView, found: Participation) -> Element:
    parts = ("closed", "not_asked", "not_delivered", "bounced", "reached", "answered")
    rows: list[TableRow] = [
        ("", [view.word(f"part_{name}")], [[view.number(getattr(found, name))]]) for name in parts
    ]
    headings = [view.word("part"), view.word("count")]
    return table(view.word("participation_caption"), headings, rows, kind="figures")


def _more(view: ResultsView) -> Element:
    rules = element("a", {"href": _RULES}, view.word("how_we_count"))
    files = element("a", {"href": _FILES}, view.word("figures_as_files"))
    return paragraph(rules, " · ", files)
