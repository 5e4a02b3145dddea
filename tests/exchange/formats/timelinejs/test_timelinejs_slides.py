"""Media, background and links of a slide go back to TimelineJS from the cited row, and cannot run anything."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from timeline import Timeline
from timeline.exchange.exporting import format_named
from timeline.exchange.exporting.format import About
from timeline.exchange.formats.timelinejs import slides
from timeline.exchange.importing import run
from timeline.exchange.text import markup
from timeline.exchange.text.html_text import plain
from timeline.reading.happenings import at_positions

DATA = Path(__file__).parents[5] / "shared" / "data" / "timelinejs"
real = pytest.mark.skipif(not DATA.exists(), reason="the real files are not here")
SHOWN = ("Media", "Media Credit", "Media Caption", "Media Thumbnail", "Alt Text", "Background")
HEADER = "Year,Headline,Text,Media,Media Credit,Media Caption,Media Thumbnail,Background,Alt Text"
HOSTILE = {
    "url": "javascript:alert(1)",
    "thumbnail": "java\nscript:alert(2)",
    "link": "data:text/html,<script>alert(3)</script>",
    "caption": '<img src="x" onerror="alert(4)"><a href=" JavaScript:alert(5)">c</a><script>alert(6)</script>',
    "credit": '<svg onload=alert(7)><style>b{}</style></svg><iframe src="vbscript:x" srcdoc="x">',
}


def exported(timeline: Timeline, name: str) -> str:
    """Export all current happenings."""
    found = timeline.db.query("SELECT position FROM happenings WHERE status = 'current' ORDER BY earliest_day, position")
    about = About.read(timeline.log.connection, title="T")
    happenings = at_positions(timeline.log.connection, [row["position"] for row in found])
    return "".join(map(str, format_named(name).write(happenings, about)))


def sheet(text: str) -> dict[str, dict[str, str]]:
    """Read a spreadsheet by headline."""
    return {row["Headline"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


@pytest.fixture
def into(timeline: Timeline, tmp_path: Path) -> Callable[..., Timeline]:
    """Return a function that imports a text as a file."""

    def take(text: str, name: str = "timelinejs-csv", file: str = "sheet") -> Timeline:
        path = tmp_path / file
        path.write_text(text, encoding="utf-8", newline="")
        run.append(run.understand(path, name), timeline)
        return timeline

    return take


def test_a_thumbnail_goes_back_by_its_short_name_too(into: Callable[..., Timeline]) -> None:
    """Some files name it "thumb", in the JSON and in the spreadsheet."""
    slide = {
        "start_date": {"year": 1950},
        "text": {"headline": "A"},
        "media": {"url": "https://e.org/a", "thumb": "https://e.org/t"},
    }
    back = json.loads(exported(into(json.dumps({"events": [slide]}), "timelinejs"), "timelinejs"))
    assert back["events"][0]["media"]["thumbnail"] == "https://e.org/t"
    assert slides.of_cells(["thumb"], ["https://e.org/t"])["media"] == {"thumbnail": "https://e.org/t"}


@real
def test_a_real_sheet_goes_back_with_its_pictures(into: Callable[..., Timeline]) -> None:
    """Every cell except the text is the same, and the text has its links."""
    was = (DATA / "women_in_computing.csv").read_text(encoding="utf-8")
    back = sheet(exported(into(was), "timelinejs-csv"))
    slides = [row for row in sheet(was).values() if row["Year"]]
    assert len(slides) == 10
    for row in slides:
        now = back[row["Headline"]]
        assert {name: now[name] for name in row if name != "Text"} == {name: cell for name, cell in row.items() if name != "Text"}
        assert all(part in now["Text"] for part in row["Text"].split("<p>")[-1:] if "href" in part)


@real
@pytest.mark.parametrize(("name", "shown"), [("houston.json", 15), ("eras.json", 19)])
def test_real_json_goes_back_with_its_pictures(into: Callable[..., Timeline], name: str, shown: int) -> None:
    """Each slide shows the same; only quotation marks in its HTML may differ."""
    text = (DATA / name).read_text(encoding="utf-8")
    back = json.loads(exported(into(text, "timelinejs"), "timelinejs"))["events"]

    def media(slides: list[dict[str, Any]]) -> list[str]:
        found = [[{k: v for k, v in (one.get(part) or {}).items() if v} for part in ("media", "background")] for one in slides]
        return sorted(json.dumps(one, sort_keys=True).replace("'", '\\"').replace("<br/>", "<br>") for one in found if any(one))

    assert media(back) == media(json.loads(text)["events"])
    assert len(media(back)) == shown


def test_each_part_of_a_slide_has_its_cell(into: Callable[..., Timeline]) -> None:
    """Also a background colour, and a cell that a spreadsheet would run."""
    row = '2003,A,One & two,https://e.org/a.png,=Ann,"<b>Of</b> A",e.org/t.png,#ff0000,\'A house'
    timeline = into(f"{HEADER}\r\n{row}")
    found = exported(timeline, "timelinejs-csv")
    assert [sheet(found)["A"][name] for name in SHOWN] == [
        *("https://e.org/a.png", "'=Ann", "<b>Of</b> A", "e.org/t.png", "'A house", "#ff0000"),
    ]
    slide = json.loads(exported(timeline, "timelinejs"))["events"][0]
    assert slide["background"] == {"color": "#ff0000"}
    assert slide["media"] == {
        **{"url": "https://e.org/a.png", "credit": "=Ann", "caption": "<b>Of</b> A", "thumbnail": "e.org/t.png", "alt": "'A house"}
    }


def test_version_1_shows_its_asset(into: Callable[..., Timeline]) -> None:
    """Its media is the address of version 3."""
    slide = {"startDate": "2011", "headline": "A", "text": "a <i>b</i>", "asset": {"media": "//e.org/a.png", "credit": "Ann"}}
    (back,) = json.loads(exported(into(json.dumps({"timeline": {"date": [slide]}}), "timelinejs"), "timelinejs"))["events"]
    assert back["media"] == {"url": "//e.org/a.png", "credit": "Ann"}
    assert back["text"]["text"].startswith("a <i>b</i><div")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (",,,\n \x0c\n{HEADER}\n2003,A,x,https://e.org/a.png", "https://e.org/a.png"),
        ("Media,Year,Headline,Note\nhttps://e.org/a.png,2003,A,{long}", "https://e.org/a.png"),
        ('{HEADER}\n2003,"A,x,https://e.org/a.png', "https://e.org/a.png"),
        ("Media\tYear\tHeadline\tText\n\t2003\tA\tx", ""),
        ("Media Credit\tMedia\tYear\tHeadline\n\thttps://e.org/a.png\t2003\tA", "https://e.org/a.png"),
        ("Alt Text,Media,Year,Headline\na\x0bb long,https://e.org/a.png,2003,A", ""),
    ],
)
def test_a_row_is_read_as_it_was_imported(into: Callable[..., Timeline], text: str, shown: str) -> None:
    """Below blank rows, with long, unclosed or empty first cells. Nothing is taken from another cell."""
    timeline = into(text.format(HEADER=HEADER, long="x" * 200_000))
    _, row = sheet(exported(timeline, "timelinejs-csv")).values()
    assert [row["Media"], row["Alt Text"], row["Media Credit"]] == [shown, "", ""]


def test_a_corrected_summary_is_not_undone_by_the_row(into: Callable[..., Timeline]) -> None:
    """The links of the row's text are only used while it is the current summary. Its picture stays."""
    timeline = into(f'{HEADER}\n2003,A,"See <a href=""https://e.org"">there</a>",https://e.org/a.png')
    assert '<a href="https://e.org">there</a>' in exported(timeline, "timelinejs-csv").replace('""', '"')
    (id,) = (row["id"] for row in timeline.db.query("SELECT id FROM happenings"))
    timeline.correct(id, summary="See here", reason="It moved")
    row = sheet(exported(timeline, "timelinejs-csv"))["A"]
    assert "there" not in row["Text"]
    assert row["Text"].startswith("<p>See here</p>")
    assert row["Media"] == "https://e.org/a.png"


