"""Which column fills which field, for `feedback invite`, mapping files and presets.

A column is the sender's name of a value: a CSV column or a path in a payload.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property

from feedback_app.intake.conditions import Condition, ConditionError
from feedback_app.intake.errors import quoted
from feedback_app.records import CASE_FIELDS, REQUIRED_CASE_FIELDS

# Nothing else is ever imported, so no field can receive an agent's name.
FIELDS = tuple(CASE_FIELDS)
# Earlier versions stored these fields. Mappings with them stay valid, and the values are ignored.
RETIRED = frozenset({"solution_proposed_at"})
ANY_OTHER = "*"
_NUMBERED = re.compile(r"(.+)\[[0-9]{1,4}\]")
_POSITION = re.compile(r"#([0-9]{1,5})")


class MappingError(ValueError):
    """The mapping does not fit the fields or the columns. The message lists the valid ones."""


@dataclass(frozen=True, kw_only=True)
class CaseMapping:
    """What fills the fields of a closed case, and which rows are closed cases.

    `columns` gives the column of a field, `constants` its value in every row. A row matches if each
    column of `where` has one of its texts, and no column of `where_not` does; `conditions` explains
    these texts. Texts in `missing` count as empty. `words` translates the sender's words by field,
    ignoring case; "*" stands for all other words.
    Raises MappingError for an unknown field, one that is filled twice, or a wrong condition.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, Collection[str]] = field(default_factory=dict)
    where_not: Mapping[str, Collection[str]] = field(default_factory=dict)
    missing: Collection[str] = ()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("columns", "constants", "words"):
            kept = {key: value for key, value in getattr(self, name).items() if key not in RETIRED}
            object.__setattr__(self, name, kept)
        for name in (*self.columns, *self.constants, *self.words):
            if name not in FIELDS:
                raise MappingError(
                    f"{quoted(name)} is not a field of a closed case{_nearest(name, FIELDS)}. "
                    f"The fields are {', '.join(FIELDS)}"
                )
        for name in self.columns:
            if name in self.constants:
                raise MappingError(f"{name} is both mapped to a column and set: choose one")
        _ = self._required, self._excluded

    @cached_property
    def _required(self) -> dict[str, Condition]:
        return _compiled("where", self.where)

    @cached_property
    def _excluded(self) -> dict[str, Condition]:
        return _compiled("where_not", self.where_not)

    @property
    def compared(self) -> tuple[str, ...]:
        """Return the columns with conditions."""
        return tuple(dict.fromkeys((*self.where, *self.where_not)))

    def for_columns(self, present: Sequence[str], source: str) -> "CaseMapping":
        """Return this mapping completed for a file with these columns, in terms of `labels`.

        A column named like a field fills it unless the mapping says otherwise; `source` is the
        default source. Raises MappingError for a column that is missing or exists twice, and if
        nothing fills a required field.
        """
        own = {name: name for name in FIELDS if name in present and name not in self.constants}
        columns = {name: _label(text, present) for name, text in {**own, **self.columns}.items()}
        constants = {"source": source, **self.constants}
        if "source" in columns:
            del constants["source"]
        where, where_not = (
            {_label(text, present): texts for text, texts in conditions.items()}
            for conditions in (self.where, self.where_not)
        )
        for name in REQUIRED_CASE_FIELDS:
            if name not in columns and name not in constants:
                raise MappingError(
                    f"nothing fills {name}: use --map {name}=COLUMN; {_listed(present)}"
                )
        return replace(self, columns=columns, constants=constants, where=where, where_not=where_not)

    def wanted(self) -> set[str]:
        """Return the columns that a file needs for this mapping."""
        required = {name for name in REQUIRED_CASE_FIELDS if name not in self.constants}
        named = (self.columns.get(name, name) for name in required)
        return {*named, *self.columns.values(), *self.compared}

    def accepts(self, column: str, text: str) -> bool:
        """Return whether the conditions allow this text in the column."""
        required, excluded = self._required.get(column), self._excluded.get(column)
        return not (required and not required.matches(text)) and not (
            excluded and excluded.matches(text)
        )

    def matches(self, row: Mapping[str, str]) -> bool:
        """Return whether `row` (column to text) is a closed case."""
        return not self.failed(row)

    def failed(self, row: Mapping[str, str]) -> list[str]:
        """Return the columns that do not meet their conditions in `row`."""
        return [one for one in self.compared if not self.accepts(one, row.get(one, ""))]

    def unmet(self, row: Mapping[str, str]) -> list[str]:
        """Return which columns do not meet their conditions in `row`, and what they contain."""
        return [
            f"{one} is {quoted(row.get(one, '').strip())}, {self._rule(one)}"
            for one in self.failed(row)
        ]

    def _rule(self, column: str) -> str:
        required, excluded = self.where.get(column), self.where_not.get(column)
        rules = [f"not one of {', '.join(sorted(required))}"] if required else []
        rules += [f"where_not excludes {', '.join(sorted(excluded))}"] if excluded else []
        return "; ".join(rules)

    def values(self, row: Mapping[str, str]) -> dict[str, str]:
        """Return the values of `row` by field, without the empty ones."""
        found = {name: row.get(column, "").strip() for name, column in self.columns.items()}
        given = {name: text for name, text in found.items() if text and text not in self.missing}
        translated = {name: self.translate(name, text) for name, text in given.items()}
        return {**self.constants, **translated}

    def translate(self, name: str, text: str) -> str:
        """Return our word for the sender's word in this field, or the text itself."""
        theirs = {word.casefold(): ours for word, ours in self.words.get(name, {}).items()}
        return theirs.get(text.casefold(), theirs.get(ANY_OTHER, text))


