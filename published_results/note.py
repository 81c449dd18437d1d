"""One file: what a meeting decided because of what customers said, in the leads' own words."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from published_results.part import Approval, Part
from published_results.result import Week

NOTE_FORMAT: Literal["support-note-1"] = "support-note-1"
LONGEST_NOTE = 600

NoteText = Annotated[str, Field(min_length=1, max_length=LONGEST_NOTE)]


class PublishedNote(Part):
    """A note of one meeting's decision. Its text is plain: nothing in it is markup.

    `text` has at least one language; a page in another language shows what there is.
    """

    format: Literal["support-note-1"]
    week: Week
    number: Annotated[int, Field(ge=1)]
    sample: bool
    approved: Approval
    text: dict[str, NoteText]

    @field_validator("text")
    @classmethod
    def _says_something(cls, text: dict[str, str]) -> dict[str, str]:
        if not text or not all(words.strip() for words in text.values()):
            raise ValueError("the note says nothing")
        return text

    @property
    def name(self) -> str:
        """Return what files and anchors call it, such as note_2026-W48_1."""
        return f"note_{self.week}_{self.number}"

    @property
    def file_name(self) -> str:
        """Return the name of its file: its meeting, number and the day of publishing in UTC."""
        return f"{self.name}_{self.approved.at:%Y-%m-%d}.json"
