"""The numbers of lists and notes as office programs show them: letters, Roman numerals, the digits and letters of other scripts.

Owns those forms. Must not know where a document says which form a list has.
"""

import unicodedata
from typing import Final

BULLET: Final = "•"
_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"),
    (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
_RUSSIAN: Final = "абвгдежзиклмнопрстуфхцчшщыэюя"
_ALPHA: Final = "أبتثجحخدذرزسشصضطظعغفقكلمنهوي"
_ABJAD: Final = "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ"
_HEBREW: Final = "אבגדהוזחטיכלמנסעפצקרשת"
_ARABIC_DIGITS: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
# By the names that Word gives them, and by the first number, as OpenDocument names them.
_LETTERS: Final = {
    "lowerLetter": _LATIN, "upperLetter": _LATIN.upper(), "a": _LATIN, "A": _LATIN.upper(),
    "russianLower": _RUSSIAN, "russianUpper": _RUSSIAN.upper(), "arabicAlpha": _ALPHA, "arabicAbjad": _ABJAD, "hebrew2": _HEBREW,
    "chicago": "*†‡§",
}  # fmt: skip
_PLAIN: Final = {"decimal": "{}", "1": "{}", "decimalZero": "{:02}", "none": "", "": ""}
_LARGEST_ROMAN: Final = 3_999
_MOST_REPEATED: Final = 30


def formatted(number: int, form: str) -> str | None:
    """Write a number in a form, by its name in Word or OpenDocument. None for a form that is not known."""
    if form in _PLAIN:
        return _PLAIN[form].format(number)
    if form == "hindiNumbers":
        return str(number).translate(_ARABIC_DIGITS)
    if form in ("lowerRoman", "upperRoman", "i", "I") and 0 < number <= _LARGEST_ROMAN:
        return _roman(number) if form in ("lowerRoman", "i") else _roman(number).upper()
    letters = _LETTERS.get(form, "")
    if 0 < number <= _MOST_REPEATED * len(letters):  # after z comes aa, then bb
        return letters[(number - 1) % len(letters)] * ((number - 1) // len(letters) + 1)
    return None


def bullet(sign: str) -> str:
    """Return the sign of a list without numbers. Those of fonts of symbols have no letter of their own, and become a bullet."""
    sign = sign.strip()
    return sign if len(sign) == 1 and sign != "o" and unicodedata.category(sign) not in ("Co", "Cn", "Lu", "Ll", "Lo") else BULLET


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text
