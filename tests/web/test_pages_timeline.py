"""The timeline page: what it shows of each happening, in what order, to whom."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from test_pages_demo import DISPATCH, IN_ORDER, LONG_TITLE, build, card, ids, link, serve, text

from timeline import Timeline
from timeline.web.drawing import answers


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the demo once for this file."""
    return build(tmp_path_factory.mktemp("timeline") / "demo.db")


class Elements(HTMLParser):
    """The tags and attributes that a browser would find."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep them."""
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


@pytest.mark.asyncio
async def test_happenings_stand_in_time_order(demo: Path) -> None:
    """Earliest first, of those that begin together the longest first and open ends last, undated ones last."""
    response = await serve(demo).client.get("/demo/-/timeline")
    assert response.status_code == 200
    assert tuple(ids(response.text)) == IN_ORDER


@pytest.mark.asyncio
async def test_happenings_are_grouped_by_year(demo: Path) -> None:
    """Each year has one heading, BCE years their own way, and those without a date come last."""
    html = (await serve(demo).client.get("/demo/-/timeline")).text
    years = re.findall(r'<li class="timeline-year">\s*<h2>([^<]+)</h2>', html)
    assert years == ["753 BCE", "44 BCE", "1985", "1998", "2003", "2025", "2026", "Without a date"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("id_", "words", "edtf"),
    [
        ("assembly", "24 to 27 November 2025", "2025-11-24/2025-11-27"),
        ("office", "2003", "2003"),
        ("office-stays", "From 2003, end open", "2003/.."),
        ("office-closes", "From 2003, end not known", "2003/"),
        ("rome", "About 753 BCE", "-0752~"),
        ("maybe", "Possibly 1985", "1985?"),
        ("claim", "About 27 November 2025", "2025-11-27~"),
    ],
)
async def test_a_date_in_words_is_no_more_exact_than_the_date(demo: Path, id_: str, words: str, edtf: str) -> None:
    """The words are as vague as the date, and the EDTF is there to the letter."""
    one = card((await serve(demo).client.get("/demo/-/timeline")).text, id_)
    assert text(one.split("</p>")[0]).lstrip("> ").startswith(words)
    assert f"EDTF: {edtf}" in one


@pytest.mark.asyncio
async def test_a_machine_readable_time_is_given_only_where_html_has_one(demo: Path) -> None:
    """A plain date is a <time>; an interval or a vague date is not."""
    html = (await serve(demo).client.get("/demo/-/timeline")).text
    assert '<time datetime="2003"' in card(html, "office")
    assert "<time" not in card(html, "assembly").split("</p>")[0]


@pytest.mark.asyncio
async def test_a_claim_says_whose_it_is_before_saying_it(demo: Path) -> None:
    """The name of the claimant comes before the title."""
    one = text(card((await serve(demo).client.get("/demo/-/timeline")).text, "claim"))
    assert one.index("According to Faisal Shahkar") < one.index("Shahkar was pleased")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("id_", "marks"),
    [
        ("assembly", []),
        ("meeting", ["Corrected", "Single source"]),
        ("office", ["Disputed", "Single source"]),
        ("opening", ["Single source"]),
    ],
)
async def test_marks_are_words(demo: Path, id_: str, marks: list[str]) -> None:
    """Corrected, disputed and single-source happenings say so in words."""
    one = card((await serve(demo).client.get("/demo/-/timeline")).text, id_)
    result = re.findall(r'<li class="mark mark-\w+">(.*?)</li>', one)
    assert [text(mark).split(" ", 1)[1] for mark in result] == marks


@pytest.mark.asyncio
async def test_a_corrected_happening_leads_to_its_history(demo: Path) -> None:
    """The mark is a link."""
    one = card((await serve(demo).client.get("/demo/-/timeline")).text, "meeting")
    assert link(one, "Corrected") == "/demo/-/timeline/meeting#history"


@pytest.mark.asyncio
async def test_quotations_lead_to_their_place_in_the_source(demo: Path) -> None:
    """Each quotation names its source, its grade where it is not exact, and links to its mark in the text."""
    html = (await serve(demo).client.get("/demo/-/timeline")).text
    start = DISPATCH.index("met from November")
    place = f"{start}-{start + len('met from November 24 to 27')}"
    assert f'href="/demo/-/timeline/sources/dispatch?passage={place}#c-assembly-1"' in card(html, "assembly")
    assert "A dispatch of TNA" in card(html, "assembly")
    assert "normalised: the same words, with other spacing, line breaks or invisible characters" in card(html, "office")
    assert "typographic: the same words" in card(html, "office")
    assert "(exact" not in html


