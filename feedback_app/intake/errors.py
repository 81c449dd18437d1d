"""What is wrong with the fields of a closed case."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

_QUOTED_CHARACTERS = 60


@dataclass(frozen=True)
class FieldError:
    """One reason a closed case is rejected. `field` is empty if the whole row is meant.

    `impossible` marks a well-formed value that contradicts another field, the calendar or an
    earlier delivery.
    """

    field: str
    reason: str
    impossible: bool = False

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}" if self.field else self.reason


class ImpossibleError(ValueError):
    """A value is well-formed but cannot be true."""


class InvalidCaseError(ValueError):
    """The values do not make a closed case. `errors` lists every reason."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(joined(errors))
        self.errors = tuple(errors)


class CSVFileError(ValueError):
    """A file cannot be imported. The message says why and what to do."""


def joined(errors: Sequence[FieldError]) -> str:
    """Return the errors as one line."""
    return "; ".join(str(error) for error in errors)


def in_list(errors: Sequence[FieldError], at: int) -> list[FieldError]:
    """Return the errors with the position of their case in a list before the field."""
    return [replace(one, field=f"{at}/{one.field}" if one.field else str(at)) for one in errors]


def quoted(text: str) -> str:
    """Return `text` in quotes, at most 60 characters of it, with control characters escaped."""
    short = len(text) <= _QUOTED_CHARACTERS
    return repr(text if short else f"{text[:_QUOTED_CHARACTERS]}…")
