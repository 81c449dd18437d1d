"""The survey protocol: the first complete answer stands, a change is asked for and appended."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from feedback_app.base.redaction import may_have_been
from feedback_app.database.contract import Transaction
from feedback_app.records import Answer, Invitation
from feedback_app.store import answers

# So often other values may be sent before no guess is confirmed any more: somebody who merely has
# the link could try all twenty-five pairs of scores otherwise.
GUESSES = 3


class Outcome(Enum):
    """What became of an answer that was sent."""

    STORED = "stored"
    KNOWN = "known"  # the same values again: a success, and no second row
    DIFFERS = "differs"  # another answer stands: keep it or change it?
    TOO_LATE = "too late"  # another answer stands, and the edit window is over


@dataclass(frozen=True)
class Given:
    """What one POST said. Scores are 1 to 5."""

    ease: int
    satisfaction: int
    comment: str
    contact_welcome: bool
    language: str
    flags: tuple[str, ...] = ()


def record(
    tx: Transaction,
    invitation: Invitation,
    given: Given,
    *,
    now: datetime,
    week: str,
    wording_version: int,
    edit_window: timedelta,
    changes_revision: int | None = None,
) -> tuple[Outcome, Answer]:
    """Store what was given unless an answer stands, and return that answer.

    `changes_revision` is the revision the customer was asked about before changing it. `week` is
    the ISO week of `now`; a change counts in the week of the first revision.
    """
    first = Answer(
        invitation_id=invitation.id,
        revision=1,
        ease=given.ease,
        satisfaction=given.satisfaction,
        comment=given.comment,
        contact_welcome=given.contact_welcome,
        wording_version=wording_version,
        language=given.language,
        answered_at=now,
        answered_week=week,
        flags=given.flags,
    )
    # The key of the table decides who was first, not this program.
    if answers.append(tx, first):
        return Outcome.STORED, first
    known = answers.revisions(tx, invitation.id)
    newest = known[-1]
    in_time = now <= known[0].answered_at + edit_window
    # A change nobody can make any more was not asked for: who asks would confirm any guess.
    asked_for = in_time and changes_revision == newest.revision
    it_stands = Outcome.DIFFERS if in_time else Outcome.TOO_LATE
    if _says_nothing_new(first, newest, asked_for):
        guessed = not asked_for and answers.times_contested(tx, newest) >= GUESSES
        return (it_stands if guessed else Outcome.KNOWN), newest
    if not asked_for:
        answers.contest(tx, newest, now)
        return it_stands, newest
    return _append(tx, replace(first, revision=newest.revision + 1), known[0].answered_week)


def add_reason(
    tx: Transaction,
    invitation_id: str,
    revision: int,
    comment: str,
    contact_welcome: bool,
    now: datetime,
    edit_window: timedelta,
) -> Outcome:
    """Append the reason for a low answer, which was given without one at `revision`.

    The scores stay, and words or consent that were given are never taken away here: who goes back
    and sends another reason gets a further revision. A reason that an earlier revision gives is an
    old request that arrives again, and changes nothing, whatever was blacked out of it. DIFFERS
    when other scores stand by now; TOO_LATE also once the comment was erased.
    """
    known = answers.revisions(tx, invitation_id)
    newest = known[-1]
    with_reason = replace(
        newest,
        revision=newest.revision + 1,
        comment=comment if comment and not _repeats(comment, newest) else newest.comment,
        contact_welcome=contact_welcome or newest.contact_welcome,
        answered_at=now,
    )
    if any(
        _scores(one) == _scores(newest)
        and (not comment or _repeats(comment, one))
        and contact_welcome <= one.contact_welcome
        for one in known
    ):
        return Outcome.KNOWN
    if now > known[0].answered_at + edit_window or answers.is_erased(tx, invitation_id):
        return Outcome.TOO_LATE
    if not any(one.revision == revision and _scores(one) == _scores(newest) for one in known):
        return Outcome.DIFFERS
    return _append(tx, with_reason, newest.answered_week)[0]


def _append(tx: Transaction, answer: Answer, week: str) -> tuple[Outcome, Answer]:
    answer = replace(answer, answered_week=week)
    stored = answers.append(tx, answer)
    return (Outcome.STORED if stored else Outcome.DIFFERS), answer


def _says_nothing_new(given: Answer, newest: Answer, asked_for: bool) -> bool:
    """Return whether `given` repeats what stands.

    The same scores without a reason repeat it as well, unless a change was asked for: a first
    answer may arrive again after its reason was added. So may one in which a name was blacked out
    meanwhile.
    """
    if _scores(given) != _scores(newest):
        return False
    if asked_for:
        return _wishes(given) == _wishes(newest)
    same = given.contact_welcome == newest.contact_welcome and _repeats(given.comment, newest)
    return same or _wishes(given) == ("", False)


def _repeats(comment: str, known: Answer) -> bool:
    """Return whether `comment` says nothing beside what `known` said before it was blacked out.

    One that is black as a whole may have been anything: what comes then must not be lost.
    """
    if comment == known.comment:
        return True
    return any(map(str.isalnum, known.comment)) and may_have_been(known.comment, comment)


def _scores(answer: Answer) -> tuple[int, int]:
    return answer.ease, answer.satisfaction


def _wishes(answer: Answer) -> tuple[str, bool]:
    return answer.comment, answer.contact_welcome
