"""Pages of PDFs, quoted words at their source, and what else was captured of the same, as the pages show them."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_pages_demo import serve, text

from timeline import Timeline
from timeline.reading.records import Source
from timeline.web.pages import passages, text_fragments

HTML = (
    "Opening words, said first.\nThe well-known words, R&D among them. Said twice.\n"
    "Once more: Said twice. At the end.\nLast line.\n"
)
PDF = "First page.\fSecond page,\n\nwith the words.\fThird page."


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a timeline of one PDF and two captures of a web page."""
    path = tmp_path_factory.mktemp("captures") / "cap.db"
    with Timeline(path) as timeline:
        at = "https://example.org/a"
        pdf = timeline.archive(text=PDF, id="pdf", title="P", media_type="application/pdf", url=f"{at}.pdf#x")
        page = timeline.archive(text=HTML, id="page", title="W", media_type="text/html", url=at)
        timeline.archive(text=HTML + "More.", id="later", title="W", media_type="text/html", url=at)
        quotes = [
            pdf.quote("with the words"),
            page.quote("well-known words, R&D"),
            page.quote("Said twice", prefix="more: "),
            page.quote("Opening words, said first.\nThe well-known"),
        ]
        timeline.record("h", title="H", date="2003", citations=quotes)
        timeline.record("old", title="H", date="2003", citations=quotes[:1])
        timeline.correct("old", title="I", reason="r")
    return path


async def fetch(path: Path, address: str) -> str:
    """Fetch a page of the timeline."""
    response = await serve(path).client.get(f"/{path.stem}/-/timeline{address}")
    assert response.status_code == 200
    return str(response.text)


@pytest.mark.asyncio
@pytest.mark.parametrize("address", ["", "/h"])
async def test_quotations_lead_to_their_page_and_words_at_the_source(captured: Path, address: str) -> None:
    """On cards and on the happening's page; the page of a PDF, the words of a web page, with their context where they repeat."""
    html = await fetch(captured, address)
    links = [unescape(link) for link in re.findall(r'href="(https://example.org[^"]*)"', html)]
    assert list(dict.fromkeys(links)) == [
        "https://example.org/a.pdf#page=2",
        "https://example.org/a#:~:text=well%2Dknown%20words%2C%20R%26D",
        "https://example.org/a#:~:text=more%3A-,Said%20twice,-.%20At%20the%20end.",
        "https://example.org/a#:~:text=Opening%20words%2C%20said%20first.,The%20well%2Dknown",
    ]
    assert "</cite></a>, page 2" in html


@pytest.mark.asyncio
async def test_a_former_version_knows_its_page_too(captured: Path) -> None:
    """Actors in events resolve to the same table."""
    assert "</cite></a>, page 2" in await fetch(captured, "/old?as_of=5")
    assert "</cite></a>, page 2" in await fetch(captured, "?as_of=5")


@pytest.mark.asyncio
async def test_a_source_shows_its_pages_and_what_else_was_captured(captured: Path) -> None:
    """Headings stand outside the text, whose offsets stay; captures lead to each other."""
    html = await fetch(captured, "/sources/pdf")
    assert re.findall(r"<h3[^>]*>(Page \d)</h3>", html) == ["Page 1", "Page 2", "Page 3"]
    for start, end, shown in re.findall(r'data-start="(\d+)" data-end="(\d+)"[^>]*dir="auto">(.*?)</p>', html, re.DOTALL):
        assert re.sub(r"<a class=\"ref\".*?</a>|<[^>]+>", "", shown) == PDF[int(start) : int(end)]
    assert "<h3" not in (await fetch(captured, "/sources/page")).partition("</template>")[2]
    assert 'sources/later">' in (page := await fetch(captured, "/sources/page"))
    assert "the same address, as captured later" in text(page)
    assert "the same address, as captured earlier" in text(await fetch(captured, "/sources/later"))


@pytest.mark.asyncio
async def test_the_pictures_of_a_page_were_drawn_from_it_and_not_captured_later(tmp_path: Path) -> None:
    """They have its address, and name it as where they come from."""
    with Timeline(tmp_path / "drawn.db") as timeline:
        for id, origin in (("page", "example.org"), ("page-pdf", "source/page"), ("page-screenshot", "source/page")):
            timeline.archive(text=f"{id}.", id=id, title=id, url="https://example.org/", collected_from=origin)
        timeline.archive(text="Another day.", id="later", title="later", url="https://example.org/")
    page, drawn = [text(await fetch(tmp_path / "drawn.db", f"/sources/{id}")) for id in ("page", "page-pdf")]
    assert page.count("drawn from this page") == 2
    assert page.count("the same address, as captured later") == 1
    assert "the page from which this was drawn" in drawn
    assert "drawn from the same page" in drawn
    assert drawn.count("the same address, as captured later") == 1


@given(st.text(min_size=1, max_size=400), st.text(max_size=32), st.text(max_size=32), st.booleans())
@settings(max_examples=50)
def test_a_text_directive_says_no_more_than_it_means(quotation: str, prefix: str, suffix: str, repeats: bool) -> None:
    """At most four parts for any words, and each decodes to what was encoded."""
    parts = text_fragments.fragment(quotation, prefix, suffix, repeats=repeats).split(",")
    assert len(parts) <= 4
    for part in parts:
        inner = part.strip("-")
        assert not re.search("[-,& ]", inner)
        assert text_fragments._encoded(unquote(inner)) == inner


