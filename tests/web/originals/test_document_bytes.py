"""The document itself: the bytes as received, in a frame that loads nothing, and nobody sees what they may not."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import Served
from examples import PNG
from original_documents import HTML, PDF, SOURCES, Serve

from timeline import Timeline, capture
from timeline.documents import images, media_types
from timeline.reading.records import DATA
from timeline.web import showing
from timeline.web.pages import originals

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.mark.asyncio
async def test_a_document_is_what_was_archived(serve: Serve, archive: Path) -> None:
    """Every byte, with its type and a name, in a sandbox, and as an attachment where a browser would run it."""
    client = serve(archive).client
    for id, content, kind, shown in (
        ("minutes", PDF, "application/pdf", "attachment"),
        ("page", HTML, "text/html", "attachment"),
        ("mail", None, "message/rfc822", "attachment"),
        ("notes", "Côte d’Ivoire joined.".encode("cp1252"), "text/plain; charset=windows-1252", "inline"),
        ("hall", PNG + b"hall", "image/png", "inline"),
    ):
        response = await client.get(f"{SOURCES}/{id}/document")
        assert response.status_code == 200
        assert content is None or response.content == content
        assert response.headers["content-type"] == kind
        assert response.headers["content-disposition"].startswith(f'{shown}; filename="{id}.')
        assert response.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["content-length"] == str(len(response.content))
    name = (await client.get(f"{SOURCES}/minutes/document")).headers["content-disposition"]
    assert name == "attachment; filename=\"minutes.pdf\"; filename*=UTF-8''The%20minutes.pdf%20%C3%96.pdf"
    assert (await client.get(f"{SOURCES}/nobody/document")).status_code == 404


@pytest.mark.asyncio
async def test_every_kind_of_document_has_its_type_and_its_suffix(serve: Serve, tmp_path: Path) -> None:
    """A note that is saved as `.bin` opens in no program."""
    kinds = {kind: suffix for suffix, kind in reversed({**capture.MEDIA_TYPES, **images.OTHER_SUFFIXES}.items())}
    assert {kind.lower() for kind in (*kinds, *DATA)} <= media_types.SUFFIXES.keys()
    assert len({media_types.suffix(kind) for kind in kinds}) == len(kinds), "none has another's"
    assert media_types.suffix(None) == media_types.suffix("application/x-odd") == ".bin"
    tried = {"docx": "application/vnd.ms-word.document.macroenabled.12", "wacz": capture.WACZ, "ods": capture.ODS, "odd": "a/odd"}
    with Timeline(path := tmp_path / "timeline.db") as timeline:
        for id, kind in tried.items():
            timeline.archive(text=f"{id}.", id=id, title=id, media_type=kind)
    client = serve(path).client
    for id, kind in tried.items():
        headers = (await client.get(f"{SOURCES}/{id}/document")).headers
        suffix = {"docx": ".docm", "odd": ".bin"}.get(id, f".{id}")
        assert headers["content-type"] == ("application/octet-stream" if id == "odd" else kind)
        assert headers["content-disposition"].startswith(f'attachment; filename="{id}{suffix}"')


@pytest.mark.asyncio
@pytest.mark.parametrize("piece", [originals.STREAMED, 7])
@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-7", slice(0, 8)),
        ("bytes=5-", slice(5, None)),
        ("bytes=-9", slice(-9, None)),
        ("bytes=3-99999999", slice(3, None)),
        ("bytes=-99999999", slice(0, None)),
    ],
)
async def test_a_part_is_answered_with_that_part(
    serve: Serve, archive: Path, monkeypatch: pytest.MonkeyPatch, piece: int, asked: str, part: slice
) -> None:
    """However many pieces it is read in."""
    monkeypatch.setattr(originals, "STREAMED", piece)
    response = await serve(archive).client.get(f"{SOURCES}/minutes/document", headers={"Range": asked})
    assert (response.status_code, response.content) == (206, PDF[part])
    start, stop, _ = part.indices(len(PDF))
    assert response.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(PDF)}"
    assert response.headers["content-length"] == str(stop - start)


@pytest.mark.asyncio
async def test_ranges_that_make_no_sense_and_copies_that_are_valid(serve: Serve, archive: Path) -> None:
    """Beyond the end: 416. Malformed, several, or of another version: the whole. HEAD has everything but the bytes."""
    client, address = serve(archive).client, f"{SOURCES}/minutes/document"
    for asked in (f"bytes={len(PDF)}-", "bytes=-0"):
        beyond = await client.get(address, headers={"Range": asked})
        assert (beyond.status_code, beyond.content, beyond.headers["content-range"]) == (416, b"", f"bytes */{len(PDF)}")
    for headers in (
        {"Range": "bytes=9-3"},
        {"Range": "bytes=0-1,5-6"},
        {"Range": "x"},
        {"Range": "bytes=0-1", "If-Range": '"old"'},
    ):
        assert (await client.get(address, headers=headers)).content == PDF
    whole = await client.get(address)
    tag = whole.headers["etag"]
    assert (await client.get(address, headers={"Range": "bytes=0-1", "If-Range": tag})).content == PDF[:2]
    unchanged = await client.get(address, headers={"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    head = await client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == whole.headers


@pytest.mark.asyncio
async def test_a_large_document_is_served_whatever_the_limit_of_a_value(serve: Serve, path: Path) -> None:
    """It is read in pieces, and not by a query, whose values have a limit."""
    content = b"Words. " * 3_000_000
    with Timeline(path, by="tester") as timeline:
        timeline.archive(text=content.decode(), id="long", title="Long")
    datasette = serve(path, metadata={"plugins": {"cited-timeline": {"max_length": 1_000_000}}})
    assert (await datasette.client.get(f"{SOURCES}/long/document")).content == content
    part = await datasette.client.get(f"{SOURCES}/long/document", headers={"Range": "bytes=20999993-"})
    assert part.content == b"Words. "


@pytest.mark.asyncio
async def test_a_minute_later_nothing_of_a_redacted_document_is_remembered(
    serve: Serve, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor do idle processes hold one: without any further request."""
    monkeypatch.setattr(showing, "TIDIED", 0.05)
    datasette = serve(archive)
    await datasette.client.get(f"{SOURCES}/minutes/pages/1.png")
    room = showing._rooms[datasette]
    with Timeline(archive, by="tester") as timeline:
        timeline.redact(timeline.happening("days").position, reason="A court ordered it.")
    for _ in range(100):
        await asyncio.sleep(0.05)
        if not room.made:
            break
    assert not room.made
    assert [shower._process for shower in room.free] == [None, None]


