"""The base class of everything in a published file, and the error for files that cannot be used."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]
Moment = AwareDatetime
# One text per language, by language code.
Words = dict[str, str]


class Part(BaseModel):
    """An immutable value; unknown keys and wrong types are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Approval(Part):
    """Who approved the file, and when. The name is in the file only; no page shows it."""

    by: Annotated[str, Field(min_length=1, max_length=200)]
    at: Moment


class ResultsError(ValueError):
    """Published files cannot be used; `faults` holds one line per reason."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))
