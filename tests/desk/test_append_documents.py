"""The documents of a request: in base64, or as parts beside the entries; never a file of the server, nor an address."""

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from desk_client import SOURCE, Desk, happening, lines, multipart

from timeline import Timeline

pytestmark = [pytest.mark.datasette, pytest.mark.asyncio]

PAGE = b"<html><title>A page</title><body><p>The harbour was opened in May 1962, and closed in the year 1999.</p></body></html>"


def source(id: str = "page", **fields: object) -> dict[str, Any]:
    """Give the entry of a source."""
    return {"source": {"id": id, "title": "A page", **fields}}


def encoded(content: bytes) -> str:
    """Write bytes in base64."""
    return b64encode(content).decode()


async def test_a_document_comes_in_base64(desk: Desk) -> None:
    """Its name, or its media type, says what it is; it is archived byte for byte, and can be quoted in the same request."""
    cited = {"source": "page", "quote": "opened in May 1962"}
    answer = await desk.send([source(file="page.html", base64=encoded(PAGE)), happening("opens", **{"citations": [cited]})])
    assert answer.status_code == 201, answer.text
    assert (await desk.send(source("text", media_type="text/plain", base64=encoded(b"Plain words")))).status_code == 201
    with Timeline(desk.path, read_only=True) as timeline:
        page, text = timeline.source("page"), timeline.source("text")
        assert page.event.payload["statement"]["sha256"] == sha256(PAGE).hexdigest()
        assert "opened in May 1962" in page.text
        assert (text.text, text.event.payload["statement"]["media_type"]) == ("Plain words", "text/plain")
    again = await desk.send(source(file="page.html", base64=encoded(PAGE)))
    assert (again.status_code, again.json()["new"]) == (200, 0)
    desk.verify()


@pytest.mark.parametrize("name", ["entry", "entries"])
async def test_documents_come_as_parts(desk: Desk, name: str) -> None:
    """Each is called as its file is, or as its part."""
    entries = lines(source(file="the page.html"), source("note", file="note"))
    body, content_type = multipart(
        ("anything", "the page.html", PAGE), (name, "bundle.jsonl", entries.encode()), ("note", "a.txt", b"Words\r\n--b0undar\r\n")
    )
    answer = await desk.send(body, content_type)
    assert (answer.status_code, answer.json()["new"]) == (201, 2), answer.text
    with Timeline(desk.path, read_only=True) as timeline:
        assert timeline.source("note").text == "Words\r\n--b0undar\r\n"
        assert "harbour" in timeline.source("page").text
    assert (await desk.send(body, content_type)).status_code == 200


async def test_an_exported_document_comes_as_it_was_exported(desk: Desk) -> None:
    """With its text and its extractor, in parts where it is long."""
    whole = encoded(b"Plain words, and more")
    exported = {"text": "Plain words, and more", "extractor": "decoded as utf-8", "media_type": "text/plain"}
    body = lines({"part": {"base64": whole[:8]}}, source(**exported, base64=whole[8:]))
    answer = await desk.send(body, "application/x-ndjson")
    assert (answer.status_code, answer.json()["events"][0]["entry"]) == (201, 1), answer.text


@pytest.mark.parametrize(
    "file",
    [
        "/etc/hostname",
        "../timeline.db",
        "secret.txt",
        "./secret.txt",
        "https://a.example/a.pdf",
        "http:/a.example",
        "file:///etc/passwd",
        "",
        ".",
    ],
)
async def test_no_file_of_the_server_is_read_and_no_address_fetched(desk: Desk, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal does not say either what there is."""
    (desk.path.parent / "secret.txt").write_text("A secret of the server")
    monkeypatch.chdir(desk.path.parent)
    plain = await desk.send(source(file=file))
    body, content_type = multipart(("entries", "", json.dumps(source(file=file)).encode()), ("a", "other.txt", b"Other words"))
    with_parts = await desk.send(body, content_type)
    for answer in (plain, with_parts):
        assert answer.status_code in (400, 422)
        assert desk.size == 0
        assert "secret of" not in answer.text
        assert str(desk.path.parent) not in answer.text
    (fault,) = plain.json()["faults"]
    assert fault["field"] == "file"
    if file:
        assert fault["message"].startswith("Is not among the documents of this request")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([("entries", "", b"{}"), ("entry", "", b"{}")], "two parts of the request hold entries"),
        ([("a", "a.txt", b"Words")], 'no part of the request is called "entry" or "entries"'),
        ([("entries", "", b"{}"), ("a", "a.txt", b"x"), ("b", "a.txt", b"y")], 'two documents of the request are called "a.txt"'),
        ([("entries", "", json.dumps(SOURCE).encode()), ("a", "a.txt", b"x")], 'no entry names the document "a.txt"'),
        ([("entries", "", b"\xff{")], "the body is not UTF-8, at byte 1"),
    ],
)
async def test_parts_that_do_not_fit_are_refused(desk: Desk, parts: list[tuple[str, str, bytes]], message: str) -> None:
    """In one line; nothing that was sent is dropped in silence."""
    answer = await desk.send(*multipart(*parts))
    assert (answer.status_code, message.lower() in answer.json()["error"].lower(), desk.size) == (400, True, 0)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: form-data; name=entries\r\n\r\n{}", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\n{}\r\n--x--", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\n{}\r\n--x--", "multipart/form-data; boundary=x"),
        (b"--x\r\nA: " + b"b" * 20_000 + b"\r\n\r\n{}\r\n--x--", "multipart/form-data; boundary=x"),
        (b"--x--", "multipart/form-data"),
        (b"--x--", "multipart/form-data; boundary=" + "x" * 71),
        (b"--x--", "multipart/form-data; boundary="),
    ],
)  # fmt: skip
async def test_a_malformed_body_of_parts_is_refused(desk: Desk, body: bytes, content_type: str) -> None:
    """In one line, whatever is wrong with it."""
    answer = await desk.send(body, content_type)
    assert (answer.status_code, answer.json()["ok"], desk.size) == (400, False, 0)


async def test_a_document_that_cannot_be_read_is_a_fault_of_its_entry(desk: Desk) -> None:
    """Under the name that the request gave it; no path of the server is shown."""
    answer = await desk.send(
        [source(file="a report.pdf", base64=encoded(b"%PDF-1.4 broken")), source("b", file="b.exe", base64="QUE=")]
    )
    assert answer.status_code == 422
    pdf, exe = answer.json()["faults"]
    assert (pdf["entry"], pdf["field"], exe["entry"], exe["field"]) == (1, "file", 2, "file")
    assert pdf["message"].startswith("A report.pdf")
    assert "timeline-request" not in answer.text
    for fields, field in (({"file": "a.txt", "base64": "no!"}, "base64"), ({"base64": "QUE="}, "file")):
        (fault,) = (await desk.send(source(**fields))).json()["faults"]
        assert fault["field"] == field
    assert desk.size == 0


async def test_nothing_of_a_request_stays_behind(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither of one that is appended nor of one that is refused."""
    import tempfile

    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    await desk.send(source(file="page.html", base64=encoded(PAGE)))
    await desk.send(*multipart(("entries", "", b"{}"), ("a", "a.txt", b"x" * 2_000_000)))
    assert list((tmp_path / "tmp").iterdir()) == []
