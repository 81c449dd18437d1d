"""Conditions on the values of a column, for `--where`, mapping files and presets.

A text matches the whole value, ignoring case. `*` in it stands for any characters. A text between
slashes is a regular expression that matches if it is found anywhere in the value. If a value has
several lines, as the lists of payloads do, one matching line is enough. guides/csv.md has examples.
"""

from collections.abc import Iterable

import re2

from feedback_app.intake.errors import quoted

# RE2 needs time in proportion to pattern and value. These limits keep it below 100 ms.
MAX_PATTERN = 200
MAX_VALUE = 10_000
_MAX_MEMORY = 1024 * 1024


class ConditionError(ValueError):
    """A text is not a valid regular expression. The message says why."""


class Condition:
    """Whether a value matches one of several texts. Raises ConditionError for a wrong pattern."""

    def __init__(self, texts: Iterable[str]) -> None:
        texts = [text.strip() for text in texts]
        self._plain = {text.casefold() for text in texts if not _is_pattern(text)}
        self._patterns = [_compiled(text) for text in texts if _is_pattern(text)]

    def matches(self, value: str) -> bool:
        """Return whether a line of the value's first `MAX_VALUE` characters matches a text."""
        lines = value[:MAX_VALUE].strip().splitlines() or [""]
        return any(self._matches(line.strip()) for line in lines)

    def _matches(self, line: str) -> bool:
        if line.casefold() in self._plain:
            return True
        data = line.encode(errors="replace")
        return any(pattern.search(data) for pattern in self._patterns)


def _is_regex(text: str) -> bool:
    return len(text) > 2 and text.startswith("/") and text.endswith("/")


def _is_pattern(text: str) -> bool:
    return _is_regex(text) or "*" in text


def _compiled(text: str) -> "re2._Regexp":
    options = re2.Options()
    options.case_sensitive = False
    options.dot_nl = True
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    if len(text) > MAX_PATTERN:
        raise ConditionError(f"{quoted(text)} has more than {MAX_PATTERN} characters")
    if _is_regex(text):
        pattern = text[1:-1]
    else:
        pattern = "^" + ".*".join(re2.escape(part) for part in text.split("*")) + "$"
    try:
        return re2.compile(pattern.encode(errors="replace"), options)
    except re2.error as error:
        reason = str(error.args[0], errors="replace") if error.args else ""
        raise ConditionError(
            f"{quoted(text)} is not a valid regular expression: {reason}"
        ) from error