@pytest.mark.parametrize("change", [("a.png", "b.png"), ("https://e.org/1", "https://e.org/2"), ("#f00", "#0f0")])
def test_a_later_version_shows_its_new_media(into: Callable[..., Timeline], change: tuple[str, str]) -> None:
    """If only the picture, the colour or a link changed, the row of the later version is cited, once, with the reason."""
    first = f'{HEADER}\n2003,A,"<a href=""https://e.org/1"">x</a>",https://e.org/a.png,,,,#f00\n2004,B,y,https://e.org/c.png'
    into(first)
    timeline = into(first.replace(*change))
    into(first.replace(*change))
    assert change[1] in exported(timeline, "timelinejs-csv")
    assert change[0] not in exported(timeline, "timelinejs-csv")
    assert [row["version"] for row in timeline.db.query("SELECT version FROM happenings ORDER BY id")] == [2, 1]
    (reason,) = (row["reason"] for row in timeline.db.query("SELECT reason FROM happening_versions WHERE version = 2"))
    assert reason == "row 2 of sheet changed: media, background or links (sheet-2)"
    assert timeline.verify().ok


def test_a_later_version_may_rename_its_columns(into: Callable[..., Timeline]) -> None:
    """The header decides what a row shows. A row that shows the same is not cited again."""
    rows = "2003,A,x,https://e.org/a.png\n2004,B,y,"
    into(f"Year,Headline,Text,Picture\n{rows}")
    timeline = into(f"Year,Headline,Text,Media\n{rows}")
    into(f"Year,Headline,Text,Media URL\n{rows}")
    assert sheet(exported(timeline, "timelinejs-csv"))["A"]["Media"] == "https://e.org/a.png"
    assert [row["version"] for row in timeline.db.query("SELECT version FROM happenings ORDER BY id")] == [2, 1]


