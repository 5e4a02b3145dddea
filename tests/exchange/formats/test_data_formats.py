"""The formats for programs: they are valid, and no date is more exact than it is known."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from difficult_happenings import ABOUT, MANY
from sample_happenings import lost

from timeline.exchange.exporting import format_named
from timeline.exchange.exporting.format import About
from timeline.exchange.formats.jsonld import writer as as_jsonld
from timeline.reading.records import Happening

UNPLACED = "../.."


@pytest.fixture
def many() -> Sequence[Happening]:
    """Return a happening for every kind of date."""
    return MANY


@pytest.fixture
def about() -> About:
    """Return the address of the timeline."""
    return ABOUT


def written(name: str, many: Sequence[Happening], about: About) -> str:
    """Write happenings in a format, as one text."""
    return "".join(map(str, format_named(name).write(many, about)))


def by_date(items: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return items by their EDTF."""
    return {item["edtf"]: item for item in items}


@pytest.mark.parametrize("name", ["timelinejs", "jsonld", "annotations", "csl-json", "timemap", "vis"])
def test_json_is_valid_even_without_happenings(name: str, many: Sequence[Happening], about: About) -> None:
    """It is written piece by piece, and is valid as a whole."""
    json.loads(written(name, many, about))
    json.loads(written(name, [], replace(about, page=None)))


def test_timelinejs_dates_are_as_exact_as_known(many: Sequence[Happening], about: About) -> None:
    """A year stays a year. Years before our era are as TimelineJS shows them. Vague dates are in words."""
    events = by_date(json.loads(written("timelinejs", many, about))["events"])
    assert UNPLACED not in events
    assert len(events) == len(many) - 1
    assert events["2025"]["start_date"] == {"year": 2025}
    assert "display_date" not in events["2025"]
    assert events["-0043-03-15"]["start_date"] == {"year": -44, "month": 3, "day": 15}
    assert events["0000"]["start_date"] == {"year": -1}
    assert events["2025-11-24T10:30:00+01:00"]["start_date"] == {
        "year": 2025,
        "month": 11,
        "day": 24,
        "hour": 10,
        "minute": 30,
        "second": 0,
    }
    assert events["2003/2005-06"]["end_date"] == {"year": 2005, "month": 6}
    assert events["2025~"]["display_date"] == "about 2025"
    assert (events["201X"]["start_date"], events["201X"]["end_date"]) == ({"year": 2010}, {"year": 2019})
    assert events["../2003"]["start_date"] == {"year": 2003}


@pytest.mark.parametrize(
    ("edtf", "days", "drawn", "calendar"),
    [
        ("2017-11-11T04", ["2017-11-11"], ("04:00", "04:59:59"), ("040000", "050000")),
        ("[2017-11-11T04..2017-11-11T05]", ["2017-11-11", "2017-11-11"], ("04:00", "05:59:59"), ("040000", "060000")),
        ("2017-11-11T04/2017-11-11T05", ["2017-11-11", "2017-11-11"], ("04:00", "05:59:59"), ("040000", "060000")),
        ("[2017-11-11T04..2017-11-11T05:10]", ["2017-11-11", "2017-11-11T05:10"], ("04:00", "05:10"), ("040000", "051000")),
    ],
)
def test_an_hour_gets_no_minute(
    many: Sequence[Happening], about: About, edtf: str, days: list[str], drawn: tuple[str, str], calendar: tuple[str, str]
) -> None:
    """A date with only an hour, also in a range, is the day, or the whole hour where that can be written."""
    one = replace(many[0], date=edtf, earliest="2017-11-11", latest="2017-11-11", instant=None)
    (slide,) = json.loads(written("timelinejs", [one], about))["events"]
    for side, day in zip(("start_date", "end_date"), days, strict=False):
        assert ("minute" in slide[side]) == ("T" in day)
    assert slide["display_date"]
    (linked,) = json.loads(written("jsonld", [one], about))["itemListElement"]
    assert [linked[side] for side in ("startDate", "endDate") if side in linked] == days
    assert linked["temporalCoverage"] == edtf
    (item,) = json.loads(written("vis", [one], about))
    assert (item["start"], item["end"]) == tuple(f"2017-11-11T{time}" for time in drawn)
    held = written("ics", [one], about)
    assert all(f"{name}:20171111T{time}\r\n" in held for name, time in zip(("DTSTART", "DTEND"), calendar, strict=True))
    for name in ("ics", "vis", "timelinejs"):
        assert any("without a minute" in line for line in lost([one], format_named(name)))


