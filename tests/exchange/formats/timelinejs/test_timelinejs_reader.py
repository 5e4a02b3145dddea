"""TimelineJS, JSON and spreadsheet: every date and headline of real files is right, and each record is its slice."""

import csv
import json
import re
from pathlib import Path

import pytest

from timeline.errors import ImportRefused
from timeline.exchange.formats.jsonld import reader as jsonld
from timeline.exchange.formats.timelinejs import reader as timelinejs
from timeline.exchange.formats.timelinejs_csv import reader as timelinejs_csv
from timeline.exchange.formats.vis import reader as vis
from timeline.exchange.text.html_text import one_line

DATA = Path(__file__).parents[5] / "shared" / "data" / "timelinejs"
real = pytest.mark.skipif(not DATA.exists(), reason="the real files are not here")


def _edtf(start: dict[str, str], end: dict[str, str] | None) -> str:
    sides = [
        "-".join(part.zfill(4 if at == 0 else 2) for at, part in enumerate(side.values()) if part) for side in (start, end or {})
    ]
    return "/".join(side for side in sides if side)


@real
@pytest.mark.parametrize("name", ["houston.json", "eras.json"])
def test_every_slide_of_a_real_file_is_read(name: str) -> None:
    """Dates and headlines are those of the file, slices are its objects, and media are reported as dropped."""
    text = (DATA / name).read_text()
    content = json.loads(text)
    slides = {json.dumps(slide): slide for slide in (*content["events"], *content.get("eras", []), content["title"])}
    rows = timelinejs.read(text).rows
    assert len(rows) == len(slides)
    for row in rows:
        slide = slides[json.dumps(json.loads(text[row.start : row.end]))]
        assert row.fields["title"] == one_line(slide["text"]["headline"]).text
        if "start_date" not in slide:
            assert "title slide" in (row.refused or "")
            continue
        parts = [
            {part: side.get(part, "") for part in ("year", "month", "day")}
            for side in (slide["start_date"], slide.get("end_date", {}))
        ]
        assert row.fields["date"] == _edtf(*parts)
        assert row.refused is None
        assert bool(slide.get("media", {}).get("url")) == any(field == "media.url" for field, _, _ in row.dropped)


@real
def test_every_row_of_a_real_sheet_is_read() -> None:
    """The title row is refused with its reason, all others have their date."""
    text = (DATA / "women_in_computing.csv").read_text()
    expected = list(csv.DictReader(text.splitlines(keepends=True)))
    rows = timelinejs_csv.read(text).rows
    assert [row.fields["title"] for row in rows] == [one_line(one["Headline"]).text for one in expected]
    assert [why for field, _, why in rows[0].dropped if field == "background"] == [timelinejs.REFUSED]
    assert [why for field, _, why in rows[1].dropped if field == "media.url"] == [timelinejs.MEDIA]
    for row, one in zip(rows, expected, strict=True):
        sides = [[one[f"{side}{part}"] for part in ("Year", "Month", "Day")] for side in ("", "End ")]
        written = "/".join("-".join(part.zfill(2) for part in side if part) for side in sides if side[0])
        assert row.fields.get("date", "") == written
        assert one["Headline"].strip('"')[:10] in text[row.start : row.end]


def test_version_1_is_read() -> None:
    """Dates with commas, an era, an asset. The headline is the title of the file."""
    text = json.dumps(
        {
            "timeline": {
                "headline": "Old",
                "date": [
                    {"startDate": "2011,12,10", "headline": "One", "text": "<p>a</p>", "asset": {"media": "http://e.org/a.png"}},
                    {"startDate": "2011", "endDate": "2012,1", "headline": "Two", "tag": "war"},
                    {"startDate": "12/31/2011", "headline": "Three"},
                ],
                "era": [{"startDate": "1900", "endDate": "1910", "headline": "Era"}],
            }
        }
    )
    rows, title, *_ = timelinejs.read(f"var storyjs_jsonp_data = {text};")
    assert title == "Old"
    assert [row.fields["date"] for row in rows] == ["2011-12-10", "2011/2012-01", "2011-12-31", "1900/1910"]
    assert [row.fields.get("kind") for row in rows] == [None, "war", None, "era"]
    assert rows[0].dropped[0][:2] == ("media.media", "http://e.org/a.png")


