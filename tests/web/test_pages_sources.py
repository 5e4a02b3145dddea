"""The list of sources: what it says of each, by words, in each order, page by page, now and as of then, to whom it may be shown."""

import html
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from browser import DESK, PHONE, Served, Visitor, serving
from datasette.app import Datasette

from timeline import Timeline, capture
from timeline.selection import sources
from timeline.web import links
from timeline.web.pages import sources as sources_page

if TYPE_CHECKING:
    from collections.abc import Iterator

Serve = Callable[..., Datasette]

ARABIC = "تقرير عن اجتماع المنظمة في مراكش (INTERPOL 93)"


def build(path: Path) -> Path:
    """Make a timeline of five sources: an old one, one in Arabic, one whose text was given, one corrected, one redacted."""
    with Timeline(path, by="tester") as timeline:
        report = timeline.archive(
            id="report", text="The pier opened in May. It never opened, says the mayor. Zebras came.",
            title="Report of the harbour", publisher="The harbour", author="Ann Lee", published="1962-05", language="en",
        )  # fmt: skip
        fragment = timeline.archive(id="fragment", text="Caesar fell.", title="A fragment", published="-0043-03~", language="la")
        arabic = timeline.archive(
            id="arabic",
            text="اجتمعوا في مراكِش يوم الإثنين.",
            title=ARABIC,
            publisher="وكالة الأنباء",
            published="2025",
            language="ar",
        )  # fmt: skip
        timeline.archive(id="diary", text="SECRETWORD is here.", title="A SECRETWORD diary", published="1950")
        timeline.record("pier", title="The pier opens", date="1962-05", citations=[
            report.quote("The pier opened in May"), {**report.quote("It never opened").model_dump(), "stance": "disputes"},
        ])  # fmt: skip
        timeline.record(
            "zebras", title="Zebras come", date="1962", citations=[report.quote("Zebras came"), arabic.quote("في مراكِش")]
        )
        timeline.record("ides", title="Caesar is killed", date="-0043-03-15", citations=[fragment.quote("Caesar fell")])
        timeline.record("mistake", title="Misread", date="1962", citations=[fragment.quote("Caesar fell")])
        # From here on is the past: position 8.
        timeline.correct("zebras", citations=[arabic.quote("في مراكِش")], reason="The report does not say so")
        timeline.retract("mistake", reason="Misread")
        timeline.correct_source("report", title="Chronicle of the quay", reason="So says the title page")
        timeline.redact(4, reason="It is private")
        timeline.archive(id="untold", text="Nothing.", title="Not cited", published=None)
    return path


