"""The two questions over HTTP: what a customer sees, and what lands in the table."""

import gzip
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback_app.app import create_app
from feedback_app.base.links import Links
from feedback_app.base.redaction import WantedWords
from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.store import answer_texts, answered_cases
from tests.support.office import KEY, Customer, Office

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% raw %}",
    '=HYPERLINK("http://x.example")',
    "\u202egnitirw sdrawkcab\u2066",
    "%00%ff&page=x",
    "Zeile eins\nZeile zwei",
)


@pytest.fixture
def customer(office: Office) -> Customer:
    """A customer who opened the link in the closure email a minute after it arrived."""
    invitation_id = office.invite()
    office.wait(minutes=1)
    return Customer(office, invitation_id)


def chosen_in(page) -> list[str]:
    """Return the points that are preselected on a page."""
    return re.findall(r'id="([\w-]+)" value="\d" checked', page.text)


def test_the_page_shows_two_questions_with_five_labelled_points(customer: Customer) -> None:
    page = customer.open()
    assert page.status_code == 200
    for question in customer.office.program.facts.questions:
        radios = re.findall(rf'type="radio" name="{question.key}"[^>]*value="(\d)"', page.text)
        assert radios == ["1", "2", "3", "4", "5"]
        assert question.text["en"] in page.text
        for point in question.points:
            assert point["en"] in page.text
    assert chosen_in(page) == []
    assert "4,000 characters" in page.text


def test_a_complete_answer_is_stored_and_thanked_for(customer: Customer) -> None:
    thanks = customer.send(ease="4", satisfaction="5", comment="Quick.")
    assert thanks.status_code == 303
    answer = customer.answers[0]
    assert (answer.ease, answer.satisfaction, answer.comment) == (4, 5, "Quick.")
    assert answer.answered_week == "2026-W48"
    assert answer.flags == ()
    assert "is stored" in customer.follow(thanks).text


def test_opening_the_survey_writes_nothing(customer: Customer) -> None:
    before = customer.office.everything()
    for method in ("get", "head", "options"):
        for query in ("", "?ease=4", "?lang=de", "?ease=9"):
            getattr(customer.browser, method)(customer.path + query)
    assert customer.office.everything() == before


def test_only_the_clicked_score_is_preselected(customer: Customer) -> None:
    page = customer.open("?ease=4")
    assert chosen_in(page) == ["ease-4"]


@pytest.mark.parametrize("value", ["0", "6", "5 ", "٥", "", "x", "%00", "4&ease=5"])
def test_an_invalid_preselection_is_ignored(customer: Customer, value: str) -> None:
    page = customer.open(f"?ease={value}")
    assert page.status_code == 200
    assert chosen_in(page) == (["ease-4"] if value.startswith("4") else [])


@pytest.mark.parametrize("score", ["0", "6", "5 ", " 5", "٥", "0_5", "05", "five", "", "1e0", "+3"])
def test_only_the_texts_one_to_five_are_valid_scores(customer: Customer, score: str) -> None:
    page = customer.send(ease=score, satisfaction="5", comment="kept")
    assert page.status_code == 422
    assert customer.answers == []
    assert "kept</textarea>" in page.text
    assert 'id="satisfaction-5" value="5" checked' in page.text
    assert 'href="#ease-1"' in page.text


def test_a_question_answered_twice_is_refused(customer: Customer) -> None:
    page = customer.send(ease=["4", "2"], satisfaction="5")
    assert page.status_code == 422
    assert customer.answers == []


def test_both_questions_are_required(customer: Customer) -> None:
    page = customer.send(ease="4")
    assert page.status_code == 422
    assert 'id="satisfaction-fault"' in page.text
    assert customer.answers == []


def test_a_post_without_a_page_token_stores_nothing(customer: Customer) -> None:
    for value in ("", "made up", customer.office.page_token("A" * 22)):
        page = customer.send(page=value, ease="4", satisfaction="5", comment="kept")
        assert page.status_code == 422
        assert "kept</textarea>" in page.text
    assert customer.answers == []
    fresh = customer.value_in(page)
    assert customer.send(page=fresh, ease="4", satisfaction="5").status_code == 303


