"""Where the pages of the built site stand, in every language."""

from knowledge_site.build import ROOT

PAGES = sorted(
    path.relative_to(ROOT / "docs/en").with_suffix("").as_posix()
    for path in (ROOT / "docs/en").rglob("*.md")
)
ADDRESSES = [f"{folder}{name}.html" for folder in ("", "de/") for name in PAGES]
