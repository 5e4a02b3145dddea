"""A source's page: its text with every cited passage marked, however they overlap, linked both ways."""

import re
import sqlite3
import time
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_pages_demo import build, ids, link, serve, text

from timeline import Timeline
from timeline.web.pages import passages


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the demo once for this file."""
    return build(tmp_path_factory.mktemp("source") / "demo.db")


async def fetch(path: Path, source: str) -> str:
    """Fetch a source's page."""
    response = await serve(path).client.get(f"/{path.stem}/-/timeline/sources/{source}")
    assert response.status_code == 200
    return str(response.text)


def without_refs(html: str) -> str:
    """Take the numbers of the notes out of a text."""
    return re.sub(r'<a class="ref"[^>]*>\d+</a>', "", html)


def marked(html: str) -> list[str]:
    """Give the marked pieces of the text, in order."""
    return [unescape(piece) for piece in re.findall(r"<mark[^>]*>(.*?)</mark>", without_refs(html), re.DOTALL)]


@pytest.mark.asyncio
async def test_cited_passages_are_marked_under_their_names(demo: Path) -> None:
    """Each mark has the name that quotations link to, and holds the words of the text, not of the quotation."""
    html = await fetch(demo, "notes")
    assert '<mark id="c-caesar-1"' in html
    assert "The  office   opened in 2003." in marked(html)
    assert '"><img src=x onerror=alert(1)>' in marked(html)


@pytest.mark.asyncio
async def test_a_ligature_is_marked_whole(tmp_path: Path) -> None:
    """Where the quotation has letters for it, and the reverse."""
    path = tmp_path / "set.db"
    with Timeline(path, by="tester") as timeline:
        source = timeline.archive(text="The ﬁrst conﬂict of the oﬃce, the first floor", id="set", title="Set")
        for number, quote in enumerate(["first conflict", "the office", "ﬁrst ﬂoor"]):
            timeline.record(f"h{number}", title="x", date="2025", citations=[source.quote(quote)])
    assert marked(await fetch(path, "set")) == ["ﬁrst conﬂict", "the oﬃce", "first floor"]


@pytest.mark.asyncio
async def test_every_citation_has_one_place_and_a_note(demo: Path) -> None:
    """No name is missing or given twice; each passage leads to its note and back; a shared passage names all its happenings."""
    html = await fetch(demo, "notes")
    result = re.findall(r'\bid="([^"]+)"', html)
    assert len(result) == len(set(result))
    with sqlite3.connect(demo) as connection:
        names = {f"c-{id_}-{n}" for id_, n in connection.execute("select happening, number from citations where source = 'notes'")}
    assert names <= set(result)
    back = re.findall(r'class="note-back" href="#([^"]+)"', html)
    assert set(back) <= set(result)
    assert len(re.findall(r'class="ref" href="#n-\d+"', html)) == len(back)
    shared = text(next(note for note in html.split('<li class="note"') if "The office stays" in note))
    assert "It may have happened , possibly 1985" in shared


@pytest.mark.asyncio
async def test_a_disputing_passage_says_so(demo: Path) -> None:
    """In words, in its note."""
    note = next(note for note in (await fetch(demo, "notes")).split('<li class="note"') if "the year" in note)
    assert "Disputes" in text(note)


@pytest.mark.asyncio
async def test_overlapping_and_nested_passages_are_all_marked(tmp_path: Path) -> None:
    """A passage within another, one that begins in another, and one across paragraphs each have their mark and their end."""
    with Timeline(tmp_path / "over.db") as timeline:
        source = timeline.archive(id="s", text="one two three four five\n\nsix seven eight", title="S")
        for number, quote in enumerate(("one two three", "two", "three four five", "five\n\nsix", "one two three")):
            timeline.record(f"h{number}", title=f"H{number}", date="2003", citations=[source.quote(quote)])
    html = await fetch(tmp_path / "over.db", "s")
    assert marked(html) == ["one ", "two", " ", "three", " four ", "five", "six"]
    for number in range(5):
        assert f'id="c-h{number}-1"' in html
    assert len(re.findall(r'class="ref"', html)) == 4


