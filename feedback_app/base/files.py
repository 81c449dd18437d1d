"""A file is replaced whole or not at all."""

import tempfile
from collections.abc import Iterable
from pathlib import Path


def replace_file(path: Path, pieces: Iterable[str | bytes]) -> None:
    """Write `pieces` to `path`, text as UTF-8, readable by its owner alone.

    If anything fails on the way, what was at `path` is still there. Raises OSError.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise OSError("it is no ordinary file")
    # The temporary file is made for its owner alone: customers' words are in it.
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".export-", delete=False) as file:
        half_done = Path(file.name)
        try:
            for piece in pieces:
                file.write(piece.encode() if isinstance(piece, str) else piece)
            file.close()
            half_done.replace(target)
        except BaseException:
            file.close()
            half_done.unlink(missing_ok=True)
            raise
