"""One piece of work beside another, by processor time, in turn."""

import statistics
import time
from collections.abc import Callable


def say(line: str) -> None:
    """Print a line at once, also into a file."""
    print(line, flush=True)


def compare(
    name: str, yardstick: Callable[[], None], ours: Callable[[], None], rounds: int
) -> None:
    """Run both in turn and print the ratio of their processor times."""
    yardstick()
    ours()
    pairs = [(_cpu(yardstick), _cpu(ours)) for _ in range(rounds)]
    ratios = sorted(own / base for base, own in pairs)
    base, own = (statistics.median(pair[at] for pair in pairs) for at in (0, 1))
    say(
        f"{name:40}{statistics.median(ratios):6.2f}  ({ratios[0]:.2f} to {ratios[-1]:.2f});"
        f" {1000 * base:.0f} and {1000 * own:.0f} ms"
    )


def _cpu(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
