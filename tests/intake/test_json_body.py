"""Bodies are read as JSON in one pass, whatever they hold."""

from dataclasses import dataclass, field

import pytest

from feedback_app.intake.json_body import BodyError, _once_each, parse


def test_a_duplicate_name_is_reported_at_any_depth() -> None:
    with pytest.raises(BodyError, match="'b' occurs twice in one object"):
        parse(b'{"a": 1, "list": [{"b": 1, "c": {"b": 2}, "b": 3}]}')
    assert parse(b'{"a": {"a": [{"a": 1}, {"a": 2}]}}') == {"a": {"a": [{"a": 1}, {"a": 2}]}}


@dataclass
class Comparisons:
    """How often names were compared."""

    made: int = 0


@dataclass(frozen=True)
class Name:
    """A name in an object that counts how often it is compared with another."""

    text: str
    comparisons: Comparisons = field(hash=False)

    def __eq__(self, other: object) -> bool:
        self.comparisons.made += 1
        return isinstance(other, Name) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __getitem__(self, part: slice) -> str:
        return self.text[part]


def test_duplicate_names_are_found_in_linear_time() -> None:
    comparisons, names = Comparisons(), 3000
    pairs = [(Name(f"n{at}", comparisons), at) for at in range(names)]
    with pytest.raises(BodyError, match="'n2999' occurs twice"):
        _once_each([*pairs, (Name("n2999", comparisons), 0)])  # type: ignore[list-item]
    assert comparisons.made < 10 * names
