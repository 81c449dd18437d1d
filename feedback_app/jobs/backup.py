"""Backups: a folder with the database, facts, pages, published figures and mailbox.

`MANIFEST` describes it. A backup is written to a hidden folder, which is renamed once the copy of
the database was read again.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from feedback_app.base.files import make_private_folder, write_private_file
from feedback_app.base.text import counted
from feedback_app.database.choose import copies_of
from feedback_app.database.contract import BackupError, Engine
from feedback_app.database.migrate import schema_version
from feedback_app.program import Program
from feedback_app.settings import Settings

MANIFEST = "manifest.json"
_NAME = "shared-view-%Y%m%dT%H%M%SZ"
_NAMED = re.compile(r"shared-view-\d{8}T\d{6}Z")
_UNFINISHED = ".unfinished-"
_ABANDONED_AFTER = timedelta(days=1)


class BackupFile(BaseModel):
    """The size and checksum of a file in a backup."""

    size_bytes: int
    sha256: str


class Manifest(BaseModel):
    """What a backup contains: the rows of the database by table, and its files by path.

    `key_ids` identify the secret keys that its links and digests need; the keys are not in it.
    """

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    program_version: str
    created_at: AwareDatetime
    engine: Engine
    schema_version: int
    key_ids: tuple[str, ...]
    rows: dict[str, int]
    files: dict[str, BackupFile]

    @property
    def size_bytes(self) -> int:
        """Return the size of all files."""
        return sum(file.size_bytes for file in self.files.values())


def sources(settings: Settings) -> dict[str, Path]:
    """Return the files and folders of an installation by their names in a backup."""
    found = {
        "support.toml": settings.facts,
        "docs": settings.docs,
        "presets": settings.presets,
        "results": settings.results,
        "mailbox": settings.mailbox,
    }
    return {name: path for name, path in found.items() if path}


def back_up(program: Program, folder: Path, now: datetime) -> tuple[Path, Manifest]:
    """Write a backup to a new folder in `folder`, and return its path and manifest.

    The database may be in use. Raises BackupError or DatabaseUnavailableError.
    """
    version_of_schema = _schema_version(program)
    name = now.strftime(_NAME)
    unfinished, finished = folder / f"{_UNFINISHED}{name}", folder / name
    try:
        make_private_folder(unfinished)
        copies = copies_of(program.settings.database.get_secret_value())
        copy = unfinished / copies.file
        rows = copies.write(copy)
        _require_same(copy, rows, copies.rows(copy))
        for part, source in sources(program.settings).items():
            copy_files(source, unfinished / part)
        manifest = Manifest(
            program_version=version("shared-view"),
            created_at=now,
            engine=copies.engine,
            schema_version=version_of_schema,
            key_ids=program.address_digests.key_ids,
            rows=rows,
            files={name: _described(unfinished / name) for name in _files(unfinished)},
        )
        text = manifest.model_dump_json(indent=1)
        write_private_file(unfinished / MANIFEST, text.encode())
        unfinished.rename(finished)
    except OSError as error:
        raise BackupError(f"no backup was made: {error.filename}: {error.strerror}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return finished, manifest


def remove_old(folder: Path, keep: int, now: datetime) -> list[Path]:
    """Remove all but the newest `keep` backups, and what interrupted ones left; return the paths.

    Raises BackupError.
    """
    before = (now - _ABANDONED_AFTER).strftime(_UNFINISHED + _NAME)
    abandoned = [path for path in folder.glob(f"{_UNFINISHED}*") if path.name < before]
    old = [*sorted(backups_in(folder))[:-keep], *abandoned]
    for path in old:
        try:
            shutil.rmtree(path)
        except OSError as error:
            raise BackupError(f"cannot remove {path}: {error.strerror or error}") from error
    return old


def backups_in(folder: Path) -> list[Path]:
    """Return the backups in a folder, in no order."""
    found = folder.iterdir() if folder.is_dir() else ()
    return [path for path in found if _NAMED.fullmatch(path.name)]


def read_backup(folder: Path) -> Manifest:
    """Return the manifest of a backup whose files have the right sizes and checksums.

    Raises BackupError.
    """
    path = folder / MANIFEST
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
        files = set(_files(folder)) - {MANIFEST}
        if changed := sorted(files ^ manifest.files.keys()) or sorted(
            name for name in files if _described(folder / name) != manifest.files[name]
        ):
            raise BackupError(
                f"{counted(len(changed), 'file', 'files')} of {folder} changed, for example "
                f"{changed[0]}: use another backup"
            )
    except FileNotFoundError as error:
        newest = max(backups_in(folder), default=None)
        fix = f"name one backup, such as {newest}" if newest else "name the folder of a backup"
        raise BackupError(f"{folder} has no {MANIFEST}: {fix}") from error
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        raise BackupError(f"{path}: {where}: {fault['msg']}") from error
    except OSError as error:
        raise BackupError(f"cannot read {folder}: {error.strerror or error}") from error
    return manifest


def copy_files(source: Path, target: Path) -> None:
    """Copy a file, or the files of a folder, so that only their owner can read the copies.

    Files that are equal, or are deleted meanwhile, are left out. Raises OSError.
    """
    for name in _files(source) if source.is_dir() else ("",):
        try:
            content = (source / name).read_bytes()
        except FileNotFoundError:
            continue
        if not has_content(target / name, content):
            make_private_folder((target / name).parent)
            write_private_file(target / name, content)


def has_content(path: Path, content: bytes) -> bool:
    """Return whether the file exists and has this content. Raises OSError."""
    return path.exists() and path.read_bytes() == content


def _schema_version(program: Program) -> int:
    if "schema_versions" not in program.database.columns():
        raise BackupError("the database is empty: run 'feedback migrate' first")
    return schema_version(program.database)


def _require_same(copy: Path, expected: dict[str, int], found: dict[str, int]) -> None:
    if wrong := sorted(name for name in expected | found if expected.get(name) != found.get(name)):
        raise BackupError(
            f"the copy has {found.get(wrong[0])} rows in {wrong[0]} instead of "
            f"{expected.get(wrong[0])}, so it was not kept: check the disk of {copy.parent}"
        )


def _files(folder: Path) -> Iterator[str]:
    """Yield the paths of all files in a folder, relative to it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix()


def _described(path: Path) -> BackupFile:
    with path.open("rb") as file:
        # Otherwise a power failure could leave a complete folder with empty files.
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return BackupFile(size_bytes=path.stat().st_size, sha256=digest)
