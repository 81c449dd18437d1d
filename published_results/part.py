"""What every record of a published file is, and the error that names what to mend."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]
Moment = AwareDatetime
# One wording a language, by its code.
Words = dict[str, str]


class Part(BaseModel):
    """A record that cannot be changed and has no key but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Approval(Part):
    """Who published the file, and when. The name stays in the file; no page shows it."""

    by: Annotated[str, Field(min_length=1, max_length=200)]
    at: Moment


class ResultsError(ValueError):
    """Published files that cannot be used; `faults` holds every reason as one line each."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))
