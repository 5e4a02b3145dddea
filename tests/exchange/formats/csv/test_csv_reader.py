"""Tables as people make them: the header, the columns, and the contents of cells."""

import pytest

from timeline.errors import ImportRefused
from timeline.exchange.formats.csv import reader as table
from timeline.exchange.formats.jsonl import reader as json_rows
from timeline.exchange.rows.row import Read
from timeline.exchange.tables.mapping import Columns

ACLED = (
    "event_id_cnty,event_date,year,event_type,actor1,location,latitude,longitude,notes,timestamp\n"
    'S1,03/04/2017,2017,Battles,A,Halfaya,35.43,36.65,"Clashes, three killed.",1618522800\n'
    "S2,15/04/2017,2017,Battles,B,Halfaya,35.43,36.65,An air strike.,1618522801\n"
)


def dates(read: Read) -> list[str | None]:
    """Return the dates of the rows, None for refused ones."""
    return [None if row.refused else row.fields["date"] for row in read.rows]


@pytest.mark.parametrize(
    ("text", "guessed", "expected"),
    [
        (ACLED, {"summary": "notes", "kind": "event_type", "date": "event_date"}, ["2017-04-03", "2017-04-15"]),
        ("Datum;Ereignis;Ort\n12. März 1938;Einmarsch;Wien\num 1450;Druck;Mainz\n", {"title": "Ereignis", "place": "Ort"}, None),
        ("Date;Événement;Lieu\n12 mars 1938;Anschluss;Vienne\n", {"title": "Événement", "place": "Lieu"}, ["1938-03-12"]),
        ("DATE OF EVENT,EVENT TITLE\n2019-05-01,A\n", {"title": "EVENT TITLE", "date": "DATE OF EVENT"}, ["2019-05-01"]),
        ("No.,Date,Description of Document\n1,1999,A memo\n", {"summary": "Description of Document"}, ["1999"]),
        ("Timestamp,When did it happen?,What happened?\n9/11/2023 10:11,2023-09-01,Fire\n", {"title": "What"}, ["2023-09-01"]),
        ("Foo,Bar\n1999-01-02,Something happened\n", {"title": "Bar", "date": "Foo"}, ["1999-01-02"]),
        ("Date,Time,Event\n2019-05-01,14:30,A\n2019-05-02,late,B\n", {"date": {"date": "Date", "time": "Time"}}, None),
        ("Year,Month,Day,Event\n2001,9,11,A\n2002,,,B\n", {"date": {"year": "Year"}}, ["2001-09-11", "2002"]),
    ],
)  # fmt: skip
def test_columns_are_guessed_by_names_and_contents(text: str, guessed: dict[str, str], expected: list[str] | None) -> None:
    """In several languages. A complete date comes before a year beside it. Without a title, the description begins with it."""
    read = table.read(text)
    for field, column in guessed.items():
        assert field in read.guessed
        assert str(column if isinstance(column, str) else column.get("date", column.get("year"))) in read.guessed
    assert expected is None or dates(read) == expected
    assert all(row.refused is None and row.fields["title"] for row in read.rows)


def test_the_order_of_days_and_months_is_part_of_the_guess() -> None:
    """It is shown with the columns, so that a person approves both."""
    assert "order: dmy" in table.read(ACLED).guessed
    assert "order" not in table.read("Date,Event\n1/2/2019,A\n").guessed
    assert any("{order: dmy}" in note for note in table.read("Date,Event\n1/2/2019,A\n").notes)


def test_the_header_may_be_below_a_title_or_missing() -> None:
    """Rows above it are noted. Rows keep their number in the spreadsheet. A repeated header is refused."""
    read = table.read('"The affair",,\nBy the desk,,\nDate,Event,Place\n1999,A,B\n,,\nDate,Event,Place\n2000,C,D\n')
    assert [(row.number, row.refused) for row in read.rows] == [(4, None), (6, "repeats the header"), (7, None)]
    assert "rows 1 to 2 are above the header, which is row 3" in read.notes[0]
    assert "The affair / By the desk" in read.notes[0]
    read = table.read("2019-05-01,Ship arrives\n2019-05-02,Search\n")
    assert [row.fields["title"] for row in read.rows] == ["Ship arrives", "Search"]
    assert "header: none" in read.guessed
    assert len(table.read("sep=|\nDate|Event\n1999|A;B\n").rows) == 1


