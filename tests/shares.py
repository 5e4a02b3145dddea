"""How much of what takes long or is drawn at random is tried: a fixed part on each push, and all of it each night.

Owns that part and nothing else. The part is the same on each push, so that a failure comes back.
"""

import os
from collections.abc import Sequence
from typing import TypeVar

Example = TypeVar("Example")

EVERY_CASE = bool(os.environ.get("TIMELINE_EVERY_CASE"))  # .ci/nightly sets it
ONE_IN = 1 if EVERY_CASE else 3


def share(number: int) -> int:
    """Return how many of so many examples are tried."""
    return -(-number // ONE_IN)


def some(listed: Sequence[Example]) -> list[Example]:
    """Choose the examples of a list that are tried."""
    return spread(listed, share(len(listed)))


def spread(listed: Sequence[Example], most: int) -> list[Example]:
    """Choose so many of a list, evenly from its first to its last."""
    if most >= len(listed):
        return list(listed)
    return [listed[place * (len(listed) - 1) // max(most - 1, 1)] for place in range(most)]
