"""Find the Markdown page and line that caused a fault in a built page."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from knowledge_site.after.whole_policy import WHOLE
from knowledge_site.errors import SiteFault
from knowledge_site.pages import lines_outside_code, read_page

_LINK = re.compile(r"Doc file '([^']+)' contains an? (?:.*?)link '([^']*)'(.*)", re.DOTALL)
_TWICE = re.compile(r"id '([^']+)' is used twice")
_OMITTED = re.compile(r'not included in the "nav" configuration:\n((?:\s+- .+\n?)+)')


def builder_faults(message: str, folder: Path, language: str) -> Iterator[SiteFault | str]:
    """Yield the faults in a message of MkDocs, with page and line where possible.

    `folder` contains the pages of one language.
    """
    link, omitted = _LINK.match(message), _OMITTED.search(message)
    if link:
        page, target, reason = link.groups()
        line = _line_of(folder / page, folder, language, target)
        yield SiteFault(folder / page, line or 0, f"link {target}{reason}")
    elif omitted:
        for name in re.findall(r"- (.+)", omitted[1]):
            yield SiteFault(
                folder / name, 0, "is not in the navigation: add it to nav in mkdocs.yml"
            )
    else:
        yield message


def to_sources(
    faults: Iterable[SiteFault], site: Path, docs: Path, languages: tuple[str, ...]
) -> list[SiteFault]:
    """Return faults of built pages as faults of Markdown pages, where the source is found.

    Faults from templates and placeholders keep their place in the built site.
    """
    traced = {_to_source(fault, site, docs, languages) for fault in faults}
    # The page that contains all pages repeats every fault.
    first = [fault for fault in traced if fault.path.name != WHOLE]
    return sorted(first or traced)


def _to_source(fault: SiteFault, site: Path, docs: Path, languages: tuple[str, ...]) -> SiteFault:
    name = fault.path.relative_to(site)
    language = name.parts[0] if name.parts[0] in languages[1:] else languages[0]
    folder = docs / language
    below = name.relative_to(language) if name.parts[0] == language else name
    page = folder / below.with_suffix(".md")
    if not page.is_file():
        return fault
    twice = _TWICE.match(fault.message)
    target = f"#{twice[1]}" if twice else fault.message.split(" ")[0].rstrip(":")
    line = _line_of(page, folder, language, target)
    return SiteFault(page, line, fault.message) if line else fault


def _line_of(page: Path, folder: Path, language: str, target: str) -> int | None:
    """Return the last line with the target as written in Markdown; None if there is none."""
    forms = "|".join(map(re.escape, {target, target.replace(".html", ".md")}))
    if target.startswith("#"):
        forms += f'|id="{re.escape(target[1:])}"'
    written = re.compile(rf"(?:^|[\s(<\"'])(?:{forms})(?:$|[\s)>\"'}}])")
    lines = lines_outside_code(read_page(page, folder, language))
    return max((number for number, line in lines if written.search(line)), default=None)
