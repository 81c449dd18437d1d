"""Notes for customers about what a meeting decided. They must not identify a customer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from feedback_app.base.text import isolated, one_line
from feedback_app.database.contract import Database
from feedback_app.store import mentions
from published_results import LONGEST_NOTE, NOTE_FORMAT, Approval, Published, PublishedNote


class NamesCaseError(ValueError):
    """The note contains a name, a number or words from the comment of case `case_number`."""

    def __init__(self, case_number: str) -> None:
        self.case_number = case_number
        super().__init__(
            f"the note contains details of case {case_number}; remove them, "
            "or add --anyway if the match is a coincidence"
        )


class NoteFaultError(ValueError):
    """The note cannot be published as it is. The message names the fault."""


class PublishedAlreadyError(NoteFaultError):
    """The same note is already published."""


@dataclass(frozen=True, kw_only=True)
class NoteDraft:
    """A note of the meeting of `week` by one author; `texts` are by language and may be empty.

    `anyway` publishes the text although it seems to contain details of a case.
    """

    week: str
    texts: Mapping[str, str]
    by: str
    sample: bool
    anyway: bool


def new_note(
    database: Database, published: Published, draft: NoteDraft, now: datetime
) -> PublishedNote:
    """Return the note to publish, numbered within its week. Empty texts are dropped.

    Raises NoteFaultError if the note is empty, too long or already published, and NamesCaseError
    if it contains details of a case.
    """
    text = _checked(draft.texts)
    earlier = [note for note in published.notes if note.week == draft.week]
    if any(note.text == text for note in earlier):
        raise PublishedAlreadyError("this note is already published")
    if not draft.anyway:
        for words in text.values():
            for case_number in mentions.cases_in(database, words):
                raise NamesCaseError(case_number)
    return PublishedNote(
        format=NOTE_FORMAT,
        week=draft.week,
        number=1 + max((note.number for note in earlier), default=0),
        sample=draft.sample,
        approved=Approval(by=draft.by, at=now),
        text=text,
    )


def _checked(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts on one line each. Raises NoteFaultError if all are empty or one too long."""
    lines = {language: one_line(isolated(words)) for language, words in texts.items()}
    text = {language: line for language, line in lines.items() if line}
    if not text:
        raise NoteFaultError("the note has no text")
    for language, line in text.items():
        if len(line) > LONGEST_NOTE:
            raise NoteFaultError(
                f"the {language} text has {len(line)} characters, more than {LONGEST_NOTE}"
            )
    return text
