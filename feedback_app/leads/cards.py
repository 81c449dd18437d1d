"""Answers with their status, as the pages show them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from feedback_app.records import AnsweredCase, AnswerStatus
from feedback_app.store import answer_status
from feedback_app.web.request import program


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


def to_cards(cases: Iterable[AnsweredCase], week: str) -> list[Card]:
    """Return the answers of `week` with their status, unread ones first."""
    done = answer_status.of_week(program().database, week)
    cards = [Card(case, done[case.invitation_id]) for case in cases]
    return sorted(cards, key=lambda card: not card.status.unread)