def test_a_displayed_date_is_noted_and_asked() -> None:
    """The display_date becomes a note unless it means the same; a vaguer one is a question. EDTF takes precedence."""
    slide = {"start_date": {"year": "1450"}, "display_date": "c. 1450", "text": {"headline": "A"}, "unique_id": "a-1"}
    (row,) = timelinejs.read(json.dumps({"events": [slide]})).rows
    assert (row.fields["date"], row.fields["date_note"], row.key) == ("1450", 'shown as "c. 1450"', "a-1")
    assert "1450~" in row.questions[0][1]
    (row,) = timelinejs.read(json.dumps({"events": [{**slide, "edtf": "1450~"}]})).rows
    assert row.fields["date"] == "1450~"
    assert not row.questions
    (row,) = timelinejs.read(json.dumps({"events": [{**slide, "display_date": "A.D. 1450"}]})).rows
    assert not row.questions
    assert "date_note" not in row.fields


def test_the_headers_of_earlier_sheets_are_known() -> None:
    """Start Date, Tag and Media Credit; a time of day. An unknown column is reported."""
    rows = timelinejs_csv.read("Start Date,End Date,Headline,Text,Tag,Mood\n3/25/1950,,A,b,c,d\n1951,1952,B,,,\n").rows
    assert [row.fields["date"] for row in rows] == ["1950-03-25", "1951/1952"]
    assert rows[0].fields["kind"] == "c"
    assert ("mood", "d") in {one[:2] for one in rows[0].dropped}
    (row,) = timelinejs_csv.read("Year,Month,Day,Time,Headline\n2001,9,11,8:46 AM,A\n").rows
    assert row.fields["date"] == "2001-09-11T08:46"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[1, 2]", "not TimelineJS"),
        ('{"events": [\n{"a": 1},\n]}', "line 2: a comma"),
        ('{"events": [{"a": NaN}]}', "line 1 and on: NaN"),
        ('{"events": [{"a": 1, "a": 2}]}', '"a" is there twice'),
        ("[" * 100_000, "nested too deeply"),
        ('{"events": [1]} x', "line 1: more text follows"),
        ("{", "line 1: not JSON"),
    ],
)
def test_another_file_is_refused_with_its_line(text: str, why: str) -> None:
    """The line names the place of the fault, if there is one."""
    with pytest.raises(ImportRefused, match=re.escape(why)):
        timelinejs.read(text)


def test_a_spreadsheet_day_number_is_not_a_year() -> None:
    """In the column of years as in any other."""
    (row,) = timelinejs_csv.read("Year,Month,Day,Headline\n44197,,,A\n").rows
    assert "a spreadsheet's number of a day, perhaps 2021-01-01" in (row.refused or "")


def test_an_unreadable_end_does_not_refuse_the_slide() -> None:
    """Nor an item of vis-timeline, nor an event of schema.org."""
    slide = {"start_date": {"year": 1999, "month": 5}, "end_date": {"year": 1999, "month": 13}, "text": {"headline": "A"}}
    rows = [
        *timelinejs.read(json.dumps({"events": [slide]})).rows,
        *vis.read(json.dumps([{"content": "A", "start": "1999-05", "end": "1999-13-01"}])).rows,
        *jsonld.read(json.dumps({"@type": "Event", "name": "A", "startDate": "1999-05", "endDate": "late"})).rows,
    ]
    assert len(rows) == 3
    for row in rows:
        assert (row.fields["date"], row.refused) == ("1999-05", None)
        assert "its end is written" in row.fields["date_note"]
        assert "Say when it ended" in row.questions[0][1]


def test_other_parts_of_a_date_are_reported_or_noted() -> None:
    """Fractions of a second and unknown parts are reported by name. A displayed end becomes a note."""
    start = {"year": 2001, "month": 9, "day": 11, "hour": 8, "minute": 46, "second": 40, "millisecond": 250, "format": "full"}
    end = {"year": 2001, "month": 9, "day": 12, "display_date": "the next morning"}
    (row,) = timelinejs.read(json.dumps({"events": [{"start_date": start, "end_date": end, "text": {"headline": "A"}}]})).rows
    assert row.fields["date"].startswith("2001-09-11T08:46:40")
    assert ("millisecond", "250") in {one[:2] for one in row.dropped}
    assert ("start_date.format", "full") in {one[:2] for one in row.dropped}
    assert 'its end is shown as "the next morning"' in row.fields["date_note"]
