"""The text encodings that documents may have; nothing from outside is decoded in another.

Owns the list, by Python's names, and the message that refuses others. Python's other codecs are not for documents: punycode takes
minutes for a megabyte, and unicode-escape and UTF-7 read letters that nobody sees in the file. Must not guess an encoding.
"""

# ruff: noqa: SIM905 - the names are easier to read as one text

import codecs
from typing import Final

ALLOWED: Final = frozenset(
    (
        "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be ascii "
        "iso8859-1 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9 iso8859-10 iso8859-11 "
        "iso8859-13 iso8859-14 iso8859-15 iso8859-16 tis-620 koi8-r koi8-t koi8-u kz1048 ptcp154 hp-roman8 palmos "
        "cp874 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp1006 cp1125 "
        "cp437 cp720 cp737 cp775 cp850 cp852 cp855 cp856 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866 cp869 "
        "cp037 cp273 cp424 cp500 cp875 cp1026 cp1140 "
        "mac-arabic mac-croatian mac-cyrillic mac-farsi mac-greek mac-iceland mac-latin2 mac-roman mac-romanian mac-turkish "
        "gb2312 gbk gb18030 hz big5 big5hkscs cp950 "
        "shift_jis shift_jis_2004 shift_jisx0213 cp932 euc_jp euc_jis_2004 euc_jisx0213 "
        "iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext "
        "euc_kr cp949 johab iso2022_kr"
    ).split()
)
WIDER: Final = {"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs"}
"""Names that documents often use for a larger encoding, which has all their letters and more (WHATWG Encoding Standard)."""
_LONGEST: Final = 40
NAME_IT: Final = (
    "Name the encoding it was written in, such as cp1252 or cp1256: --encoding on the command line, encoding anywhere else"
)
_SOME: Final = "utf-8, utf-16, cp1252, cp1251, iso8859-15, gb18030, shift_jis or euc_kr"


def codec_name(name: str) -> str | None:
    """Return the standard name of an encoding, so that UTF-8 and utf8 are the same; None if it is not in the list."""
    if len(name) > _LONGEST or not name.isascii():
        return None
    try:
        canonical = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        return None
    return canonical if canonical in ALLOWED else None


def refusal(shown: str) -> str:
    """Return the message that refuses an encoding, given its printable name."""
    return f'"{shown[:_LONGEST]}" is not the name of a text encoding. Try {_SOME}'
