"""E-mails: the head, the text, attachments, nesting, and damaged boundaries."""

from pathlib import Path

import pytest
from material import MAIL, read, refusal

from timeline import capture
from timeline.errors import DocumentUnreadable


def test_an_e_mail_begins_with_its_head_and_names_attachments() -> None:
    """From, To, Date and Subject decoded; the plain text rather than the HTML; the names of attachments."""
    letter = (
        "From: =?utf-8?q?J=C3=A9r=C3=B4me?= <j@example.org>\r\nTo: a@example.org\r\nDate: Mon, 24 Nov 2025 23:30:00 -0500\r\n"
        "Subject: =?utf-8?b?"
        + "2KfZhNmF2KzZhNiz"
        + "?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        "Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/html\r\n\r\n<p>As HTML</p>\r\n--c\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\nWe stay.\r\n--c--\r\n--b\r\nContent-Type: application/pdf\r\n"
        'Content-Disposition: attachment; filename="r.pdf"\r\n\r\nxyz\r\n--b--\r\n'
    )
    found = read(letter.encode(), MAIL)
    assert found.text == (
        "From: Jérôme <j@example.org>\nTo: a@example.org\nDate: Mon, 24 Nov 2025 23:30:00 -0500\nSubject: المجلس\n\n"
        "We stay.\n\nAttachment: r.pdf (application/pdf, 3 bytes)\n"
    )
    assert found.facts == {"title": "المجلس", "author": "Jérôme", "published": "2025-11-24"}
    assert "As HTML" in read(b"Subject: x\nContent-Type: text/html\n\n<p>As HTML</p>", MAIL).text
    assert "is encrypted" in refusal(b"From: a\nContent-Type: multipart/encrypted; boundary=x\n\n--x--", MAIL)
    assert "is not an e-mail" in refusal(b"hello", MAIL)


def test_text_that_mail_programs_show_is_read() -> None:
    """Also text after an attachment; an attached message is named by its subject; a mailbox is refused."""
    letter = (
        b"From: a\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain"
        b"\n\nFirst.\n--b\nContent-Type: message/rfc822\n\nSubject: Inner\n\nInner words.\n--b\n"
        b"Content-Type: text/plain\n\nSecond.\n--b--\n"
    )
    assert read(letter, MAIL).text == "From: a\nSubject: x\n\nFirst.\n\nSecond.\n\nAttachment: Inner (message/rfc822)\n"
    one = b"From a@b.c Mon Jan  1 00:00:00 2024\nFrom: a\nSubject: one\n\nFirst.\n\n"
    assert "First." in read(one, MAIL).text
    assert "is a mailbox of several messages" in refusal(one + one, MAIL)


@pytest.mark.parametrize("boundary", ["----=_Part_12", "=_a:b/c?d", "two words", "_000_x@y", "plain (a comment)"])
def test_a_boundary_without_quotation_marks_loses_no_words(boundary: str) -> None:
    """In an e-mail, in a message within it, and in a saved page; the same name in a text is text."""
    line = boundary.removesuffix(" (a comment)")
    typed = f"Content-Type: multipart/mixed; boundary={boundary}"
    inner = f"--{line}\nContent-Type: text/plain\n\nWords, and\n{typed}; format=flowed\n--{line}--\n"
    for head in (typed, typed.replace("; ", ";\n "), f"{typed}; charset=utf-8"):
        text = read(f"From: a\nSubject: x\n{head}\n\n{inner}".encode(), MAIL).text
        assert text == f"From: a\nSubject: x\n\nWords, and\n{typed}; format=flowed\n"
    page = f"--{line}\nContent-Type: text/html\n\n<p>Words.</p>\n--{line}--\n"
    assert read(f"From: a\nSubject: x\n{typed}\n\n{page}".encode(), "multipart/related").text == "Words.\n"


def test_a_missing_boundary_loses_no_words() -> None:
    """Then everything after the head is text, with a remark."""
    found = read(b'From: a\nSubject: x\nContent-Type: multipart/mixed; boundary="b"\n\nThe words.\n', MAIL)
    assert found.text == "From: a\nSubject: x\n\nThe words.\n"
    assert "its parts are not where it says" in found.extractor