@pytest.mark.asyncio
async def test_the_whole_of_a_quotation_is_shown_where_its_link_leads(tmp_path: Path) -> None:
    """Every piece of the requested passage is marked, however many others overlap it, and nothing else is."""
    body = "one two three four five six seven eight nine ten\n\neleven twelve"
    quotes = ["three four five six seven", "one two three four", "five six", "seven eight", "four", "ten\n\neleven"]
    quotes += [body[: body.index(word) + len(word)] for word in ("five", "six", "seven", "eight", "nine", "ten", "eleven")]
    with Timeline(tmp_path / "over.db") as timeline:
        source = timeline.archive(id="s", text=body, title="S")
        for number, quote in enumerate(quotes):
            timeline.record(f"h{number}", title=f"H{number}", date="2003", citations=[source.quote(quote)])
    client = serve(tmp_path / "over.db").client
    for number, quote in enumerate(quotes):
        html = (await client.get(f"/over/-/timeline/h{number}")).text
        address, anchor = re.findall(r'<figcaption>\s*<a href="([^"#]+)#([^"]+)"', html)[0]
        assert anchor == f"c-h{number}-1"
        led = (await client.get(address)).text
        assert f'id="{anchor}"' in led
        pieces = re.findall(r'<mark[^>]* class="[^"]*\basked\b[^"]*">(.*?)</mark>', without_refs(led), re.DOTALL)
        assert "".join(pieces).split() == quote.replace("\n\n", "").split()
    plain = (await client.get("/over/-/timeline/sources/s")).text
    assert "asked" not in plain
    assert all(f'id="c-h{number}-1"' in plain for number in range(len(quotes)))


@pytest.mark.asyncio
async def test_many_uses_of_one_passage_are_folded(tmp_path: Path) -> None:
    """One is named, a current one; the others unfold; each has its place in the text."""
    with Timeline(tmp_path / "many.db") as timeline:
        source = timeline.archive(id="s", text="It went on.\n\nAnd on.", title="S")
        for number in range(30):
            timeline.record(f"h{number}", title=f"H{number}", date="2003", citations=[source.quote("It went on.")])
        for number in range(3):
            timeline.record(f"few{number}", title=f"F{number}", date="2003", citations=[source.quote("And on.")])
            timeline.retract(f"h{number}", reason="r")
    html = await fetch(tmp_path / "many.db", "s")
    many, few = html.split('<li class="note"')[1:]
    shown, folded = many.split("<details")
    assert re.findall(r"<bdi>(\w+)</bdi>", shown) == ["H10"]
    assert "and 29 more" in text(folded)
    assert folded.count("<bdi>") == 29
    assert folded.count("(retracted)") == 3
    assert "and 2 more" in text(few)
    assert all(f'id="c-h{number}-1"' in html for number in range(30))


@pytest.mark.asyncio
async def test_what_rests_on_a_source_is_counted_as_its_link_shows_it(demo: Path, tmp_path: Path) -> None:
    """Those that stand, and apart from them those that were retracted, each with a link to as many."""
    client = serve(demo).client
    html = await fetch(demo, "dispatch")
    assert "4 happenings rest on this source: show them on the timeline. 1 that was retracted cites it too: show it." in (
        text(html).replace(" .", ".")
    )
    assert len(ids((await client.get(link(html, "show them on the timeline"))).text)) == 4
    assert ids((await client.get(link(html, "show it"))).text) == ["mistake"]
    with Timeline(tmp_path / "gone.db") as timeline:
        source = timeline.archive(id="s", text="It went on.", title="S")
        timeline.record("h", title="H", date="2003", citations=[source.quote("It went on.")])
        timeline.retract("h", reason="r")
    html = await fetch(tmp_path / "gone.db", "s")
    assert "No current happening cites this source. 1 that was retracted cites it: show it" in text(html)


@pytest.mark.asyncio
async def test_a_passage_that_was_cited_once_can_be_asked_for(demo: Path) -> None:
    """An old version's quotation leads to its place; nonsense asks for nothing."""
    assert '<mark id="passage"' in await fetch(demo, "dispatch?passage=0-12")
    for nonsense in ("5-2", "0-99999", "x", "1-2-3", "999999999-9999999999"):
        html = await fetch(demo, f"dispatch?passage={nonsense}")
        assert 'id="passage"' not in html
        assert f'role="alert">“{nonsense}” is no passage of this text, so none is marked. Write the number' in html


@pytest.mark.asyncio
async def test_a_place_that_is_not_in_the_text_is_named_on_the_page(demo: Path) -> None:
    """In a line; a page without fault has none."""
    for asked in ("", "?passage=0-12", "?passage=&start=&cited=", "?start=5"):
        assert 'role="alert"' not in await fetch(demo, f"dispatch{asked}"), asked
    html = await fetch(demo, "dispatch?cited=nobody-7&start=99999")
    assert "“nobody-7” is no citation of this source, so no passage is marked." in html
    assert "“99999” is no character of this text, which has " in html
    html = await fetch(demo, f"dispatch?passage={'<b>%00' * 20}")
    assert "“&lt;b&gt;" in html
    assert "…” is no passage" in html


