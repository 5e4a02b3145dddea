"""Decoding without a stated encoding: guesses are noted."""

import codecs
import time

import pytest

from timeline.errors import ImportRefused
from timeline.exchange.text.decoding import decode

WORDS = "Jahr,Ereignis\r1957,Gründung – „Verein“\r"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (WORDS.encode(), "utf-8"),
        (codecs.BOM_UTF8 + WORDS.encode(), "utf-8-sig"),
        (WORDS.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + WORDS.encode("utf-16-be"), "utf-16"),
        (WORDS.encode("utf-32"), "utf-32"),
        (WORDS.encode("utf-16-le"), "utf-16-le"),
        (WORDS.encode("utf-16-be"), "utf-16-be"),
        (WORDS.encode("cp1252"), "cp1252"),
    ],
)
def test_the_text_is_the_same_in_every_encoding(content: bytes, encoding: str) -> None:
    """Byte order marks are removed, line ends stay. Only an uncertain guess is noted."""
    decoded = decode(content)
    assert decoded.text == WORDS
    assert decoded.encoding.startswith(encoding.removesuffix("-sig"))
    assert bool(decoded.notes) == (encoding in ("cp1252", "utf-16-le", "utf-16-be"))


@pytest.mark.parametrize("encoding", ["cp1251", "cp1256", "shift_jis", "gb18030", "euc_kr", "mac_roman", "iso8859_7", "koi8_r"])
def test_a_named_encoding_is_believed(encoding: str) -> None:
    """More than ten encodings and five scripts: any that Python knows."""
    words = {
        "cp1251": "Жизнь",
        "cp1256": "الرباط",
        "shift_jis": "東京",
        "gb18030": "北京",
        "euc_kr": "서울",
        "mac_roman": "Zürich",
        "iso8859_7": "Αθήνα",
        "koi8_r": "Москва",
    }[encoding]
    assert decode(words.encode(encoding), encoding).text == words


@pytest.mark.parametrize(
    ("words", "encoding"), [("Пожар в порту", "cp1251"), ("Αθήνα και Πειραιάς", "cp1253"), ("Москва", "koi8_r")]
)
def test_other_scripts_are_not_read_as_western_text(words: str, encoding: str) -> None:
    """Its letters would be accents in a row, and would be recorded like that."""
    with pytest.raises(ImportRefused, match=r"which is in no language\. Name the encoding"):
        decode(f"Date,Title\n1938,{words}\n".encode(encoding))
    assert words in decode(f"Date,Title\n1938,{words}\n".encode(encoding), encoding).text


def test_stray_bytes_in_utf8_are_noted_with_their_lines() -> None:
    """Cells pasted from another program: only those bytes are read as cp1252."""
    decoded = decode("Zürich\nBogotá\n".encode() + "Málaga\n".encode("cp1252") + "Łódź\n".encode())
    assert decoded.text == "Zürich\nBogotá\nMálaga\nŁódź\n"
    assert "1 byte is not (line 3)" in decoded.notes[0]


def test_stray_bytes_take_linear_time() -> None:
    """All on one line, as programs write JSON. Quadratic time would take minutes."""
    begun = time.process_time()
    decoded = decode("é".encode("cp1252") * 300_000 + "é".encode() * 300_000)
    assert decoded.text == "é" * 600_000
    assert "300,000 bytes are not (line 1)" in decoded.notes[0]
    assert time.process_time() - begun < 5


def test_cr_line_ends_point_to_a_macintosh() -> None:
    """Such spreadsheets seldom write cp1252."""
    assert "mac_roman" in decode("Zürich\rMalmö\r".encode("mac_roman")).notes[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no text"),
        (b" \r\n", "no text"),
        (b"PK\x03\x04\0\0,", "zip file"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"%PDF-1.4\n", "timeline archive"),
        (b"%x\0\x01\x02", "NUL"),
        (b"a,\x81\xff", "byte 3 is neither"),
        (codecs.BOM_UTF16_LE + b"abc", "begins with the mark of utf-16"),
    ],
)
def test_a_file_without_text_is_refused_in_one_line(content: bytes, reason: str) -> None:
    """Empty, binary, or in no matching encoding."""
    with pytest.raises(ImportRefused, match=reason):
        decode(content, name="x.csv")


def test_an_unknown_or_wrong_encoding_is_refused() -> None:
    """The name must exist, and the bytes must match it."""
    with pytest.raises(ImportRefused, match="not the name of a text encoding"):
        decode(b"a", "utf-99")
    with pytest.raises(ImportRefused, match="byte 2 is not utf-8"):
        decode(b"a\xe9", "utf-8")


@pytest.mark.parametrize(
    ("named", "read"), [("gb2312", "gb18030"), ("gbk", "gb18030"), ("shift_jis", "cp932"), ("euc-kr", "cp949")]
)
def test_a_stated_encoding_may_be_read_as_a_wider_one(named: str, read: str) -> None:
    """As browsers read it, with a note. If the bytes match the stated encoding, that one is used."""
    letters = {"gb18030": "镕𠀀", "cp932": "①髙", "cp949": "똠방"}[read]
    decoded = decode(f"a,{letters}".encode(read), named)
    assert decoded[:2] == (f"a,{letters}", read)
    assert read in decoded.notes[0]
    assert decode("a,日本".encode("shift_jis"), "shift_jis").notes == ()
    with pytest.raises(ImportRefused, match="is not gb2312"):
        decode(b"a\xff\xff", "gb2312")


def test_mac_roman_is_recognised_by_letters_within_words() -> None:
    """With any line ends, and a note. Apostrophes, dashes and ligatures of cp1252 are not mistaken for them."""
    words = "Zürich, Malmö, Élysée, très “naïve” – don’t\n"
    decoded = decode(words.encode("mac_roman"))
    assert decoded[:2] == (words, "mac-roman")
    assert "mac_roman" in decoded.notes[0]
    for western in ("don’t, cœur, a–b, Zürich\n", "don’t\n", "naïve “a”\n"):
        assert decode(western.encode("cp1252"))[:2] == (western, "cp1252")