def _compiled(name: str, texts: Mapping[str, Collection[str]]) -> dict[str, Condition]:
    found = {}
    for column, allowed in texts.items():
        try:
            found[column] = Condition(allowed)
        except ConditionError as error:
            raise MappingError(f"{name}.{column}: {error}") from error
    return found


def labels(columns: Sequence[str]) -> tuple[str, ...]:
    """Return a unique label for each column: its name, with [1], [2] … if it exists repeatedly."""
    seen: Counter[str] = Counter()
    found = []
    for name in columns:
        seen[name] += 1
        found.append(f"{name}[{seen[name]}]" if columns.count(name) > 1 else name)
    return tuple(found)


def base_name(text: str) -> str:
    """Return the name of the column that `text` chooses, without [2]."""
    numbered = _NUMBERED.fullmatch(text)
    return numbered[1] if numbered else text


def _label(text: str, present: Sequence[str]) -> str:
    """Return the label of the column that `text` names: by name, by name[2] or by position #3.

    Raises MappingError if there is no such column, or several.
    """
    known = labels(present)
    if text in known:
        return text
    if text in present:
        first, second = f"{text}[1]", f"{text}[2]"
        raise MappingError(
            f"column {quoted(text)} exists more than once: choose {first} or {second}, and so on"
        )
    position = _POSITION.fullmatch(text)
    if position and 1 <= int(position[1]) <= len(known):
        return known[int(position[1]) - 1]
    raise MappingError(
        f"there is no column {quoted(text)}{_nearest(text, present)}: {_listed(present)}"
    )


def _listed(present: Sequence[str]) -> str:
    return f"the columns are {', '.join(name for name in present if name)}"


def once_each(texts: Iterable[str], shape: str) -> dict[str, str]:
    """Return `name=value` texts as a dictionary. Raises MappingError if a name is repeated."""
    found = alternatives(texts, shape)
    for name, values in found.items():
        if len(values) > 1:
            raise MappingError(f"{name} is given twice: write {shape} once for each field")
    return {name: values[0] for name, values in found.items()}


def alternatives(texts: Iterable[str], shape: str) -> dict[str, list[str]]:
    """Return all values of `name=value` texts by name.

    Raises MappingError naming the expected `shape`.
    """
    found: dict[str, list[str]] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not (sign and name.strip()):
            raise MappingError(f"{quoted(text)} is not of the form {shape}")
        found.setdefault(name.strip(), []).append(value.strip())
    return found


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, [one for one in known if one], n=1)
    return f" (did you mean {near[0]}?)" if near else ""
