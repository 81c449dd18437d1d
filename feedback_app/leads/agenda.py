"""The agenda of a meeting: which answers are discussed one by one, and in which order."""

from collections.abc import Iterable
from typing import NamedTuple

from feedback_app.leads.cards import Card
from feedback_app.records import Meeting
from feedback_app.review.scores import lowest
from support_facts import Facts

# Both scores are at least this, so the comment is praise.
PRAISE = 4
# How many of each are ticked in a big week: a meeting has no time for more.
_MOST_TICKED = {"low": 20, "praise": 10}


class AgendaItem(NamedTuple):
    """An answer that can be discussed, and whether it is on the agenda."""

    card: Card
    chosen: bool


class Agenda(NamedTuple):
    """The answers that can be discussed, by group, and the `silent` ones without a comment.

    `unlisted` others have a low score or a comment, and `unlisted_silent` have no comment.
    """

    groups: dict[str, list[AgendaItem]]
    silent: list[Card]
    unlisted: int = 0
    unlisted_silent: int = 0

    @property
    def slides(self) -> list[Card]:
        """Return the answers on the agenda, in the order of the groups."""
        return [one.card for group in self.groups.values() for one in group if one.chosen]


def agenda_of(cards: Iterable[Card], meeting: Meeting, facts: Facts) -> Agenda:
    """Return the agenda: as it was saved, or else low answers with a comment, praise and starred.

    A lead's note to the meeting is the star. Answers are grouped by their first theme; those
    without one by score. The order does not depend on what leads read meanwhile.
    """
    names = [*(theme.key for theme in facts.themes), "low", "other", "praise"]
    agenda, ticked = Agenda({name: [] for name in names}, []), dict(_MOST_TICKED)
    for card in sorted(cards, key=_order):
        case, item = card.case, meeting.items.get(card.case.invitation_id)
        is_low, is_praise = case.is_low(facts.survey.low_threshold), lowest(case) >= PRAISE
        group = "low" if is_low else "praise" if is_praise else "other"
        preselected = bool(card.status.notes)
        if not preselected and case.has_comment and ticked.get(group):
            preselected, ticked[group] = True, ticked[group] - 1
        chosen = preselected if item is None or item.chosen is None else item.chosen
        if not chosen and not case.has_comment:
            agenda.silent.append(card)
        if is_low or case.has_comment or chosen:
            group = next((theme for theme in case.themes if theme in agenda.groups), group)
            agenda.groups[group].append(AgendaItem(card, chosen))
    return agenda


def _order(card: Card) -> tuple[int, str, str]:
    return lowest(card.case), card.case.answered_week or "", card.case.invitation_id