def test_a_mapping_finds_its_header() -> None:
    """In any row. A missing column is refused, with the one that may be meant."""
    mapped = Columns({"title": "Event", "date": "Date"})
    assert dates(table.read("A title\n\nDate,Event\n1999,A\n", mapping=mapped)) == ["1999"]
    with pytest.raises(ImportRefused, match=r'no column "Event"\. Perhaps "Events" is meant'):
        table.read("Date,Events\n1999,A\n", mapping=mapped)


def test_merged_cells_are_filled_down_only_by_the_mapping() -> None:
    """Otherwise the rows are refused, with the entry to write. Filled dates have a note."""
    text = "Date,Event\n1999,A\n,B\n2000,C\n"
    read = table.read(text)
    assert dates(read) == ["1999", None, "2000"]
    assert any("empty: above" in note for note in read.notes)
    read = table.read(text, mapping=Columns({"title": "Event", "date": "Date"}, empty="above"))
    assert dates(read) == ["1999", "1999", "2000"]
    assert read.rows[1].fields["date_note"] == "the date is that of the row above"


def test_doubts_are_questions_and_wrong_parts_are_dropped() -> None:
    """Repeated keys and rows, formulas, very long titles, impossible places, and unknown time zones."""
    text = (
        "id,Date,Time,Zone,Event,Notes,Lat,Lon\n"
        '1,1999-05-01,14:30,CET,"=HYPERLINK(""https://x.org"",""A link"")",,"48,2","16,3"\n'
        f"1,1999-05-02,12:00,Europe/Nowhere,{'x' * 600},,N/A,16\n"
        "2,1999-05-03,24:00,,=SUM(A1),,91,0\n"
        "3,1999-05-04,,,,Only notes\n"
        "3,1999-05-04,,,,Only notes\n"
    )
    rows = table.read(text).rows
    assert all(row.refused is None for row in rows)
    assert (rows[0].fields["title"], rows[0].fields["latitude"]) == ("A link", "48.2")
    assert {one[:2] for one in rows[0].dropped} == {("Event", "https://x.org"), ("zone", "CET")}
    assert len(rows[1].fields["title"]) == 500
    assert not {"latitude", "zone"} & rows[1].fields.keys()
    assert "longitude" not in rows[1].fields
    asked = [" ".join(words for _, words in row.questions) for row in rows]
    assert '"1" is the key of row 2 as well' in asked[1]
    assert "formula" in asked[2]
    assert "00:00 of the next day" in asked[2]
    assert rows[3].fields["title"] == "Only notes"
    assert "repeats row 5 word for word" in asked[4]


def test_an_end_may_be_open() -> None:
    """An ongoing happening has no end. An end without a beginning is refused."""
    text = "Start Date,End Date,Event\n1999,ongoing,A\n,2000,B\n2001,2000,C\n"
    assert dates(table.read(text)) == ["1999/..", None, None]


def test_an_unreadable_end_does_not_refuse_the_row() -> None:
    """Only the beginning is used, no end is invented, and the words of the end are noted and asked."""
    ends = ("1999-05-03,sometime,A", "1999-05-03,30 February 2000,B", "25/5/1999,2000 or 2001,C", "25/5/1999,3/2000,D")
    rows = table.read("\n".join(("Start Date,End Date,Event", *ends))).rows
    assert [row.fields["date"] for row in rows] == ["1999-05-03", "1999-05-03", "1999-05-25", "1999-05-25/2000-03"]
    for row, words in zip(rows, ("sometime", "30 February 2000", "2000 or 2001"), strict=False):
        assert row.fields["date_note"] == f'its end is written "{words}"'
        assert "Say when it ended" in row.questions[0][1]


def test_lines_of_json_keep_the_numbers_of_their_lines() -> None:
    """Blank lines count."""
    read = json_rows.read('{"date": "1999", "title": "A"}\n\n{"date": "2000", "title": "B"}\n[]\n{"title": "C", "title": "D"}\n')
    assert [(row.number, row.refused) for row in read.rows[:3]] == [(1, None), (3, None), (4, "is not a JSON object")]
    assert '"title" is there twice' in (read.rows[3].refused or "")


