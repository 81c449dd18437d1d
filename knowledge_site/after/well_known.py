"""robots.txt, and security.txt according to RFC 9116."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from support_facts import Facts

SECURITY_PAGE = "security.html"
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
    lines = ["User-agent: *", "Allow: /"]
    if facts.organisation.site_url:
        lines.append(f"Sitemap: {_whole(facts, 'sitemap.xml')}")
    return "\n".join(lines) + "\n"


def security(facts: Facts) -> str:
    """Return security.txt: where to report security problems, and until when this is valid."""
    expires = datetime.combine(facts.contacts.security_txt_expires, time(), UTC)
    lines = [
        f"Contact: mailto:{facts.contacts.security_address}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
    ]
    if facts.organisation.site_url:
        lines.append(f"Canonical: {_whole(facts, '.well-known/security.txt')}")
        lines.append(f"Policy: {_whole(facts, SECURITY_PAGE)}")
    return "\n".join(lines) + "\n"


def expiry_faults(facts: Facts, today: date) -> Iterator[str]:
    """Yield a fault if security.txt has expired or is valid for more than a year."""
    day = facts.contacts.security_txt_expires
    if not today < day <= today + LONGEST:
        fault = "is in the past" if day <= today else "is more than a year away"
        yield (
            f"support.toml: contacts.security_txt_expires {day} {fault}: "
            "write a day within the next year"
        )


def _whole(facts: Facts, name: str) -> str:
    assert facts.organisation.site_url
    return f"{facts.organisation.site_url.rstrip('/')}/{name}"
