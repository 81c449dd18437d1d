"""Files that only their owner can read, whatever the umask, and a check of existing ones."""

import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_private_folder(folder: Path) -> None:
    """Create `folder` and its missing parents with mode 0700. Raises OSError."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(_PRIVATE_FOLDER, exist_ok=True)
        one.chmod(_PRIVATE_FOLDER)


def make_private_file(path: Path) -> None:
    """Create an empty file with mode 0600 unless `path` exists. Raises OSError."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, _PRIVATE_FILE))
    except FileExistsError:
        return
    path.chmod(_PRIVATE_FILE)


def write_private_file(path: Path, content: bytes) -> None:
    """Write `content` to `path`, which gets mode 0600 before it has any content. Raises OSError."""
    make_private_file(path)
    path.chmod(_PRIVATE_FILE)
    path.write_bytes(content)


def replace_file(path: Path, pieces: Iterable[str | bytes]) -> None:
    """Write `pieces` to `path`, text as UTF-8, readable only by its owner.

    If writing fails, the old file stays. Raises OSError.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise OSError("it is not a regular file")
    # Temporary files are only readable by their owner, which customer comments need.
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".export-", delete=False) as file:
        temporary = Path(file.name)
        try:
            for piece in pieces:
                file.write(piece.encode() if isinstance(piece, str) else piece)
            file.close()
            temporary.replace(target)
        except BaseException:
            file.close()
            temporary.unlink(missing_ok=True)
            raise


def unsafe_permissions(paths: Iterable[Path]) -> Iterator[str]:
    """Yield a warning for each existing file or folder that other accounts can use.

    It names the path, its mode and the command that corrects it. Folders with the sticky bit, such
    as /tmp, are left out, because they are shared on purpose.
    """
    for path in paths:
        try:
            mode = path.stat().st_mode
        except OSError:
            continue
        if not mode & _OTHERS or mode & stat.S_ISVTX:
            continue
        right = _PRIVATE_FOLDER if stat.S_ISDIR(mode) else _PRIVATE_FILE
        path = path.absolute()
        yield (
            f"{path} has mode {stat.S_IMODE(mode):04o}, so other accounts on this machine can "
            f"use it; run: chmod {right:o} {path}"
        )