def test_an_e_mail_is_recognised_without_a_suffix(tmp_path: Path) -> None:
    """As in mail folders, if a person names the file; files of a bundle are recognised only by their names."""
    letter = b"Received: by e.org\r\n with SMTP\r\nFrom: a\r\nSubject: x\r\n\r\nThe words.\r\n"
    for name in ("1289", "1700000000.M1P2.host:2,S", "18."):
        (tmp_path / name).write_bytes(letter)
        assert capture.received(tmp_path / name) == (letter, MAIL)
        with pytest.raises(DocumentUnreadable, match="only"):
            capture.received(tmp_path / name, [tmp_path])
    (tmp_path / "passwd").write_bytes(b"root:x:0:0\nfrom:x:1:1\ndate:x:2:2\n")
    with pytest.raises(DocumentUnreadable, match="only"):
        capture.received(tmp_path / "passwd")


def test_a_head_in_raw_bytes_is_decoded_like_its_text() -> None:
    """As older programs wrote it; without a declared encoding nothing is guessed."""
    letter = "Subject: D\xe9j\xe0 vu\nContent-Type: text/plain; charset={}\n\n\xe9t\xe9"
    assert read(letter.format("iso-8859-1").encode("cp1252"), MAIL).text == "Subject: D\xe9j\xe0 vu\n\n\xe9t\xe9\n"
    assert "Subject: D\ufffdj\ufffd vu" in read(letter.format("").encode("cp1252"), MAIL).text
    assert "Subject: D\xe9j\xe0 vu" in read(letter.format("iso-8859-1").encode(), MAIL).text


def test_addresses_separated_by_semicolons_are_all_read() -> None:
    """As Outlook shows them, encoded or not; other headers stay unchanged."""
    letter = b'From: a\nTo: =?utf-8?q?Zo=C3=A9?= <z@x>; "Roe, Jane" <j@r>;\n Bob <b@c>\nSubject: =?utf-8?q?a=3Bb?=; c\n\nx'
    assert 'To: Zo\xe9 <z@x>; "Roe, Jane" <j@r>; Bob <b@c>\nSubject: a;b; c\n' in read(letter, MAIL).text
    assert "To: " in read(letter.replace(b"utf-8", b"x-none"), MAIL).text


def test_nested_parts_of_an_e_mail_are_read() -> None:
    """Attachments within an alternative, as Apple Mail writes them; HTML beside blank text; text after an attachment."""
    head = "\ufeff\r\nFrom: a\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/{}; boundary={}\r\n\r\n"
    inner = "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{}--c--\r\n--b--"
    pdf = "--c\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n"
    picture = "--c\r\nContent-Type: image/png; name=a.png\r\nContent-ID: <a>\r\n\r\nx\r\n"
    page, end = "--c\r\nContent-Type: text/html\r\n\r\n<p>As HTML\r\n", "--c\r\nContent-Type: text/plain\r\n\r\nEnd.\r\n"

    def text(whole: str) -> str:
        return read(whole.encode(), MAIL).text.partition("\n\n")[2]

    alternative, plain = head.format("alternative", "b"), "--b\r\nContent-Type: text/plain\r\n\r\n{}\r\n"
    attached = inner.format(page + pdf + picture)
    assert text(alternative + plain.format("As text.") + attached) == "As text.\n\nAttachment: a.pdf (application/pdf, 1 bytes)\n"
    assert text(alternative + plain.format(" ") + attached) == "As HTML\n\nAttachment: a.pdf (application/pdf, 1 bytes)\n"
    mixed = head.format("mixed", "b") + inner.format(end.replace("End", "First") + pdf + end)
    assert text(mixed) == "First.\n\nEnd.\n\nAttachment: a.pdf (application/pdf, 1 bytes)\n"
    assert text(head.format("mixed", "b") + "--b\r\n\r\nWithout a head.\r\n--b--") == "Without a head.\n"
    assert "cut short" not in read(mixed.encode(), MAIL).extractor
    assert "; cut short: words may be missing)" in read(mixed[:-20].encode(), MAIL).extractor