@pytest.mark.asyncio
async def test_paragraphs_have_their_own_direction_and_language(demo: Path) -> None:
    """Each finds its direction by itself, and says the source's language."""
    assert len(re.findall(r'<p [^>]*dir="auto" lang="ar">', await fetch(demo, "arabic"))) == 2


@pytest.mark.asyncio
async def test_a_corrected_source_has_a_history(demo: Path) -> None:
    """Its former title, and the reason for the change."""
    message = text(await fetch(demo, "dispatch"))
    assert "Reason: the title page names it" in message
    assert "[removed: Dispatch ] [added: A dispatch of TNA ]" in message or "was Dispatch now A dispatch of TNA" in message


@pytest.mark.asyncio
async def test_the_page_says_that_a_text_is_missing(tmp_path: Path) -> None:
    """Where the archive lacks the text, the page says so and shows the rest."""
    path = build(tmp_path / "gone.db")
    with sqlite3.connect(path) as connection:
        connection.execute("drop trigger documents_delete")
        connection.execute("delete from documents where sha256 = (select text_sha256 from sources where id = 'notes')")
    html = await fetch(path, "notes")
    assert "The archived text of this source is missing" in html
    assert "A. Historian" in html


@pytest.mark.asyncio
async def test_a_hostile_address_is_not_a_link(tmp_path: Path) -> None:
    """Only http and https are followed."""
    path = build(tmp_path / "evil.db")
    with sqlite3.connect(path) as connection:
        connection.execute("update sources set url = 'javascript:alert(1)' where id = 'notes'")
    assert 'href="javascript' not in await fetch(path, "notes")


@pytest.mark.asyncio
async def test_a_long_text_is_quick(tmp_path: Path) -> None:
    """Two hundred thousand characters with two hundred overlapping passages come within a second."""
    body = "\n\n".join(" ".join(f"Sentence {i}.{j} speaks of what occurred." for j in range(20)) for i in range(300))
    assert len(body) > 200_000
    with Timeline(tmp_path / "long.db") as timeline:
        source = timeline.archive(id="s", text=body, title="S")
        timeline.append_many(
            {
                "happening": {
                    "id": f"h{i}",
                    "title": "H",
                    "date": "2003",
                    "citations": [source.quote(body[i * 500 : i * 500 + 900])],
                }
            }
            for i in range(200)
        )
    client = serve(tmp_path / "long.db").client
    await client.get("/long/-/timeline")
    start = time.process_time()  # a busy machine is not what is tested
    html = (await client.get("/long/-/timeline/sources/s")).text
    assert time.process_time() - start < 1
    assert html.count('class="note-back"') == 200


@pytest.mark.asyncio
async def test_an_unknown_source_names_those_there_are(demo: Path) -> None:
    """404, with a list."""
    response = await serve(demo).client.get("/demo/-/timeline/sources/nothing")
    assert response.status_code == 404
    assert 'href="/demo/-/timeline/sources/notes"' in response.text


@pytest.mark.asyncio
@pytest.mark.parametrize("table", ["sources", "source_texts", "citations"])
async def test_it_is_closed_where_a_table_it_shows_is(demo: Path, table: str) -> None:
    """A visitor who may not read one of the tables may not read the page."""
    closed = {"databases": {"demo": {"tables": {table: {"allow": False}}}}}
    assert (await serve(demo, metadata=closed).client.get("/demo/-/timeline/sources/notes")).status_code == 403


@given(
    st.text(alphabet="ab \n\r\u064e\U0001f600", min_size=1, max_size=60),
    st.lists(st.tuples(st.integers(0, 59), st.integers(1, 60)), max_size=8),
)
def test_cutting_loses_no_word_and_no_passage(body: str, spans: list[tuple[int, int]]) -> None:
    """The segments are the text but for white space between paragraphs; each passage with words begins and ends once."""
    known = passages.numbered((start, end) for start, end in spans if end <= len(body))
    result = passages.part(body, known).paragraphs
    segments = [segment for paragraph in result for segment in paragraph.segments]
    assert "".join("".join(segment.text for segment in segments).split()) == "".join(body.split())
    spoken = [n for n, (start, end) in enumerate(known, start=1) if body[start:end].strip()]
    begun = [n for segment in segments for n in segment.begins]
    ended = [n for segment in segments for n in segment.ends]
    assert len(begun) == len(set(begun))
    assert len(ended) == len(set(ended))
    assert set(spoken) <= set(begun) == set(ended)
    for n in spoken:
        inside = "".join(segment.text for segment in segments if n in segment.within)
        start, end = known[n - 1]
        assert "".join(inside.split()) == "".join(body[start:end].split())


