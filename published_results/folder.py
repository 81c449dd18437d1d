"""All published files of a folder, read together. Files are added, never changed or removed."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pydantic import ValidationError

from published_results.note import PublishedNote
from published_results.part import ResultsError
from published_results.result import Link, QuestionWording, Result


@dataclass(frozen=True)
class Published:
    """Everything published so far: results by period and version, notes by meeting.

    `digests` is of each result file's bytes (SHA-256), in the order of publishing.
    """

    results: tuple[Result, ...] = ()
    notes: tuple[PublishedNote, ...] = ()
    digests: tuple[Link, ...] = ()

    @property
    def newest(self) -> tuple[Result, ...]:
        """Return the version that counts of every period, the earliest period first."""
        return tuple({result.period.name: result for result in self.results}.values())

    @property
    def is_sample(self) -> bool:
        """Return whether any of it is sample data."""
        return any(one.sample for one in self.results) or any(one.sample for one in self.notes)

    @property
    def last(self) -> Result | None:
        """Return what was published last, of whatever period."""
        names = {result.file_name: result for result in self.results}
        return names[self.digests[-1].file] if self.digests else None

    def wording(self, question: str, version: int) -> QuestionWording | None:
        """Return how a question was put in this version, from whatever file says so."""
        for result in self.results:
            for one in result.questions:
                if (one.question, one.wording_version) == (question, version):
                    return one
        return None

    def versions(self, name: str) -> tuple[Result, ...]:
        """Return every version of the period with this name, the first one first."""
        return tuple(result for result in self.results if result.period.name == name)


def read_folder(folder: Path) -> Published:
    """Return what is published in `folder`; nothing if there is no such folder.

    Raises ResultsError naming every file that is broken, changed, missing or in the wrong place.
    """
    faults: list[str] = []
    texts = {path.name: path.read_bytes() for path in sorted(folder.glob("*.json"))}
    read = {name: _read(name, text, faults) for name, text in texts.items()}
    results = [file for file in read.values() if isinstance(file, Result)]
    notes = [file for file in read.values() if isinstance(file, PublishedNote)]
    faults += [
        f"{name}: is called otherwise than what it holds: it was {file.file_name}"
        for name, file in read.items()
        if file and file.file_name != name
    ]
    links = {
        result.file_name: link_to(result.file_name, texts.get(result.file_name, b""))
        for result in results
    }
    if not faults:
        faults += _broken_links(results, links)
    chain = tuple(_chain(results, links))
    results.sort(key=lambda result: (result.period.first_week, result.version))
    notes.sort(key=lambda note: (note.week, note.number))
    faults += _contradictions(results)
    if len({*(one.sample for one in results), *(one.sample for one in notes)}) > 1:
        faults.append("sample data and real files stand together: give each a folder of its own")
    if faults:
        raise ResultsError(*(f"{folder}: {fault}" for fault in faults))
    return Published(tuple(results), tuple(notes), chain)


def link_to(name: str, text: bytes) -> Link:
    """Return the link by which the next file holds on to this one."""
    return Link(file=name, sha256=hashlib.sha256(text).hexdigest())


def as_text(file: Result | PublishedNote) -> str:
    """Return the text of a file, the same for the same content."""
    return file.model_dump_json(indent=2) + "\n"


def add(folder: Path, files: Iterable[Result | PublishedNote]) -> list[Path]:
    """Write new files and return their paths. Raises OSError; FileExistsError for one there is."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_add(folder / file.file_name, as_text(file)) for file in files]


def _add(path: Path, text: str) -> Path:
    # Linking fails where a file is: nothing is written over, and no file is ever half there.
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-") as whole:
        whole.write(text.encode())
        whole.flush()
        os.fchmod(whole.fileno(), 0o644)
        os.link(whole.name, path)
    return path


def _read(name: str, text: bytes, faults: list[str]) -> Result | PublishedNote | None:
    """Return the file, or None and its faults. The name says which of the two it is."""
    kind: type[Result] | type[PublishedNote] = PublishedNote if name.startswith("note_") else Result
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            place = ".".join(map(str, fault["loc"])) or "the file"
            faults.append(f"{name}: {place}: {fault['msg']}; restore the file as it was published")
    return None


def _chain(results: Sequence[Result], links: Mapping[str, Link]) -> Iterator[Link]:
    """Yield every file after the one it holds on to: a clock may have been set back meanwhile."""
    following = {_before(result): links[result.file_name] for result in results}
    link = following.pop("", None)
    while link:
        yield link
        link = following.pop(link.file, None)


def _broken_links(results: Sequence[Result], links: Mapping[str, Link]) -> Iterator[str]:
    """Name results that do not hold on to one published before them, alone and as it was then."""
    following: dict[str, list[str]] = {}
    for result in results:
        following.setdefault(_before(result), []).append(result.file_name)
    for before, names in following.items():
        if len(names) > 1:
            follow = f"follow {before}" if before else "say that nothing was published before them"
            yield (
                f"{' and '.join(names)} both {follow}: move one of them out of the folder and "
                "publish it again"
            )
    for result in results:
        if result.previous is None or links.get(result.previous.file) == result.previous:
            continue
        if result.previous.file in links:
            fault = "was changed after publishing: restore it as it was published"
        else:
            fault = "is missing: restore it as it was published"
        yield f"{result.previous.file}: {fault}"


def _before(result: Result) -> str:
    return result.previous.file if result.previous else ""


def _contradictions(results: Sequence[Result]) -> Iterator[str]:
    """Name periods that overlap, and versions that are missing."""
    for before, after in pairwise(results):
        same = before.period == after.period
        if same and after.version != before.version + 1:
            yield f"{after.file_name}: version {before.version + 1} of its period is missing"
        elif not same and after.version != 1:
            yield f"{after.file_name}: version 1 of its period is missing"
        if not same and after.period.first_week <= before.period.last_week:
            yield f"{after.file_name}: overlaps {before.file_name}"
