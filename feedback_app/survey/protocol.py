"""The survey protocol: the first complete answer is kept; a requested change is a new revision."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from feedback_app.base.redaction import matches_redacted
from feedback_app.database.contract import Transaction
from feedback_app.records import Answer
from feedback_app.store import answers

# After this many wrong guesses we stop confirming right ones. Otherwise somebody with the link
# could find out the answer by trying all 25 pairs of scores.
MAX_WRONG_GUESSES = 3


class Outcome(Enum):
    """What happened to a submitted answer or reason."""

    STORED = "stored"
    DUPLICATE = "duplicate"  # the same values again: a success, but nothing is stored
    CONFLICT = "conflict"  # a different answer is stored: ask whether to keep or change it
    TOO_LATE = "too late"  # a different answer is stored, and the edit window is over


@dataclass(frozen=True)
class Reason:
    """The comment and contact wish given afterwards for the low answer of `revision`."""

    invitation_id: str
    revision: int
    comment: str
    contact_welcome: bool


def store_answer(
    tx: Transaction,
    submitted: Answer,
    edit_window: timedelta,
    changes_revision: int | None = None,
) -> tuple[Outcome, Answer]:
    """Store `submitted` unless there is an answer; return the outcome and the newest answer.

    `submitted` has revision 1 and the time and week of the request; a change is stored with the
    next revision and counts in the week of the first one. `changes_revision` is the revision the
    customer was shown the "keep or change?" question for.
    """
    # Under READ COMMITTED, parallel guesses would all read the same number of wrong guesses.
    answers.lock(tx, submitted.invitation_id)
    if answers.append(tx, submitted):
        return Outcome.STORED, submitted
    known = answers.revisions(tx, submitted.invitation_id)
    newest = known[-1]
    in_time = submitted.answered_at < known[0].answered_at + edit_window
    # Past the edit window, treat a change request as a guess; otherwise asking would confirm it.
    is_change = in_time and changes_revision == newest.revision
    conflict = Outcome.CONFLICT if in_time else Outcome.TOO_LATE
    if _is_duplicate(submitted, newest, is_change):
        hide = not is_change and answers.wrong_guesses(tx, newest) >= MAX_WRONG_GUESSES
        return (conflict if hide else Outcome.DUPLICATE), newest
    if not is_change:
        answers.count_wrong_guess(tx, newest, submitted.answered_at)
        return conflict, newest
    return _append(tx, replace(submitted, revision=newest.revision + 1), known[0].answered_week)


def store_reason(tx: Transaction, reason: Reason, now: datetime, edit_window: timedelta) -> Outcome:
    """Append a reason to its answer, as a new revision with the same scores.

    An earlier comment or consent is never removed; a second reason becomes another revision. If
    an earlier revision has the reason already, redacted or not, the request is a duplicate.
    Returns CONFLICT if the scores have changed, and TOO_LATE after the edit window or once the
    comment was erased.
    """
    answers.lock(tx, reason.invitation_id)
    known = answers.revisions(tx, reason.invitation_id)
    newest = known[-1]
    same_scores = [one for one in known if _scores(one) == _scores(newest)]
    if any(_has_reason(one, reason) for one in same_scores):
        return Outcome.DUPLICATE
    if now >= known[0].answered_at + edit_window or answers.is_erased(tx, reason.invitation_id):
        return Outcome.TOO_LATE
    if reason.revision not in [one.revision for one in same_scores]:
        return Outcome.CONFLICT
    with_reason = replace(
        newest,
        revision=newest.revision + 1,
        comment=newest.comment if _adds_nothing(reason.comment, newest) else reason.comment,
        contact_welcome=reason.contact_welcome or newest.contact_welcome,
        answered_at=now,
    )
    return _append(tx, with_reason, newest.answered_week)[0]


def _append(tx: Transaction, answer: Answer, week: str) -> tuple[Outcome, Answer]:
    answer = replace(answer, answered_week=week)
    stored = answers.append(tx, answer)
    return (Outcome.STORED if stored else Outcome.CONFLICT), answer


def _is_duplicate(submitted: Answer, newest: Answer, is_change: bool) -> bool:
    """Return whether `submitted` repeats the stored answer.

    Unless the customer asked for a change, the same scores without comment and consent repeat it
    too: the first request may arrive again after its reason was added, or after a redaction.
    """
    if _scores(submitted) != _scores(newest):
        return False
    if is_change:
        is_same_wording = submitted.wording_version == newest.wording_version
        return is_same_wording and _details(submitted) == _details(newest)
    same = submitted.contact_welcome == newest.contact_welcome and _repeats(
        submitted.comment, newest
    )
    return same or _details(submitted) == ("", False)


def _has_reason(answer: Answer, reason: Reason) -> bool:
    return (
        _adds_nothing(reason.comment, answer) and reason.contact_welcome <= answer.contact_welcome
    )


def _adds_nothing(comment: str, known: Answer) -> bool:
    return not comment or _repeats(comment, known)


def _repeats(comment: str, known: Answer) -> bool:
    """Return whether `comment` is the comment of `known`, or what it was before a redaction.

    A comment that is redacted completely matches nothing, because a new comment must not be lost.
    """
    if comment == known.comment:
        return True
    return any(map(str.isalnum, known.comment)) and matches_redacted(known.comment, comment)


def _scores(answer: Answer) -> tuple[int, int]:
    return answer.ease, answer.satisfaction


def _details(answer: Answer) -> tuple[str, bool]:
    return answer.comment, answer.contact_welcome
