"""What chance alone would vary: intervals of a share, and of a change between two shares.

Both treat the answers as a random sample. They are none, as dissatisfied customers may answer more
often, so wherever an interval is shown it is labelled "chance variation only".
"""

from math import hypot, sqrt
from typing import NamedTuple

# The normal distribution holds 95 % within this many standard deviations of its middle.
Z_95 = 1.959963984540054


class Interval(NamedTuple):
    """The lower and the upper end, as fractions: 0.38 is 38 %."""

    low: float
    high: float

    def excludes_zero(self) -> bool:
        """Return whether both ends lie on the same side of zero."""
        return self.low > 0 or self.high < 0


def wilson(chosen: int, n: int, z: float = Z_95) -> Interval:
    """Return the score interval of a share of `chosen` out of `n` answers, within 0 and 1.

    Its ends are the shares that a test with the normal distribution would just not reject.
    Raises ValueError unless 0 <= chosen <= n and n >= 1.
    Source: E. B. Wilson, Journal of the American Statistical Association 22 (1927), pp. 209-212.
    """
    if not 0 <= chosen <= n or n < 1:
        raise ValueError(f"{chosen} of {n} is no share: give 0 to n, and n of at least 1")
    middle = (chosen + z * z / 2) / (n + z * z)
    reach = z / (n + z * z) * sqrt(chosen * (n - chosen) / n + z * z / 4)
    # At both extremes the exact end is known, and rounding must not cross it.
    return Interval(
        0.0 if chosen == 0 else max(0.0, middle - reach),
        1.0 if chosen == n else min(1.0, middle + reach),
    )


def newcombe(
    chosen_before: int, n_before: int, chosen_after: int, n_after: int, z: float = Z_95
) -> Interval:
    """Return the interval of the change from one share to another, within -1 and 1.

    The two groups of answers must be disjoint. Positive is a rise. Raises ValueError as `wilson`.
    Source: R. G. Newcombe, Statistics in Medicine 17 (1998), pp. 873-890, method 10.
    """
    before, after = chosen_before / (n_before or 1), chosen_after / (n_after or 1)
    of_before, of_after = (wilson(chosen_before, n_before, z), wilson(chosen_after, n_after, z))
    change = after - before
    return Interval(
        max(-1.0, change - hypot(after - of_after.low, of_before.high - before)),
        min(1.0, change + hypot(of_after.high - after, before - of_before.low)),
    )