@pytest.fixture(scope="module")
def listed_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build that timeline once."""
    return build(tmp_path_factory.mktemp("listed") / "listed.db")


async def page(datasette: Datasette, status: int = 200, database: str = "listed", **asked: str) -> str:
    """Ask for the list."""
    response = await datasette.client.get(f"/{database}/-/timeline/sources?{urlencode(asked)}")
    assert response.status_code == status, response.text
    return str(response.text)


def ids(text: str) -> list[str]:
    """Name the sources that a page lists, in its order."""
    return re.findall(r'<li id="s-([^"]+)"', text)


def of(text: str, source: str) -> str:
    """Give the words with which a page lists a source."""
    item = re.split(r'<li id="s-|</ol>', text.partition(f'<li id="s-{source}">')[2], maxsplit=1)[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", item)))


@pytest.mark.asyncio
async def test_a_source_that_only_disputes_carries_nothing(serve: Callable[..., Datasette], tmp_path: Path) -> None:
    """In the list and on its own page, which counts supported and disputed happenings apart."""
    with Timeline(tmp_path / "against.db") as timeline:
        report = timeline.archive(id="report", text="The bridge fell. The dam broke.", title="Report")
        timeline.archive(id="denial", text="The bridge never fell. The dam never broke.", title="Denial")
        mixed = timeline.archive(id="mixed", text="The bridge fell. The dam is whole.", title="Mixed")
        against = [timeline.source("denial").quote(words) for words in ("The bridge never fell", "The dam never broke")]
        for number, (id_, words, third) in enumerate(
            (("bridge", "The bridge fell", mixed.quote("The bridge fell")),
             ("dam", "The dam broke", {**mixed.quote("The dam is whole").model_dump(), "stance": "disputes"}))
        ):  # fmt: skip
            disputes = {**against[number].model_dump(), "stance": "disputes"}
            timeline.record(id_, title=id_, date="2003", citations=[report.quote(words), disputes, third])
    client = serve(tmp_path / "against.db").client

    async def read(page: str) -> str:
        return " ".join(re.sub("<[^>]*>", " ", (await client.get(f"/against/-/timeline/sources{page}")).text).split())

    text = await read("")
    assert "It disputes 2 happenings : 2 quotations dispute" in text
    assert "2 happenings rest on it : 2 quotations support" in text
    assert "2 happenings cite it : 1 quotation supports, 1 disputes" in text
    for id_, words in {
        "denial": "2 happenings are disputed by this source, and none rests on it: show them",
        "mixed": "1 happening rests on this source, and it disputes 1 more: show them",
        "report": "2 happenings rest on this source: show them",
    }.items():
        assert words in (await read(f"/{id_}")).replace(" :", ":")


@pytest.mark.asyncio
async def test_each_source_is_described_in_words(serve: Serve, listed_db: Path) -> None:
    """Title, author, publisher, date, kind, language, and what rests on it."""
    text = await page(serve(listed_db))
    assert "5 sources." in text
    report = of(text, "report")
    for words in ("Chronicle of the quay", "Ann Lee · The harbour · Plain text · English", "May 1962", "archived as text"):
        assert words in re.sub(r" (·) +", r" \1 ", report)
    assert "1 happening cites it : 1 quotation supports, 1 disputes" in report
    assert "About March 44 BCE" in of(text, "fragment")
    assert "1 happening rests on it : 1 quotation supports" in of(text, "fragment")
    assert "2 happenings" not in text
    assert "No happening rests on it" in of(text, "untold")
    assert 'dir="auto" lang="ar"' in text
    assert 'href="/listed/-/timeline?source=report"' in text


@pytest.mark.asyncio
async def test_a_redacted_source_is_marked_and_its_words_appear_nowhere(serve: Serve, listed_db: Path) -> None:
    """Now, as of when it was there, and by its words."""
    datasette = serve(listed_db)
    for asked in ({}, {"as_of": "8"}, {"q": "SECRETWORD"}, {"q": "SECRETWORD", "as_of": "8"}):
        text = await page(datasette, **asked)
        assert "SECRETWORD" not in "".join(of(text, name) for name in ids(text))
        assert ("diary" in ids(text)) == ("q" not in asked)
        if "q" not in asked:
            assert "Redacted" in of(text, "diary")
            assert "diary (redacted)" in of(text, "diary")


@pytest.mark.asyncio
async def test_a_text_that_nobody_compared_is_marked(serve: Serve, listed_db: Path, tmp_path: Path) -> None:
    """As the source's own page marks it; the others say how their text was come by."""
    path = tmp_path / "listed.db"
    with sqlite3.connect(listed_db) as source, sqlite3.connect(path) as copy:
        source.backup(copy)
        given = "text as given by the bundle (pypdfium2 5)"
        copy.execute("update sources set extractor = ?, media_type = 'application/pdf' where id = 'untold'", [given])
        copy.execute("update sources set extractor = 'decoded as utf-8' where id = 'fragment'")
    text = await page(serve(path))
    assert "Text as given by the bundle, not compared with the document" in of(text, "untold")
    assert "PDF" in of(text, "untold")
    assert "text read from the document" in of(text, "fragment")
    assert text.count("not compared") == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("title", ["fragment", "report", "untold", "arabic", "diary"]),
        ("date", ["fragment", "report", "arabic", "untold", "diary"]),
        ("newest", ["arabic", "report", "fragment", "untold", "diary"]),
        ("weight", ["fragment", "report", "arabic", "untold", "diary"]),
    ],
)
async def test_the_orders(serve: Serve, listed_db: Path, sort: str, expected: list[str]) -> None:
    """By title, by date with BCE first and the undated last, by what rests on each."""
    text = await page(serve(listed_db), sort=sort)
    assert ids(text) == expected
    assert f'<option value="{sort}" selected>' in text


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("quay", ["report"]),
        ("harbour", ["report"]),
        ("lee ann", ["report"]),
        ("zebras chronicle", ["report"]),
        ("مراكش", ["arabic"]),
        ("مراكِش", ["arabic"]),
        ("INTERPOL", ["arabic"]),
        ("fragment", ["fragment"]),
        ("untold", ["untold"]),
        ('") OR "', ["fragment", "report", "untold", "arabic", "diary"]),
        ("nowhere", []),
        ("Report", []),
    ],
)
async def test_words(serve: Serve, listed_db: Path, words: str, expected: list[str]) -> None:
    """All of them, in titles, publishers, authors and texts, with or without accents; an id finds its source."""
    faulty = not re.search(r"[^\W_]", words.replace("OR", ""))
    text = await page(serve(listed_db), q=words if not faulty else '"')
    assert ids(text) == expected
    if not expected:
        assert "Nothing matches" in text