def test_a_correction_by_hand_does_not_block_a_new_picture(into: Callable[..., Timeline]) -> None:
    """If words were corrected in the timeline and changed in the file, the correction stays; the picture is the new one."""
    timeline = into(f"Unique ID,{HEADER}\n1,2003,A,x,https://e.org/a.png")
    timeline.correct("sheet-1", title="By hand", reason="It was wrong")
    into(f"Unique ID,{HEADER}\n1,2003,B,x,https://e.org/b.png")
    assert sheet(exported(timeline, "timelinejs-csv"))["By hand"]["Media"] == "https://e.org/b.png"


def test_an_exported_sheet_does_not_correct_its_own_timeline(into: Callable[..., Timeline]) -> None:
    """Not even as a later version of the same sheet: paragraphs written by an export are not links."""
    timeline = into(f'{HEADER}\n2003,A,"one & 1\n\ntwo\nthree",a.png\n2004,B,,b.png\n2005,C,<div>x</div> &amp; y,')
    size = timeline.log.size()
    into(exported(timeline, "timelinejs-csv"))
    assert timeline.log.size() == size


def test_a_redacted_correction_of_the_source_does_not_block_a_later_version(into: Callable[..., Timeline]) -> None:
    """The beginning of its table is unknown, so the media of the later version are shown."""
    timeline = into(f"{HEADER}\n2003,A,x,https://e.org/a.png")
    timeline.correct_source("sheet", title="A name", reason="Unnamed")
    timeline.redact(timeline.log.size(), reason="Names somebody")
    into(f"{HEADER}\n2003,A,x,https://e.org/b.png")
    assert sheet(exported(timeline, "timelinejs-csv"))["A"]["Media"] == "https://e.org/b.png"


def test_another_spelling_of_the_same_row_corrects_nothing(into: Callable[..., Timeline]) -> None:
    """Quoted cells change no picture, and a retracted row does not come back."""
    into(f"{HEADER}\n2003,A,x,https://e.org/a.png\n2004,B,y,https://e.org/c.png")
    timeline = into(f'{HEADER}\n"2003","A","x","https://e.org/a.png"\n2004,B,y,https://e.org/c.png')
    assert timeline.log.size() == 3
    timeline.retract("sheet-b", reason="never was")
    into(f"{HEADER}\n2003,A,x,https://e.org/a.png\n2004,B,y,https://e.org/d.png")
    assert timeline.log.size() == 4


def test_nothing_that_would_run_comes_back(into: Callable[..., Timeline]) -> None:
    """Scripts, handlers and addresses that run are left out. The words stay."""
    slide = {"start_date": {"year": 2003}, "text": {"headline": "A", "text": HOSTILE["caption"]}, "media": HOSTILE}
    background = {"url": "javascript:1", "color": "red;} b{"}
    text = json.dumps({"events": [{**slide, "background": background}]})
    (back,) = json.loads(exported(into(text, "timelinejs"), "timelinejs"))["events"]
    assert back["media"] == {"caption": '<img src="x"><a>c</a>', "credit": "<iframe></iframe>"}
    assert "background" not in back
    assert back["text"]["text"].startswith('<img src="x"><a>c</a><div')


