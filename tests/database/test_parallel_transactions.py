"""Parallel transactions on PostgreSQL, where each statement sees what others committed."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import TypeVar

import pytest

from feedback_app.base.redaction import WantedWords
from feedback_app.database.choose import open_database
from feedback_app.database.contract import Database
from feedback_app.records import Answer, Lead
from feedback_app.store import answer_texts, answers, cases, invitations, leads, wordings
from feedback_app.store.answer_texts import AnswerText
from feedback_app.survey.protocol import Outcome, Reason, store_answer, store_reason
from tests.support.office import NOW, a_case

Result = TypeVar("Result")
DAY = timedelta(days=1)


@pytest.fixture
def database(migrated_postgresql_url: str) -> Iterator[Database]:
    opened = open_database(migrated_postgresql_url)
    yield opened
    opened.close()


@pytest.fixture
def answer(database: Database) -> Answer:
    """The stored answer to a survey."""
    with database.write() as tx:
        case_ref = cases.add(tx, a_case(), "2026-W48", NOW)
        invitation_id = invitations.add(tx, case_ref, NOW, NOW + DAY, None)
        given = Answer(
            invitation_id=invitation_id,
            revision=1,
            ease=2,
            satisfaction=5,
            comment="Anna and Bert were slow.",
            contact_welcome=False,
            wording_version=1,
            language="en",
            answered_at=NOW,
            answered_week="2026-W48",
        )
        store_answer(tx, given, DAY)
    return given


def at_once(steps: list[Callable[[], Result]]) -> list[Result]:
    """Run the steps at the same time, each in its own thread, and return their results."""
    together = Barrier(len(steps))

    def run(step: Callable[[], Result]) -> Result:
        together.wait()
        return step()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def test_parallel_guesses_do_not_exceed_the_limit(database: Database, answer: Answer) -> None:
    def guess(ease: int, satisfaction: int) -> tuple[Outcome, tuple[int, int]]:
        given = replace(answer, ease=ease, satisfaction=satisfaction, comment="")
        with database.write() as tx:
            found = answers.wrong_guesses(tx, answer)
            outcome, _ = store_answer(tx, given, DAY)
            assert found <= answers.wrong_guesses(tx, answer)
        return outcome, (ease, satisfaction)

    # The right pair is last, so it is confirmed only if the others were not counted before.
    pairs = [(ease, satisfaction) for ease in range(1, 6) for satisfaction in range(1, 6)]
    wrong = [pair for pair in pairs if pair != (2, 5)]
    at_once([lambda pair=pair: guess(*pair) for pair in wrong[:12]])  # type: ignore[misc]
    assert answers.wrong_guesses(database, answer) == 12
    outcomes = at_once([lambda: guess(2, 5) for _ in range(4)])
    assert {outcome for outcome, _ in outcomes} == {Outcome.CONFLICT}


def test_a_right_guess_waits_until_guesses_before_it_are_counted(
    database: Database, answer: Answer
) -> None:
    right = replace(answer, comment="")
    with ThreadPoolExecutor(1) as pool:
        with database.write() as tx:
            for ease in (1, 3, 4):
                store_answer(tx, replace(right, ease=ease), DAY)

            def guess() -> Outcome:
                with database.write() as other:
                    return store_answer(other, right, DAY)[0]

            waiting = pool.submit(guess)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
        assert waiting.result(timeout=10) is Outcome.CONFLICT


def test_two_leads_redact_different_words_at_the_same_time(
    database: Database, answer: Answer
) -> None:
    def redact(word: str) -> list[AnswerText]:
        with database.write() as tx:
            return answer_texts.redact(tx, answer.invitation_id, WantedWords(word))

    at_once([lambda: redact("Anna"), lambda: redact("Bert"), lambda: redact("slow")])
    (stored,) = answers.revisions(database, answer.invitation_id)
    assert not {"Anna", "Bert", "slow"} & set(stored.comment.replace(".", "").split())


def test_a_reason_stored_during_a_redaction_does_not_bring_the_words_back(
    database: Database, answer: Answer
) -> None:
    def welcome() -> None:
        with database.write() as tx:
            store_reason(tx, Reason(answer.invitation_id, 1, "", True), NOW, DAY)

    with ThreadPoolExecutor(1) as pool:
        with database.write() as tx:
            answer_texts.redact(tx, answer.invitation_id, WantedWords("Anna"))
            waiting = pool.submit(welcome)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
        waiting.result(timeout=10)
    stored = answers.revisions(database, answer.invitation_id)
    assert [one.contact_welcome for one in stored] == [False, True]
    assert not [one for one in stored if "Anna" in one.comment]


def test_signing_in_with_an_old_password_does_not_restore_it(database: Database) -> None:
    account = Lead(name="ann", role="lead", password_hash="old", added_at=NOW)
    with database.write() as tx:
        leads.add(tx, account)
    with database.write() as tx:
        leads.remove(tx, "ann")
        leads.add(tx, replace(account, password_hash="new"))
    with database.write() as tx:
        leads.replace_password_hash(tx, "ann", "old", "old with newer parameters")
    found = leads.find(database, "ann")
    assert found and found.password_hash == "new"


def test_of_two_wordings_registered_at_the_same_time_one_is_refused(database: Database) -> None:
    changed = at_once(
        [
            lambda: wordings.register(database, 1, {"en": "one"}, NOW),
            lambda: wordings.register(database, 1, {"en": "two"}, NOW),
        ]
    )
    assert sorted(changed) == [[], ["en"]]