def test_the_same_answer_again_is_a_success_and_stored_once(customer: Customer) -> None:
    for _ in range(3):
        assert customer.send(ease="4", satisfaction="5", comment="Quick.").status_code == 303
        customer.office.wait(seconds=40)
    assert len(customer.answers) == 1


def test_the_same_answer_again_is_a_success_after_a_redaction(
    customer: Customer,
) -> None:
    written = "Mx Sample took a week."
    customer.send(ease="4", satisfaction="5", comment=written)
    with customer.office.program.database.write() as tx:
        assert answer_texts.redact(tx, customer.invitation_id, WantedWords("Mx Sample"))
    again = customer.send(ease="4", satisfaction="5", comment=written)
    assert again.location.count("/thanks?k=")
    assert [one.comment for one in customer.answers] == ["▇▇▇ took a week."]
    assert customer.office.rows("contests") == []
    other = customer.send(ease="4", satisfaction="5", comment="Mx Sample took a day.")
    assert other.status_code == 409
    asked = customer.browser.post(customer.path, data={"change": "ask"})
    change = customer.value_in(asked, "change")
    customer.send(ease="4", satisfaction="5", comment="It took a week.", change=change)
    assert customer.answers[-1].comment == "It took a week."


def test_a_requested_change_is_stored_after_any_redaction(
    customer: Customer,
) -> None:
    customer.send(ease="4", satisfaction="5", comment="Slow")
    with customer.office.program.database.write() as tx:
        assert answer_texts.redact(tx, customer.invitation_id, WantedWords("Slow"))
    asked = customer.browser.post(customer.path, data={"change": "ask"})
    change = customer.value_in(asked, "change")
    for _ in range(2):
        customer.send(ease="4", satisfaction="5", comment="Never mind.", change=change)
    assert [one.comment for one in customer.answers] == ["▇▇▇", "Never mind."]


def test_other_scores_lead_to_keep_or_change_on_an_empty_form(customer: Customer) -> None:
    customer.send(ease="4", satisfaction="5", comment="The first words.")
    page = customer.send(ease="1", satisfaction="1", comment="Other words.")
    assert page.status_code == 409
    assert "Keep the answer" in page.text
    assert chosen_in(page) == []
    assert "The first words." not in page.text
    assert len(customer.answers) == 1


def test_the_first_post_can_arrive_again_after_the_reason(customer: Customer) -> None:
    first = customer.send(ease="1", satisfaction="4")
    data = {"page": customer.value_in(customer.follow(first)), "comment": "Too slow."}
    customer.browser.post(first.location, data=data)
    assert customer.send(ease="1", satisfaction="4").location.count("/thanks?k=")
    assert [one.comment for one in customer.answers] == ["", "Too slow."]
    assert customer.office.rows("contests") == []


def test_a_change_can_remove_the_comment(customer: Customer) -> None:
    customer.send(ease="4", satisfaction="5", comment="Said too much.")
    asked = customer.browser.post(customer.path, data={"change": "ask"})
    customer.send(ease="4", satisfaction="5", change=customer.value_in(asked, "change"))
    assert [one.comment for one in customer.answers] == ["Said too much.", ""]


def test_other_scores_without_a_change_are_flagged_for_leads(customer: Customer) -> None:
    customer.send(ease="4", satisfaction="5")
    customer.send(ease="1", satisfaction="1")
    assert flags_shown(customer) == ("other_values",)
    assert customer.answers[0].flags == (), "what was stored with the answer stays as it was"


def test_a_confirmed_change_has_no_flag(customer: Customer) -> None:
    customer.send(ease="4", satisfaction="5")
    asked = customer.send(ease="3", satisfaction="3")
    customer.send(ease="3", satisfaction="3", change=customer.value_in(asked, "change"))
    assert flags_shown(customer) == ()


def _statuses_of_all_pairs(customer: Customer, **fields: str) -> set[int]:
    """Send every pair of scores and return the statuses that came back."""
    return {
        customer.send(ease=str(ease), satisfaction=str(satisfaction), **fields).status_code
        for ease in range(1, 6)
        for satisfaction in range(1, 6)
    }


@pytest.mark.parametrize("days", [0, 3])
def test_trying_all_pairs_of_scores_does_not_find_the_answer(customer: Customer, days: int) -> None:
    customer.send(ease="5", satisfaction="5")
    customer.office.wait(days=days)
    assert _statuses_of_all_pairs(customer) == {409}
    assert len(customer.answers) == 1
    assert customer.open().status_code == 200