@pytest.mark.asyncio
async def test_as_of_a_position(serve: Serve, listed_db: Path) -> None:
    """Titles, counts and words as they then were, in every order; what came later is left out."""
    datasette = serve(listed_db)
    text = await page(datasette, as_of="8", sort="weight")
    assert ids(text) == ["fragment", "report", "arabic", "diary"]
    assert "2 happenings rest on it : 1 quotation supports" not in of(text, "report")
    assert "2 happenings cite it : 2 quotations support, 1 disputes" in of(text, "report")
    assert "2 happenings rest on it : 2 quotations support" in of(text, "fragment")
    assert "Report of the harbour" in of(text, "report")
    assert "As known at position 8" in text
    assert "source=report&amp;as_of=8" in text
    assert ids(await page(datasette, as_of="8", q="report")) == ["report"]
    assert ids(await page(datasette, as_of="8", q="zebras")) == ["report"]
    assert ids(await page(datasette, as_of="8", q="quay")) == []
    assert ids(await page(datasette, as_of="2")) == ["fragment", "report"]
    assert "Nothing was archived yet" in await page(datasette, as_of="0")
    assert ids(await page(datasette, as_of="2100-01-01")) == ids(await page(datasette))
    assert "As known at the end of 1 January 2100" in await page(datasette, as_of="2100-01-01")


@pytest.mark.asyncio
async def test_as_of_the_end_shows_the_present(serve: Serve, listed_db: Path) -> None:
    """The same sources with the same counts, in every order."""
    datasette = serve(listed_db)
    for sort in sources.ORDERS:
        now, then = [await page(datasette, sort=sort, **asked) for asked in ({}, {"as_of": "13"})]
        assert ids(now) == ids(then)
        for name in ids(now):
            assert of(now, name).replace(" yet", "") == of(then, name).replace(" yet", ""), name


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"sort": "size"}, "Order: “size” is not one of title, date, newest, weight"),
        ({"page": "0"}, "Page: “0” is not a whole number from 1"),
        ({"page": "x"}, "Page: “x” is not a whole number from 1"),
        ({"as_of": "yesterday"}, "“yesterday” is neither a position in the log"),
    ],
)
async def test_faulty_parameters_are_named_and_left_out(serve: Serve, listed_db: Path, asked: dict[str, str], message: str) -> None:
    """With the status 400, and the list below it."""
    text = await page(serve(listed_db), status=400, **asked)
    assert message in html.unescape(text)
    assert len(ids(text)) == 5


@pytest.mark.asyncio
async def test_pages(serve: Serve, tmp_path: Path) -> None:
    """Each source is on one page, whatever the order; the links lead through them, and past the end back."""
    with Timeline(tmp_path / "many.db", by="tester") as timeline, timeline.transaction():
        for number in range(2 * sources.PAGE_SIZE + 5):
            timeline.archive(
                id=f"s{number:03}", text=f"Number {number}.", title=f"Report {number % 7}", published=f"19{number % 9}X"
            )
    datasette = serve(tmp_path / "many.db")
    for sort in sources.ORDERS:
        result, text = [], await page(datasette, database="many", sort=sort)
        result += ids(text)
        while later := re.search(r'<a href="([^"]+)" rel="next"', text):
            text = (await datasette.client.get(html.unescape(later[1]))).text
            result += ids(text)
        assert len(result) == len(set(result)) == 2 * sources.PAGE_SIZE + 5
        assert "101 to 105 are on this page" in text
        earlier = re.search(r'<a href="([^"]+)" rel="prev"', text)
        assert earlier is not None
        assert "page=2" in earlier[1]
    past = await page(datasette, database="many", page="9")
    assert "Nothing further" in past


