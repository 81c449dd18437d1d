"""Every fact of the source pages is on our site, and nothing is promised that they do not say.

Each row names the fact as it reads on our page. A row whose words change needs the new words here.
"""

import re

import pytest

from support_facts import load_facts
from tests.support.site_pages import ADDRESSES, PAGES, text_of

FACTS = load_facts()

# Fact: the source page; page and words on our site.
HOW_IT_WORKS = [
    ("how-support-works", "Support can only be great when customers and support share one view"),
    ("how-support-works", "until support first responds"),
    ("how-support-works", "Our aim: under 1 hour in general"),
    ("how-support-works", "in June 2021, our statistics showed that we met this aim consistently"),
    ("how-support-works", "until it is solved and the customer has confirmed the solution"),
    ("how-support-works", "harder to control .* depends on many factors"),
    ("how-support-works", "software, infrastructure, and security"),
    ("how-support-works", "reproduce it in our own test environment"),
    ("how-support-works", "create a Jira ticket to involve development and engineering"),
    ("how-support-works", "number of the Jira issue as your reference"),
    ("how-support-works", "examine the problem, then develop, test, and release a solution"),
    ("how-support-works", "ask you to confirm it. Then we close the case"),
    ("how-support-works", "always try to finish as soon as possible"),
    ("how-support-works", "depends on how complex the problem is"),
    ("how-support-works", "tell us how important it is for you"),
    ("how-support-works", "customers on our PaaS"),
    ("how-support-works", "the highest priority, because they usually affect your whole business"),
    ("how-support-works", "the stability and security of the infrastructure are paramount"),
    ("how-support-works", "may have a few questions, and we often escalate to DevOps immediately"),
    ("how-support-works", "investigate and solve the problem"),
    ("how-support-works", "speed this up with your own first checks"),
    ("how-support-works", "senior management and to our most senior engineers"),
    ("how-support-works", "prefer a false alarm to one report that is underestimated"),
    ("how-support-works", "cannot guarantee resolution times for security issues"),
    ("how-support-works", "our response shows how seriously we take them"),
    (
        "how-support-works",
        "work on genuine threats together with you and with the highest priority",
    ),
    ("how-support-works", "two questions , and only two, because your time is valuable"),
    ("how-support-works", "built for speed and reliability"),
    ("how-support-works", "connected to our internal communication tool"),
    ("how-support-works", "best view of everything that comes in"),
    ("how-support-works", "part of the Customer Success Team"),
    ("how-support-works", "the details and goals that matter to you"),
    ("how-support-works", "direct line to Software Development and DevOps"),
    ("how-support-works", "escalate quickly to the people who know the subject, and react fast"),
    ("your-feedback", "may email you a link to our feedback page"),
    ("your-feedback", "how easy it was to work with us"),
    ("your-feedback", "how satisfied you were with the whole interaction"),
    ("your-feedback", "Only an honest answer"),
    ("your-feedback", "We evaluate every answer"),
    ("your-feedback", "discuss feedback openly in our weekly team meeting"),
    ("your-feedback", "ask you for a comment, because we would like to know why"),
    ("your-feedback", "Depending on your comment, the team lead may get in touch with you"),
    ("your-feedback", "real effect on how we operate"),
    ("case-status", "email you each time the status of your case changes"),
    ("case-status", "in our case system and ready to be picked up"),
    ("case-status", "picked up your case and is evaluating what you sent"),
    ("case-status", "often have questions at this stage"),
    ("case-status", "sent you a solution and ask you to confirm"),
    (
        "case-status",
        "You confirmed the solution, or we asked you a question and did not get a reply",
    ),
]
PORTAL_AND_CASES = [
    ("support-portal", "menu of small squares at the top right"),
    ("support-portal", "Create a ticket . A wizard"),
    ("support-portal", "lists all cases of your organisation"),
    ("support-portal", "all communication about it"),
    ("support-portal", "status of the linked Jira ticket"),
    ("support-portal", "priority that we set"),
    ("support-portal", "address of the portal account that created the case"),
    ("support-portal", "community on Slack or to the documentation"),
    ("support-portal", "Customer Success know that you are about to go live"),
    ("support-portal", "8 weeks ahead"),
    ("support-portal", "Expect 3–5 days"),
    ("support-portal", "Partners cannot request new environments or access to monitoring"),
    ("good-case", "Which shop: Suite, B2B or B2C demo shop"),
    ("good-case", "latest version, so we may ask for your composer.lock"),
    ("good-case", "support@spryker.com and noreply@spryker.com"),
    ("good-case", "can create a case by accident"),
    ("good-case", "are not covered by your SLA"),
    ("good-case", "Standard Access includes 3 seats, and Premier Access includes 10 seats"),
    ("good-case", "only customers can request seats"),
    ("good-case", "Support Lead reads the answers and follows up"),
    ("priorities", "production outage, a security incident, or a direct effect"),
    ("priorities", "desired solution time for requests, change requests, and problems"),
    ("priorities", "Emergencies don't have this field"),
    ("priorities", "link in the signature of our support emails"),
    ("priorities", "Low, automatically"),
    ("priorities", "Always the highest"),
    ("getting-support", "watches our cloud environments around the clock"),
    ("getting-support", "CommerceQuest community"),
    ("preparing-for-load", "check the auto-scaling settings"),
]
PROCESSES = [
    ("escalations", "cannot solve them to everyone's satisfaction right away"),
    ("escalations", "senior leadership or to other departments"),
    ("escalations", "always starts an escalation, and we confirm it by email"),
    ("escalations", "gives you regular updates"),
    ("escalations", "We have informed the person who created the case"),
    ("escalations", "share a post-mortem with you and your partner"),
    ("escalations", "technical root cause analysis"),
    ("ticket-statuses", "From In CR onwards, a rough estimate may be possible"),
    ("ticket-statuses", "It is not binding"),
    ("ticket-statuses", "review the priorities together every week"),
    ("slas", "the time to the first response, as defined in your contract"),
    ("slas", "Not guaranteed: the time to a resolution"),
    ("slas", "write all cases in English"),
    ("slas", "monthly user group meetups"),
    ("fixes", "may skip our usual quality checks and reviews, and it is temporary"),
    ("fixes", "full quality checks and an architecture review, so it takes longer"),
    ("sharing-secrets", "only if support asks you for it"),
    ("sharing-secrets", "delete anything that reaches us in another way"),
    ("sharing-secrets", "choose the EU host"),
    ("sharing-secrets", "Link Passphrase"),
    ("security", "security@spryker.com"),
    ("security", "program on HackerOne"),
    ("security", "CVSS v3.1"),
    ("security", "at least 7 working days"),
    ("security", "Fridays, Saturdays, or Sundays"),
]
SOURCE = HOW_IT_WORKS + PORTAL_AND_CASES + PROCESSES

