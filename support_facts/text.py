"""A wording in every language, and the error for facts that cannot be used."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, ValidationInfo
from pydantic_core import CoreSchema, core_schema

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class FactsError(ValueError):
    """Facts that cannot be used; `faults` holds every reason, one line each."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


def _one_line(value: str) -> str:
    if value.strip() != value or not value:
        raise ValueError("write a text without spaces around it")
    if CONTROL.search(value):
        raise ValueError('{key} has a line break or control character: end lines with \\ in """')
    return value


Line = Annotated[str, AfterValidator(_one_line)]


class Text(Mapping[str, str]):
    """A wording in every language of the facts: `text["en"]`, `text["de"]`. It is hashable."""

    __slots__ = ("_wordings",)

    def __init__(self, wordings: Mapping[str, str]) -> None:
        self._wordings = dict(wordings)

    def __getitem__(self, language: str) -> str:
        return self._wordings[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self._wordings)

    def __len__(self) -> int:
        return len(self._wordings)

    def __hash__(self) -> int:
        return hash(tuple(self._wordings.items()))

    def __repr__(self) -> str:
        return f"Text({self._wordings!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        # Written out, because pydantic would make it anew for each of a hundred fields.
        text = core_schema.str_schema(strict=True)
        line = core_schema.no_info_after_validator_function(_one_line, text)
        wordings = core_schema.dict_schema(text, line, strict=True)
        return core_schema.with_info_after_validator_function(
            cls._complete,
            wordings,
            serialization=core_schema.plain_serializer_function_ser_schema(dict),
        )

    @classmethod
    def _complete(cls, wordings: dict[str, str], info: ValidationInfo) -> "Text":
        languages = info.context["languages"] if info.context else ()
        if set(wordings) != set(languages):
            raise ValueError("write it in every language")
        return cls({language: wordings[language] for language in languages})