def test_eras_are_bands_behind_the_slides(many: Sequence[Happening], about: About) -> None:
    """An era that lasts is a band. Without other happenings it is a slide, because TimelineJS needs one."""
    year, days = (replace(one, kind="era") for one in many if one.date in ("2025", "2003-05-16/2003-05-18"))
    within = replace(days, date="2003/2003-06")  # whose end is alike in all that the start says, so that TimelineJS drops it
    content = json.loads(written("timelinejs", [days, many[1], year, within], about))
    assert [slide["edtf"] for slide in content["events"]] == ["2025-11", "2025", "2003/2003-06"]
    assert [era["edtf"] for era in content["eras"]] == [days.date]
    assert "eras" not in json.loads(written("timelinejs", [days], about))
    for eras, types in (([days, year], ["title", "", "era"]), ([days], ["title", ""])):
        assert [row["Type"] for row in csv.DictReader(io.StringIO(written("timelinejs-csv", eras, about)))] == types


def test_years_that_browsers_lack_set_the_cosmological_scale(many: Sequence[Happening], about: About) -> None:
    """One such year changes the scale of the timeline."""
    assert json.loads(written("timelinejs", many, about))["scale"] == "cosmological"
    assert json.loads(written("timelinejs", many[:3], about))["scale"] == "human"


def test_text_that_becomes_html_is_escaped(many: Sequence[Happening], about: About) -> None:
    """Titles, quotations and addresses. A tag in them is shown as text."""
    event = json.loads(written("timelinejs", many, about))["events"][0]
    assert event["text"]["headline"] == "According to Ann: =Title 0 &lt;b&gt;"
    assert "<p>Two &amp; &lt;i&gt;three&lt;/i&gt;.</p>" in event["text"]["text"]
    assert "&lt;/script&gt; &amp; left</blockquote>" in event["text"]["text"]
    assert 'href="https://example.org/r?a=1&amp;b=2"' in event["text"]["text"]
    assert "<i>" not in json.loads(written("vis", many, about))[0]["title"]
    kinds = [
        json.loads(written("timelinejs", [replace(many[0], kind=kind)], about))["events"][0]["group"] for kind in ("a & b", "<i>")
    ]
    assert kinds == ["a & b", "&amp;lt;i&amp;gt;"]  # twice, since TimelineJS takes entities out before it reads HTML


@pytest.mark.parametrize("name", ["csv", "timelinejs-csv"])
def test_no_cell_is_run_as_a_formula(name: str, many: Sequence[Happening], about: About) -> None:
    """A cell that looks like one gets an apostrophe. Numbers stay, and every row is as wide as the header."""
    header, *rows = csv.reader(io.StringIO(written(name, many, about), newline=""))
    assert all(len(row) == len(header) for row in rows)
    cells = [cell for row in rows for cell in row if cell[:1] in ("=", "+", "@", "-")]
    assert all(cell.lstrip("-").replace(".", "").isdigit() for cell in cells)
    assert rows[-1][header.index("title" if name == "csv" else "Group")].startswith("'=Title" if name == "csv" else "'+kind")


def test_json_ld_is_no_more_exact_than_the_date(many: Sequence[Happening], about: About) -> None:
    """A date that schema.org cannot express is in temporalCoverage, alone or beside the exact part."""
    events = json.loads(written("jsonld", many, about))["itemListElement"]
    by_edtf = dict(zip((happening.date for happening in many), events, strict=True))
    assert by_edtf["2025-11"]["startDate"] == "2025-11"
    assert "temporalCoverage" not in by_edtf["2025-11"]
    assert (by_edtf["2025~"]["startDate"], by_edtf["2025~"]["temporalCoverage"]) == ("2025", "2025~")
    assert "startDate" not in by_edtf["../.."]
    assert "startDate" not in by_edtf["Y12000"]
    assert by_edtf["Y12000"]["temporalCoverage"] == "Y12000"
    claim, quotation, *_ = by_edtf["2025"]["subjectOf"]
    assert (claim["@type"], claim["author"]["name"]) == ("Claim", "Ann")
    assert by_edtf["2025"]["name"].startswith("According to Ann: ")
    assert quotation["@type"] == "Quotation"
    assert quotation["isPartOf"]["datePublished"] == "2025-11"


