"""Lines of the log are short, have the id of their request, and count repeated failures."""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator

import pytest

from feedback_app.base import logs
from feedback_app.base.logs import Repetitions, log_to_stderr, request_id

Lines = Callable[[], list[str]]


@pytest.fixture(params=["text", "json"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, form: str) -> Iterator[Lines]:
    """What is logged, on a root logger that nobody else set up."""
    root, written = logging.getLogger(), io.StringIO()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr("sys.stderr", written)
    level = root.level
    log_to_stderr("info", form)
    yield lambda: written.getvalue().splitlines()
    root.setLevel(level)


def _pass(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    now = logs.time.monotonic() + seconds
    monkeypatch.setattr("feedback_app.base.logs.time.monotonic", lambda: now)


def _log_long_failure() -> None:
    try:
        raise ValueError("x" * 100_000)
    except ValueError:
        logging.getLogger("a").exception("%s", "y" * 100_000)


@pytest.mark.parametrize("form", ["text"], indirect=True)
def test_no_line_of_the_log_is_longer_than_500_characters(lines: Lines) -> None:
    _log_long_failure()
    assert max(map(len, lines())) == 501
    assert "Traceback" in lines()[1]


@pytest.mark.parametrize("form", ["json"], indirect=True)
def test_json_has_one_object_for_each_record_and_cuts_as_well(lines: Lines) -> None:
    _log_long_failure()
    (line,) = lines()
    found = json.loads(line)
    assert (found["level"], found["logger"], len(found["message"])) == ("ERROR", "a", 501)
    assert found["exception"].startswith("Traceback")
    assert max(map(len, found["exception"].splitlines())) == 501


def test_each_line_has_the_id_of_its_request(lines: Lines) -> None:
    token = request_id.set("an-id-of-a-request")
    logging.getLogger("a").info("inside")
    request_id.reset(token)
    logging.getLogger("a").info("outside")
    inside, outside = lines()
    assert "an-id-of-a-request" in inside
    assert "an-id-of-a-request" not in outside


def test_each_line_has_its_time_in_utc(lines: Lines) -> None:
    logging.getLogger("a").info("now")
    (line,) = lines()
    assert re.search(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line)


def test_a_failure_that_repeats_is_logged_once_and_then_counted(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = logging.getLogger("a")
    for number in range(4214):
        log.warning("message %s was refused: %s", f"id{number}", "550 no such user")
    log.warning("message %s was refused: %s", "id1", "421 try later")
    assert len(lines()) == 2
    assert "message id0 was refused: 550 no such user" in lines()[0]
    assert "421 try later" in lines()[1]
    _pass(monkeypatch, logs.REPEAT_SECONDS)
    log.info("another line")
    assert len(lines()) == 4
    counted = [line for line in lines() if "and 4,213 more in 60 s" in line]
    assert len(counted) == 1
    assert "550 no such user" in counted[0]
    log.warning("message %s was refused: %s", "id5000", "550 no such user")
    assert "id5000" in lines()[-1], "it is logged again after that time"


def test_information_is_never_counted(lines: Lines) -> None:
    for _ in range(3):
        logging.getLogger("a").info("the same")
    assert len(lines()) == 3


def test_many_different_failures_are_logged_in_bounded_memory(lines: Lines) -> None:
    words = [a + b for a in "abcdefghijklmnopqrstuvwxyz" for b in "abcdefghijklmnopqrstuvwxyz"]
    for word in words:
        logging.getLogger("a").warning("failure %s", word)
    (filtering,) = logging.getLogger().handlers[0].filters
    assert isinstance(filtering, Repetitions)
    assert len(filtering._failures) == 200
    assert len(lines()) == len(words)


def test_the_level_leaves_out_what_is_below(lines: Lines) -> None:
    logging.getLogger("a").debug("a detail")
    assert lines() == []
