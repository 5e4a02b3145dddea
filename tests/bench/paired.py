"""Measure two pieces of work against each other on a machine that others use: in turn, A B A B, with the ratio taken pair by pair.

Owns that. What is counted is the processor's time, which waits for nobody; the first pair is not counted. Must not know the work.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Seconds of each run of both, in the order in which they were made."""

    ours: list[float]
    peer: list[float]

    @property
    def ratio(self) -> float:
        """How fast ours is for one of the peer: the median over the pairs."""
        return statistics.median(peer / ours for ours, peer in zip(self.ours, self.peer, strict=True))

    @property
    def spread(self) -> str:
        """The least and the most of these ratios: far apart, the machine was noisy."""
        ratios = [peer / ours for ours, peer in zip(self.ours, self.peer, strict=True)]
        return f"{min(ratios):.2f} to {max(ratios):.2f}"


def seconds(work: Work) -> float:
    """Count the processor's seconds of a call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def pairs(ours: Work, peer: Work, runs: int) -> Pairs:
    """Run both in turn."""
    taken = [(seconds(ours), seconds(peer)) for _ in range(runs + 1)][1:]
    return Pairs([one for one, _ in taken], [other for _, other in taken])


def rate(count: int, taken: list[float]) -> float:
    """Tell how many a second, by the median."""
    return count / statistics.median(taken)


def line(name: str, count: int, found: Pairs) -> str:
    """Say a result: what, how many a second, what part of the peer's."""
    return f"  {name:<36}{rate(count, found.ours):>10,.0f} rows/s{found.ratio:>7.2f} of it  ({found.spread})"
