"""What programs look for at known places."""

from datetime import UTC, date, datetime, timedelta

import pytest

from knowledge_site.after.well_known import expiry_faults, robots, security
from support_facts import load_facts

FACTS = load_facts()
PLACED = FACTS.model_copy(
    update={
        "organisation": FACTS.organisation.model_copy(
            update={"site_url": "https://support.example.org/"}
        )
    }
)


def expiring(day: date):
    return FACTS.model_copy(
        update={"contacts": FACTS.contacts.model_copy(update={"security_txt_expires": day})}
    )


def test_security_txt_is_valid_for_at_least_thirty_more_days():
    left = FACTS.contacts.security_txt_expires - datetime.now(UTC).date()
    assert left >= timedelta(days=30), (
        "check that reports still reach contacts.security_address, then write a new day "
        "into contacts.security_txt_expires of support.toml"
    )


def test_security_txt_has_contact_and_expiry_date():
    lines = dict(line.split(": ", 1) for line in security(PLACED).splitlines())
    assert lines["Contact"] == f"mailto:{FACTS.contacts.security_address}"
    assert datetime.fromisoformat(lines["Expires"]).date() == FACTS.contacts.security_txt_expires
    assert lines["Canonical"] == "https://support.example.org/.well-known/security.txt"
    assert lines["Policy"] == "https://support.example.org/security.html"


def test_files_without_a_site_address_have_no_absolute_links():
    assert {line.split(":")[0] for line in security(FACTS).splitlines()} == {
        "Contact",
        "Expires",
        "Preferred-Languages",
    }
    assert "Sitemap" not in robots(FACTS)


def test_robots_txt_names_the_sitemap():
    assert "Sitemap: https://support.example.org/sitemap.xml" in robots(PLACED).splitlines()
    assert "Disallow" not in robots(PLACED)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 26), "is in the past"),
        (date(2026, 11, 27), None),
        (date(2027, 11, 26), None),
        (date(2027, 11, 27), "more than a year away"),
    ],
)
def test_an_expiry_date_that_is_past_or_too_far_away_stops_the_build(day, said):
    found = list(expiry_faults(expiring(day), date(2026, 11, 26)))
    assert len(found) == (said is not None)
    assert all(str(said) in fault and "contacts.security_txt_expires" in fault for fault in found)


def test_both_files_are_on_the_site(site):
    assert (site / "robots.txt").read_text(encoding="utf-8") == robots(FACTS)
    assert (site / ".well-known/security.txt").read_text(encoding="utf-8") == security(FACTS)
