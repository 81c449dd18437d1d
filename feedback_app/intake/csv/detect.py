"""Detects the encoding and the delimiter of a CSV file."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Collection
from pathlib import Path

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_CHARACTERS = 64 * 1024

_SAMPLE_ROWS = 50
_START_BYTES = 64
_CHUNK_BYTES = 1024 * 1024
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def is_encoding(name: str) -> bool:
    """Return whether Python can read text in an encoding of this name."""
    try:
        with io.TextIOWrapper(io.BytesIO(), encoding=name) as file:
            return file.read() == ""
    except (LookupError, ValueError):
        return False


def detect_encoding(path: Path) -> str:
    """Return the encoding of the byte order mark, utf-8 if the file is valid UTF-8, or cp1252."""
    with path.open("rb") as file:
        start = file.read(_START_BYTES)
        for mark, encoding in _BYTE_ORDER_MARKS:
            if start.startswith(mark):
                return encoding
        if without_mark := _utf_16_without_mark(start):
            return without_mark
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(_CHUNK_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _utf_16_without_mark(start: bytes) -> str | None:
    """Return the encoding if every second byte is zero, as in Western text in UTF-16."""
    even, odd = start[::2], start[1::2]
    if len(odd) > 1 and not any(odd) and all(even):
        return "utf-16-le"
    return "utf-16-be" if len(odd) > 1 and not any(even) and all(odd) else None


def detect_delimiter(sample: str, wanted: Collection[str] = ()) -> str:
    """Return the delimiter under which a row has all `wanted` cells, or most rows agree in length.

    `csv.Sniffer` also considers letters and decimal commas, and picks them.
    """
    return max(DELIMITERS, key=lambda delimiter: _agreement(sample, delimiter, wanted))


def _agreement(
    sample: str, delimiter: str, wanted: Collection[str]
) -> tuple[bool, bool, float, int]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    lengths, has_wanted = [], False
    try:
        for row in reader:
            lengths.append(len(row))
            has_wanted |= len(row) > 1 and all(name in row for name in wanted)
            if len(lengths) > _SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    # The sample can end in the middle of the last row.
    lengths = [length for length in lengths[:-1] or lengths if length]
    usual = Counter(lengths).most_common(1)[0][0] if lengths else 0
    agreeing = lengths.count(usual) / len(lengths) if lengths else 0.0
    return has_wanted and bool(wanted), usual > 1, agreeing, usual