def test_json_ld_in_a_page_cannot_end_its_script(many: Sequence[Happening], about: About) -> None:
    """It has no HTML syntax, and the same content."""
    text = as_jsonld.for_page(many[0], about)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"@context": "https://schema.org", **as_jsonld.event(many[0], about)}


def test_each_citation_is_an_annotation(many: Sequence[Happening], about: About) -> None:
    """With both selectors, the page of a PDF, the archived state, and the happening as its body."""
    collection = json.loads(written("annotations", many, about))
    assert (collection["type"], collection["total"]) == ("AnnotationCollection", 2 * len(many))
    first, second = collection["first"]["items"][:2]
    assert [one["type"] for one in first["target"]["selector"]] == ["TextQuoteSelector", "TextPositionSelector", "FragmentSelector"]
    assert first["target"]["selector"][1] == {"type": "TextPositionSelector", "start": 10, "end": 36}
    assert first["target"]["state"]["cached"] == about.source("report")
    assert first["body"][1]["source"] == about.happening("h0")
    assert (second["motivation"], second["target"]["source"]) == ("questioning", about.source("bare"))
    assert len({item["id"] for item in collection["first"]["items"]}) == 2 * len(many)


def test_sources_are_written_once(many: Sequence[Happening], about: About) -> None:
    """As CSL-JSON, with dates as exact as known."""
    report, bare = json.loads(written("csl-json", many, about))
    assert report["issued"] == {"date-parts": [[2025, 11]]}
    assert report["author"] == [{"literal": "Ann, Bob"}]
    assert bare["title"] == "(redacted)"


def test_an_independent_reader_reads_the_ris(many: Sequence[Happening], about: About) -> None:
    """Every field of every source."""
    rispy = pytest.importorskip("rispy", reason="rispy (the extra exchange) is not installed")
    report, bare = rispy.loads(written("ris", many, about))
    assert report["id"] == "report"
    assert report["title"] == "A <report> & more"
    assert report["authors"] == ["Ann, Bob"]
    assert (report["year"], report["publisher"], report["urls"]) == ("2025", "TNA", ["https://example.org/r?a=1&b=2"])
    assert bare["title"] == "(redacted)"


def test_time_map_has_inner_and_outer_days(many: Sequence[Happening], about: About) -> None:
    """The outer days are start and end, the inner ones latestStart and earliestEnd."""
    items = by_date(json.loads(written("timemap", many, about)))
    inner = ("start", "latestStart", "earliestEnd", "end")
    assert [items["2003/2005-06"][name] for name in inner] == ["2003-01-01", "2003-12-31", "2005-06-01", "2005-06-30"]
    assert [items["2025-11-24"].get(name) for name in inner] == ["2025-11-24", None, None, None]
    assert items["2025"]["point"] == {"lat": 31.62, "lon": -7.98}
    assert UNPLACED not in items


def test_vis_items_with_a_known_day_are_points(many: Sequence[Happening], about: About) -> None:
    """Otherwise they are ranges over all possible days. Unusual years have six digits."""
    items = by_date(json.loads(written("vis", many, about)))
    assert items["2025-11-24"] | {"title": ""} == {
        "id": "h2", "content": "According to Ann: =Title 2 &lt;b&gt;",
        "start": "2025-11-24T00:00:00", "type": "point", "group": "+kind", "title": "",
        "edtf": "2025-11-24", "attributed_to": "Ann", "date_note": "as told",
    }  # fmt: skip
    assert (items["2025"]["start"], items["2025"]["end"], items["2025"]["className"]) == (
        "2025-01-01T00:00:00", "2025-12-31T23:59:59", "vague",
    )  # fmt: skip
    assert items["-0043-03-15"]["start"] == "-000043-03-15T00:00:00"
    assert items["Y12000"]["start"] == "+012000-01-01T00:00:00"
    assert items["2025-11-24T10:30:00+01:00"]["start"] == "2025-11-24T10:30:00+01:00"
    assert "className" not in items["2003-05-16/2003-05-18"]
