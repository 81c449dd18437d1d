"""List phrases to avoid in all tracked texts: python scripts/check_words.py

The phrases, suggestions and exceptions are in phrases.toml. Of a Python file only strings and
comments are searched.
"""

import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PHRASES = Path(__file__).with_name("phrases.toml")
OWN_TEST = ROOT / "tests" / "scripts" / "test_check_words.py"
# What customers type, in their words.
QUERIES = ROOT / "docs" / "search.toml"
SUFFIXES = {".md", ".py", ".toml", ".html", ".txt", ".po", ".yml"}


@dataclass(frozen=True)
class Phrase:
    """A pattern to avoid, what to write instead, and patterns of text where it is correct."""

    pattern: re.Pattern[str]
    write: str
    unless: tuple[re.Pattern[str], ...]

    def hits(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the matches that no exception overlaps."""
        allowed = [found.span() for one in self.unless for found in one.finditer(text)]
        for match in self.pattern.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end in allowed):
                yield match


def read_phrases() -> list[Phrase]:
    """Return the phrases of phrases.toml; in a pattern, a space also matches a line break."""
    entries = tomllib.loads(PHRASES.read_text(encoding="utf-8"))["phrase"]
    return [
        Phrase(
            re.compile(entry["pattern"].replace(" ", r"\s+(?:# |\"|> )?"), re.IGNORECASE),
            entry["write"],
            tuple(re.compile(one) for one in entry.get("unless", [])),
        )
        for entry in entries
    ]


def tracked_files() -> list[Path]:
    """Return the files to search: tracked texts, without the phrases, their test and test data."""
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0")
    files = [ROOT / name for name in listed if Path(name).suffix in SUFFIXES]
    return [
        path
        for path in files
        if path.is_file() and path not in (PHRASES, OWN_TEST, QUERIES) and not _is_data(path)
    ]


def _is_data(path: Path) -> bool:
    in_tests = path.relative_to(ROOT).parts[0] == "tests"
    return in_tests and path.suffix != ".py" and path.name != "allowed.toml"


def prose(path: Path) -> str:
    """Return the text with its line breaks; of Python code only strings and comments are left."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
    lines = [[" "] * len(line) for line in text.split("\n")]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if (
            token.type == tokenize.COMMENT
            or tokenize.tok_name[token.type].endswith("STRING")
            or (tokenize.tok_name[token.type] == "FSTRING_MIDDLE")
        ):
            _copy(token, lines)
    return "\n".join("".join(line) for line in lines)


def _copy(token: tokenize.TokenInfo, lines: list[list[str]]) -> None:
    (row, column), parts = token.start, token.string.split("\n")
    for part in parts:
        lines[row - 1][column : column + len(part)] = part
        row, column = row + 1, 0


def main() -> int:
    """Print each hit as file, line, phrase and suggestion; return 1 if there are any."""
    phrases, found = read_phrases(), 0
    for path in tracked_files():
        text = prose(path)
        for phrase in phrases:
            for match in phrase.hits(text):
                line = text.count("\n", 0, match.start()) + 1
                words = " ".join(match.group().split())
                print(f'{path.relative_to(ROOT)}:{line}: "{words}": write {phrase.write}')
                found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
