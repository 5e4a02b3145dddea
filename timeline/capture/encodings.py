"""In which encoding a page was written: as it is told by whoever asks, by a mark, by the server, or by the page itself.

Owns what the names of encodings mean on the web. Must not guess from the letters: what is not told is UTF-8 or refused.
"""

# ruff: noqa: SIM905 names are read at a glance as words

import re

from timeline import documents, encodings
from timeline.errors import DocumentUnreadable, on_one_line

# On the web these names mean more than they say (WHATWG Encoding Standard): pages that say Latin 1 are written in cp1252.
_MEANS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    **encodings.WIDER,
}
_ALSO_CALLED = {"x-sjis": "shift_jis", "windows-31j": "cp932", "windows-874": "cp874", "x-gbk": "gbk", "ks_c_5601-1987": "euc_kr"}
_META = re.compile(rb"""<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", re.IGNORECASE)
_XML = re.compile(rb"""^\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9_:.-]+)["']""")
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_LOOKED_AT = 8192
# What is in one of these may be UTF-8 by chance, or is; where a letter is a byte, what is UTF-8 throughout is nothing else.
_WIDE = frozenset("utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 gb18030 big5hkscs cp932 euc_jp iso2022_jp cp949 hz".split())
_FEW = 1000  # one character that cannot be read among so many is a slip; more are another encoding


def decoded_page(content: bytes, name: str, told: str | None = None, declared: str | None = None) -> tuple[str, str]:
    """Decode a page, and say how: in the encoding told, else its mark's, else the one declared with it or in it, else UTF-8.

    A few bytes that do not fit stand as U+FFFD, and that is said. Raises DocumentUnreadable where many do not.
    """
    lie, called = "", told
    if told is not None:
        encoding = known(told)
        if encoding is None:
            raise DocumentUnreadable(name, encodings.refusal(on_one_line(told)))
    else:
        mark = documents.marked(content)
        called = None if mark else declared if known(declared) else _declared_within(content)
        encoding = mark or known(called) or "utf-8"
        if encoding not in _WIDE and _is_utf_8(content):
            encoding, lie, called = "utf-8", f", whatever it says of {encoding}", None
    text = content.decode(encoding, "replace")
    wrong = text.count("\ufffd") - content.count("\ufffd".encode()) if "\ufffd" in text else 0
    if wrong > 3 + len(text) // _FEW:
        meant = encodings.known(called) if called else None
        read_as = f", as which {meant} is read" if meant not in (None, encoding) else ""
        raise DocumentUnreadable(name, f"{wrong:,} places in it are not {encoding}{read_as}. {encodings.NAME_IT}")
    how = f"decoded as {encoding}{lie}"
    return text.removeprefix("\ufeff"), f"{how} but for {wrong}" if wrong > 0 else how


def _is_utf_8(content: bytes) -> bool:
    if content.isascii():
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def known(name: str | None) -> str | None:
    """Call an encoding as Python does, by what it means on the web; None where documents are in none of that name."""
    if not name:
        return None
    name = name.strip().lower()
    found = encodings.known(_ALSO_CALLED.get(name, name))
    return None if found is None else _MEANS.get(found, found)


def _declared_within(content: bytes) -> str | None:
    """Give the name of the encoding that a page tells of itself."""
    head = _COMMENT.sub(b"", content[:_LOOKED_AT])
    found = _XML.search(head) or _META.search(head)
    called = found[1].decode("ascii") if found else None
    # A declaration that could be read at all was not written in UTF-16.
    return "utf-8" if (known(called) or "").startswith(("utf-16", "utf-32")) else called
