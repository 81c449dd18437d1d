"""Detects the encoding and the delimiter of a CSV file."""

import codecs
import csv
import io
from pathlib import Path

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_CHARACTERS = 64 * 1024

_SAMPLE_ROWS = 50
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
        start = file.read(4)
        for mark, encoding in _BYTE_ORDER_MARKS:
            if start.startswith(mark):
                return encoding
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(_CHUNK_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def detect_delimiter(sample: str) -> str:
    """Return the delimiter under which most rows have as many cells as the first one.

    `csv.Sniffer` also considers letters and decimal commas, and picks them.
    """
    return max(DELIMITERS, key=lambda delimiter: _agreement(sample, delimiter))


def _agreement(sample: str, delimiter: str) -> tuple[bool, float, int]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    lengths = []
    try:
        for row in reader:
            lengths.append(len(row))
            if len(lengths) > _SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    # The sample can end in the middle of the last row.
    lengths = [length for length in lengths[:-1] or lengths if length]
    first = lengths[0] if lengths else 0
    agreeing = lengths.count(first) / len(lengths) if lengths else 0.0
    return first > 1, agreeing, first
