"""robots.txt, and security.txt according to RFC 9116."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from knowledge_site.templating import render
from support_facts import Facts

# RFC 9116, section 2.5.5, recommends less than a year.
LONGEST = timedelta(days=365)


def write_well_known(site: Path, facts: Facts) -> None:
    """Write robots.txt and .well-known/security.txt."""
    (site / "robots.txt").write_text(robots(facts), encoding="utf-8")
    folder = site / ".well-known"
    folder.mkdir(exist_ok=True)
    (folder / "security.txt").write_text(security(facts), encoding="utf-8")


def robots(facts: Facts) -> str:
    """Return robots.txt, which allows everything and names the sitemap if there is one."""
    return render("robots.txt", root=_root(facts))


def security(facts: Facts) -> str:
    """Return security.txt: where to report security problems, and until when this is valid."""
    return render("security.txt", root=_root(facts), contacts=facts.contacts)


def _root(facts: Facts) -> str:
    """Return the address of the site without the last slash; empty if it has none."""
    return (facts.organisation.site_url or "").rstrip("/")


def expiry_faults(facts: Facts, today: date) -> Iterator[str]:
    """Yield a fault if security.txt has expired or is valid for more than a year."""
    day = facts.contacts.security_txt_expires
    if not today < day <= today + LONGEST:
        fault = "is in the past" if day <= today else "is more than a year away"
        yield (
            f"support.toml: contacts.security_txt_expires {day} {fault}: "
            "write a day within the next year"
        )
