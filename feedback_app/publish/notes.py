"""A note for customers: what a meeting decided, in the leads' own words, giving nobody away."""

from collections.abc import Mapping
from datetime import datetime

from feedback_app.base.text import one_line
from feedback_app.database.contract import Database
from feedback_app.store import mentions
from published_results import LONGEST_NOTE, NOTE_FORMAT, Approval, Published, PublishedNote


class NamesCaseError(ValueError):
    """The note names a case or its customer, or repeats its comment; `case_number` is which."""

    def __init__(self, case_number: str) -> None:
        self.case_number = case_number
        super().__init__(
            f"the note names or repeats something of case {case_number}: leave it out, "
            "or add --anyway if it only looks so"
        )


class NoteFaultError(ValueError):
    """The note cannot be published as it is. The message says what to mend."""


class PublishedAlreadyError(NoteFaultError):
    """The very same note is public."""


def new_note(
    database: Database,
    published: Published,
    week: str,
    texts: Mapping[str, str],
    by: str,
    now: datetime,
    *,
    sample: bool,
    anyway: bool,
) -> PublishedNote:
    """Return the next note of the meeting of `week`; `texts` are by language, empty ones left out.

    Raises NoteFaultError, also for a note that is public already, and NamesCaseError unless it is
    to be published `anyway`.
    """
    text = {language: one_line(words).strip() for language, words in texts.items()}
    text = {language: words for language, words in text.items() if words}
    if not text:
        raise NoteFaultError("the note says nothing")
    for language, words in text.items():
        if len(words) > LONGEST_NOTE:
            raise NoteFaultError(
                f"{language} has {len(words)} characters: {LONGEST_NOTE} are shown"
            )
    if any(one.week == week and one.text == text for one in published.notes):
        raise PublishedAlreadyError("this note is published already")
    if not anyway:
        for words in text.values():
            for case_number in mentions.cases_in(database, words):
                raise NamesCaseError(case_number)
    return PublishedNote(
        format=NOTE_FORMAT,
        week=week,
        number=1 + max((one.number for one in published.notes if one.week == week), default=0),
        sample=sample,
        approved=Approval(by=by, at=now),
        text=text,
    )
