"""What customers type finds the page they need, among the first three, in their language.

Asked of the built site, with the search and the index that its pages load.
"""

import re

import pytest

ENGLISH = {
    "production down": "index",
    "outage": "index getting-support priorities",
    "urgent": "priorities index",
    "emergency": "support-portal escalations index priorities",
    "how long": "slas metrics ticket-statuses",
    "how long does it take": "case-kinds slas ticket-statuses metrics",
    "when will my bug be fixed": "ticket-statuses fixes case-kinds",
    "response time": "metrics slas how-support-works",
    "guaranteed resolution time": "slas",
    "sla": "slas",
    "support hours": "slas getting-support index",
    "phone number": "getting-support index",
    "contact": "getting-support index",
    "hacked": "security index",
    "vulnerability": "security",
    "bug bounty": "security",
    "report security issue": "security",
    "reopen": "case-status",
    "reopen closed case": "case-status",
    "why was my case closed": "case-status",
    "status": "case-status ticket-statuses",
    "solution proposed": "case-status",
    "diagnosis": "case-status",
    "on hold": "ticket-statuses",
    "blocked": "ticket-statuses",
    "jira": "how-support-works case-kinds ticket-statuses",
    "eta": "ticket-statuses glossary",
    "p1": "priorities",
    "business impact": "priorities",
    "raise priority": "priorities",
    "escalate": "escalations",
    "speak to a manager": "escalations",
    "how to write a good ticket": "good-case",
    "steps to reproduce": "good-case",
    "composer.lock": "good-case",
    "spam": "good-case",
    "out of office": "good-case",
    "login": "support-portal",
    "password": "sharing-secrets",
    "send credentials": "sharing-secrets",
    "partner access": "good-case support-portal",
    "create ticket": "support-portal",
    "email subject filter": "support-portal",
    "go live": "support-portal preparing-for-load",
    "black friday": "preparing-for-load",
    "traffic peak": "preparing-for-load support-portal",
    "shop is slow": "infrastructure-checklist case-kinds preparing-for-load",
    "504": "infrastructure-checklist",
    "redis": "infrastructure-checklist",
    "logs": "infrastructure-checklist",
    "deployment failed": "infrastructure-checklist",
    "hotfix": "fixes",
    "patch": "fixes",
    "csat": "glossary your-feedback metrics",
    "survey": "your-feedback",
    "unsubscribe": "your-feedback privacy",
    "complaint": "your-feedback escalations",
    "gdpr": "privacy",
    "delete my data": "privacy your-feedback",
    "print": "whole-policy",
    "pdf": "whole-policy",
    "rss": "what-changed",
    "community": "getting-support slas support-portal",
    "feature request": "getting-support",
    "training": "slas",
    "rca": "glossary escalations",
}

