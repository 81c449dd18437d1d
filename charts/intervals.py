"""95% confidence intervals of a share, and of the difference between two shares.

Both assume a random sample. Answers are not one, because dissatisfied customers may answer more
often, so the intervals cover random variation only.
"""

from math import hypot, sqrt
from typing import NamedTuple

# 95% of a normal distribution is within this many standard deviations of its mean.
Z_95 = 1.959963984540054


class Interval(NamedTuple):
    """Lower and upper end as fractions, so 0.38 is 38%."""

    low: float
    high: float

    def excludes_zero(self) -> bool:
        """Return whether both ends are on the same side of zero."""
        return self.low > 0 or self.high < 0


def wilson(chosen: int, n: int, z: float = Z_95) -> Interval:
    """Return the Wilson score interval of the share `chosen` / `n`, between 0 and 1.

    Raises ValueError unless 0 <= chosen <= n and n >= 1.
    Source: E. B. Wilson, Journal of the American Statistical Association 22 (1927), pp. 209-212.
    """
    if not 0 <= chosen <= n or n < 1:
        raise ValueError(f"{chosen} of {n} is not a valid share: need 0 <= count <= n and n >= 1")
    middle = (chosen + z * z / 2) / (n + z * z)
    reach = z / (n + z * z) * sqrt(chosen * (n - chosen) / n + z * z / 4)
    # At 0 and n the exact end is known, and rounding must not exceed it.
    return Interval(
        0.0 if chosen == 0 else max(0.0, middle - reach),
        1.0 if chosen == n else min(1.0, middle + reach),
    )


def newcombe(
    chosen_before: int, n_before: int, chosen_after: int, n_after: int, z: float = Z_95
) -> Interval:
    """Return the interval of the change between two shares, from -1 to 1; positive is a rise.

    The two groups of answers must be disjoint. Raises ValueError like `wilson`.
    Source: R. G. Newcombe, Statistics in Medicine 17 (1998), pp. 873-890, method 10.
    """
    before, after = chosen_before / (n_before or 1), chosen_after / (n_after or 1)
    of_before, of_after = wilson(chosen_before, n_before, z), wilson(chosen_after, n_after, z)
    change = after - before
    return Interval(
        max(-1.0, change - hypot(after - of_after.low, of_before.high - before)),
        min(1.0, change + hypot(of_after.high - after, before - of_before.low)),
    )
