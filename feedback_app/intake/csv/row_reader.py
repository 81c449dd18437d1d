"""Reads rows of a table into closed cases: a fast path for usual rows, and a thorough one."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from feedback_app.intake.closed_case import (
    COMPARED_FIELDS,
    CaseReader,
    complete,
    contradictions,
    loses_characters,
)
from feedback_app.intake.csv.file import UNDECODABLE, CSVRow
from feedback_app.intake.errors import FieldError, InvalidCaseError
from feedback_app.intake.mapping import labels
from feedback_app.intake.mapping_file import CaseMapping
from feedback_app.intake.written_address import plain_address
from feedback_app.records import CASE_FIELDS, ClosedCase

# Values of these fields seldom repeat in a file, so remembering them costs more than it saves.
_UNIQUE = frozenset({"case_number", "case_id", "closed_at", "opened_at", "first_response_at"})
_MEMO = 10_000
_DEFAULTS = dict.fromkeys(CASE_FIELDS)


@dataclass(frozen=True)
class ReadRow:
    """A row that is a closed case. `left_out` are optional fields that could not be read."""

    case: ClosedCase
    left_out: tuple[FieldError, ...] = ()
    is_cleaned: bool = False


class RowReader:
    """Reads the rows of a table with these columns."""

    def __init__(self, mapping: CaseMapping, reader: CaseReader, columns: Sequence[str]) -> None:
        """The mapping is one that `CaseMapping.for_columns` returned for these columns."""
        self.mapping, self.reader, self.columns = mapping, reader, labels(columns)
        place = {label: at for at, label in enumerate(self.columns)}
        self._where = [(place[label], _accepted(mapping, label)) for label in mapping.compared]
        # A slice of one cell, because itemgetter of one place returns no tuple.
        places = [place[label] for label in mapping.columns.values()]
        one = slice(places[0], places[0] + 1) if places else slice(0)
        self._texts = itemgetter(*places) if len(places) > 1 else itemgetter(one)
        self._names = tuple(mapping.columns)
        self._readers = [self._field(name) for name in mapping.columns]
        self._is_compared = bool(COMPARED_FIELDS & {*mapping.columns, *mapping.constants})
        self._constants = self._read_constants()

    def read(self, row: CSVRow) -> ReadRow | ClosedCase | None:
        """Return the closed case, with what was left out of it, or None if a condition excludes it.

        Raises InvalidCaseError if a required field is wrong.
        """
        if row.error:
            raise InvalidCaseError([FieldError("", row.error)])
        cells = row.cells
        for at, accepted in self._where:
            if not accepted[cells[at]]:
                return None
        return self._usual(cells) or self._thorough(cells)

    def _usual(self, cells: Sequence[str]) -> ClosedCase | None:
        """Return the case in a row without anything unusual, else None."""
        found = self._constants.copy()
        texts = self._texts(cells)
        # Checking all texts at once takes a fifth of the time of checking each one.
        together = "".join(texts)
        if not together.isprintable() or UNDECODABLE in together:
            return None
        try:
            for name, read, text in zip(self._names, self._readers, texts, strict=True):
                value = read(text)
                if value is not None:
                    found[name] = value
            if not (found["case_number"] and found["closed_at"] and found["source"]):
                return None
        except (ValueError, KeyError):
            return None
        complete(found)
        if self._is_compared and contradictions(found):
            return None
        # The constructor of a frozen data class takes ten times as long.
        case = ClosedCase.__new__(ClosedCase)
        object.__setattr__(case, "__dict__", found)
        return case

    def _thorough(self, cells: Sequence[str]) -> ReadRow:
        values = self.mapping.values(dict(zip(self.columns, cells, strict=True)))
        if "contact_email" in values:
            values["contact_email"] = plain_address(values["contact_email"])
        _require_decoded(values)
        case, errors = self.reader.read_leniently(values)
        return ReadRow(case, tuple(errors), loses_characters(values.values()))

    def _read_constants(self) -> dict[str, Any]:
        """Return the fields with the same value in every row; wrong ones fail in every row."""
        found: dict[str, Any] = dict(_DEFAULTS)
        try:
            for name, text in self.mapping.constants.items():
                found[name] = self.reader.readers[name](text)
        except ValueError:
            found["source"] = None
        return found

    def _field(self, name: str) -> Callable[[str], Any]:
        read, missing = self.reader.readers[name], self.mapping.missing
        if name == "contact_email":
            read = _address_reader(read)
        if name in self.mapping.words:
            read = _translated(self.mapping, name, read)
        if name in _UNIQUE:
            return _careful(read, missing)
        return _Memo(_careful(read, missing)).__getitem__


class _Memo(dict[str, Any]):
    """Remembers what each text means. Texts that cannot be read are not remembered."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> Any:
        if len(self) > _MEMO:
            self.clear()
        value = self[text] = self._read(text)
        return value


def _accepted(mapping: CaseMapping, label: str) -> _Memo:
    return _Memo(lambda text: mapping.accepts(label, text))


def _careful(read: Callable[[str], Any], missing: Collection[str]) -> Callable[[str], Any]:
    """Return a reader for which empty and missing texts are None."""

    def careful(text: str) -> Any:
        text = text.strip()
        return None if not text or text in missing else read(text)

    return careful


def _translated(
    mapping: CaseMapping, name: str, read: Callable[[str], Any]
) -> Callable[[str], Any]:
    return lambda text: read(mapping.translate(name, text))


def _address_reader(read: Callable[[str], Any]) -> Callable[[str], Any]:
    def address(text: str) -> Any:
        try:
            return read(text)
        except ValueError:
            return read(plain_address(text))

    return address


def _require_decoded(values: dict[str, str]) -> None:
    errors = [
        FieldError(name, "contains bytes that do not match the encoding: set --encoding")
        for name, text in values.items()
        if UNDECODABLE in text
    ]
    if errors:
        raise InvalidCaseError(errors)
