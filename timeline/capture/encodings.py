"""Decode a page: in the encoding that the caller, a byte order mark, the server, or the page itself declares.

Owns what the names of encodings mean on the web. Must not guess from the letters: an undeclared page is UTF-8 or refused.
"""

# ruff: noqa: SIM905 names are read at a glance as words

import re

from timeline import documents
from timeline.documents import encodings
from timeline.errors import DocumentUnreadable, on_one_line

# On the web these names mean a wider encoding (WHATWG Encoding Standard): pages that declare Latin 1 are written in cp1252.
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
# A text in one of these may also be valid UTF-8. In an encoding of one byte for each letter, valid UTF-8 is never a coincidence.
_WIDE = frozenset("utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 gb18030 big5hkscs cp932 euc_jp iso2022_jp cp949 hz".split())
_FEW = 1000  # one undecodable character among so many is a slip; more mean another encoding


def decoded_page(content: bytes, name: str, encoding: str | None = None, declared: str | None = None) -> tuple[str, str]:
    """Decode a page, and return its text and how it was decoded.

    The encoding is `encoding`, else the byte order mark's, else the one `declared` with the page or in it, else UTF-8. A few bytes
    that do not fit become U+FFFD, and are counted. Raises DocumentUnreadable where many do not fit.
    """
    contradiction, label = "", encoding
    if encoding is not None:
        codec = codec_of(encoding)
        if codec is None:
            raise DocumentUnreadable(name, encodings.refusal(on_one_line(encoding)))
    else:
        mark = documents.marked(content)
        label = None if mark else declared if codec_of(declared) else _declared_within(content)
        codec = mark or codec_of(label) or "utf-8"
        if codec not in _WIDE and _is_utf_8(content):
            codec, contradiction, label = "utf-8", f", whatever it says of {codec}", None
    text = content.decode(codec, "replace")
    wrong = text.count("\ufffd") - content.count("\ufffd".encode()) if "\ufffd" in text else 0
    if wrong > 3 + len(text) // _FEW:
        named = encodings.codec_name(label) if label else None
        read_as = f", as which {named} is read" if named not in (None, codec) else ""
        raise DocumentUnreadable(name, f"{wrong:,} places in it are not {codec}{read_as}. {encodings.NAME_IT}")
    how = f"decoded as {codec}{contradiction}"
    return text.removeprefix("\ufeff"), f"{how} but for {wrong}" if wrong > 0 else how


def _is_utf_8(content: bytes) -> bool:
    if content.isascii():
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def codec_of(name: str | None) -> str | None:
    """Return Python's name for an encoding, by its meaning on the web; None where there is no such encoding for documents."""
    if not name:
        return None
    name = name.strip().lower()
    codec = encodings.codec_name(_ALSO_CALLED.get(name, name))
    return None if codec is None else _MEANS.get(codec, codec)


def _declared_within(content: bytes) -> str | None:
    """Return the name of the encoding that a page declares in itself."""
    head = _COMMENT.sub(b"", content[:_LOOKED_AT])
    match = _XML.search(head) or _META.search(head)
    label = match[1].decode("ascii") if match else None
    # A declaration that can be read as ASCII was not written in UTF-16.
    return "utf-8" if (codec_of(label) or "").startswith(("utf-16", "utf-32")) else label
