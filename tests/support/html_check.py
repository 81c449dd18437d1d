"""Check the built site with the Nu HTML Checker; errors are listed with page and line.

    python tests/support/html_check.py [FOLDER]

Needs Java and `npm ci --prefix tests/nu`. Known faults of the theme are listed
in tests/nu/allowed.toml, each with a date and a reason.
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

ROOT = Path(__file__).resolve().parents[2]
CHECKER = ROOT / "tests/nu/node_modules/vnu-jar/build/dist/vnu.jar"
ALLOWED = ROOT / "tests/nu/allowed.toml"


@dataclass(frozen=True)
class Allowed:
    """A known fault: parts of its message and markup, and why it is accepted."""

    since: date
    message: str
    extract: str
    reason: str

    def covers(self, found: dict[str, Any]) -> bool:
        """Return whether this entry matches the error that was found."""
        return self.message in found["message"] and self.extract in found.get("extract", "")


def allowed(path: Path = ALLOWED) -> list[Allowed]:
    """Return the list of accepted faults."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["fault"]
    return [Allowed(**entry) for entry in entries]


def errors(folder: Path) -> list[dict[str, Any]]:
    """Return the errors in the HTML files below the folder.

    Raises CalledProcessError if the checker cannot be run.
    """
    options = ["--format", "json", "--stdout", "--errors-only", "--exit-zero-always"]
    done = subprocess.run(
        ["java", "-jar", str(CHECKER), *options, "--skip-non-html", str(folder)],
        capture_output=True,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    return found


def faults(found: Iterable[dict[str, Any]], accepted: Iterable[Allowed]) -> list[SiteFault]:
    """Return the errors that are not accepted, with page, line and markup."""
    known = list(accepted)
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
    """Print the faults; return 1 if there are any."""
    folder = Path(words[0]) if words else ROOT / "site"
    if not CHECKER.is_file():
        print("the checker is not installed: npm ci --prefix tests/nu", file=sys.stderr)
        return 1
    found = faults(errors(folder), allowed())
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