def test_requesting_a_change_in_time_does_not_reveal_the_answer_later(
    customer: Customer,
) -> None:
    customer.send(ease="5", satisfaction="5")
    asked = customer.browser.post(customer.path, data={"change": "ask"})
    change = customer.value_in(asked, "change")
    customer.office.wait(days=3)
    assert _statuses_of_all_pairs(customer, change=change) == {409}
    assert len(customer.answers) == 1


def test_a_change_after_the_edit_window_is_refused_and_shows_the_comment(
    customer: Customer,
) -> None:
    customer.send(ease="5", satisfaction="5")
    customer.office.wait(days=3)
    data = {"change": "ask", "comment": "Too late."}
    page = customer.browser.post(customer.path, data=data)
    assert page.status_code == 409
    assert 'name="change"' not in page.text
    assert "can no longer be changed" in page.text
    assert "Too late.</textarea>" in page.text


def flags_shown(customer: Customer) -> tuple[str, ...]:
    """Return the flags as leads read them."""
    office = customer.office
    return next(answered_cases.answered(office.program.database, office.now)).flags


def test_a_change_is_appended_and_counts_in_the_first_week(customer: Customer) -> None:
    customer.send(ease="4", satisfaction="5")
    asked = customer.send(ease="3", satisfaction="3")
    changed = customer.send(ease="3", satisfaction="3", change=customer.value_in(asked, "change"))
    assert changed.status_code == 303
    assert [(one.revision, one.ease) for one in customer.answers] == [(1, 4), (2, 3)]
    assert {one.answered_week for one in customer.answers} == {"2026-W48"}


def test_a_change_without_an_answer_does_not_claim_there_is_one(customer: Customer) -> None:
    page = customer.send(ease="9", satisfaction="5", change="x")
    assert page.status_code == 422
    assert "already" not in page.text
    assert 'name="change"' not in page.text


def test_a_change_of_an_old_revision_needs_a_new_confirmation(customer: Customer) -> None:
    customer.send(ease="4", satisfaction="5")
    old = customer.value_in(customer.send(ease="3", satisfaction="3"), "change")
    customer.send(ease="3", satisfaction="3", change=old)
    assert customer.send(ease="1", satisfaction="1", change=old).status_code == 409
    assert len(customer.answers) == 2


def test_without_an_edit_window_an_answer_cannot_be_changed_even_in_the_same_second(
    office: Office,
) -> None:
    customer = Customer(office.ruled(edit_window_hours=0), office.invite())
    customer.send(ease="4", satisfaction="5")
    assert "Change the answer" not in customer.open().text
    assert customer.send(ease="1", satisfaction="1").status_code == 409
    assert "can no longer be changed" in customer.send(change="ask").text


def test_after_the_edit_window_the_answer_is_final(customer: Customer) -> None:
    customer.send(ease="4", satisfaction="5")
    change = customer.value_in(customer.send(ease="1", satisfaction="1"), "change")
    customer.office.wait(hours=24)
    words = "A long <reason> & more"
    page = customer.send(ease="1", satisfaction="1", change=change, comment=words)
    assert page.status_code == 409
    assert "can no longer be changed" in page.text
    assert "A long &lt;reason&gt; &amp; more</textarea>" in page.text, "the words are given back"
    assert len(customer.answers) == 1
    assert "<textarea" not in customer.open().text


def test_an_answered_link_shows_the_progress_but_never_the_answer(customer: Customer) -> None:
    customer.send(ease="2", satisfaction="3", comment="My own words.")
    page = customer.open()
    assert "We have received your answer" in page.text
    for secret in ("My own words.", *_labels(customer)):
        assert secret not in page.text


def test_the_answered_page_links_to_an_empty_form_for_a_change(customer: Customer) -> None:
    customer.send(ease="4", satisfaction="5")
    page = customer.browser.post(customer.path, data={"change": "ask"})
    assert chosen_in(page) == []
    value, change = customer.value_in(page), customer.value_in(page, "change")
    sent = customer.send(page=value, change=change, ease="5", satisfaction="5")
    assert sent.status_code == 303
    assert [one.ease for one in customer.answers] == [4, 5]