def test_very_long_texts_are_shown_around_their_passages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page marks the gaps, and leaves out no passage."""
    monkeypatch.setattr(passages, "LONGEST", 100)
    monkeypatch.setattr(passages, "AROUND", 10)
    body = "\n\n".join(f"paragraph {number:03}" for number in range(100))
    result = passages.part(body, [(750, 760)]).paragraphs
    shown = "".join(segment.text for paragraph in result for segment in paragraph.segments)
    assert len(shown) < 100
    assert next(paragraph for paragraph in result if paragraph.ends or paragraph.gap).gap
    assert [n for paragraph in result for n in paragraph.ends] == [1]


def test_what_is_left_out_parts_no_character_from_its_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text around a passage begins and ends with complete characters, so that it can be quoted."""
    monkeypatch.setattr(passages, "LONGEST", 100)
    monkeypatch.setattr(passages, "AROUND", 11)
    result = passages.part("e\u0301" * 300, [(300, 302)]).paragraphs
    assert [(paragraph.start % 2, paragraph.end % 2) for paragraph in result] == [(0, 0), (0, 0)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_end_is_not_a_blank_line(end: str) -> None:
    """Whatever the line ends of a text, its blank lines part its paragraphs and its single line ends do not."""
    body = f"one{end}two{end}{end}three{end} {end}four"
    assert ["".join(segment.text for segment in paragraph.segments) for paragraph in passages.part(body, []).paragraphs] == (
        [f"one{end}two", "three", "four"]
    )


@given(st.text(alphabet="ab \n\r\x1c\u0301", min_size=1, max_size=60))
def test_paragraphs_and_the_white_space_between_them_are_the_text(body: str) -> None:
    """The places of the paragraphs and the space between them restore the text to the letter."""
    result = passages.part(body, []).paragraphs
    assert all(
        "".join(segment.text for segment in paragraph.segments) == body[paragraph.start : paragraph.end] for paragraph in result
    )
    whole = "".join((paragraph.before or "") + body[paragraph.start : paragraph.end] for paragraph in result)
    assert body.startswith(whole)
    assert not body[len(whole) :].strip()


@pytest.mark.asyncio
async def test_the_text_is_in_the_page_to_the_letter(tmp_path: Path) -> None:
    """A carriage return is written so that HTML does not read it as a line feed, and still ends the line."""
    with Timeline(tmp_path / "cr.db") as timeline:
        timeline.archive(id="s", text="one\r\ntwo\rthree\r\n\r\nfour", title="S")
    html = await fetch(tmp_path / "cr.db", "s")
    assert 'data-start="0" data-end="14" data-before="" dir="auto">one&#13;\ntwo&#13;<br>three</p>' in html
    assert 'data-start="18" data-end="22" data-before="&#13;\n&#13;\n" dir="auto">four</p>' in html


@pytest.mark.asyncio
async def test_a_text_that_nobody_compared_says_so_where_it_is_read(tmp_path: Path) -> None:
    """Above the text, and beside what is quoted from it; not where it was compared, or is the document."""
    path = tmp_path / "given.db"
    with Timeline(path, by="tester") as timeline:
        message = {"base64": "PHA+V29yZHMuPC9wPg==", "media_type": "text/html", "extractor": "trafilatura 1.8.0"}
        timeline.append({"source": {"id": "marked", "title": "Marked", "text": "Invented.", **message}})
        timeline.append({"source": {"id": "compared", "title": "Compared", "text": "Words.\n", **message}})
        for source, quote in (("marked", "Invented."), ("compared", "Words.")):
            timeline.record(f"h-{source}", title="H", date="2025", citations=[{"source": source, "quote": quote}])
    note = "ext as given by the bundle, not compared with the document"
    assert note in await fetch(path, "marked")
    assert note not in await fetch(path, "compared")
    for source in ("marked", "compared"):
        html = (await serve(path).client.get(f"/given/-/timeline/h-{source}")).text
        assert (f'<strong class="text-note">(t{note})</strong>' in html) == (source == "marked")


@pytest.mark.asyncio
async def test_the_number_of_a_note_within_another_passage_leaves_no_gap(tmp_path: Path) -> None:
    """It is inside the mark of a passage that goes on, or else after the mark."""
    with Timeline(tmp_path / "laps.db") as timeline:
        source = timeline.archive(id="s", text="One two three four. Five.", title="S")
        for id_, quote in (("a", "One two"), ("b", "two three four")):
            timeline.record(id_, title=id_, date="2003", citations=[source.quote(quote)])
    html = await fetch(tmp_path / "laps.db", "s")
    assert re.search(r'<mark [^>]*class="deep">two<a class="ref" [^>]*>1</a></mark><mark class=""> three four</mark>', html)
    assert re.search(r' three four</mark><a class="ref" [^>]*>2</a>\. Five', html)
