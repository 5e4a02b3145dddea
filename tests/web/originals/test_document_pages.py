"""The pages of a document as pictures beside their text, and what is there where a page cannot be drawn."""

import asyncio
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser import DESK, PHONE, Served
from original_documents import SOURCES, Serve

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "capture"))
import material  # documents of every kind

from timeline import Timeline
from timeline.processes import Aborted
from timeline.web import showing
from timeline.web.pages import sheets

if TYPE_CHECKING:
    from playwright.sync_api import Page


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
async def test_only_the_first_pages_of_a_long_document_have_pictures(
    serve: Serve, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the page says so."""
    monkeypatch.setattr(sheets, "MOST", 2)
    html = (await serve(archive).client.get(f"{SOURCES}/minutes")).text
    assert html.count('class="sheet-picture"') == 2
    assert "Only the first 2 pages here are shown as pictures." in html


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