def _labels(customer: Customer) -> list[str]:
    return [
        point["en"]
        for question in customer.office.program.facts.questions
        for point in question.points
    ]


@pytest.mark.parametrize("comment", HOSTILE)
def test_hostile_comments_are_stored_as_typed_and_shown_as_text(
    customer: Customer, comment: str
) -> None:
    page = customer.send(comment=comment)
    assert "<script>" not in page.text
    assert "<img" not in page.text
    customer.send(ease="4", satisfaction="5", comment=comment)
    assert customer.answers[0].comment == comment


def test_characters_that_cannot_be_stored_are_removed_with_a_message(customer: Customer) -> None:
    thanks = customer.send(ease="4", satisfaction="5", comment="a\x00b\x07c\ufffe")
    assert customer.answers[0].comment == "abc"
    assert "characters_removed" in customer.answers[0].flags
    assert "We removed characters" in customer.follow(thanks).text


def test_a_comment_over_the_limit_is_shown_again_completely(customer: Customer) -> None:
    comment = "x" * 4001
    page = customer.send(ease="4", satisfaction="5", comment=comment)
    assert page.status_code == 422
    assert comment in page.text
    assert customer.send(ease="4", satisfaction="5", comment="x" * 4000).status_code == 303


def test_line_endings_count_as_one_character_as_in_browsers(customer: Customer) -> None:
    comment = "x\r\n" * 2000
    assert customer.send(ease="4", satisfaction="5", comment=comment).status_code == 303


def test_a_hundred_thousand_characters_are_refused_and_shown_again(customer: Customer) -> None:
    comment = "long " * 20_000
    page = customer.send(ease="4", satisfaction="5", comment=comment)
    assert page.status_code == 422
    assert "Please shorten your comment" in page.text
    assert comment.strip() in page.text
    assert customer.answers == []


def test_a_body_over_the_limit_is_refused_with_a_page(customer: Customer) -> None:
    page = customer.send(ease="4", satisfaction="5", comment="x" * 2_000_000)
    assert page.status_code == 413
    assert "nothing was stored. A comment can have up to 4,000 characters." in page.text
    assert '<a href="?lang=de" lang="de">Deutsch</a>' in page.text
    assert customer.answers == []


def test_undecodable_bytes_are_not_an_error(customer: Customer) -> None:
    body = f"page={customer.value()}&ease=4&satisfaction=5&comment=%ff%fe\ud800".encode(
        "utf-8", "replace"
    )
    kind = "application/x-www-form-urlencoded"
    assert customer.browser.post(customer.path, data=body, content_type=kind).status_code == 303


@given(
    data=st.dictionaries(
        st.sampled_from(["page", "ease", "satisfaction", "comment", "change", "contact_welcome"]),
        st.text(max_size=50),
    )
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_post_gets_a_helpful_page(sqlite_office: Office, data: dict[str, str]) -> None:
    if not sqlite_office.rows("invitations"):
        sqlite_office.invite()
    path = sqlite_office.path(sqlite_office.rows("invitations")[0]["id"])
    assert sqlite_office.client().post(path, data=data).status_code == 422
    assert sqlite_office.rows("answers") == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (str.upper, "This link does not work"),
        (lambda path: path[:-4], "This link is incomplete"),
        (lambda path: path + "AA", "This link is incomplete"),
    ],
)
def test_a_changed_link_gets_its_own_helpful_page(customer: Customer, change, reason: str) -> None:
    path = "/f/" + change(customer.path.removeprefix("/f/"))
    for page in (customer.browser.get(path), customer.browser.post(path, data={"ease": "4"})):
        assert page.status_code == 404
        assert f"<h1>{reason}</h1>" in page.text


def test_a_link_signed_with_a_removed_key_is_not_said_to_be_cut(customer: Customer) -> None:
    parts = replace(customer.office.program, links=Links(["another key" * 4]))
    page = create_app(parts=parts).test_client().get(customer.path)
    assert page.status_code == 404
    assert "is too old, so please use the one in our latest email about this case." in page.text


@pytest.mark.parametrize("ending", [".", ")", ">", "%3E", "»", ","])
def test_a_link_with_trailing_punctuation_works(customer: Customer, ending: str) -> None:
    assert customer.browser.get(customer.path + ending).status_code == 200


