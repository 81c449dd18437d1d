"""The closings of earlier rows of a file, kept in a temporary file as there may be millions."""

import marshal
from array import array
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from io import SEEK_END
from operator import attrgetter
from tempfile import SpooledTemporaryFile

from feedback_app.records import SeenClosing

_BYTES_IN_MEMORY = 64 * 1024
# No closing has so many bytes, because no text has more than 254 characters.
_LONGEST = 2**20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIMES = {"closed_at", "closed_again_at"}
_FIELDS = [name for name in SeenClosing.__annotations__ if name not in _TIMES]
_values = attrgetter(*_FIELDS)


class EarlierClosings:
    """Closings that are found by the ids and numbers of their cases.

    A closing takes about 120 bytes of memory, or 230 if its case has an id besides its number.
    """

    def __init__(self) -> None:
        # The place and length of each closing in the file, and the closings of a text by its hash.
        self._places = array("Q")
        self._first: dict[int, int] = {}
        self._others: defaultdict[int, list[int]] = defaultdict(list)
        self._current: list[tuple[int, str, SeenClosing]] = []

    @cached_property
    def _file(self) -> SpooledTemporaryFile[bytes]:
        return SpooledTemporaryFile(_BYTES_IN_MEMORY)

    def add(self, case_id: str, seen: SeenClosing) -> None:
        """Add a closing. It may be changed until the next call of `find`."""
        at = len(self._places)
        self._places.append(0)
        for key in {hash(case_id), hash(seen.case_number)}:
            if self._first.setdefault(key, at) != at:
                self._others[key].append(at)
        self._current.append((at, case_id, seen))

    def find(self, texts: Iterable[str]) -> list[tuple[str, SeenClosing]]:
        """Return the closings of cases with these ids or numbers, and the ids of the cases.

        They may be changed until the next call.
        """
        self._write()
        keys = [key for key in map(hash, texts) if key in self._first]
        found = {at for key in keys for at in (self._first[key], *self._others.get(key, ()))}
        self._current += map(self._read, sorted(found))
        return [(case_id, seen) for _, case_id, seen in self._current]

    def close(self) -> None:
        """Delete the file."""
        self._file.close()

    def _read(self, at: int) -> tuple[int, str, SeenClosing]:
        place, length = divmod(self._places[at], _LONGEST)
        self._file.seek(place)
        # Nobody else writes the file.
        case_id, closed, last_closed, values = marshal.loads(self._file.read(length))  # noqa: S302
        seen = SeenClosing(
            **dict(zip(_FIELDS, values, strict=True)),
            closed_at=_EPOCH + timedelta(seconds=closed),
            closed_again_at=_EPOCH + timedelta(seconds=last_closed),
        )
        return at, case_id, seen

    def _write(self) -> None:
        if not self._current:
            return
        place, records = self._file.seek(0, SEEK_END), []
        for at, case_id, seen in self._current:
            times = seen.closed_at.timestamp(), seen.last_closed_at.timestamp()
            records.append(marshal.dumps((case_id, *times, _values(seen))))
            self._places[at] = place * _LONGEST + len(records[-1])
            place += len(records[-1])
        self._file.write(b"".join(records))
        self._current.clear()
