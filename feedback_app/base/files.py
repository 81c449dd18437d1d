"""Atomic replacement of files."""

import tempfile
from collections.abc import Iterable
from pathlib import Path


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