def test_a_link_of_another_purpose_is_refused_by_the_survey(customer: Customer) -> None:
    for purpose in ("page", "why", "change", "opt-out"):
        token = customer.office.program.links.sign(purpose, customer.invitation_id)
        assert customer.browser.get(f"/f/{token}").status_code == 404


def test_an_expired_link_is_explained_and_shows_the_comment(customer: Customer) -> None:
    value = customer.value()
    customer.office.wait(days=14, hours=2)
    assert customer.open().status_code == 410
    page = customer.send(page=value, ease="4", satisfaction="5", comment="Late words.")
    assert page.status_code == 410
    assert "Late words." in page.text
    assert "The survey about case 00012345 ended on 8 December 2026, so we can" in page.text
    assert customer.answers == []


def test_a_page_opened_before_the_link_expired_can_still_be_submitted(customer: Customer) -> None:
    customer.office.wait(days=13, hours=23, minutes=58)
    value = customer.value()
    customer.office.wait(minutes=10)
    assert customer.send(page=value, ease="4", satisfaction="5").status_code == 303


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Case 00012345 was reopened and closed again, so please use the link in our newer"),
        ("de", "erneut geöffnet und wieder geschlossen. Bitte verwenden Sie den Link"),
    ],
)
def test_a_superseded_link_is_explained_and_shows_the_comment(
    customer: Customer, language: str, words: str
) -> None:
    value = customer.value()
    customer.office.wait(days=3)
    customer.office.invite()
    given = {"ease": "4", "satisfaction": "5", "comment": "Typed meanwhile."}
    sent = customer.send(f"?lang={language}", page=value, **given)
    for page in (customer.open(f"?lang={language}"), sent):
        assert page.status_code == 410
        assert words in page.text
        assert customer.office.program.facts.contacts.support_address in page.text
        assert "customer.example" not in page.text
    assert "Typed meanwhile." in sent.text
    assert customer.answers == []


def test_revoked_and_broken_links_have_different_pages(
    customer: Customer,
) -> None:
    office = customer.office
    given = {"ease": "4", "satisfaction": "5", "comment": "Typed meanwhile."}
    value = customer.value()
    office.wait(hours=1)
    links = Links([KEY], valid_from=office.now)
    browser = create_app(parts=replace(office.program, links=links)).test_client()
    for page in (
        browser.get(customer.path),
        browser.post(customer.path, data={"page": value, **given}),
    ):
        assert page.status_code == 410
        assert "This link was withdrawn" in page.text
        assert "please use a newer one if you have it." in page.text
        assert "00012345" not in page.text, "the link opens nothing, so it tells nothing either"
    assert "Typed meanwhile." in page.text
    broken = browser.post(customer.path[:-4], data=given)
    assert broken.status_code == 404
    assert "This link is incomplete" in broken.text
    assert "Typed meanwhile." in broken.text
    assert customer.answers == []


def test_an_unavailable_database_loses_no_comment(customer: Customer, monkeypatch) -> None:
    value = customer.value()

    def away():
        raise DatabaseUnavailableError("away")

    monkeypatch.setattr(customer.office.program.database, "write", away)
    page = customer.send(page=value, ease="4", satisfaction="5", comment="Kept words.")
    assert page.status_code == 503
    assert "Kept words.</textarea>" in page.text
    assert 'formaction="?lang=de">Deutsch</button>' in page.text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    monkeypatch.undo()
    again = customer.browser.post(customer.path, data={**fields, "comment": "Kept words."})
    assert again.status_code == 303
    assert [(one.ease, one.comment) for one in customer.answers] == [(4, "Kept words.")]


def test_the_page_is_one_small_document_without_further_requests_or_cookies(
    customer: Customer,
) -> None:
    page = customer.open("?ease=4")
    assert len(page.data) <= 6 * 1024
    assert len(gzip.compress(page.data)) <= 2.5 * 1024
    assert "<script" not in page.text
    assert not re.search(r"(src|srcset)=|@import|url\(", page.text)
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha")


def test_every_page_of_the_survey_is_protected_the_same_way(customer: Customer) -> None:
    first = customer.send(ease="1", satisfaction="1")
    paths = [customer.path, customer.path + "/thanks", first.location, "/f/x", "/f/x/y/z"]
    for page in [first, *(customer.browser.get(path) for path in paths)]:
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in page.headers