@pytest.mark.asyncio
async def test_nothing_of_a_redacted_document_is_left(serve: Serve, archive: Path) -> None:
    """Redacted by another process after it was shown: no bytes, no picture, no page, in no cache and no process."""
    datasette = serve(archive)
    paths = [f"{SOURCES}/minutes/{one}" for one in ("document", "pages/1.png")] + [f"{SOURCES}/page/frame"]
    for path in paths:
        assert (await datasette.client.get(path)).status_code == 200
    await datasette.client.get(f"{SOURCES}/minutes")
    room = showing._rooms[datasette]
    assert len(room.made) == 3
    with Timeline(archive, by="tester") as timeline:
        for position in [happening.position for happening in timeline.happenings()]:
            timeline.redact(position, reason="A court ordered it.")
        for id in ("minutes", "page"):
            timeline.redact(timeline.source(id).event.position, reason="A court ordered it.")
    for path in (*paths, f"{SOURCES}/minutes/pages/2.png"):
        response = await datasette.client.get(path)
        assert response.status_code == 404
        assert "was redacted" in response.text
    await datasette.client.get(f"{SOURCES}/mail/frame")
    assert [key[1] for key in room.made] == ["frame"]
    assert "sheet-picture" not in (await datasette.client.get(f"{SOURCES}/minutes")).text


@pytest.mark.asyncio
async def test_who_may_not_read_documents_sees_none(serve: Serve, archive: Path) -> None:
    """The permissions are those of the tables; the text stays as it is, without pictures and links."""
    client = serve(archive, metadata={"databases": {"timeline": {"tables": {"documents": {"allow": False}}}}}).client
    for path in ("minutes/document", "minutes/pages/1.png", "page/frame", "hall/image"):
        assert (await client.get(f"{SOURCES}/{path}")).status_code == 403


@pytest.mark.asyncio
async def test_every_citation_leads_to_the_document(serve: Serve, archive: Path) -> None:
    """On the pages of happenings, and in the exports with notes."""
    client = serve(archive).client
    assert f'(<a href="{SOURCES}/minutes/document">document</a>)' in (await client.get("/timeline/-/timeline/rabat")).text
    for name in ("html", "markdown"):
        assert f"http://localhost{SOURCES}/minutes/document" in (await client.get(f"/timeline/-/timeline/export/{name}")).text


@pytest.mark.asyncio
async def test_a_frame_runs_and_loads_nothing(serve: Serve, archive: Path) -> None:
    """By its headers, and those of the page around it; no other site may show it."""
    client = serve(archive).client
    response = await client.get(f"{SOURCES}/page/frame")
    assert response.content == HTML
    policy = response.headers["content-security-policy"].split("; ")
    assert policy[:4] == ["sandbox", "default-src 'none'", "style-src 'unsafe-inline'", "img-src data:"]
    assert "frame-ancestors 'self'" in policy
    assert response.headers["x-frame-options"] == "SAMEORIGIN"
    page = await client.get(f"{SOURCES}/page")
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    assert f'<iframe src="{SOURCES}/page/frame" sandbox ' in page.text
    assert "<iframe" not in (await client.get(f"{SOURCES}/notes")).text
    refused = await client.get(f"{SOURCES}/notes/frame")
    assert refused.text == "The document of notes cannot be shown in a frame\n"
    assert refused.headers["x-frame-options"] == "SAMEORIGIN", "the frame shows the line"


def test_in_a_browser_the_frame_reaches_nobody(served: Served, page: "Page") -> None:
    """Nothing is fetched from another host, however the document asks for it, nor by a click in it."""
    done: list[str] = []
    page.on("requestfinished", lambda request: done.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.goto(f"{served.origin}{SOURCES}/page")
    page.get_by_text("Show the document itself").click()
    frame = page.frame_locator(".framed iframe")
    frame.get_by_text("It met in Marrakech.").wait_for()
    frame.get_by_text("Go", exact=True).click()
    frame.get_by_text("Send").click(timeout=3_000) if frame.get_by_text("Send").count() else None
    page.wait_for_timeout(300)
    assert [url for url in done if "evil" in url] == []
