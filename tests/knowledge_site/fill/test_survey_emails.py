"""The site says how many emails a customer gets, by the rules that send them."""

import pytest

from knowledge_site.fill.placeholders import fill
from support_facts import load_facts

FACTS = load_facts()
RULES = {
    "survey_delay_hours": (4, "4 working hours later", "nach 4 Arbeitsstunden"),
    "sampling_percent": (20, "20% of the closed cases", "20\u00a0% der geschlossenen Fälle"),
    "quiet_period_days": (30, "at most once in 30 days", "höchstens einmal in 30 Tagen"),
    "reminder_after_days": (1, "one reminder after 1 day, and no other", "nach 1 Tag eine einzige"),
}


def shown(language: str, **rules: int) -> str:
    facts = FACTS.model_copy(update={"survey": FACTS.survey.model_copy(update=rules)})
    return " ".join(fill("survey_emails", facts, language).itertext())


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_about_emails_is_on_the_site_if_it_applies(rule: str) -> None:
    value, english, german = RULES[rule]
    for language, text in (("en", english), ("de", german)):
        assert text in shown(language, **{rule: value})
        assert text not in shown(language)


def test_by_default_there_is_one_email_and_no_reminder() -> None:
    assert shown("en") == (
        "When a case closes, you get one email about it. If you don't answer, we don't remind you."
    )
