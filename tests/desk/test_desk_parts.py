"""Citing at the desk what has no words: the region of a picture, the time of a recording; with JavaScript and without."""

from pathlib import Path
from typing import Any

import pytest
from chromium_desk import MARKS, address_of
from desk_browser import press, visit
from desk_client import WORDS, Desk
from examples import PNG

from timeline import Timeline

WAV = b"RIFF\x24\0\0\0WAVE a recording"


def in_chromium(test: Any) -> Any:  # noqa: ANN401 - a test
    """Mark a test of the browser."""
    for mark in MARKS:
        test = mark(test)
    return test


@pytest.fixture
def seen(desk: Desk, tmp_path: Path) -> Desk:
    """Archive a picture, a recording and a report."""
    for name, content in (("hall.png", PNG), ("bell.wav", WAV)):
        (tmp_path / name).write_bytes(content)
    with Timeline(desk.path, by="The editors") as timeline:
        timeline.archive(tmp_path / "hall.png", id="hall", title="The hall")
        timeline.archive(tmp_path / "bell.wav", id="bell", title="A bell")
        timeline.archive(text=WORDS, id="report", title="A report")
    return desk


def cited(desk: Desk) -> list[dict[str, Any]]:
    """Give the citations that were recorded last."""
    with Timeline(desk.path, read_only=True) as timeline:
        return [*[*timeline.events()][-1].payload["statement"]["citations"]]


@pytest.mark.datasette
@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("id", "typed", "fragment"),
    [
        ("hall", "10, 20, 30, 40", "xywh=percent:10,20,30,40"),
        ("hall", "10% 20.50% 30% 40%", "xywh=percent:10,20.5,30,40"),
        ("hall", "xywh=percent:10,20,30,40", "xywh=percent:10,20,30,40"),
        ("bell", "0:10–0:20", "t=10,20"),
        ("bell", "10 - 20.5 s", "t=10,20.5"),
        ("bell", "1:00:05", "t=3605"),
        ("bell", "t=10", "t=10"),
    ],
)
async def test_a_part_is_described_as_people_write_its_place(seen: Desk, id: str, typed: str, fragment: str) -> None:
    """The document itself is the first view, and its words are asked for nowhere, because it has none."""
    page = await visit(seen, f"documents/{id}")
    assert ' aria-current="page">Original' in page.html
    values = {"title": "The hall is in use", "date": "2025", "quote_fragment": typed, "quote_description": "A man at a lectern"}
    page = await press(seen, page, "check", **values)
    assert "Described, not quoted: " in page.words
    assert (await press(seen, page, "record")).status == 303
    (one,) = cited(seen)
    assert (one["source"], one["fragment"], one["description"]) == (id, fragment, "A man at a lectern")
    seen.verify()


@pytest.mark.datasette
@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("id", "part", "description", "fault"),
    [
        ("hall", "10, 20, 95, 40", "A man", "The part is a region beyond the edge of the picture"),
        ("hall", "10, 20, 30", "A man", "The part is not a part of a picture or recording"),
        ("hall", "0:10", "A man", "The part is a time, which only audio and video have"),
        ("hall", "", "A man", "Names no part. Mark it on the picture, or type the region or the time"),
        ("hall", "10, 20, 30, 40", " ", "Has no description. Say in your own words what is to be seen or heard there"),
        ("bell", "0:20–0:10", "A bell", "The part ends before it begins"),
        ("bell", "10, 20, 30, 40", "A bell", "The part is a region, which only a picture has"),
    ],
)
async def test_a_part_that_is_none_is_said_beside_it(seen: Desk, id: str, part: str, description: str, fault: str) -> None:
    """Nothing is recorded, and all that was typed stays."""
    page = await visit(seen, f"documents/{id}")
    values = {"title": "The hall is in use", "date": "2025", "quote_fragment": part, "quote_description": description}
    size = seen.size
    page = await press(seen, page, "record", **values)
    assert (page.status, seen.size) == (422, size)
    assert fault in page.words
    assert page.field("quote_fragment") == [part]
    assert page.field("title") == ["The hall is in use"]


@pytest.mark.datasette
@pytest.mark.asyncio
async def test_a_picture_and_words_of_another_document_are_cited_together(seen: Desk) -> None:
    """The draft goes from one document to the other."""
    page = await visit(seen, "documents/report")
    page = await press(seen, page, "elsewhere", title="The hall", date="2025", quote_quote="Ann Lee spoke first")
    draft = page.location.partition("draft=")[2]
    page = await visit(seen, f"documents/hall?draft={draft}")
    page = await press(seen, page, "add")
    page = await press(seen, page, "record", quote_fragment=["", "10, 20, 30, 40"], quote_description=["", "A man at a lectern"])
    assert page.status == 303, page.words
    assert [one["source"] for one in cited(seen)] == ["report", "hall"]


@in_chromium
def test_a_region_is_marked_with_the_pointer(served: tuple[str, Path], page: Any) -> None:  # noqa: ANN401
    """Dragging fills in the region; what is typed moves the box; it is described and recorded."""
    expect = pytest.importorskip("playwright.sync_api").expect
    page.goto(address_of(served, "documents/hall"))
    picture = page.locator("#picture")
    expect(page.locator(".desk-region #picture")).to_be_visible()
    page.evaluate("document.querySelector('#picture').style.cssText = 'width: 400px; height: 300px'")
    box = picture.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 180, steps=4)
    page.mouse.up()
    expect(page.locator("[name=quote_fragment]")).to_have_value("10, 20, 30, 40")
    expect(page.locator("[name=quote_description]")).to_be_focused()
    page.keyboard.type("A man at a lectern")
    expect(page.locator(".verified")).to_contain_text("Described, not quoted: the region 10% from the left")
    page.locator("[name=quote_fragment]").fill("50, 50, 25, 25")
    expect(page.locator(".desk-region i")).to_have_attribute("style", "left: 50%; top: 50%; width: 25%; height: 25%;")
    page.locator("[name=date]").fill("2025")
    page.locator("[name=title]").fill("The hall is in use")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator(".desk-done")).to_contain_text("The hall is in use")
    with Timeline(served[1], read_only=True) as timeline:
        (one,) = timeline.happening("the-hall-is-in-use").citations
        assert one.fragment == "xywh=percent:50,50,25,25"