@pytest.mark.asyncio
async def test_disputing_quotations_stand_beside_the_supporting_ones(demo: Path) -> None:
    """Both sides are labelled, in one row of two."""
    sides = card((await serve(demo).client.get("/demo/-/timeline")).text, "office").split('class="sides"')[1]
    message = text(sides)
    assert message.index("Supports") < message.index("opened in 2003") < message.index("Disputes") < message.index("did not open")


@pytest.mark.asyncio
async def test_people_tags_and_places_lead_to_filters(demo: Path) -> None:
    """Each is a link to the timeline filtered by it; people have their roles."""
    one = card((await serve(demo).client.get("/demo/-/timeline")).text, "assembly")
    assert link(one, "<bdi>Abdellatif Hammouchi</bdi>") == "/demo/-/timeline?actor=abdellatif-hammouchi"
    assert "host" in text(one)
    assert link(one, "<bdi>Marrakech</bdi>") == "/demo/-/timeline?place=Marrakech"
    assert link(one, "<bdi>Côte</bdi>") == "/demo/-/timeline?tag=C%C3%B4te"


@pytest.mark.asyncio
async def test_parts_and_wholes_lead_to_each_other(demo: Path) -> None:
    """A part says what it is part of, a whole how many parts it has."""
    html = (await serve(demo).client.get("/demo/-/timeline")).text
    assert "Part of The assembly meets" in text(card(html, "opening"))
    assert "Parts 3 happenings" in text(card(html, "assembly"))


@pytest.mark.asyncio
async def test_retracted_happenings_are_counted_and_shown_on_request(demo: Path) -> None:
    """They are left out, with a link that shows them struck out with the reason and the successor."""
    client = serve(demo).client
    html = (await client.get("/demo/-/timeline")).text
    assert "15 happenings. 1 more was retracted" in text(html)
    html = (await client.get(link(html, "show it too"))).text
    one = card(html, "mistake")
    assert len(ids(html)) == 16
    assert "<s>" in one
    assert "Retracted: The place was misread. See instead Hammouchi and Shahkar meet" in text(one)
    assert ids((await client.get("/demo/-/timeline?status=retracted")).text) == ["mistake"]


@pytest.mark.asyncio
async def test_hostile_words_are_only_words(demo: Path) -> None:
    """No title, quotation, name, tag or note becomes markup on any page."""
    client = serve(demo).client
    for path in (
        "",
        "/hostile",
        "/sources/notes",
        "/events/17",
        "?status=all&kind=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E",
        "/%3Cb%3E",
    ):
        html = (await client.get(f"/demo/-/timeline{path}")).text
        result = Elements()
        # Of elements that a title could bring, our own drawing has two in its legend, and its data in a third.
        body, _, data = html.split('<section class="content">', 1)[1].split("</section>\n</div>")[0].partition('id="drawing"')
        result.feed(body + data.split('<div id="found" ')[-1])
        assert "<" not in data.partition('id="drawing-data">')[2].split("</script>")[0], path
        assert not result.tags & {"script", "img", "svg", "u", "em", "i", "b", "t", "style"}, path
        assert not [name for name in result.attributes if name.startswith("on") or name == "style"], path


@pytest.mark.asyncio
async def test_text_runs_in_its_own_direction(demo: Path) -> None:
    """Titles and quotations find their direction by themselves; a quotation has its source's language."""
    one = card((await serve(demo).client.get("/demo/-/timeline")).text, "arabic")
    assert re.search(r'<h3 class="happening-title"[^>]* dir="auto">', one)
    assert '<blockquote dir="rtl" lang="ar"' in one


@pytest.mark.asyncio
async def test_a_very_long_title_is_cut_on_the_timeline(demo: Path) -> None:
    """Ten thousand characters do not bury the rest; the happening's page has them all."""
    client = serve(demo).client
    assert len(text(card((await client.get("/demo/-/timeline")).text, "long"))) < 600
    assert LONG_TITLE in (await client.get("/demo/-/timeline/long")).text


@pytest.mark.asyncio
async def test_an_empty_timeline_says_what_to_do(tmp_path: Path) -> None:
    """A log with nothing in it gives a helpful page, with and without filters."""
    with Timeline(tmp_path / "empty.db") as timeline:
        timeline.log.make()
    client = serve(tmp_path / "empty.db").client
    response = await client.get("/empty/-/timeline")
    assert response.status_code == 200
    assert "Nothing is recorded yet" in response.text
    assert (await client.get("/empty/-/timeline?q=x&as_of=3&status=all")).status_code == 200