GERMAN = {
    "produktion ausgefallen": "index getting-support infrastructure-checklist",
    "ausfall": "index getting-support priorities preparing-for-load",
    "dringend": "priorities index",
    "notfall": "support-portal escalations index priorities",
    "wie lange": "slas metrics ticket-statuses",
    "wie lange dauert es": "case-kinds slas ticket-statuses metrics support-portal",
    "wann wird der fehler behoben": "ticket-statuses fixes case-kinds",
    "antwortzeit": "metrics slas how-support-works",
    "garantierte lösungszeit": "slas case-kinds",
    "sla": "slas",
    "supportzeiten": "slas getting-support index",
    "öffnungszeiten": "slas getting-support index",
    "telefonnummer": "getting-support index",
    "kontakt": "getting-support index",
    "gehackt": "security index",
    "sicherheitslücke": "security",
    "schwachstelle melden": "security",
    "wieder öffnen": "case-status",
    "wiedereröffnen": "case-status",
    "warum wurde mein fall geschlossen": "case-status",
    "status": "case-status ticket-statuses",
    "solution proposed": "case-status",
    "diagnosis": "case-status",
    "on hold": "ticket-statuses",
    "jira": "how-support-works case-kinds ticket-statuses",
    "eta": "ticket-statuses glossary",
    "p1": "priorities",
    "auswirkung": "priorities",
    "priorität erhöhen": "priorities",
    "eskalieren": "escalations",
    "vorgesetzter": "escalations",
    "beschwerde": "your-feedback escalations",
    "gutes ticket schreiben": "good-case",
    "fehler nachstellen": "good-case case-kinds",
    "composer.lock": "good-case",
    "spam": "good-case",
    "abwesenheitsnotiz": "good-case",
    "anmelden": "support-portal",
    "zugang": "support-portal good-case getting-support",
    "passwort": "sharing-secrets",
    "zugangsdaten senden": "sharing-secrets",
    "partner": "good-case",
    "fall eröffnen": "support-portal",
    "betreff filter": "support-portal case-status",
    "live gehen": "support-portal preparing-for-load getting-support",
    "black friday": "preparing-for-load",
    "ansturm": "preparing-for-load",
    "shop langsam": "infrastructure-checklist case-kinds preparing-for-load",
    "504": "infrastructure-checklist",
    "logs": "infrastructure-checklist",
    "deployment fehlgeschlagen": "infrastructure-checklist",
    "hotfix": "fixes",
    "patch": "fixes",
    "csat": "glossary your-feedback metrics",
    "umfrage": "your-feedback privacy",
    "abmelden": "your-feedback privacy",
    "widerspruch": "your-feedback privacy",
    "dsgvo": "privacy",
    "daten löschen": "privacy your-feedback",
    "drucken": "whole-policy",
    "pdf": "whole-policy",
    "rss": "what-changed",
    "neue funktion": "getting-support",
    "schulung": "slas",
    "englisch": "slas getting-support",
}

SEARCH = """async ([script, index, language, queries]) => {
  const { Index } = await import(script);
  const found = new Index((await (await fetch(index)).json()).docs, language);
  const pages = (query) => found.search(query).slice(0, 3).map(({ page }) => page.location);
  return queries.map((query) => pages(query).map((page) => page.replace(".html", "")));
}"""


def first_three(browser, site, address, language, queries):
    folder = "" if language == "en" else f"{language}/"
    (script,) = (site / "assets").glob("search-*.js")
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}{folder}index.html")
    index = f"{address}{folder}search/search_index.json"
    given = [f"{address}assets/{script.name}", index, language, list(queries)]
    found = page.evaluate(SEARCH, given)
    context.close()
    return dict(zip(queries, found, strict=True))


@pytest.mark.parametrize(("language", "queries"), [("en", ENGLISH), ("de", GERMAN)])
def test_the_expected_page_is_among_the_first_three_results(
    browser, site, address, language, queries
):
    found = first_three(browser, site, address, language, queries)
    missed = {
        query: f"{pages} instead of {queries[query]}"
        for query, pages in found.items()
        if not set(pages) & set(queries[query].split())
    }
    assert not missed
    assert len(queries) >= 40


@pytest.mark.parametrize(("folder", "typed"), [("", "hacked"), ("de/", "gehackt")])
def test_the_search_box_opens_the_result(page, address, folder, typed):
    page.goto(f"{address}{folder}glossary.html")
    page.keyboard.press("/")
    page.keyboard.type(typed)
    page.locator(".md-search-result__link").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}{folder}security.html*")


@pytest.mark.parametrize("language", ["en", "de"])
def test_each_language_finds_its_own_pages_only(site, language):
    folder = site if language == "en" else site / language
    text = (folder / "search/search_index.json").read_text(encoding="utf-8")
    own, foreign = ("Kinds of case", "Arten von Fällen")[:: 1 if language == "en" else -1]
    assert own in text
    assert foreign not in text
    assert not re.search(r"\{\{|\{%", text)
