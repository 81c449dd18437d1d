"""Keep temporary files in memory: a commit to a disk costs more than the test around it."""

import os
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")
# A full run needs about 0.6 GB, most of it for two PostgreSQL servers.
_ENOUGH_BYTES = 2 * 1024**3


def keep_temporary_files_in_memory() -> None:
    """Point TMPDIR to /dev/shm, unless it is set, too small (containers) or forbids programs."""
    if "TMPDIR" in os.environ or not _is_suitable(_MEMORY):
        return
    os.environ["TMPDIR"] = str(_MEMORY)
    tempfile.tempdir = None


def _is_suitable(folder: Path) -> bool:
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    may_execute = not found.f_flag & os.ST_NOEXEC
    return may_execute and found.f_bavail * found.f_frsize >= _ENOUGH_BYTES
