"""How wide text is, told without a browser, and cut where there is no room; on the safe side, as the widest common fonts have it.

Owns measuring. Must not know of pictures.
"""

import unicodedata
from typing import Final

_NARROW: Final = frozenset("iljI.,:;'’‘|!()[] ")
_WIDE: Final = frozenset("mwMWQO@%—")


def width(text: str, size: float) -> float:
    """Tell how wide a text is at most, in the unit of its size."""
    return size * sum(_width(one) for one in text)


def _width(one: str) -> float:
    if unicodedata.combining(one) or unicodedata.category(one) in ("Cf", "Mn", "Me"):
        return 0
    if one in _NARROW:
        return 0.42
    if one in _WIDE or unicodedata.east_asian_width(one) in "WF" or ord(one) > 0xFFFF:
        return 1.05
    return 0.76 if one.isupper() else 0.645


def cut(text: str, size: float, room: float) -> str:
    """Cut a text at a word to the room there is, with … where anything is gone."""
    if width(text, size) <= room:
        return text
    kept, taken = "", width("…", size)
    for one in text:
        taken += size * _width(one)
        if taken > room:
            break
        kept += one
    head, space, _ = kept.rpartition(" ")
    kept = head if space and len(head) > len(kept) * 0.7 else kept
    return kept.rstrip(" ,;:-–—“") + "…" if kept else ""


def right_to_left(text: str) -> bool:
    """Whether a text runs from right to left: its first letter with a direction tells."""
    for one in text:
        direction = unicodedata.bidirectional(one)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False
