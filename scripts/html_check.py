"""Let the Nu HTML checker read the built site; what it rejects is named with page and line.

    python scripts/html_check.py [FOLDER]

Needs Java and `npm ci --prefix tests/nu`. Known faults of the theme stand in
tests/nu/allowed.toml, each with a date and a reason.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from knowledge_site.errors import SiteFault

ROOT = Path(__file__).resolve().parent.parent
CHECKER = ROOT / "tests/nu/node_modules/vnu-jar/build/dist/vnu.jar"
ALLOWED = ROOT / "tests/nu/allowed.toml"


@dataclass(frozen=True)
class Allowed:
    """A fault we leave as it is: parts of the message and of the markup, and why."""

    since: date
    message: str
    extract: str
    reason: str

    def covers(self, found: dict[str, Any]) -> bool:
        """Say whether this is the fault that was found."""
        return self.message in found["message"] and self.extract in found.get("extract", "")


def allowed(path: Path = ALLOWED) -> list[Allowed]:
    """Read the list of faults that are left as they are."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["fault"]
    return [Allowed(**entry) for entry in entries]


def errors(folder: Path) -> list[dict[str, Any]]:
    """Return what the checker rejects in the HTML files below the folder.

    Raises CalledProcessError when it cannot be run.
    """
    options = ["--format", "json", "--stdout", "--errors-only", "--exit-zero-always"]
    done = subprocess.run(
        ["java", "-jar", str(CHECKER), *options, "--skip-non-html", str(folder)],
        capture_output=True,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    return found


def faults(found: Iterable[dict[str, Any]], left_alone: Iterable[Allowed]) -> list[SiteFault]:
    """Return what has to be mended, with page, line and the markup in question."""
    known = list(left_alone)
    return sorted(
        SiteFault(
            Path(unquote(urlsplit(one.get("url", "")).path)),
            one.get("lastLine", 0),
            f"{one['message']} In: {' '.join(one.get('extract', '').split())}",
        )
        for one in found
        if not any(entry.covers(one) for entry in known)
    )


def main(words: list[str]) -> int:
    """Print the faults; 1 when there are any."""
    folder = Path(words[0]) if words else ROOT / "site"
    if not CHECKER.is_file():
        print("the checker is not installed: npm ci --prefix tests/nu", file=sys.stderr)
        return 1
    to_mend = faults(errors(folder), allowed())
    for fault in to_mend:
        print(fault, file=sys.stderr)
    return 1 if to_mend else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
