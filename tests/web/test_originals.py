"""The document itself: the bytes as received, its pages as pictures, and a page for a frame; and nobody sees what they may not."""

import asyncio
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser import DESK, PHONE, Served, serving
from datasette.app import Datasette
from examples import PNG, picture

sys.path.insert(0, str(Path(__file__).parent.parent / "capture"))
import material  # documents of every kind

from timeline import Timeline, capture, images, media_types
from timeline.processes import Aborted
from timeline.reading.records import DATA
from timeline.web import showing
from timeline.web.pages import originals, sheets

if TYPE_CHECKING:
    from playwright.sync_api import Page

Serve = Callable[..., Datasette]
PDF = material.pdf(["The council met in Marrakech. The council met in Rabat.", b"", "It sat for four days."])
HTML = (
    b'<h1>Minutes</h1><p>It met in Marrakech.<script>alert(1)</script><img src="https://evil.example/x.png">'
    b'<link rel=stylesheet href="https://evil.example/x.css"><meta http-equiv=refresh content="0;url=https://evil.example/">'
    b'<a href="https://evil.example/go">Go</a><form action="https://evil.example/f"><button>Send</button></form>'
)
SOURCES = "/timeline/-/timeline/sources"


def build(path: Path, folder: Path) -> Path:
    """Make a timeline with a PDF, a page, an e-mail, a text and a picture; the PDF is cited on two pages."""
    files = {"minutes.pdf": PDF, "page.html": HTML, "mail.eml": b"From: a@b.example\nDate: 1\nSubject: x\n\nIt met.\n"}
    files["notes.txt"] = "Côte d’Ivoire joined.".encode("cp1252")
    with Timeline(path, by="tester") as timeline:
        for name, content in files.items():
            (folder / name).write_bytes(content)
            encoding = "cp1252" if name == "notes.txt" else None
            timeline.archive(folder / name, id=name.partition(".")[0], title=f'The "{name}" / Ö', encoding=encoding)
        timeline.archive(**picture("hall"))
        minutes = timeline.source("minutes")
        timeline.record("rabat", title="It meets", date="2025", citations=[minutes.quote("The council met in Rabat")])
        timeline.record("days", title="It sits", date="2025", citations=[minutes.quote("four days")])
        timeline.record("web", title="It met", date="2025", citations=[timeline.source("page").quote("met in Marrakech")])
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make that timeline once."""
    folder = tmp_path_factory.mktemp("originals")
    return build(folder / "timeline.db", folder)


@pytest.fixture
def archive(built: Path, path: Path) -> Path:
    """Copy it."""
    shutil.copy(built, path)
    return path


@pytest.fixture(scope="module")
def served(built: Path) -> Iterator[Served]:
    """Serve it to a browser."""
    with serving(built.parent, built) as server:
        yield server


@pytest.fixture
def page(chromium: Any) -> Iterator["Page"]:  # noqa: ANN401 - Playwright may not be installed
    """Open a page of a browser."""
    opened = chromium.new_page()
    yield opened
    opened.close()


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
async def test_a_page_is_a_picture(serve: Serve, archive: Path) -> None:
    """A PNG, also of a page without words; a line where there is none, or where the document has no pages."""
    client = serve(archive).client
    for number in (1, 2, 3):
        response = await client.get(f"{SOURCES}/minutes/pages/{number}.png")
        assert (response.status_code, response.headers["content-type"]) == (200, "image/png")
        assert response.content.startswith(b"\x89PNG")
        assert response.headers["content-security-policy"] == "sandbox; default-src 'none'"
    again = await client.get(f"{SOURCES}/minutes/pages/3.png", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304
    missing = await client.get(f"{SOURCES}/minutes/pages/4.png")
    assert (missing.status_code, missing.text) == (404, "The document of minutes has 3 pages, and no page 4\n")
    assert (await client.get(f"{SOURCES}/page/pages/1.png")).text == "The document of page is no PDF, so it has no pages\n"
    for odd in ("0", "-1", "x", "1" * 12):
        assert (await client.get(f"{SOURCES}/minutes/pages/{odd}.png")).status_code == 404


@pytest.mark.asyncio
async def test_a_page_is_drawn_once_for_all_who_ask(serve: Serve, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the same time and later; never more than two processes at work."""
    asked: list[Any] = []
    ask = showing._Shower.ask

    def watched(self: Any, request: Any, content: bytes, seconds: float) -> Any:  # noqa: ANN401
        asked.append(request["parameters"])
        return ask(self, request, content, seconds)

    monkeypatch.setattr(showing._Shower, "ask", watched)
    datasette = serve(archive)
    answers = await asyncio.gather(*(datasette.client.get(f"{SOURCES}/minutes/pages/{1 + n % 3}.png") for n in range(12)))
    assert {answer.status_code for answer in answers} == {200}
    await datasette.client.get(f"{SOURCES}/minutes/pages/1.png")
    assert sorted(one["page"] for one in asked) == [1, 2, 3]