# What readers look for, and where they find it.
READERS = [
    ("index", "Open the menu of squares at the top right and choose Support Hub"),
    ("case-status", "We need your answer if we asked a question"),
    ("case-status", "We are working if all our questions are answered"),
    ("case-status", "Comment on the case: tell us that the solution works for you"),
    ("case-status", "What happens if I don't reply"),
    ("case-kinds", "The usual course of each kind of case"),
    ("escalations", "Raise a concern without an emergency"),
    ("faster", "Make your case faster"),
]

# Promises that no source makes.
UNFOUNDED = [
    r"within \d+ (working )?days?\b",
    r"innerhalb von \d+ (Arbeitst|T)agen",
    r"[Tt]en seconds|[Zz]ehn Sekunden",
    r"tell (nobody|no one)|erzählen Sie niemand",
    r"139|137",
    r"\bACP\b",
    r"button in the portal|Knopf im\s+Portal",
    r"not published here|hier nicht veröffentlicht|is named here|hier nicht genannt",
    r"has not entered|noch kein Impressum",
]


@pytest.mark.parametrize(("page", "words"), SOURCE + READERS)
def test_each_fact_of_the_source_is_on_its_page(site, page, words):
    assert re.search(words, text_of(site / f"{page}.html"))


def test_no_page_makes_a_promise_without_a_source(site):
    for name in ADDRESSES:
        for pattern in UNFOUNDED:
            assert not re.search(pattern, text_of(site / name)), (name, pattern)


@pytest.mark.parametrize("language", FACTS.languages)
def test_site_and_closure_email_say_the_same_about_reopening(site, language):
    folder = "" if language == "en" else f"{language}/"
    assert FACTS.practice.reopening[language] in text_of(site / f"{folder}case-status.html")


def test_there_is_a_row_for_each_page_with_facts_of_the_source():
    # The rest describes this site, or what it publishes.
    ours = {"faster", "how-we-are-doing", "metrics", "what-changed", "privacy", "imprint"}
    listing = {"glossary", "whole-policy", "site-map", "infrastructure-checklist", "index"}
    assert {page for page, _ in SOURCE} | ours | listing | {"case-kinds"} == set(PAGES)
