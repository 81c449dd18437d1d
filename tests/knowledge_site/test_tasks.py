"""Twelve things that customers come for, each at most three clicks away and then in view."""

import pytest

STATUS = ("What is happening with my case?", "Wie steht es um meinen Fall?")

# What the customer wants: the links to click, in English and German, and where the answer is.
TASKS = {
    "production is down at 2 a.m.": ([], ".hero .button"),
    "how to reach the emergency form, step by step": ([], "#open-an-emergency"),
    "what Solution Proposed asks of me": (
        [STATUS, ("Solution Proposed", "Solution Proposed")],
        "#solution-proposed",
    ),
    "whose turn it is in Diagnosis": ([STATUS, ("Diagnosis", "Diagnosis")], "#diagnosis"),
    "how to confirm a solution": (
        [("How do I confirm a solution?", "Wie bestätige ich eine Lösung?")],
        "#confirm",
    ),
    "how to make my case faster": (
        [("How can I make my case faster?", "Wie wird mein Fall schneller gelöst?")],
        "#make-your-case-faster",
    ),
    "what happens when": (
        [("How do you work?", "Wie arbeiten Sie?"), ("Kinds of case", "Arten von Fällen")],
        "#what-happens-when",
    ),
    "how to raise a concern": (
        [("How do I raise a concern?", "Was kann ich tun, wenn ich unzufrieden bin?")],
        "#raise-a-concern",
    ),
    "what happens if I do not reply": (
        [("What happens if I don't reply?", "Was geschieht, wenn ich nicht antworte?")],
        "#no-reply",
    ),
    "which business impact to choose": (
        [("Which business impact should I choose", "Welche Auswirkung soll ich wählen")],
        "#business-impact",
    ),
    "what happens with my feedback": (
        [("What happens with my feedback?", "Was geschieht mit meinem Feedback?")],
        "#what-happens",
    ),
}


@pytest.mark.parametrize(("folder", "language"), [("", 0), ("de/", 1)])
@pytest.mark.parametrize("task", TASKS)
def test_a_customer_finds_the_answer_within_three_clicks(page, address, folder, language, task):
    links, answer = TASKS[task]
    assert len(links) <= 3
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}{folder}index.html")
    for link in links:
        found = page.locator("article").get_by_role("link", name=link[language])
        found.locator("visible=true").first.click()
        page.wait_for_load_state()
    top = page.locator(answer).first.evaluate("one => one.getBoundingClientRect().top")
    assert 0 <= top < 784


def test_an_old_address_leads_to_the_new_page(page, address):
    page.goto(address + "docs/about/all/support/support-ticket-statuses.html")
    page.wait_for_url("**/ticket-statuses.html")
