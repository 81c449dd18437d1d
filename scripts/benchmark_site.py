"""Measures the build of the site: seconds for the real pages, a ratio for a thousand pages.

The yardstick is plain MkDocs with the same theme, features and Markdown, on pages with the same
text. Each build runs in a separate process, alternating with its yardstick. Times are CPU seconds,
because wall time depends on other programs; only the whole command is measured by wall time.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Set before MkDocs is imported: Material prints a notice about MkDocs 2 otherwise.
os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")

from measuring import show
from mkdocs.commands.build import build as build_with_mkdocs
from mkdocs.config import load_config

from knowledge_site import build as site_build
from knowledge_site.after.finish import finish

ROUNDS = 3
PAGES = 1000
SECTIONS = 20
LANGUAGES = ("en", "de")
PARAGRAPH = (
    "Support looks at {number} of these and reports this in {{{{ contacts.portal_name }}}}. "
    "**What it needs** from you is in the case, with [the page before](page-{before}.md) and a "
    "`code span` such as a log line.\n"
)
PAGE = """---
title: Generated page {number} in {language}
description: Generated page number {number} in {language}, as long and as plain as an ordinary page.
last_updated: 2026-11-01
last_reviewed: 2026-11-01
---

# Generated page {number} {{ #{anchor} }}

{text}

| one | two | three |
| --- | --- | --- |
| first | second | third |
| fourth | fifth | sixth |
"""


def main() -> None:
    """Measure several alternating rounds and print medians, smallest and largest values."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_pages(folder / "docs")
        real = [_measured("real", folder) for _ in range(ROUNDS)]
        pairs = [(_measured("ours", folder), _measured("plain", folder)) for _ in range(ROUNDS)]
    show("both languages, wall time, s", [one["command"] for one in real])
    show("  CPU time, s", [one["build"] for one in real])
    show("  of which after MkDocs, s", [one["finish"] for one in real])
    show(f"{PAGES} pages per language, s", [ours["build"] for ours, _ in pairs])
    show("  of which after MkDocs, s", [ours["finish"] for ours, _ in pairs])
    show("  plain MkDocs, s", [plain["build"] for _, plain in pairs])
    show("  ratio", [ours["build"] / plain["build"] for ours, plain in pairs])


def write_pages(docs: Path) -> None:
    """Write the generated pages of every language."""
    for language in LANGUAGES:
        for number in range(PAGES):
            before = max(number - 1, 0)
            text = "\n".join(
                (f"## Section {part}\n\n" if part % 4 == 0 else "")
                + PARAGRAPH.format(number=number * part, before=before)
                for part in range(SECTIONS)
            )
            name = {0: "index", 1: "site-map"}.get(number, f"page-{number}")
            page = docs / language / f"{name}.md"
            page.parent.mkdir(parents=True, exist_ok=True)
            text = text.replace("page-0.md", "index.md").replace("page-1.md", "site-map.md")
            # Our templates link to these two pages from every page.
            anchor = "top" if number else "production-down"
            filled = PAGE.format(number=number, language=language, text=text, anchor=anchor)
            page.write_text(filled, encoding="utf-8")


def _nav() -> list[dict[str, object]]:
    """Return ten sections, as in the navigation of a large site."""
    names = ["site-map.md", *(f"page-{number}.md" for number in range(2, PAGES))]
    step = len(names) // 10 + 1
    sections = [names[at : at + step] for at in range(0, len(names), step)]
    parts: list[dict[str, object]] = [{f"Part {n}": part} for n, part in enumerate(sections)]
    return [{"Start": "index.md"}, *parts]


def _measured(what: str, folder: Path) -> dict[str, float]:
    """Run one build in a separate process; return seconds by name."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, __file__, what, str(folder)], check=True, capture_output=True, text=True
    )
    took: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return took | {"command": time.perf_counter() - start}


def _one(what: str, folder: Path) -> None:
    """Build once in the child process and print the seconds."""
    seconds: dict[str, float] = {}

    def timed_finish(*words: Any) -> Any:
        start = time.process_time()
        faults = finish(*words)
        seconds["finish"] = time.process_time() - start
        return faults

    vars(site_build)["finish"] = timed_finish
    if what == "ours":
        vars(site_build)["load_config"] = _config_of_many_pages
    out = folder / what
    work: dict[str, Callable[[], None]] = {
        "real": lambda: site_build.build(out),
        "ours": lambda: site_build.build(out, docs=folder / "docs"),
        "plain": lambda: _plain(folder, out),
    }
    start = time.process_time()
    work[what]()
    seconds["build"] = time.process_time() - start
    print(json.dumps(seconds))


def _config_of_many_pages(**settings: Any) -> Any:
    config = load_config(**settings)
    config.nav = _nav()
    config.extra["foot_pages"] = []
    return config


def _plain(folder: Path, out: Path) -> None:
    """Build the generated pages with MkDocs and the theme alone."""
    ours = load_config(str(site_build.ROOT / "mkdocs.yml"))
    markdown = {name: ours.mdx_configs.get(name, {}) for name in ours.markdown_extensions}
    del markdown["knowledge_site.markdown"]
    for language in LANGUAGES:
        plain = folder / f"plain-{language}.json"
        settings = {
            "site_name": "Plain",
            "docs_dir": str(folder / "docs" / language),
            "site_dir": str(out if language == LANGUAGES[0] else out / language),
            "use_directory_urls": False,
            "theme": {
                "name": "material",
                "language": language,
                "font": False,
                "features": list(ours.theme["features"]),
            },
            "plugins": ["search"],
            "markdown_extensions": [{name: given} for name, given in markdown.items()],
            "nav": _nav(),
        }
        # JSON is YAML too.
        plain.write_text(json.dumps(settings), encoding="utf-8")
        build_with_mkdocs(load_config(str(plain)))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        _one(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