@pytest.mark.asyncio
async def test_a_document_that_takes_too_long_is_given_up_once(
    serve: Serve, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line, which is remembered, so that it keeps nobody busy; the page of its source says it beside the text."""
    asked: list[bool] = []

    def late(self: Any, request: Any, content: bytes, seconds: float) -> Any:  # noqa: ANN401
        asked.append(True)
        raise Aborted("took too long", late=True)

    monkeypatch.setattr(showing._Shower, "ask", late)
    client = serve(archive).client
    for _ in range(3):
        response = await client.get(f"{SOURCES}/minutes/pages/1.png")
        assert (response.status_code, response.text) == (404, "The document of minutes takes more than 20 seconds to show\n")
    assert len(asked) == 1
    html = (await client.get(f"{SOURCES}/minutes")).text
    assert "The document takes more than 20 seconds to show, so its pages are not shown as pictures." in html
    assert "The council met in Marrakech." in html
    assert "sheet-picture" not in html


@pytest.mark.asyncio
async def test_a_process_that_has_ended_is_replaced(serve: Serve, archive: Path) -> None:
    """The next one is sent the document again."""
    datasette = serve(archive)
    assert (await datasette.client.get(f"{SOURCES}/minutes/pages/1.png")).status_code == 200
    for shower in showing._rooms[datasette].free:
        if shower._process is not None:
            shower._process.kill()
            shower._process.wait()
    assert (await datasette.client.get(f"{SOURCES}/minutes/pages/2.png")).status_code == 200


@pytest.mark.asyncio
async def test_too_many_at_once_are_sent_away(serve: Serve, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With when to try again; what is sent away is not remembered."""
    monkeypatch.setattr(showing, "MOST_WAITING", 1)
    client = serve(archive).client
    answers = await asyncio.gather(*(client.get(f"{SOURCES}/minutes/pages/{number}.png") for number in (1, 2, 3)))
    refused = [answer for answer in answers if answer.status_code == 503]
    assert len(refused) == 2
    assert refused[0].headers["retry-after"]
    assert (await client.get(f"{SOURCES}/minutes/pages/3.png")).status_code == 200


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
async def test_where_no_process_can_be_started_there_is_the_text(
    serve: Serve, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a browser (Datasette Lite), which has neither processes nor threads."""

    def refuse(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(showing._Shower, "ask", refuse)
    client = serve(archive).client
    response = await client.get(f"{SOURCES}/minutes/pages/1.png")
    assert (response.status_code, response.text.count("\n")) == (404, 1)
    assert "cannot be shown here, where no other process can be started" in (await client.get(f"{SOURCES}/minutes")).text


@pytest.mark.asyncio
async def test_an_encrypted_or_damaged_pdf_has_one_clear_line(serve: Serve, path: Path) -> None:
    """A bundle may bring one with a text of its own."""
    from base64 import b64encode

    files = {"damaged": b"%PDF-1.4 nothing", "none": b"no pdf at all"}
    with Timeline(path, by="tester") as timeline:
        for id, content in files.items():
            timeline.archive(
                id=id, text="Words.", base64=b64encode(content).decode(), extractor="x", media_type="application/pdf", title=id
            )
    client = serve(path).client
    for id, content in files.items():
        response = await client.get(f"{SOURCES}/{id}/pages/1.png")
        assert response.status_code == 404
        assert re.fullmatch(rf"The document of {id} is not a (sound )?PDF.*\n", response.text)
        assert (await client.get(f"{SOURCES}/{id}/document")).content == content
        assert (await client.get(f"{SOURCES}/{id}")).status_code == 200


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
async def test_the_page_of_a_pdf_has_its_pages_beside_their_text(serve: Serve, archive: Path) -> None:
    """Each with its picture, and the cited words marked on it; also a page without text."""
    html = (await serve(archive).client.get(f"{SOURCES}/minutes?cited=rabat-1")).text
    assert re.findall(r'<img src="[^"]*/pages/(\d)\.png" alt="([^"]*)" width="1224" height="1584"', html) == [
        ("1", "Page 1 as a picture, with the words of note 1 marked"),
        ("2", "Page 2 as a picture"),
        ("3", "Page 3 as a picture, with the words of note 2 marked"),
    ]
    assert "There is no text on this page." in html
    marks = re.findall(r'<a href="#n-(\d)" tabindex="-1"( class="asked")?><rect x="([\d.]+)"', html)
    assert [(number, bool(asked)) for number, asked, _ in marks] == [("1", True), ("2", False)]
    assert float(marks[0][2]) > 150, "the second of two sentences that begin alike"
    assert f'href="{SOURCES}/minutes/document">get the document</a>' in html


@pytest.mark.asyncio
async def test_a_mark_that_is_not_certain_is_left_out_and_this_is_said(serve: Serve, path: Path) -> None:
    """A text that is not the page's own may have the words elsewhere."""
    from base64 import b64encode

    with Timeline(path, by="tester") as timeline:
        pdf = b64encode(material.pdf(["He left. He left."])).decode()
        source = timeline.archive(
            id="a", text="Title. He left. He left at once.", base64=pdf, extractor="x", media_type="application/pdf", title="A"
        )
        timeline.record("b", title="B", date="2025", citations=[source.quote("He left", prefix="Title. ")])
    html = (await serve(path).client.get(f"{SOURCES}/a")).text
    assert "<rect" not in html
    assert re.search(r'Not marked here, because its place on the page is not certain: note <a href="#n-1">1</a>\.', html)


@pytest.mark.asyncio
async def test_every_citation_leads_to_the_document(serve: Serve, archive: Path) -> None:
    """On the pages of happenings, and in the exports with notes."""
    client = serve(archive).client
    assert f'(<a href="{SOURCES}/minutes/document">document</a>)' in (await client.get("/timeline/-/timeline/rabat")).text
    for name in ("html", "markdown"):
        assert f"http://localhost{SOURCES}/minutes/document" in (await client.get(f"/timeline/-/timeline/export/{name}")).text


@pytest.mark.asyncio
async def test_only_the_first_pages_of_a_long_document_have_pictures(
    serve: Serve, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the page says so."""
    monkeypatch.setattr(sheets, "MOST", 2)
    html = (await serve(archive).client.get(f"{SOURCES}/minutes")).text
    assert html.count('class="sheet-picture"') == 2
    assert "Only the first 2 pages here are shown as pictures." in html


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


@pytest.mark.parametrize("width", [DESK, PHONE], ids=["desk", "phone"])
def test_in_a_browser_picture_and_text_are_beside_each_other(served: Served, page: "Page", width: int) -> None:
    """On a desk, where a click on a mark leads to its note; below each other on a phone. axe-core finds nothing."""
    from test_accessibility import OPTIONS, complaints

    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{served.origin}{SOURCES}/minutes")
    page.locator("#page-3").scroll_into_view_if_needed()
    sheet = page.locator("section.sheet").nth(2)
    sheet.locator("img").evaluate("image => image.decode()")
    assert complaints(page, OPTIONS) == []
    picture, text = sheet.locator("figure").bounding_box(), sheet.locator(".paragraph").first.bounding_box()
    assert picture is not None
    assert text is not None
    if width == DESK:
        assert picture["x"] + picture["width"] <= text["x"]
        assert abs(picture["y"] - text["y"]) < 30
    else:
        assert picture["y"] + picture["height"] <= text["y"] + 1
    mark, image = sheet.locator("rect").bounding_box(), sheet.locator("img").bounding_box()
    assert mark is not None
    assert image is not None
    assert image["x"] < mark["x"] < mark["x"] + mark["width"] < image["x"] + image["width"]
    sheet.locator("rect").click()
    page.wait_for_url("**#n-2")
