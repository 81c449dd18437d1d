"""Which cases are asked if only a share of them is."""

import hmac
import json
from dataclasses import dataclass

from feedback_app.records import ClosedCase


@dataclass(frozen=True)
class Sampling:
    """Asks about `percent` % of the cases, chosen by HMAC-SHA256 of source and case id.

    A case is always decided in the same way, and only somebody with the key can predict how.
    A case that is asked at a lower percentage is also asked at a higher one.
    """

    percent: int = 100
    key: str = ""

    def includes(self, case: ClosedCase) -> bool:
        """Return whether this case is asked."""
        if self.percent == 100:
            return True
        text = json.dumps(["feedback.sampling", case.source, case.case_id])
        digest = hmac.digest(self.key.encode(), text.encode(), "sha256")
        return int.from_bytes(digest[:8]) * 100 < self.percent << 64