def test_a_huge_cell_is_quoted_by_its_beginning() -> None:
    """In refusals and notes, so that neither is as long as the cell."""
    long = "x" * 100_000
    rows = table.read(f"Year,Month,Time,Event\n{long},1,,A\n1999,{long},,B\n1999,,{long},C\n").rows
    assert all(len(row.refused or "") < 300 for row in rows)
    assert len(rows[2].fields["date_note"]) < 300
    (row,) = table.read(f"Date,Event\n{long},A\n").rows
    assert len(row.refused or "") < 300
    with pytest.raises(ImportRefused, match="row 3 has more than 10,000 columns"):
        table.read(f"Date,Event\n1999,A\n{',' * 20_000}\n")


def test_a_column_of_years_belongs_to_the_dates_beside_it() -> None:
    """It decides their century, completes dates without a year, and replaces missing ones. A contradiction is a question."""
    text = "year,date,title\n1906,9/24/06,A\n1907,January 12,B\n1908,,C\n1909,5/6/12,D\n1910,1910-02-03,E\n"
    read = table.read(text)
    assert "year: year" in read.guessed
    assert dates(read) == ["1906-09-24", "1907-01-12", "1908", "1912-05-06", "1910-02-03"]
    assert [bool(row.questions) for row in read.rows] == [False, False, False, True, False]
    assert "is not in 1909" in read.rows[3].questions[0][1]


def test_complete_dates_beside_a_year_are_used_under_any_name() -> None:
    """Neither if it is empty in the first rows, nor if a calendar wrote it. A date of another year is not the row's."""
    empty = "".join(f"{1900 + n % 100},,No. {n}\n" for n in range(300))
    read = table.read(f"year,date,title\n{empty}1906,1906-09-24,A\n1907,24 September 1907,B\n")
    assert dates(read)[-2:] == ["1906-09-24", "1907-09-24"]
    assert dates(read)[:2] == ["1900", "1901"]
    assert dates(table.read("year,occurred,title\n1906,1906-09-24,A\n1907,1907-09-24,B\n")) == ["1906-09-24", "1907-09-24"]
    assert dates(table.read("year,calendar date,title\n1906,9/24/1906,A\n")) == ["1906-09-24"]
    assert dates(table.read("year,entered,title\n1906,2019-09-24,A\n1907,2020-01-02,B\n")) == ["1906", "1907"]
    assert dates(table.read("year,month,day,date,title\n1906,9,24,Monday,A\n1907,9,,,B\n")) == ["1906-09-24", "1907-09"]
    mapped = Columns({"title": "title", "date": {"date": "date", "year": "year", "month": "month", "day": "day"}})
    read = table.read("year,month,day,date,title\n1906,9,24,Monday,A\n1907,9,,12 September,B\n", mapping=mapped)
    assert dates(read) == ["1906-09-24", "1907-09-12"]
    assert "not understood" in read.rows[0].questions[0][1]


def test_the_century_of_a_mapping_holds_for_every_form_of_date() -> None:
    """Also beside the name of a month, and before a time of day."""
    mapped = Columns({"title": "Event", "date": "Date"}, order="mdy", century=1900)
    read = table.read("Date,Event\n24 Sep 06,A\n9/24/06 14:30,B\n06,C\nSept '06,D\n", mapping=mapped)
    assert dates(read) == ["1906-09-24", "1906-09-24T14:30", "1906", "1906-09"]
    assert not any(row.questions for row in read.rows)


def test_addresses_and_nearly_empty_columns_are_not_titles() -> None:
    """Under any name. Another column with words is the title; if there is none, a person is asked."""
    text = "date,title,name,source\n" + "".join(
        f"19{n},{'x' if n == 50 else ''},Event {n},https://e.org/{n}\n" for n in range(10, 99)
    )
    assert "title: name" in table.read(text).guessed
    text = "date,title,what\n1950,https://e.org/a,Fire\n1951,www.e.org/b,Flood\n"
    assert "title: what" in table.read(text).guessed
    for rows in (
        "1950,https://e.org/a\n1951,https://e.org/b\n",
        "".join(f"19{n},{'word' if n == 50 else ''}\n" for n in range(10, 99)),
    ):
        with pytest.raises(ImportRefused, match="no column looks like a title"):
            table.read(f"date,link\n{rows}")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("Ada Byron, Jo King, Jr., Al Ito", "Jo King, Jr."), [["Ada Byron", "Jo King, Jr.", "Al Ito"], ["Jo King, Jr."]]),
        (("Byron, Ada", "King, Jo"), [["Byron, Ada"], ["King, Jo"]]),
        (("Byron, Ada; King, Jo", "Ito, Al"), [["Byron, Ada", "King, Jo"], ["Ito, Al"]]),
        (("Ada Byron\nJo King", "Al Ito"), [["Ada Byron", "Jo King"], ["Al Ito"]]),
        (("Ada Byron|Jo King", "Acme, Inc."), [["Ada Byron", "Jo King"], ["Acme, Inc."]]),
        (("1,000 farmers", "Ada Byron, Jo King"), [["1,000 farmers"], ["Ada Byron", "Jo King"]]),
    ],
)
def test_names_in_a_cell_are_split_at_their_separator(cells: tuple[str, ...], expected: list[list[str]]) -> None:
    """A comma that may be part of a name is not a separator, with a note."""
    read = table.read("Date,Title,People\n" + "".join(f'1950,T{n},"{cell}"\n' for n, cell in enumerate(cells)))
    assert [row.fields["actors"] for row in read.rows] == expected
    asked = any(name.startswith(("Byron, ", "Ito, ")) for row in expected for name in row)
    assert any("is read as one name" in note for note in read.notes) == asked


