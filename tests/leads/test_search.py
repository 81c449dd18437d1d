"""The search finds cases, customers and every text about answers, and nothing that was erased."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from feedback_app.base.search_words import contains, words_of
from feedback_app.jobs.retention import end_lifetimes
from feedback_app.store import (
    answer_marks,
    answer_status,
    answers,
    decisions,
    follow_ups,
    meetings,
    search_index,
)
from tests.support.files import containing, folder_of
from tests.support.office import Office, a_case
from tests.support.team import Somebody, answered, redact, words

WEEK = "2026-W48"


@pytest.fixture
def lena(team_office: Office) -> Somebody:
    return Somebody(team_office, "lead", "lena")


@pytest.fixture(params=["indexed", "waiting"])
def settle(request: pytest.FixtureRequest, team_office: Office) -> Callable[[], Any]:
    """Index the changed texts, or leave them for the worker: the search must not differ."""
    if request.param == "indexed":
        return lambda: search_index.catch_up(team_office.program.database)
    return lambda: None


def _page(somebody: Somebody, typed: str, **query: str) -> Any:
    found = somebody.browser.get("/review/search", query_string={"words": typed, **query})
    assert found.status_code == 200
    return found


def _found(somebody: Somebody, typed: str) -> str:
    """Return the text of the results, without the search fields."""
    return words(_page(somebody, typed)).split("are not searched.")[1]


@pytest.mark.parametrize(
    "typed", ["ÄRGER", "arger", "A\u0308r\u00adger", "STRASSE", "straße", "arg stra"]
)
def test_comments_are_found_in_any_spelling_by_the_beginnings_of_all_words(
    lena: Somebody, settle: Callable[[], Any], typed: str
) -> None:
    answered(lena.office, "FOUND-1", comment="Viel Ärger, 100 %\na_b. Straße")
    answered(lena.office, "OTHER-1", comment="Viel Anger, Rand")
    settle()
    assert "FOUND-1" in _found(lena, typed)
    assert "OTHER-1" not in _found(lena, typed)


@pytest.mark.parametrize("typed", ["ger", "viel other", "%", "_", "viel -arger", "*", "a*b"])
def test_parts_inside_words_and_wildcards_are_not_found(
    lena: Somebody, settle: Callable[[], Any], typed: str
) -> None:
    answered(lena.office, "FOUND-1", comment="Viel Anger")
    settle()
    assert "Nothing found" in _found(lena, typed)


def test_results_are_grouped_with_excerpt_date_and_link(
    lena: Somebody, settle: Callable[[], Any]
) -> None:
    office, now = lena.office, lena.office.now
    one = answered(
        office, "SP-0012", 1, 1, comment="The Wolpertinger <b>slept", customer="Wolpertinger Ltd",
        contact_welcome=True,
    )  # fmt: skip
    with office.program.database.write() as tx:
        answer_status.add_note(tx, one, "ask about the wolpertingers", now)
        follow_ups.close(tx, one, 1, "contacted", "Wolpertinger is awake", now)
        decisions.add(tx, WEEK, one, "Feed the Wolpertinger", now)
        meetings.save_minutes(tx, WEEK, "", "Wolpertinger again", now)
    settle()
    page = _page(lena, "wolpert").text
    headings = re.findall(r"<h2>(.*?)</h2>", page)
    kinds = ["Customers", "Comments", "Notes", "Follow-up results", "Decisions", "Minutes"]
    assert headings == kinds
    assert page.count("<mark>") == 6
    assert "The <mark>Wolpertinger</mark> &lt;b&gt;slept" in page
    assert page.count("24 Nov 2026") >= 6
    for link in re.findall(r'<li>\s*<a href="(/review/[^"]*)"', page.split("<main")[1]):
        target = lena.get(link.replace("&amp;", "&"))
        assert target.status_code == 200
        assert "Wolpertinger" in target.text
    assert re.findall(r"<h2>(.*?)</h2>", _page(lena, "wolpert", kind="note").text) == ["Notes"]


@pytest.mark.parametrize("typed", ["SP-0012", "sp-001", "SP-12", "1", "0012", " SP-0012 "])
def test_cases_are_found_by_their_number_or_its_beginning(lena: Somebody, typed: str) -> None:
    lena.office.invite("SP-0012")
    lena.office.invite("XY-0099")
    shown = _found(lena, typed)
    assert "Case SP-0012, closed 24 Nov 2026" in shown
    assert "XY-0099" not in shown


def test_a_number_is_found_with_letters_that_it_lacks_and_not_with_others(lena: Somebody) -> None:
    lena.office.invite("000123")
    lena.office.invite("AB-123")
    assert "Case 000123" in _found(lena, "SP-12")
    assert "AB-123" not in _found(lena, "SP-12")
    assert "AB-123" in _found(lena, "AB-1")


def test_readers_find_only_cases_with_an_answer(lena: Somebody) -> None:
    reader = Somebody(lena.office, "reader", "rosa")
    answered(lena.office, "5501", comment="Wolpertinger")
    lena.office.invite("5502")
    assert {"5501", "5502"} <= {*_found(lena, "550").replace(",", "").split()}
    assert "5501" in _found(reader, "550")
    assert "5502" not in _found(reader, "550")
    for link in re.findall(r'<li>\s*<a href="(/review/[^"]*)"', _page(reader, "5501").text):
        assert reader.get(link).status_code == 200


def test_only_the_newest_revision_of_a_comment_is_found(
    lena: Somebody, settle: Callable[[], Any]
) -> None:
    one = answered(lena.office, "0001", 2, 2, comment="Wolpertinger")
    settle()
    changed = replace(lena.office.answers(one)[0], revision=2, comment="Elk")
    with lena.office.program.database.write() as tx:
        assert answers.append(tx, changed)
    for _ in range(2):
        assert "Nothing found" in _found(lena, "wolpertinger")
        assert "0001" in _found(lena, "elk")
        settle()


def test_a_comment_to_handle_with_care_is_found_once_it_is_released(
    lena: Somebody, settle: Callable[[], Any]
) -> None:
    one = answered(lena.office, "0001", 1, 1, comment="Wolpertinger")
    settle()
    for reason, found in (("threat", False), (None, True)):
        with lena.office.program.database.write() as tx:
            answer_marks.set_care(tx, one, reason)
        settle()
        assert ("0001" in _found(lena, "wolpertinger")) == found
        assert ("0001" in words(lena.get(f"/review/{WEEK}/answers?words=wolper"))) == found


def test_a_redacted_word_is_not_found(lena: Somebody, settle: Callable[[], Any]) -> None:
    one = answered(lena.office, "FOUND-1", comment="Frau Müller war langsam")
    settle()
    redact(lena, one, "muller")
    assert "FOUND-1" not in _found(lena, "muller")
    assert "FOUND-1" in _found(lena, "LANGSAM")
    assert "FOUND-1" not in _found(lena, "\u200b")
    settle()
    assert "FOUND-1" not in _found(lena, "muller")
    assert "FOUND-1" in _found(lena, "LANGSAM")


def test_the_words_filter_of_a_week_uses_the_same_words(
    lena: Somebody, settle: Callable[[], Any]
) -> None:
    answered(lena.office, "FOUND-1", comment="Viel Ärger hier")
    answered(lena.office, "OTHER-1", comment="Viel Anger")
    settle()
    for typed, count in (("arg viel", 1), ("viel", 2), ("%", 0), ("a' OR 1=1", 0)):
        page = lena.browser.get(f"/review/{WEEK}/answers", query_string={"words": typed})
        assert f"Showing {count} of 2." in words(page)


_HOSTILE = (
    *(
        "'",
        '"',
        '"a" OR NEAR(b)',
        "a AND",
        "NOT",
        "-a",
        "a:b*",
        "§comment",
        "*",
        "^a",
        "{a b}",
        "+",
    ),
    *("%", "_", "!", "\\", "'; DROP TABLE answers; --", "'a':* & !b", "a | b", "<-> (", "<b>"),
    *("\x00", "a\x00b", "\u202eabc\u2066", "\ud7ff", "🐙", "ß" * 300, "x" * 10_000, "a " * 5000),
    *("9" * 50, "2026-W99", "31.02.2026", "٣٤٥", "½", "ﷺ" * 50, "   ", "Z0-", "0", "!12", "%12"),
)


def test_hostile_text_is_searched_for_and_never_an_error(lena: Somebody) -> None:
    answered(lena.office, "7001", comment="Something harmless")
    for index in (False, True):
        if index:
            search_index.catch_up(lena.office.program.database)
        for typed in _HOSTILE:
            page = _page(lena, typed).text
            assert "<b>" not in page
            assert "7001" not in page
            week = lena.browser.get(f"/review/{WEEK}/answers", query_string={"words": typed})
            assert week.status_code == 200


def test_the_page_says_how_long_texts_are_kept(lena: Somebody) -> None:
    facts = lena.office.program.facts
    page = words(_page(lena, "x"))
    assert f"minutes are kept for {facts.period('comment').days} days" in page
    assert f"Customers are kept for {facts.period('contact').days} days" in page
    assert "520" not in page


@pytest.mark.parametrize("typed", ["2026-W45", "KW 45", "5.11.2026", "2026-11-05", "45/2026"])
def test_a_week_or_date_that_is_typed_leads_to_its_week(lena: Somebody, typed: str) -> None:
    assert "Week 45: 2–8 Nov 2026" in _found(lena, typed)
    assert "/review/2026-W45" in _page(lena, typed).text


def test_the_worker_indexes_what_changed_and_the_page_says_when_it_is_behind(
    lena: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        answered(lena.office, f"000{number}", comment="Wolpertinger")
    monkeypatch.setattr(search_index, "MOST_PENDING", 2)
    assert "still being indexed" in words(_page(lena, "wolpertinger"))
    monkeypatch.setattr(search_index, "BATCH", 3)
    assert search_index.catch_up(lena.office.program.database) == 5
    assert search_index.catch_up(lena.office.program.database) == 0
    assert "still being indexed" not in words(_page(lena, "wolpertinger"))
    assert _page(lena, "wolpertinger").text.count("<mark>") == 4


@pytest.mark.parametrize("seed", range(4))
def test_the_index_finds_what_a_scan_of_all_texts_finds_after_any_acts(
    office: Office, seed: int
) -> None:
    chance = random.Random(seed)
    database = office.program.database
    vocabulary = ["elk", "elks", "Straße", "müde", "a", "x1", "100", "Ärger"]

    def text() -> str:
        return " ".join(chance.choices(vocabulary, k=chance.randrange(4)))

    acts, known = _acts(office, text), list[str]()
    for number in range(60):
        if number % 6 == 0:
            known.append(answered(office, f"{number:04}", comment=text(), customer=text() or None))
        act = chance.choice(acts)
        with database.write() as tx:
            act(tx, chance.choice(known))
        if chance.random() < 0.2:
            search_index.catch_up(database)
        if number == 50:
            office.wait(days=chance.choice([1, 400]))
            end_lifetimes(office.program, office.now)
        if number % 10 == 9:
            _compare(office)
    search_index.catch_up(database)
    _compare(office)
    assert office.rows("search_changes") == []


def _acts(office: Office, text: Callable[[], str]) -> list[Callable[[Any, str], object]]:
    from feedback_app.base.redaction import WantedWords
    from feedback_app.store import answer_texts, erasure

    def erase(tx: Any, one: str) -> None:
        erasure.erase_case(tx, office.invitation(one).case_ref, one, office.now)

    def decide(tx: Any, one: str) -> None:
        for decision in decisions.of_week(tx, WEEK)[:1]:
            decisions.change(tx, decision.id, text() or "elk", "", None)
            decisions.delete(tx, decision.id) if text() else None
        decisions.add(tx, WEEK, one, text() or "elk", office.now)

    def remark(tx: Any, one: str) -> None:
        follow_ups.open_for(tx, one, office.now, office.now.date())
        number = follow_ups.of_answer(tx, one)[-1].number
        follow_ups.close(tx, one, number, "contacted", text(), office.now)

    return [
        lambda tx, one: answer_status.add_note(tx, one, text() or "elk", office.now),
        decide,
        remark,
        lambda tx, one: meetings.save_minutes(tx, WEEK, one, text(), office.now),
        lambda tx, one: meetings.save_minutes(tx, WEEK, "", text(), office.now),
        lambda tx, one: answer_texts.redact(tx, one, WantedWords("elk")),
        lambda tx, one: answer_marks.set_care(tx, one, "threat" if text() else None),
        lambda tx, one: tx.run(
            "UPDATE cases SET customer = :new WHERE case_number = '0000'", new=text() or None
        ),
        erase,
    ]


def _compare(office: Office) -> None:
    """Compare the search with a scan of the tables."""
    care = {row["invitation_id"] for row in office.rows("answer_marks") if row["care"]}
    texts: dict[str, dict[str, str]] = {kind: {} for kind in search_index.KINDS}

    def add(kind: str, key: str, text: str | None) -> None:
        if text:
            texts[kind][key] = f"{texts[kind].get(key, '')}\n{text}"

    for row in sorted(office.rows("answers"), key=lambda row: row["revision"]):
        texts["comment"].pop(row["invitation_id"], None)
        if row["invitation_id"] not in care:
            add("comment", row["invitation_id"], row["comment"])
    for row in office.rows("notes"):
        add("note", row["invitation_id"], row["text"])
    for row in office.rows("follow_ups"):
        add("result", row["invitation_id"], row["remark"])
    for row in office.rows("decisions"):
        add("decision", row["id"], row["text"])
    for row in office.rows("meeting_items"):
        add("minutes", row["week"], row["text"])
    for customer in {row["customer"] for row in office.rows("cases")}:
        add("customer", customer, customer)
    for wanted in (["elk"], ["el"], ["stras"], ["a"], ["mude", "100"], ["arger", "elk", "x1"]):
        for kind in search_index.KINDS:
            scanned = {key for key, text in texts[kind].items() if contains(words_of(text), wanted)}
            found = search_index.hits(office.program.database, kind, wanted, 1000)
            assert sorted(hit.key for hit in found) == sorted(scanned), (kind, wanted)


@pytest.mark.parametrize("way", ["request", "retention"])
def test_erased_words_leave_the_index_at_once_and_the_files_of_the_database(
    office: Office, way: str
) -> None:
    secret, database = "wolpertinger", office.program.database
    # Only one is answered on the page, because opening a program for each takes long.
    first = office.answers(answered(office, "9999", comment=f"{secret} slow"))[0]
    for start in range(0, 300, 50):
        with database.write() as tx:
            for number in range(start, start + 50):
                case = a_case(f"{number:04}", customer=f"{secret} Ltd", closed_at=office.now)
                (stored,) = office.program.case_intake.store_all(tx, [case], office.now)
                one = stored.invitation_id
                comment = f"{secret}x{number} slow"
                assert answers.append(tx, replace(first, invitation_id=one, comment=comment))
            tx.run("UPDATE outbox SET sent_at = :now", now=office.now)
        search_index.catch_up(database)
    assert containing(folder_of(database, office.mailbox.parent), secret)
    if way == "request":
        office.erase(email="contact@customer.example")
    else:
        office.wait(days=800)
        end_lifetimes(office.program, office.now)
    for kind in ("comment", "customer"):
        assert search_index.hits(database, kind, [secret], 5) == []
    folder = folder_of(database, office.mailbox.parent)
    assert containing(folder, secret) == []
    assert containing(folder, secret[:-2]) == []


def test_erased_words_leave_the_index_in_the_transaction_that_erases_them(office: Office) -> None:
    one = answered(office, "0001", comment="Wolpertinger", customer="Wolpertinger Ltd")
    office.receive(a_case("0002", customer="Wolpertinger Ltd"))
    search_index.catch_up(office.program.database)
    from feedback_app.store import erasure

    with office.program.database.write() as tx:
        erasure.erase_case(tx, office.invitation(one).case_ref, one, office.now)
        rows = tx.ask("SELECT kind, words FROM search_texts WHERE words IS NOT NULL")
    assert rows == [{"kind": "customer", "words": "§customer wolpertinger ltd"}]
    office.erase(case_number="0002")
    assert office.rows("search_texts") == []
    assert office.rows("search_changes") == []