def test_half_words_are_completed_and_long_quotations_have_two_ends() -> None:
    """A browser finds whole words alone."""
    assert text_fragments.fragment("eeting in Marra", "the m", "kech began", repeats=False) == "meeting%20in%20Marrakech"
    long = " ".join(f"w{n}" for n in range(90))
    assert text_fragments.fragment(long, "", "", repeats=False) == "w0%20w1%20w2%20w3%20w4%20w5,w84%20w85%20w86%20w87%20w88%20w89"


def test_a_hostile_address_leads_nowhere() -> None:
    """Only http and https are followed; of other documents the address alone."""
    assert (
        text_fragments.address(Source("s", "S", url="javascript:x", media_type="text/html"), "a", "", "", page=None, repeats=False)
        is None
    )
    plain = Source("s", "S", url="https://example.org/a.txt", media_type="text/plain")
    assert text_fragments.address(plain, "a", "", "", page=None, repeats=False) == "https://example.org/a.txt"


def test_lines_of_a_printed_page_flow_into_paragraphs() -> None:
    """A line that ends early ends one, and so do a page, leaders, the end before a heading, and what begins with a bullet."""
    full = "This line is as wide as the column, and goes on"
    leaders = "Contents . . . . . . . . . . . . . . . . . . . . . 3"
    body = f"A heading\n{full}\n{full}\nto here.\n{full}\n• {full}\n• An item\n{leaders}\n{full}.\nFindings of 2\n{full}\fNext page"
    result = passages.part(body, [], printed=True).paragraphs
    assert [body[one.start : one.end] for one in result] == [
        "A heading", f"{full}\n{full}\nto here.", full, f"• {full}", "• An item",
        leaders, f"{full}.", "Findings of 2", full, "Next page",
    ]  # fmt: skip
    assert "".join(f"{one.before}{body[one.start : one.end]}" for one in result) == body


def test_lines_of_columns_of_different_widths_flow_into_paragraphs() -> None:
    """Below a summary over the whole width; the rows of a table and the entries of a list stay apart."""
    words = ("the council met in the old town and heard of the harbour", "that the law of the sea was read again by all who came")

    def flowing(width: int, last: str) -> str:
        lines = [f"{words[n % 2]} {words[1 - n % 2]}"[:width].strip() for n in range(9)]
        return "\n".join([f"The {words[0]} {words[1]}"[:width].strip(), *lines, last])

    wide, narrow, other = flowing(100, "to an end of it."), flowing(44, "so it ended."), flowing(46, "and was done.")
    table = "\n".join(f"{day} March 2003 Rabat {day * 37} people" for day in range(10, 20))
    body = "\n".join(["A Heading", *[wide] * 5, "Another Heading", narrow, other, narrow, table, wide])
    result = [body[one.start : one.end] for one in passages.part(body, [], printed=True).paragraphs]
    assert result == ["A Heading", *[wide] * 5, "Another Heading", narrow, other, narrow, *table.split("\n"), wide]


def test_a_form_feed_parts_paragraphs() -> None:
    """So that each page begins with one of its own."""
    result = passages.part("one\ftwo\n\nthree\n\n\ffour", []).paragraphs
    assert ["".join(s.text for s in paragraph.segments) for paragraph in result] == ["one", "two", "three", "four"]


@pytest.mark.asyncio
async def test_an_entry_of_a_table_is_shown_as_its_cells(tmp_path: Path) -> None:
    """On a card and on the happening's page: as a small table, folded, without pieces of the entries around it."""
    with Timeline(tmp_path / "sheets.db") as timeline:
        sheet = timeline.archive(text="Year,Text\n1996,Before\n1997,Flood\n1998,After\n", id="s", title="S", media_type="text/csv")
        timeline.record("flood", title="Flood", date="1997", citations=[sheet.quote("1997,Flood")])
    for address in ("", "/flood"):
        html = await fetch(tmp_path / "sheets.db", address)
        figure = re.search(r"<figure.*?</figure>", html, re.DOTALL)
        assert figure is not None
        assert re.findall(r'<th scope="row">(.*?)</th><td dir="auto">(.*?)</td>', figure[0]) == [
            ("Year", "1997"),
            ("Text", "Flood"),
        ]
        assert "<q>" not in figure[0]
        assert "Before" not in figure[0]
        assert "Entry in <a" in figure[0]


@pytest.mark.asyncio
async def test_words_out_of_a_row_are_quoted_like_any_others(tmp_path: Path) -> None:
    """Nobody imported them: the page shows them, and does not fold them away as an entry."""
    with Timeline(tmp_path / "sheets.db") as timeline:
        sheet = timeline.archive(text="Ship,Day,Hour\nAtlas,15 January,09:40\n", id="s", title="S", media_type="text/csv")
        timeline.record("left", title="It left", date="2024-01-15", citations=[sheet.quote("Atlas,15 January")])
    html = await fetch(tmp_path / "sheets.db", "/left")
    assert "<q>Atlas,15 January</q>" in html
    assert "Entry in" not in html
