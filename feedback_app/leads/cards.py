"""Answers with their status, as the pages show them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from feedback_app.records import AnsweredCase, AnswerStatus
from feedback_app.store import answer_status, answered_cases
from feedback_app.web.request import now, program


class Card(NamedTuple):
    """An answer with its status."""

    case: AnsweredCase
    status: AnswerStatus


def for_screen(card: Card) -> Card:
    """Return the card for the meeting, where everybody reads along.

    Without the comment of a low answer that nobody has read yet, unless its customer agreed to be
    contacted: it could be a threat.
    """
    case = card.case
    low = case.is_low(program().facts.survey.low_threshold)
    if card.status.unread and low and case.comment and not case.contact_welcome:
        return Card(replace(case, comment="", care="unread"), card.status)
    return card


def to_cards(ids: Iterable[str]) -> list[Card]:
    """Return the answers with these invitation ids, in this order, annulled or not."""
    listed = list(ids)
    cases = answered_cases.with_ids(program().database, listed, now())
    return with_status(cases[one] for one in listed if one in cases)


def with_status(cases: Iterable[AnsweredCase]) -> list[Card]:
    """Return these answers with their status; those erased in the meantime are left out."""
    listed = list(cases)
    ids = [case.invitation_id for case in listed]
    known = answer_status.of_answers(program().database, ids)
    return [Card(case, known[case.invitation_id]) for case in listed if case.invitation_id in known]
