"""How wide text is, told without a browser; broken into lines, and cut where there is no room.

Owns measuring, on the safe side: as the widest of the common fonts has it. Must not know of pictures.
"""

import unicodedata
from typing import Final

BOLD: Final = 1.14  # how much wider the same text is in bold, at most
# In hundredths of the size, as DejaVu Sans and Noto Sans have them, whichever is wider.
_GROUPS: Final = {
    30: "'ijl", 35: " ,.:;I", 40: "()-/[\\]ft", 45: "!r", 50: '"_`', 55: "?csz", 60: "*FJLkvxy|",
    65: "0123456789$EPSTYabdeghnopqu{}", 70: "ABCKRVXZ", 75: "U", 80: "&DGHNOQ", 85: "#+<=>^w~", 95: "%M", 100: "@Wm—…",
}  # fmt: skip
_WIDTHS: Final = {one: width / 100 for width, group in _GROUPS.items() for one in group}
_COMMON: Final = {"", "LATIN", "GREEK", "CYRILLIC", "MODIFIER", "FEMININE", "MASCULINE", "MICRO"}
_FAMILIES: Final = {
    "ARABIC": "Arial, DejaVu Sans, Noto Sans Arabic", "HEBREW": "Arial, DejaVu Sans, Noto Sans Hebrew",
    "HIRAGANA": "Hiragino Sans, Yu Gothic, Noto Sans CJK JP", "KATAKANA": "Hiragino Sans, Yu Gothic, Noto Sans CJK JP",
    "HANGUL": "Apple SD Gothic Neo, Malgun Gothic, Noto Sans CJK KR", "CJK": "PingFang SC, Microsoft YaHei, Noto Sans CJK SC",
}  # fmt: skip
_INDIC: Final = range(0x0980, 0x0E00)  # Bengali to Sinhala: letters that are wider than they are high
_TRAILING: Final = " ,;:-–—“\u2068"


def width(text: str, size: float) -> float:
    """Tell how wide a text is at most, in the unit of its size."""
    return size * sum(map(_width, text))


def _width(one: str) -> float:
    if (known := _WIDTHS.get(one)) is not None:
        return known
    if unicodedata.category(one) in ("Cf", "Mn", "Me"):
        return 0
    if unicodedata.east_asian_width(one) in "WF" or ord(one) > 0xFFFF:
        return 1.05
    if ord(one) in _INDIC:
        return 1.1
    return 0.8 if one.isupper() else 0.66


def lines(text: str, size: float, room: float, most: int) -> list[str]:
    """Break a text into lines, at words where it has any; the last one that there may be ends in … where more would follow."""
    found: list[str] = []
    rest = text
    while rest and len(found) < most - 1 and width(rest, size) > room:
        end = _fitting(rest, size, room)
        if end == 0:
            break
        found.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    last = cut(rest, size, room)
    return [*found, last] if last else found


def balanced(text: str, size: float, room: float, most: int) -> list[str]:
    """Break a text into as few lines as there must be, and these as even as they can be."""
    found = lines(text, size, room, most)
    if len(found) > 1 and not found[-1].endswith("…"):
        for share in (0.55, 0.65, 0.75, 0.85):
            even = lines(text, size, room * share, most)
            if len(even) == len(found) and not even[-1].endswith("…"):
                return even
    return found


def cut(text: str, size: float, room: float) -> str:
    """Cut a text at a word to the room there is, with … where anything is gone."""
    if width(text, size) <= room:
        return text
    kept = text[: _fitting(text, size, room - width("…", size))].rstrip(_TRAILING)
    return f"{kept}…" if kept else ""


def _fitting(text: str, size: float, room: float) -> int:
    """Tell how many characters fit in a line: up to a space where that is not far back, never between a letter and its signs."""
    taken, end = 0.0, 0
    for one in text:
        taken += size * _width(one)
        if taken > room:
            break
        end += 1
    if end == len(text):
        return end
    space = text.rfind(" ", 0, end + 1)
    if space > end * 0.6:
        return space
    while end and (unicodedata.category(text[end])[0] == "M" or text[end] == "\u200d" or text[end - 1] == "\u200d"):
        end -= 1
    return end


def family(text: str) -> str:
    """Name the fonts for a text in a script other than Latin, Greek and Cyrillic; empty for those."""
    scripts = {unicodedata.name(one, "").split(" ")[0] for one in text if one.isalpha() and not one.isascii()} - _COMMON
    if not scripts:
        return ""
    for script, named in _FAMILIES.items():
        if script in scripts:
            return named
    return f"Noto Sans {min(scripts).title()}"


def right_to_left(text: str) -> bool:
    """Whether a text runs from right to left: its first letter with a direction tells."""
    for one in text:
        direction = unicodedata.bidirectional(one)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False
