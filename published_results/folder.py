"""All published files of a folder.

Files with figures are only added, a note can be removed, and no file is changed. The folder belongs
under version control, which shows every later change of a file.
"""

import errno
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from pydantic import ValidationError

from published_results.note import PublishedNote
from published_results.part import ResultsError
from published_results.result import QuestionWording, Result


@dataclass(frozen=True)
class Published:
    """Everything published so far: results by period and version, notes by meeting."""

    results: tuple[Result, ...] = ()
    notes: tuple[PublishedNote, ...] = ()

    @property
    def newest(self) -> tuple[Result, ...]:
        """Return the latest version of every period, the earliest period first."""
        return tuple({result.period.name: result for result in self.results}.values())

    @property
    def is_sample(self) -> bool:
        """Return whether any file holds sample data."""
        return True in _sample_marks(self.results, self.notes)

    @property
    def last(self) -> Result | None:
        """Return the result that was approved last, or None if there is none."""
        return max(self.results, key=lambda result: result.approved.at, default=None)

    def wording(self, question: str, version: int) -> QuestionWording | None:
        """Return the wording of a question in this version, or None if no file has it."""
        for result in self.results:
            for one in result.questions:
                if (one.question, one.wording_version) == (question, version):
                    return one
        return None

    def versions(self, name: str) -> tuple[Result, ...]:
        """Return every version of the period with this name, the first one first."""
        return tuple(result for result in self.results if result.period.name == name)


def read_folder(folder: Path) -> Published:
    """Return the files published in `folder`; none if the folder does not exist.

    Raises ResultsError naming every file that is broken, missing or misnamed.
    """
    faults: list[str] = []
    files = {path.name: _read(path, faults) for path in sorted(folder.glob("*.json"))}
    results = [file for file in files.values() if isinstance(file, Result)]
    notes = [file for file in files.values() if isinstance(file, PublishedNote)]
    results.sort(key=lambda result: (result.period.first_week, result.version))
    notes.sort(key=lambda note: (note.week, note.number))
    faults += [
        f"{name}: file name does not match its content; rename it to {file.file_name}"
        for name, file in files.items()
        if file and file.file_name != name
    ]
    faults += _contradictions(results)
    if len(_sample_marks(results, notes)) > 1:
        faults.append("holds sample data and real figures; move one of them to another folder")
    if faults:
        raise ResultsError(*(f"{folder}: {fault}" for fault in faults))
    return Published(tuple(results), tuple(notes))


def _sample_marks(results: Iterable[Result], notes: Iterable[PublishedNote]) -> set[bool]:
    return {one.sample for one in results} | {one.sample for one in notes}


def as_text(file: Result | PublishedNote) -> str:
    """Return the text of a file; the same content always gives the same text."""
    return file.model_dump_json(indent=2) + "\n"


def add(folder: Path, files: Iterable[Result | PublishedNote]) -> list[Path]:
    """Write new files and return their paths.

    Raises FileExistsError if there is a file of the same name, also with another date. Raises
    OSError if a file cannot be written; the files before it are complete.
    """
    if not folder.exists():
        folder.mkdir(parents=True)
        # Published files are public, so the site's builder may run as another user.
        folder.chmod(0o755)
    return [_add(folder, file) for file in files]


def remove(folder: Path, note: PublishedNote) -> bool:
    """Delete the file of a note; return False if it was gone. Raises OSError if it cannot be."""
    try:
        (folder / note.file_name).unlink()
    except FileNotFoundError:
        return False
    return True


def _add(folder: Path, file: Result | PublishedNote) -> Path:
    if same := next(folder.glob(f"{file.name}_*.json"), None):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(same))
    path, text = folder / file.file_name, as_text(file)
    # link() fails if the target exists, and readers never see an incomplete file.
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-") as complete:
        complete.write(text.encode())
        complete.flush()
        os.fchmod(complete.fileno(), 0o644)
        os.link(complete.name, path)
    return path


def _read(path: Path, faults: list[str]) -> Result | PublishedNote | None:
    """Return the file, or None after adding its faults. The file name tells notes from results."""
    kind = PublishedNote if path.name.startswith("note_") else Result
    try:
        return kind.model_validate_json(path.read_bytes())
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            field = ".".join(map(str, fault["loc"])) or "the file"
            faults.append(f"{path.name}: {field}: {fault['msg']}; restore the published version")
    return None


def _contradictions(results: Sequence[Result]) -> Iterator[str]:
    """Yield a fault for each missing version, missing period and overlap of two periods."""
    for before, after in pairwise(results):
        same = before.period == after.period
        expected = before.version + 1 if same else 1
        next_day = before.period.last_day + timedelta(days=1)
        if after.version != expected:
            yield f"{after.file_name}: version {expected} of its period is missing; restore it"
        if not same and after.period.first_day < next_day:
            yield f"{after.file_name}: overlaps {before.file_name}; remove the wrong one"
        if after.period.first_day > next_day:
            yield (
                f"{after.file_name}: the period from {next_day} on is missing; "
                "restore the file that was published for it"
            )
