"""The survey and the leads' pages use the colours of the site."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SITE = ROOT / "knowledge_site/theme/assets/colours.css"
# The survey's stylesheet uses short names to save bytes.
SHORT = {
    "card": "surface",
    "dim": "muted",
    "link": "accent",
    "soft": "accent-soft",
    "line": "border-strong",
}
# Colours that the site does not use: the text of a filled button.
OWN = {"on-accent"}
_BLOCK = re.compile(r"([^{}]+)\{([^{}]*)\}")
_COLOUR = re.compile(r"--([\w-]+):\s*#([0-9a-f]{3,6})\b")


def palettes(path: Path, selector: str) -> list[dict[str, str]]:
    """Return the colours of every block with this selector, by name."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [
        {SHORT.get(name, name): _long(colour) for name, colour in _COLOUR.findall(body)}
        for head, body in _BLOCK.findall(text)
        if head.strip() == selector
    ]


def _long(colour: str) -> str:
    return colour if len(colour) == 6 else "".join(sign * 2 for sign in colour)


def site() -> list[dict[str, str]]:
    """Return the colours of the light, dark and print styles."""
    selectors = ('="default"', '="slate"', "")
    return [palettes(SITE, f"[data-md-color-scheme{one}]")[0] for one in selectors]


@pytest.mark.parametrize(
    ("path", "schemes"), [("leads/static/leads.css", 3), ("web/static/page.css", 2)]
)
def test_pages_have_the_colours_of_the_site(path: str, schemes: int) -> None:
    ours, theirs = palettes(ROOT / f"feedback_app/{path}", ":root"), site()
    assert len(ours) == schemes
    for used, theme in zip(ours, theirs[:schemes], strict=True):
        # The print style changes only some of the colours.
        shared = used.keys() & (theme.keys() if theme is theirs[2] else theirs[0].keys())
        assert used.keys() - theirs[0].keys() <= OWN
        assert len(shared) >= 9
        assert {one: used[one] for one in shared} == {one: theme.get(one) for one in shared}


def test_the_site_is_as_dark_without_scripts_as_with_them() -> None:
    (followed,) = palettes(SITE, '.no-js [data-md-color-scheme="default"]')
    light, dark, _ = site()
    assert {**light, **followed} == dark
