"""Files at known places: robots.txt, and security.txt after RFC 9116."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from support_facts import Facts

SECURITY_PAGE = "security.html"
# RFC 9116 recommends less than a year.
LONGEST = timedelta(days=365)


def write_well_known(site: Path, facts: Facts) -> None:
    """Write robots.txt and .well-known/security.txt."""
    (site / "robots.txt").write_text(robots(facts), encoding="utf-8")
    folder = site / ".well-known"
    folder.mkdir(exist_ok=True)
    (folder / "security.txt").write_text(security(facts), encoding="utf-8")


def robots(facts: Facts) -> str:
    """Invite everybody, and name the sitemap when the site's address is known."""
    lines = ["User-agent: *", "Allow: /"]
    if facts.organisation.site_url:
        lines.append(f"Sitemap: {_whole(facts, 'sitemap.xml')}")
    return "\n".join(lines) + "\n"


def security(facts: Facts) -> str:
    """Say where security problems are reported, and until when this may be relied on."""
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
    """Say what is wrong with the day until which security.txt may be relied on."""
    day = facts.contacts.security_txt_expires
    if not today < day <= today + LONGEST:
        said = "is over" if day <= today else "is more than a year away"
        yield (
            f"support.toml: contacts.security_txt_expires {day} {said}: "
            "write a day within the next year"
        )


def _whole(facts: Facts, name: str) -> str:
    assert facts.organisation.site_url
    return f"{facts.organisation.site_url.rstrip('/')}/{name}"
