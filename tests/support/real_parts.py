"""Real programs that tests need: a database server, a browser, openssl, Node.js."""

import os
from typing import NoReturn

import pytest


def real_part_missing(what: str, how_to_install: str) -> NoReturn:
    """Skip the test and name what is missing; fail where every real part is required (CI)."""
    message = f"{what} is not installed: {how_to_install}"
    if os.environ.get("FEEDBACK_REQUIRE_REAL_PARTS") == "1":
        pytest.fail(message)
    pytest.skip(message)
