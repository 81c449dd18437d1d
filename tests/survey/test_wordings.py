"""An answer is counted with the wording its page showed, and no wording gets other words."""

from dataclasses import replace

import pytest

from feedback_app.commands.publish import publish, verify
from feedback_app.database.contract import Database
from feedback_app.program import Program, register_wording
from feedback_app.settings import SettingsError
from feedback_app.store import wordings
from support_facts import Facts, Text
from tests.support.office import NOW, Customer, Office


def reworded_facts(facts: Facts, **words: str) -> Facts:
    """Return the facts with other words of the first question in these languages."""
    first, *others = facts.questions
    changed = first.model_copy(update={"text": Text({**first.text, **words})})
    return facts.model_copy(update={"questions": (changed, *others)})


def with_words(program: Program, **words: str) -> Program:
    return replace(program, facts=reworded_facts(program.facts, **words))


def test_an_answer_is_stored_with_the_wording_that_its_page_showed(office: Office) -> None:
    invitation_id = office.invite()
    page = Customer(office, invitation_id).value()
    later = Customer(office.ruled(wording_version=2), invitation_id)
    assert later.send(page=page, ease="4", satisfaction="5").status_code == 303
    assert [answer.wording_version for answer in later.answers] == [1]
    changed = later.browser.post(later.path, data={"change": "ask"}, headers=later.headers)
    values = {name: later.value_in(changed, name) for name in ("page", "change")}
    assert later.send(**values, ease="4", satisfaction="5").status_code == 303
    assert [answer.wording_version for answer in later.answers] == [1, 2]
    assert [(row["wording_version"], row["answers"]) for row in office.rows("week_scores")] == [
        (1, 0),
        (2, 1),
    ]


def test_a_form_shown_again_in_other_words_asks_for_both_scores_again(
    sqlite_office: Office,
) -> None:
    invitation_id = sqlite_office.invite()
    page = Customer(sqlite_office, invitation_id).value()
    later = Customer(sqlite_office.ruled(wording_version=2), invitation_id)
    again = later.send(page=page, ease="4", comment="Kept.")
    assert again.status_code == 422
    assert "Kept." in again.text
    assert " checked" not in again.text
    assert later.value_in(again) != page
    done = later.send(page=later.value_in(again), ease="2", satisfaction="2", comment="Kept.")
    assert done.status_code == 303
    assert [answer.wording_version for answer in later.answers] == [2]


def test_the_reason_given_afterwards_keeps_the_wording_of_its_answer(
    sqlite_office: Office,
) -> None:
    customer = Customer(sqlite_office, sqlite_office.invite())
    why = customer.send(ease="1", satisfaction="2").location
    later = Customer(sqlite_office.ruled(wording_version=2), customer.invitation_id)
    page = later.value_in(later.browser.get(why, headers=later.headers))
    later.browser.post(why, data={"page": page, "comment": "Slow."}, headers=later.headers)
    assert [answer.wording_version for answer in later.answers] == [1, 1]


def test_a_question_with_other_words_in_the_same_version_is_refused(office: Office) -> None:
    register_wording(office.program, NOW)
    register_wording(office.program, NOW)
    with pytest.raises(SettingsError, match=r"were changed \(de\), but wording version 1 was"):
        register_wording(with_words(office.program, de="Wie mühsam war es?"), NOW)
    with pytest.raises(SettingsError, match=r"\(en\).*set survey.wording_version to 2, or restore"):
        register_wording(with_words(office.program, en="How hard was it?"), NOW)
    second = with_words(office.ruled(wording_version=2).program, en="How hard was it?")
    register_wording(second, NOW)
    register_wording(office.program, NOW)
    with pytest.raises(SettingsError, match="set survey.wording_version to 3"):
        register_wording(with_words(office.program, en="Something else?"), NOW)


def test_other_words_of_a_point_are_refused_too(sqlite_office: Office) -> None:
    program = sqlite_office.program
    register_wording(program, NOW)
    first, *others = program.facts.questions
    points = (*first.points[:4], Text({**first.points[4], "en": "Trivial"}))
    changed = first.model_copy(update={"points": points})
    facts = program.facts.model_copy(update={"questions": (changed, *others)})
    with pytest.raises(SettingsError, match=r"\(en\)"):
        register_wording(replace(program, facts=facts), NOW)


def test_a_new_language_needs_no_new_version(database: Database) -> None:
    assert wordings.register(database, 1, {"en": "a"}, NOW) == []
    assert wordings.register(database, 1, {"en": "a", "de": "b"}, NOW) == []
    assert wordings.register(database, 1, {"de": "b"}, NOW) == []
    assert wordings.register(database, 1, {"en": "c", "de": "b", "fr": "d"}, NOW) == ["en"]
    assert len(database.ask("SELECT language FROM wordings")) == 2


def test_commands_refuse_to_start_with_a_reworded_question(sqlite_office: Office) -> None:
    assert sqlite_office.run(verify).exit_code == 0
    with sqlite_office.program.database.write() as tx:
        tx.run("UPDATE wordings SET digest = 'of other words' WHERE language = 'de'")
    for command in (verify, publish):
        done = sqlite_office.run(command)
        assert done.exit_code == 1
        assert done.output.startswith("Error: the questions or points in")
        assert "set survey.wording_version to 2, or restore the earlier words" in done.output
