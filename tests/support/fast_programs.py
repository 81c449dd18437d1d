"""Start many programs in one process faster: about 5,000 tests create their own application."""

import pickle
import tomllib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from werkzeug.routing import Rule

from feedback_app.leads import passwords

# The password hasher of the product, whose cost one test checks.
SHIPPED_HASHER = passwords._HASHER


def compile_routes_once() -> None:
    """Keep the function that builds the URL of a route, which takes werkzeug 30 ms a program.

    It depends on nothing else: the converters are looked up in the route when it is called.
    """
    compile_builder = Rule._compile_builder
    compiled: dict[tuple[object, ...], Callable[..., Any]] = {}

    def compile_once(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        if rule.defaults:
            return compile_builder(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = compile_once  # type: ignore[method-assign]


def read_toml_once() -> None:
    """Keep what was read from a TOML text: the shipped facts and presets take 50 ms a program."""
    loads = tomllib.loads

    @lru_cache(maxsize=100)
    def read_once(text: str) -> bytes:
        return pickle.dumps(loads(text))

    def a_copy(text: str) -> dict[str, Any]:
        found: dict[str, Any] = pickle.loads(read_once(text))
        return found

    tomllib.loads = a_copy  # type: ignore[assignment]


def hash_passwords_cheaply() -> None:
    """Hash passwords in less than 1 ms, because hardly a test is about their strength."""
    passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
