"""Faults that stop a build, each with its place and fix."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class SiteFault:
    """One thing to fix; line 0 means the whole file."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        path = self.path.resolve() if self.path.is_symlink() else self.path
        place = f"{path}:{self.line}" if self.line else f"{path}"
        return f"{place}: {self.message}"


class SiteError(Exception):
    """The site cannot be built; `faults` holds every reason, one line each."""

    def __init__(self, faults: Iterable[object]) -> None:
        self.faults = tuple(str(fault) for fault in faults)
        super().__init__("\n".join(self.faults))