def test_the_page_is_in_the_cases_language_then_the_browsers_then_english(office: Office) -> None:
    german = {"Accept-Language": "de-CH,de;q=0.9,en;q=0.5"}
    cases = {"1": "de", "2": "en", "3": None, "4": "fr"}
    shown = {}
    for number, language in cases.items():
        path = office.path(office.invite(number, language=language))
        shown[number] = [
            re.search(r'<html lang="(\w+)"', office.client().get(path, headers=headers).text)[1]
            for headers in ({}, german)
        ]
    assert shown == {"1": ["de", "de"], "2": ["en", "en"], "3": ["en", "de"], "4": ["en", "de"]}


def test_a_switched_language_is_kept_on_the_next_pages(customer: Customer) -> None:
    page = customer.open("?ease=4")
    assert 'lang="de" formaction="?lang=de">Deutsch</button>' in page.text
    before = customer.office.everything()
    german = customer.send("?lang=de", page=customer.value_in(page), lang="de", ease="4")
    assert customer.office.everything() == before
    assert "Wie war unser Support?" in german.text
    assert 'id="ease-4" value="4" checked' in german.text
    assert customer.value_in(german) == customer.value_in(page), "the page is as old as before"
    sent = customer.send("?lang=de", ease="4", satisfaction="5")
    assert "Danke!" in customer.follow(sent).text
    assert customer.answers[0].language == "de"


def test_the_low_threshold_and_the_limit_come_from_the_facts(customer: Customer) -> None:
    assert "if you chose 2 or less" in customer.open().text


@pytest.mark.parametrize(
    ("wait", "headers", "flag"),
    [
        (0, {}, "at_once"),
        (20, {"User-Agent": ""}, "no_browser"),
        (20, {"Sec-Purpose": "prefetch;prerender"}, "prefetch"),
    ],
)
def test_a_flagged_answer_is_stored_with_its_flag(
    customer: Customer, wait: int, headers: dict[str, str], flag: str
) -> None:
    value = customer.value()
    customer.office.wait(seconds=wait)
    customer.send(page=value, headers=headers, patient=False, ease="4", satisfaction="5")
    assert flag in customer.answers[0].flags


def test_an_answer_during_delivery_is_flagged(office: Office) -> None:
    scanner = Customer(office, office.invite())
    office.wait(seconds=4)
    scanner.send(page=scanner.value(), patient=False, ease="4", satisfaction="5")
    assert "during_delivery" in scanner.answers[0].flags


def test_a_clock_that_is_set_back_flags_no_answer(office: Office) -> None:
    customer = Customer(office, office.invite())
    value = customer.value()
    office.wait(hours=-1)
    assert customer.send(page=value, patient=False, ease="4", satisfaction="5").status_code == 303
    assert not {"at_once", "during_delivery"} & set(customer.answers[0].flags)


def test_healthz_is_always_ok_and_readyz_checks_the_database(office: Office) -> None:
    client = office.client()
    assert client.get("/healthz").json == {"status": "alive"}
    assert client.get("/readyz").json == {"status": "ready"}
    with office.program.database.write() as tx:
        tx.run("INSERT INTO schema_versions VALUES (99, '2026', 99)")
    assert client.get("/readyz").status_code == 200, "the result is kept for two seconds"
    office.wait(seconds=2)
    assert client.get("/readyz").status_code == 503
    # The next test gets the same PostgreSQL database, and only the other tables are emptied.
    with office.program.database.write() as tx:
        tx.run("DELETE FROM schema_versions WHERE version = 99")


def test_a_page_that_does_not_exist_is_a_page_not_a_crash(office: Office) -> None:
    page = office.client().get("/nothing/here")
    assert page.status_code == 404
    assert "There is no page at this address." in page.text
    german = office.client().get("/de/nothing", headers={"Accept-Language": "en"})
    assert "Unter dieser Adresse gibt es keine Seite." in german.text
    assert "Page not found" in office.client().get("/de/nothing?lang=en").text


def test_the_answer_is_not_in_the_log(customer: Customer, caplog) -> None:
    customer.send(ease="4", satisfaction="5", comment="Nobody logs this.")
    assert "Nobody logs this." not in caplog.text
    assert customer.path.removeprefix("/f/") not in caplog.text