@pytest.mark.asyncio
@pytest.mark.parametrize("table", ["happenings", "citations", "sources", "actors", "happening_tags"])
async def test_the_page_is_closed_where_a_table_it_shows_is(demo: Path, table: str) -> None:
    """A visitor who may not read one of the tables may not read the page."""
    response = await serve(demo, metadata=closed(table)).client.get("/demo/-/timeline")
    assert response.status_code == 403


def closed(table: str) -> dict[str, Any]:
    """Close a table to everyone, in a way that every version of Datasette reads."""
    return {"databases": {"demo": {"tables": {table: {"allow": False}}}}}


@pytest.mark.asyncio
async def test_the_past_is_closed_where_the_log_is(demo: Path) -> None:
    """A visitor who may not read the events sees current happenings, and nothing of retracted ones."""
    datasette = serve(demo, metadata=closed("events"))
    response = await datasette.client.get("/demo/-/timeline")
    assert response.status_code == 200
    assert "retracted" not in text(response.text.split('class="timeline-count"')[1].split("</p>")[0])
    assert (await datasette.client.get("/demo/-/timeline?as_of=3")).status_code == 403
    assert (await datasette.client.get("/demo/-/timeline?status=all")).status_code == 403


@pytest.mark.asyncio
async def test_every_address_has_the_base_url(demo: Path) -> None:
    """Behind a prefix, each link and the stylesheet begin with it."""
    datasette = serve(demo, settings={"base_url": "/prefix/"})
    for path in ("", "/assembly", "/sources/notes", "/events/5", "/nothing"):
        html = (await datasette.client.get(datasette.urls.path(f"/demo/-/timeline{path}"))).text
        inside = html.split("<main", 1)[1].split("</main>")[0] + html.split("<header", 1)[1].split("</header>")[0]
        addresses = re.findall(r'(?:href|action|cite)="([^"]*)"', inside)
        assert len(addresses) > 3
        assert [a for a in addresses if not a.startswith(("/prefix/", "#", "https://"))] == []
        assert re.search(r'<link rel="stylesheet" href="/prefix/-/timeline/assets/[^"]+/timeline\.css"', html)


@pytest.mark.asyncio
async def test_the_page_is_accessible_in_its_bones(demo: Path) -> None:
    """It has a language, one main landmark, a skip link that leads there, one h1, headings without gaps, and no inline code."""
    html = (await serve(demo).client.get("/demo/-/timeline?status=all")).text
    assert html.count("<main") == html.count("<h1") == 1
    assert '<html lang="en">' in html
    assert '<a class="skip-link" href="#main">' in html
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", html)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    inside = html.split("<main", 1)[1].split("</main>")[0]
    assert "style=" not in inside
    assert re.findall(r"<script[^>]*>", inside) == ['<script type="application/json" id="drawing-data">']
    result = re.findall(r'\bid="([^"]+)"', html)
    assert len(result) == len(set(result))
    assert not [name for name in re.findall(r'<label for="([^"]+)"', html) if name not in result]


@pytest.mark.asyncio
async def test_a_query_that_takes_too_long_gives_a_page(demo: Path) -> None:
    """The page says what to do, without a traceback."""
    from timeline.errors import TookTooLong
    from timeline.selection import matches

    datasette = serve(demo)

    def interrupted(*_: object, **__: object) -> None:
        raise TookTooLong("this took too long")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matches, "page", interrupted)
        response = await datasette.client.get("/demo/-/timeline")
    assert response.status_code == 400
    assert "That took too long" in response.text
    assert "Traceback" not in response.text


@pytest.mark.asyncio
async def test_the_drawing_of_all_is_made_once_until_something_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each visitor gets what holds now; any filter has a drawing of its own."""
    path, made = build(tmp_path / "demo.db"), []
    view = answers._view
    monkeypatch.setattr(answers, "_view", lambda *args, **more: made.append(1) or view(*args, **more))
    client = serve(path).client
    pages = [(await client.get("/demo/-/timeline")).text for _ in range(3)]
    assert len({page.split('id="drawing-data"')[1].split("</script>")[0] for page in pages}) == 1
    assert len(made) == 1
    assert "Rome is founded again" not in (await client.get("/demo/-/timeline?q=Rome")).text
    assert len(made) == 2
    with Timeline(path, by="amina") as timeline:
        timeline.correct("rome", title="Rome is founded again", reason="Another title")
    assert "Rome is founded again" in (await client.get("/demo/-/timeline")).text.split('id="drawing-data"')[1]
    with Timeline(path, rebuilding=True) as timeline:
        timeline.rebuild()
    await client.get("/demo/-/timeline")
    assert len(made) == 4
