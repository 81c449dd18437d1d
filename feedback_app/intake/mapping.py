"""Which column fills which field: the vocabulary of `invite`, of mapping files and of presets.

A column is whatever a sender calls one of its values.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from feedback_app.intake.faults import shown
from feedback_app.records import CASE_FIELDS, REQUIRED_CASE_FIELDS

# Nothing else is ever taken in, so there is no field that an agent's name could be put into.
FIELDS = tuple(CASE_FIELDS)
# Earlier versions stored these fields. Mappings that still fill them stay valid; the value is
# ignored.
RETIRED = frozenset({"solution_proposed_at"})
ANY_OTHER = "*"


class MappingError(ValueError):
    """The mapping does not fit the fields or the columns. The message says what does."""


@dataclass(frozen=True, kw_only=True)
class CaseMapping:
    """What fills the fields of a closed case, and which rows are closed cases at all.

    `columns` gives the column of a field, `constants` its value in every row. A row counts when
    each column of `where` holds one of its texts. A text in `missing` means that nothing is there.
    `words` gives our word for each of theirs, by field and however it is capitalised; "*" is for
    all the others. Raises MappingError for a field we do not have, or one that is filled twice.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, frozenset[str]] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("columns", "constants", "words"):
            kept = {key: value for key, value in getattr(self, name).items() if key not in RETIRED}
            object.__setattr__(self, name, kept)
        for name in (*self.columns, *self.constants, *self.words):
            if name not in FIELDS:
                raise MappingError(
                    f"{shown(name)} is no field of a closed case{_nearest(name, FIELDS)}: "
                    f"the fields are {', '.join(FIELDS)}"
                )
        for name in self.columns:
            if name in self.constants:
                raise MappingError(f"{name} is both mapped to a column and set: choose one")

    def for_columns(self, present: Sequence[str], source: str) -> "CaseMapping":
        """Return this mapping completed for a file with these columns.

        A column called like a field fills it unless told otherwise; `source` says where the cases
        come from unless something else does. Raises MappingError for a column that is not there
        or there twice, and when nothing fills a required field.
        """
        own = {name: name for name in FIELDS if name in present and name not in self.constants}
        columns = {**own, **self.columns}
        constants = {"source": source, **self.constants}
        if "source" in columns:
            del constants["source"]
        complete = replace(self, columns=columns, constants=constants)
        complete._check(present)
        return complete

    def matches(self, row: Mapping[str, str]) -> bool:
        """Return whether `row` (column to text) is one of a closed case."""
        return not self.unmet(row)

    def unmet(self, row: Mapping[str, str]) -> list[str]:
        """Return which columns keep `row` from being one of a closed case, and what they hold."""
        return [
            f"{column} is {shown(row.get(column, '').strip())}, "
            f"not one of {', '.join(sorted(allowed))}"
            for column, allowed in self.where.items()
            if row.get(column, "").strip() not in allowed
        ]

    def values(self, row: Mapping[str, str]) -> dict[str, str]:
        """Return what `row` says of the fields, without those where nothing is there."""
        found = {name: row.get(column, "").strip() for name, column in self.columns.items()}
        given = {name: text for name, text in found.items() if text and text not in self.missing}
        translated = {name: self._ours(name, text) for name, text in given.items()}
        return {**self.constants, **translated}

    def _ours(self, name: str, text: str) -> str:
        theirs = {word.casefold(): ours for word, ours in self.words.get(name, {}).items()}
        return theirs.get(text.casefold(), theirs.get(ANY_OTHER, text))

    def _check(self, present: Sequence[str]) -> None:
        listed = f"the columns are {', '.join(name for name in present if name)}"
        for column in (*self.columns.values(), *self.where):
            if column not in present:
                near = _nearest(column, present)
                raise MappingError(f"there is no column {shown(column)}{near}: {listed}")
            if present.count(column) > 1:
                raise MappingError(f"column {shown(column)} is there more than once: rename one")
        for name in REQUIRED_CASE_FIELDS:
            if name not in self.columns and name not in self.constants:
                raise MappingError(f"nothing fills {name}: map {name}=COLUMN; {listed}")


def pairs(texts: Iterable[str], shape: str) -> list[tuple[str, str]]:
    """Return each `name=value` as a pair. Raises MappingError naming the `shape` expected."""
    found = []
    for text in texts:
        name, sign, value = text.partition("=")
        if not (sign and name.strip()):
            raise MappingError(f"{shown(text)} is not of the form {shape}")
        found.append((name.strip(), value.strip()))
    return found


def once_each(texts: Iterable[str], shape: str) -> dict[str, str]:
    """Return `name=value` texts as a dictionary. Raises MappingError if a name is there twice."""
    found: dict[str, str] = {}
    for name, value in pairs(texts, shape):
        if name in found:
            raise MappingError(f"{name} is given twice: write {shape} once for each field")
        found[name] = value
    return found


def alternatives(texts: Iterable[str], shape: str) -> dict[str, frozenset[str]]:
    """Return `name=value` texts with every value that was given for a name."""
    found: dict[str, frozenset[str]] = {}
    for name, value in pairs(texts, shape):
        found[name] = found.get(name, frozenset()) | {value}
    return found


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, [one for one in known if one], n=1)
    return f" (did you mean {near[0]}?)" if near else ""