@pytest.mark.parametrize("unseen", ["\x7f", "\x0c", "\ud800", "&#0;", "&#127;", "&Tab;"])
def test_invisible_characters_do_not_hide_a_script(unseen: str) -> None:
    """An address is checked as it is written, without invisible characters."""
    assert markup.cleaned(f'<a href="java{unseen}script:alert(1)">x</a>') in (
        "<a>x</a>",
        '<a href="java\ufffdscript:alert(1)">x</a>',
    )


def test_an_address_stays_an_address() -> None:
    """A tag within it does not make a script safe, and no quotation mark ends the attribute of TimelineJS."""
    assert slides.media({"media": "javascript:alert(1)//<b>"}) == {}
    assert slides.media({"media": "https://docs.google.com/a/d/b' onload='alert(1)"}) == {
        "url": "https://docs.google.com/a/d/b%27 onload=%27alert(1)"
    }
    assert slides.media({"media": {"url": "<script>1</script>"}}) == {}


@pytest.mark.parametrize("html", ["<div>One</div><div>%s</div>", "<h2>One</h2>%s", "<dl><dt>One</dt><dd>%s</dd></dl>"])
def test_links_stay_in_every_kind_of_paragraph(into: Callable[..., Timeline], html: str) -> None:
    """Words that would run together without tags would not match the summary, and the links would be lost."""
    html %= "<a href='https://e.org'>two</a>"
    text = sheet(exported(into(f"{HEADER}\n2003,A,{html},"), "timelinejs-csv"))["A"]["Text"]
    assert text.startswith(html.replace("'", '"'))


def test_media_values_are_texts(into: Callable[..., Timeline]) -> None:
    """A number is one; null and objects are not. The first of several media is shown."""
    shown = {"url": "data:image/png;base64,iVBORw0KGgo=", "caption": 2003, "credit": None, "alt": {"a": 1}, "link": True}
    background = {"url": None, "color": "#fff", "opacity": 0.5}
    slide = {"start_date": {"year": 2003}, "text": {"headline": "A"}, "media": [shown, "x"], "background": background}
    (back,) = json.loads(exported(into(json.dumps({"events": [slide]}), "timelinejs"), "timelinejs"))["events"]
    assert back["media"] == {"url": "data:image/png;base64,iVBORw0KGgo=", "caption": "2003"}
    assert back["background"] == {"color": "#fff", "opacity": "0.5"}
    assert slides.background({"background": {"url": {"a": 1}, "color": None}}) == {}
    assert slides.media({"media": "spotify:track:1"}) == {"url": "spotify:track:1"}
    assert slides.media({"media": "data:image/svg+xml;base64,AAAA"}) == {}


def test_other_entries_show_nothing(into: Callable[..., Timeline]) -> None:
    """Another table, and another JSON."""
    timeline = into("title,date,media\nA,2003,https://e.org/a.png", "csv")
    assert "e.org" not in exported(timeline, "timelinejs")
    assert slides.of_entry("[1]", "application/json", None) == {}
    assert slides.of_entry("{", "application/json", None) == {}


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("no tags &amp; all", "no tags &amp; all"),
        ("<b>a<i>b</b>c</i>", "<b>a<i>b</i></b>c"),
        ("<div class='of-timeline'>x</div>", "<div>x</div>"),
        (
            "<div>a</div><h2>b</h2><table><tr><td>c<tr><td>d</table>",
            "<div>a</div><h2>b</h2><table><tr><td>c<tr><td>d</td></tr></td></tr></table>",
        ),
        ('<a href="https://e.org/?a=1&amp;b=2" onclick="x()" title="">y', '<a href="https://e.org/?a=1&amp;b=2" title="">y</a>'),
        ("<br/><hr><!-- <b> -->z", "<br><hr>z"),
        ('<iframe src="//e.org/v" width=1 allow="camera"></iframe>', '<iframe src="//e.org/v" width="1"></iframe>'),
        ("<p>" * 1000 + "x", "<p>" * 100 + "x" + "</p>" * 100),
    ],
)
def test_cleaned_markup_is_complete_and_harmless(html: str, cleaned: str) -> None:
    """Every tag is closed in its place, and the words are the same."""
    assert markup.cleaned(html) == cleaned
    if "&" not in html:
        assert plain(cleaned).text == plain(html).text
