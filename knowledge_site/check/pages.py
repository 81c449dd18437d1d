"""Checks of the Markdown pages before the build; faults have page and line.

The Markdown extension does not know its page in every builder, so the pages are checked here
first. All faults are listed, not only the first.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path

from knowledge_site.after.redirects import redirect_conflicts
from knowledge_site.errors import SiteFault
from knowledge_site.fill.placeholders import EXPRESSION, UnknownPlaceholder, fact, fill, is_fact
from knowledge_site.pages import Page, lines_outside_code, read_pages
from support_facts import Facts, FactsError

DESCRIPTION_LENGTH = range(50, 161)
# Values with one of these characters must not be typed into a page; single words may be.
NOT_ONE_WORD = re.compile(r"[ @/]")
LEFT_OVER = re.compile(r"\{\{|\}\}|\{%|%\}")


def check_pages(docs: Path, facts: Facts, today: date) -> list[SiteFault]:
    """Return every fault in the pages below docs/<language>."""
    pages = list(read_pages(docs, facts.languages))
    protected = _protected(facts)
    faults = [fault for page in pages for fault in _of_page(page, facts, protected, today)]
    faults += [
        *_same_descriptions(pages),
        *_missing_pages(pages, facts),
        *redirect_conflicts(pages),
    ]
    return sorted(faults)


def _protected(facts: Facts) -> dict[str, str]:
    """Return names and addresses that pages must not repeat, each with its key."""
    values = facts.by_key.items()
    return {
        value: key for key, value in values if isinstance(value, str) and NOT_ONE_WORD.search(value)
    }


def _of_page(
    page: Page, facts: Facts, protected: dict[str, str], today: date
) -> Iterator[SiteFault]:
    for message in (*_description(page), *_dates(page, today)):
        yield SiteFault(page.path, 1, message)
    for message in _front_matter(page, protected):
        yield SiteFault(page.path, 1, message)
    for number, line in lines_outside_code(page):
        for message in (*_expressions(line, page.language, facts), *_by_hand(line, protected)):
            yield SiteFault(page.path, number, message)


def _expressions(line: str, language: str, facts: Facts) -> Iterator[str]:
    for found in EXPRESSION.finditer(line):
        expression = found.group(1)
        try:
            if is_fact(expression):
                fact(expression, facts, language)
                continue
            fill(expression, facts, language)
        except (FactsError, UnknownPlaceholder) as error:
            yield f"{found.group(0)}: {error}"
            continue
        if line.strip() != found.group(0):
            yield f"{found.group(0)} must be the only text on its line"
    if LEFT_OVER.search(EXPRESSION.sub("", line)):
        yield "unfilled placeholder: write {{ key.of.the.fact }} on one line"


def _by_hand(line: str, protected: dict[str, str]) -> Iterator[str]:
    """Yield a message for each fact that is typed in, which would not follow support.toml."""
    text = EXPRESSION.sub("", line)
    for value, key in protected.items():
        if value in text:
            yield f'"{value}" is a value from support.toml: write {{{{ {key} }}}} instead'


def _front_matter(page: Page, protected: dict[str, str]) -> Iterator[str]:
    for key in ("title", "description"):
        text = str(page.meta.get(key))
        if LEFT_OVER.search(text):
            yield f"{key}: placeholders do not work here: remove it"
        for fault in _by_hand(text, protected):
            yield f"{key}: {fault.split(':')[0]}: use other words"


def _description(page: Page) -> Iterator[str]:
    for key in ("title", "description"):
        if not isinstance(page.meta.get(key), str):
            yield f"front matter lacks {key}: add {key}: … between the two --- lines"
    description = page.meta.get("description")
    if isinstance(description, str) and len(description) not in DESCRIPTION_LENGTH:
        yield (
            f"description has {len(description)} characters: "
            f"{DESCRIPTION_LENGTH[0]} to {DESCRIPTION_LENGTH[-1]} are shown by search engines"
        )


def _dates(page: Page, today: date) -> Iterator[str]:
    for key in ("last_updated", "last_reviewed"):
        value = page.meta.get(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            yield f"front matter lacks {key}: add {key}: {today.isoformat()} (year-month-day)"
        elif value > today:
            yield f"{key} {value.isoformat()} is in the future: today is {today.isoformat()}"


def _same_descriptions(pages: Iterable[Page]) -> Iterator[SiteFault]:
    seen: dict[str, Page] = {}
    for page in pages:
        description = page.meta.get("description")
        if not isinstance(description, str):
            continue
        if description in seen:
            yield SiteFault(page.path, 1, f"same description as {seen[description].path}")
        seen.setdefault(description, page)


def _missing_pages(pages: Iterable[Page], facts: Facts) -> Iterator[SiteFault]:
    written = {(page.language, page.name): page for page in pages}
    for (language, name), page in written.items():
        for other in facts.languages:
            if (other, name) not in written:
                yield SiteFault(
                    page.path,
                    1,
                    f"{name} is missing in {other!r} (it is in {language!r})",
                )
