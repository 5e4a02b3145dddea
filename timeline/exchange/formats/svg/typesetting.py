"""Measure text without a browser, break it into lines, and cut it if there is no room.

Widths are on the safe side: those of the widest common font. Must not know any pictures.
"""

import unicodedata
from typing import Final

BOLD: Final = 1.14  # bold text is at most so much wider
# Widths in hundredths of the size: those of DejaVu Sans or Noto Sans, whichever is wider.
_GROUPS: Final = {
    30: "'ijl", 35: " ,.:;I", 40: "()-/[\\]ft", 45: "!r", 50: '"_`', 55: "?csz", 60: "*FJLkvxy|",
    65: "0123456789$EPSTYabdeghnopqu{}", 70: "ABCKRVXZ", 75: "U", 80: "&DGHNOQ", 85: "#+<=>^w~", 95: "%M", 100: "@Wm—…",
}  # fmt: skip
_WIDTHS: Final = {sign: width / 100 for width, group in _GROUPS.items() for sign in group}
_COMMON: Final = {"", "LATIN", "GREEK", "CYRILLIC", "MODIFIER", "FEMININE", "MASCULINE", "MICRO"}
_FAMILIES: Final = {
    "ARABIC": "Arial, DejaVu Sans, Noto Sans Arabic", "HEBREW": "Arial, DejaVu Sans, Noto Sans Hebrew",
    "HIRAGANA": "Hiragino Sans, Yu Gothic, Noto Sans CJK JP", "KATAKANA": "Hiragino Sans, Yu Gothic, Noto Sans CJK JP",
    "HANGUL": "Apple SD Gothic Neo, Malgun Gothic, Noto Sans CJK KR", "CJK": "PingFang SC, Microsoft YaHei, Noto Sans CJK SC",
}  # fmt: skip
_INDIC: Final = range(0x0980, 0x0E00)  # Bengali to Sinhala: letters that are wider than they are high
_SEARCHED: Final = 1_000  # characters in which the first letter with a direction is searched
_TRAILING: Final = " ,;:-–—“\u2068"


def width(text: str, size: float) -> float:
    """Return the greatest width of a text, in the unit of its size."""
    return size * sum(map(_width, text))


def _width(sign: str) -> float:
    if (measured := _WIDTHS.get(sign)) is not None:
        return measured
    if unicodedata.category(sign) in ("Cf", "Mn", "Me"):
        return 0
    if unicodedata.east_asian_width(sign) in "WF" or ord(sign) > 0xFFFF:
        return 1.05
    if ord(sign) in _INDIC:
        return 1.1
    return 0.8 if sign.isupper() else 0.66


def lines(text: str, size: float, room: float, most: int) -> list[str]:
    """Break a text into at most so many lines, if possible between words. The last line ends in … if text is cut."""
    broken: list[str] = []
    rest = text
    while rest and len(broken) < most - 1 and width(rest, size) > room:
        end = _fitting(rest, size, room)
        if end == 0:
            break
        broken.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    last = cut(rest, size, room)
    return [*broken, last] if last else broken


def balanced(text: str, size: float, room: float, most: int) -> list[str]:
    """Break a text into as few lines as possible, and make them as even as possible."""
    fewest = lines(text, size, room, most)
    if len(fewest) > 1 and not fewest[-1].endswith("…"):
        for share in (0.55, 0.65, 0.75, 0.85):
            even = lines(text, size, room * share, most)
            if len(even) == len(fewest) and not even[-1].endswith("…"):
                return even
    return fewest


def cut(text: str, size: float, room: float) -> str:
    """Cut a text between words to fit the room, with … at its end if it is cut."""
    if width(text, size) <= room:
        return text
    beginning = text[: _fitting(text, size, room - width("…", size))].rstrip(_TRAILING)
    return f"{beginning}…" if beginning else ""


def _fitting(text: str, size: float, room: float) -> int:
    """Return how many characters fit into a line: up to a space if sign is near, never between a letter and its accents."""
    width, end = 0.0, 0
    for sign in text:
        width += size * _width(sign)
        if width > room:
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
    """Return the fonts for a text in a script other than Latin, Greek and Cyrillic, or "" for those."""
    scripts = {unicodedata.name(sign, "").split(" ")[0] for sign in text if sign.isalpha() and not sign.isascii()} - _COMMON
    if not scripts:
        return ""
    for script, fonts in _FAMILIES.items():
        if script in scripts:
            return fonts
    return f"Noto Sans {min(scripts).title()}"


def right_to_left(text: str) -> bool:
    """Whether a text runs from right to left, by its first letter with a direction."""
    directions = map(unicodedata.bidirectional, text[:_SEARCHED])
    return next((direction != "L" for direction in directions if direction in ("L", "R", "AL")), False)