def test_the_lifetime_of_a_link_starts_when_it_is_sent(office: Office) -> None:
    from feedback_app.mail.mailbox import Mailbox
    from tests.support.office import a_case

    invitation_id = office.receive(a_case()).invitation_id
    office.wait(days=2)
    office.deliver(Mailbox(office.mailbox))
    office.now += timedelta(days=13)
    assert office.client().get(office.path(invitation_id)).status_code == 200


def test_a_setting_can_require_the_reason_of_a_low_answer(office: Office) -> None:
    customer = Customer(office.ruled(reason_required=True), office.invite())
    for ease, satisfaction in (("2", "5"), ("5", "1")):
        page = customer.send(ease=ease, satisfaction=satisfaction, comment="  ")
        assert page.status_code == 422
        assert 'id="comment-fault"' in page.text
        assert 'href="#comment"' in page.text
        assert f'id="ease-{ease}" value="{ease}" checked' in page.text
    assert customer.answers == []
    assert customer.send(ease="3", satisfaction="3").location.count("/thanks?k=")
    asked = customer.browser.post(customer.path, data={"change": "ask"})
    change = {"change": customer.value_in(asked, "change")}
    low = customer.send(ease="2", satisfaction="5", comment="Too slow.", **change)
    assert low.location.count("/thanks?k=")


def test_consent_to_contact_is_an_unticked_box(customer: Customer) -> None:
    page = customer.open("?ease=1")
    assert re.search(r'name="contact_welcome" value="y">', page.text)
    customer.send(ease="1", satisfaction="1", comment="Why.", contact_welcome="y")
    assert customer.answers[0].contact_welcome


def test_only_the_ease_can_be_preselected_by_a_link(customer: Customer) -> None:
    assert chosen_in(customer.open("?ease=4&satisfaction=5")) == ["ease-4"]
    assert chosen_in(customer.open("?satisfaction=5")) == []


def test_a_case_number_is_not_a_valid_link(customer: Customer) -> None:
    for path in ("/f/00012345", "/f/00012345?ease=4", f"/f/{customer.invitation_id}"):
        assert customer.browser.get(path).status_code == 404


def test_simultaneous_answers_to_one_link_are_stored_once(customer: Customer) -> None:
    customer.office.wait(seconds=30)
    page = customer.office.page_token(customer.invitation_id)

    def send(number: int) -> int:
        data = {"page": page, "ease": str(number % 5 + 1), "satisfaction": "5"}
        client = customer.browser.application.test_client()
        return int(client.post(customer.path, data=data, headers=customer.headers).status_code)

    with ThreadPoolExecutor(10) as senders:
        statuses = list(senders.map(send, range(20)))
    assert set(statuses) == {303, 409}
    assert len(customer.answers) == 1


def test_answering_changes_neither_the_case_nor_its_invitation(customer: Customer) -> None:
    before = customer.office.rows("cases"), customer.office.rows("invitations")
    customer.send(ease="1", satisfaction="1", comment="Why.")
    assert (customer.office.rows("cases"), customer.office.rows("invitations")) == before


def test_the_wording_that_was_answered_is_stored_with_the_answer(office: Office) -> None:
    customer = Customer(office.ruled(wording_version=7), office.invite())
    customer.send(ease="4", satisfaction="5")
    assert customer.answers[0].wording_version == 7


def test_a_form_contains_nothing_of_the_form_sent_before_it(customer: Customer) -> None:
    other = Customer(
        customer.office, customer.office.invite("00012346", contact_email="b@customer.example")
    )
    whole = {"ease": "2", "satisfaction": "1", "comment": "Of A.", "contact_welcome": "y"}
    refused = customer.send(**whole | {"satisfaction": "9"}, change="ask")
    assert refused.status_code == 422
    page = other.send(ease="5")
    assert page.status_code == 422
    assert "Of A." not in page.text
    assert chosen_in(page) == ["ease-5"]
    assert 'name="contact_welcome" value="y" checked' not in page.text
    customer.send(**whole)
    other.send(ease="5", satisfaction="5")
    (answer,) = other.answers
    assert (answer.comment, answer.contact_welcome, answer.ease) == ("", False, 5)
    moved = other.send(ease="1", page="no token")
    assert "Of A." not in moved.text
    assert other.answers == [answer]