def test_a_mapping_gives_the_meaning_of_midnight_and_first_days() -> None:
    """The written date is noted, and there are no questions. Without it, a note gives the entry to write."""
    text = "Date,Event\n2006-09-24T00:00:00Z,A\n2006-09-01 00:00,B\n2007-01-01,C\n2006-10-01,D\n2006-11-01T10:00Z,E\n2006-12-01,F\n"
    notes = " ".join(table.read(text).notes)
    assert "{midnight: days}" in notes
    assert "{first_days: months}" in notes
    mapped = Columns({"title": "Event", "date": "Date"}, midnight="days", first_days="both")
    read = table.read(text, mapping=mapped)
    assert dates(read) == ["2006-09-24", "2006-09", "2007", "2006-10", "2006-11-01T10:00Z", "2006-12"]
    assert not any(row.questions for row in read.rows)
    assert read.rows[0].fields["date_note"] == "written 2006-09-24T00:00:00Z, in a column of midnights for days"
    read = table.read(text, mapping=Columns({"title": "Event", "date": "Date"}, midnight="times", first_days="months"))
    assert dates(read) == ["2006-09-24T00:00:00Z", "2006-09", "2007-01", "2006-10", "2006-11-01T10:00Z", "2006-12"]
    assert not any(row.questions for row in read.rows)


def test_a_list_of_objects_is_read_like_json_lines() -> None:
    """Alone or under a key of an object. Each object is its own slice; other values are refused."""
    items = '[\n {"date": "1999", "content": "A"},\n 7,\n {"date": "2000", "content": "B"}\n]'
    for text in (items, f'{{"meta": {{"n": 2}}, "data": {items}}}', items.replace("\n", "")):
        read = json_rows.read(text)
        assert [(row.number, row.refused) for row in read.rows] == [(1, None), (2, "is not a JSON object"), (3, None)]
        assert [row.fields["summary"] for row in read.rows if not row.refused] == ["A", "B"]
        assert text[read.rows[2].start : read.rows[2].end] == '{"date": "2000", "content": "B"}'
        assert read.media_type == "application/json"
    assert json_rows.read('{"date": "1999", "title": "A", "data": [1, 2]}').media_type == ""
    with pytest.raises(ImportRefused, match="line 2: not JSON"):
        json_rows.read('[\n {"date": 1999 "title": "A"}\n]')


def test_both_coordinates_may_be_in_one_column() -> None:
    """Latitude first. Impossible values are dropped."""
    rows = table.read(
        'Date,Event,"Lat, Lon"\n1999,A,"48.2, -16.37"\n1999,B,(48.2; 16.3)\n1999,C,"116.4, 39.9"\n1999,D,Vienna\n'
    ).rows
    assert [(row.fields.get("latitude"), row.fields.get("longitude")) for row in rows] == [
        ("48.2", "-16.37"), ("48.2", "16.3"), (None, None), (None, None),
    ]  # fmt: skip
    assert all(row.dropped for row in rows[2:])


def test_addresses_in_a_table_are_offered_as_sources() -> None:
    """By their column, with the command that archives them. They stay in the cited row."""
    read = table.read("Date,Event,Source URL,Other\n1999,A,https://e.org/1,x\n2000,B,,y\n2001,C,http://e.org/2,z\n")
    (note,) = [note for note in read.notes if "Source URL" in note]
    assert note.startswith("2 rows have an address")
    assert "timeline archive --fetch" in note
    assert not any('"Other"' in note for note in read.notes)
