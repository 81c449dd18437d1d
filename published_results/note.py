"""One file: a decision that a meeting made because of customers' answers."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from published_results.part import Approval, Part
from published_results.result import Week

NOTE_FORMAT: Literal["support-note-1"] = "support-note-1"
LONGEST_NOTE = 600

NoteText = Annotated[str, Field(min_length=1, max_length=LONGEST_NOTE)]


class PublishedNote(Part):
    """A note about one decision, as plain text.

    `text` is by language and has at least one; pages in other languages show that one.
    """

    format: Literal["support-note-1"]
    week: Week
    number: Annotated[int, Field(ge=1)]
    sample: bool
    approved: Approval
    text: dict[str, NoteText]

    @field_validator("text")
    @classmethod
    def _has_text(cls, text: dict[str, str]) -> dict[str, str]:
        if not text or not all(words.strip() for words in text.values()):
            raise ValueError("the note has no text")
        return text

    @property
    def name(self) -> str:
        """Return the name for files and anchors, such as note_2026-W48_1."""
        return f"note_{self.week}_{self.number}"

    @property
    def anchor(self) -> str:
        """Return the anchor of the note on its page, such as note-2026-w48-1."""
        return self.name.replace("_", "-").lower()

    @property
    def file_name(self) -> str:
        """Return the file name: week of the meeting, number and date of approval in UTC."""
        return f"{self.name}_{self.approved.at:%Y-%m-%d}.json"
