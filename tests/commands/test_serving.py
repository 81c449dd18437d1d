"""What `feedback serve` and `feedback worker` log."""

import logging

from feedback_app.commands.serving import ShortLines


def test_no_line_of_the_log_is_longer_than_500_characters() -> None:
    try:
        raise ValueError("x" * 100_000)
    except ValueError as error:
        failure = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("a", logging.ERROR, "a.py", 1, "%s", ("y" * 100_000,), failure)
    lines = ShortLines().format(record).splitlines()
    assert max(map(len, lines)) == 501
    assert "Traceback" in lines[1]