@pytest.mark.asyncio
async def test_a_source_with_very_many_quotations_is_not_counted_to_the_end(
    serve: Serve, listed_db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says that there are more, and still counts happenings."""
    monkeypatch.setattr(sources, "MOST_QUOTATIONS", 1)
    text = await page(serve(listed_db))
    assert "1 happening rests on it : more than 1 quotations" in of(text, "report")


@pytest.mark.asyncio
async def test_an_order_that_takes_too_long_gives_way_to_titles(
    serve: Serve, listed_db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list is still there, and says so."""
    endless = "(with recursive n (i) as (select 1 union all select i + 1 from n) select max(i) from n), id"
    monkeypatch.setitem(sources.ORDERS, "weight", endless)
    text = await page(serve(listed_db, settings={"sql_time_limit_ms": 3_000}), sort="weight")
    assert "too many sources to sort that way" in text
    assert len(ids(text)) == 5


@pytest.mark.asyncio
async def test_who_may_not_read_what_rests_on_them_sees_the_documents_alone(serve: Serve, listed_db: Path) -> None:
    """No count, no order by it, no search in texts; without the table of sources, no page."""

    def closed(*tables: str) -> Datasette:
        return serve(listed_db, metadata={"databases": {"listed": {"tables": {name: {"allow": False} for name in tables}}}})

    text = await page(closed("citations"))
    assert len(ids(text)) == 5
    assert "rests on it" not in text
    assert 'value="weight"' not in text
    assert "You may not read the happenings that cite" in await page(closed("citations"), status=400, sort="weight")
    text = await page(closed("source_texts"), q="zebras")
    assert ids(text) == []
    assert "authors and texts" not in text
    assert ids(await page(closed("source_texts"), q="ann chronicle")) == ["report"]
    assert (await closed("sources").client.get("/listed/-/timeline/sources")).status_code == 403
    assert (await closed("events").client.get("/listed/-/timeline/sources?as_of=3")).status_code == 403


@pytest.mark.asyncio
async def test_the_list_is_linked_from_the_timeline_and_from_each_source(serve: Serve, listed_db: Path) -> None:
    """As of then, where the timeline is."""
    datasette = serve(listed_db)
    here = links.sources(datasette, "listed")
    assert f'href="{here}"' in (await datasette.client.get("/listed/-/timeline")).text
    assert f'href="{here}?as_of=8"' in (await datasette.client.get("/listed/-/timeline?as_of=8")).text
    text = (await datasette.client.get("/listed/-/timeline/sources/report")).text
    assert text.count(f'href="{here}"') == 2


@pytest.mark.asyncio
async def test_a_happening_of_that_name_has_another_address(serve: Serve, tmp_path: Path) -> None:
    """Which the list gives, and every link leads to."""
    with Timeline(tmp_path / "named.db", by="tester") as timeline:
        source = timeline.archive(id="report", text="It happened.", title="Report")
        timeline.record("sources", title="The namesake", date="1999", citations=[source.quote("It happened")])
    datasette = serve(tmp_path / "named.db")
    address = links.happening(datasette, "named", "sources")
    assert "The namesake" in (await datasette.client.get(address)).text
    assert f'href="{address}"' in await page(datasette, database="named")
    assert f'href="{address}"' in (await datasette.client.get("/named/-/timeline")).text


@pytest.fixture(scope="module")
def listing(listed_db: Path, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Served]":
    """Serve that timeline."""
    with serving(tmp_path_factory.mktemp("listing"), listed_db) as served:
        yield served


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_the_list_fits_and_works_without_javascript(visitor: Visitor, listing: Served, width: int) -> None:
    """Nothing runs over the edge; the form searches by itself."""
    reader = visitor.open(
        f"{listing.page}/sources", settle=False, java_script_enabled=False, viewport={"width": width, "height": 844}
    )
    assert reader.locator("body").bounding_box()["width"] <= width  # type: ignore[index]
    for box in (item.bounding_box() for item in reader.locator(".sources *").all()):
        assert box is None or box["x"] + box["width"] <= width + 1
    reader.get_by_label("Search titles").fill("quay")
    reader.get_by_role("button", name="Show", exact=True).click()
    assert reader.locator(".sources > li").count() == 1
    assert "q=quay" in reader.url


def test_a_title_from_right_to_left_is_aligned_to_the_right(visitor: Visitor, listing: Served) -> None:
    """And the facts below it on theirs."""
    reader = visitor.open(f"{listing.page}/sources?q=INTERPOL", settle=False)
    heading = reader.locator(".sources h2").first
    assert heading.evaluate("e => getComputedStyle(e).direction") == "rtl"
    assert reader.locator(".sources .about").first.evaluate("e => getComputedStyle(e).direction") == "ltr"


@pytest.mark.parametrize("media_type", sorted(set(capture.MEDIA_TYPES.values())))
def test_every_kind_of_document_has_a_name(media_type: str) -> None:
    """People do not read media types."""
    assert media_type in sources_page.KINDS
