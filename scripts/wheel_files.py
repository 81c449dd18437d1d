"""Adds files of the checkout to the wheel, below shared_view/. Hatchling calls it.

Editable installations read these files from the checkout.
"""

import re
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# The theme keeps its place relative to mkdocs.yml.
FILES = ("mkdocs.yml", "mkdocs.de.yml", "docs", "knowledge_site/theme", ".env.example")
FILES_TO_READ = ("guides", "deploy", "CHANGELOG.md", "SECURITY.md", "LICENSE")
CONSTRAINTS = "constraints.txt"
# What the extras install in addition to requirements.lock.
_EXTRAS = ("psycopg", "granian")
_PIN = re.compile(r"^([\w.-]+)(?:\[[^]]*\])?(==[^\\\n]+)", re.MULTILINE)


class WheelFiles(BuildHookInterface[Any]):
    """Adds the files, and constraints.txt, which is also written next to the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files unless the installation is editable."""
        if version == "editable":
            return
        root, made = Path(self.root), Path(self.directory) / CONSTRAINTS
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(constraints(root), encoding="utf-8")
        included = {str(root / name): f"shared_view/{name}" for name in (*FILES, *FILES_TO_READ)}
        included[str(made)] = f"shared_view/{CONSTRAINTS}"
        build_data["force_include"].update(included)


def constraints(root: Path) -> str:
    """Return the tested version of every package that the program and its extras install."""
    wanted = {name for name, _ in _pins(root / "requirements.lock")}
    lines = [
        f"{name}{version.strip()}"
        for name, version in _pins(root / "requirements-dev.lock")
        if name in wanted or name.startswith(_EXTRAS)
    ]
    return "\n".join(["# The versions that this release was tested with.", *lines, ""])


def _pins(lock: Path) -> list[tuple[str, str]]:
    """Return the name of each package with its version and marker."""
    return _PIN.findall(lock.read_text(encoding="utf-8"))
