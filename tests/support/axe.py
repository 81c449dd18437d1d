"""Accessibility checks of a page in a real browser."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from axe_playwright_python.base import AXE_FILE_PATH

_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EVERY_RULE = {"type": "tag", "values": [*_WCAG, "best-practice"]}
# Landmarks are for pages; an email is shown inside the email program's landmarks.
EMAIL_RULES = {"type": "tag", "values": _WCAG}
# The dark scheme changes colours only.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}

# A page hears of a new colour scheme at its next frame, and its colours may fade. In between, axe
# would measure colours of both schemes.
_SETTLE = """async () => {
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    document.getAnimations()
        .filter(one => one.effect.getComputedTiming().endTime !== Infinity)
        .forEach(one => one.finish());
}"""
_RUN = "runOnly => axe.run({runOnly, resultTypes: ['violations']}).then(r => r.violations)"


def axe_faults(page: Any, rules: Mapping[str, Any] = EVERY_RULE) -> list[str]:
    """Return the faults that axe reports, one line for each element."""
    page.evaluate(_SETTLE)
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(_source())
    return [
        f"{found['id']}: {node['html'][:160]}"
        for found in page.evaluate(_RUN, rules)
        for node in found["nodes"]
    ]


@cache
def _source() -> str:
    return AXE_FILE_PATH.read_text(encoding="utf-8")
