"""Answers with their status, as the pages show them."""

from collections.abc import Iterable
from typing import NamedTuple

from feedback_app.records import AnsweredCase, AnswerStatus
from feedback_app.review.scores import lowest, total
from feedback_app.store import answer_status
from feedback_app.web.request import program


class Card(NamedTuple):
    """An answer with its status."""

    case: AnsweredCase
    status: AnswerStatus


def to_cards(cases: Iterable[AnsweredCase], week: str) -> list[Card]:
    """Return the answers of `week` with their status, unread ones first."""
    done = answer_status.of_week(program().database, week)
    cards = [Card(case, done[case.invitation_id]) for case in cases]
    return sorted(cards, key=lambda card: not card.status.unread)


def in_groups(cards: Iterable[Card]) -> dict[str, list[Card]]:
    """Return low answers (lowest first), other comments, and answers without a comment."""
    threshold = program().facts.survey.low_threshold
    low: list[Card] = []
    remarks: list[Card] = []
    silent: list[Card] = []
    for card in cards:
        is_low = card.case.is_low(threshold)
        (low if is_low else remarks if card.case.comment else silent).append(card)
    low.sort(key=lambda card: (not card.status.unread, lowest(card.case), total(card.case)))
    return {"low": low, "remarks": remarks, "silent": silent}
