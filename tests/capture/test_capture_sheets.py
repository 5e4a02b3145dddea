"""Spreadsheets: cells as they are shown, the place of each row in the text, hidden parts, and harmful files."""

import datetime
from io import BytesIO

import openpyxl
import pytest
from material import read, refusal
from office_material import ODS, XLSX, docx, ods, p, packed, xlsx

from timeline import capture
from timeline.capture.cell_values import of_number, of_serial, shown_by
from timeline.errors import DocumentUnreadable


def test_a_workbook_of_another_program_is_read() -> None:
    """Each sheet with its name; days as exact as their format shows; hidden sheets, rows and columns are named and left out."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Events"
    sheet.append(["A list"])
    sheet["A3"], sheet["B3"], sheet["C3"] = datetime.date(2025, 11, 24), "The council met", datetime.date(2025, 11, 1)
    sheet["C3"].number_format, sheet["D3"], sheet["E3"] = "mmm yyyy", "=1+1", True
    sheet["A4"] = "hidden"
    sheet.row_dimensions[4].hidden = sheet.column_dimensions["F"].hidden = True
    sheet["F3"], sheet["G3"] = "hidden too", "two\nlines"
    sheet.merge_cells("A5:A6")
    sheet["A5"], sheet["B6"] = "merged", "below"
    book.create_sheet("Secret")["A1"] = "x"
    book["Secret"].sheet_state = "hidden"
    book.create_sheet("Notes")["B2"] = 1234.5600000000001
    out = BytesIO()
    book.save(out)
    found = read(out.getvalue(), XLSX)
    row = "2025-11-24\tThe council met\t2025-11\t\tTRUE\t\ttwo\nlines"
    assert found.text == f"Events\nA list\n\n{row}\n\nmerged\n\tbelow\n\nNotes\n\t1234.56\n"
    for remark in (
        "hidden sheets, which are left out: “Secret”", "hidden rows, which are left out: 1",
        "hidden columns, which are left out: 1", "formulas without a value, which are empty: 1",
    ):  # fmt: skip
        assert remark in found.extractor
    events, notes = found.tables
    assert [number for number, _, _ in events.rows] == [1, 3, 5, 6]
    assert [found.text[start:end] for _, start, end in (*events.rows, *notes.rows)][1::4] == [row]
    assert (events.name, events.merged, notes.name) == ("Events", ((0, 5, 6),), "Notes")


def test_the_places_of_rows_arrive_from_the_other_process() -> None:
    """With the text, for an import to cite."""
    document = capture.from_bytes(xlsx('<row r="7"><c t="str"><v>a</v></c></row>'), XLSX, "a.xlsx")
    assert document.tables == (("Events", [[7, 7, 8]], []),)
    assert document.text[7:8] == "a"


@pytest.mark.parametrize(
    ("code", "stored", "shown"),
    [
        ("dd/mm/yyyy", "45985", "2025-11-24"),
        ("d mmm", "45985", "2025-11-24"),
        ("mmmm yyyy", "45985", "2025-11"),
        ("yyyy", "45985", "2025"),
        ("yyyy-mm-dd hh:mm", "45985.604166666664", "2025-11-24 14:30"),
        ("yyyy-mm-dd", "45985.604166666664", "2025-11-24"),
        ("h:mm:ss AM/PM", "0.60428240740740735", "14:30:10"),
        ("[h]:mm", "1.5", "36:00"),
        ("[mm]:ss", "0.5", "720:00"),
        ("dd/mm/yyyy", "59", "1900-02-28"),
        ("dd/mm/yyyy", "60", "1900-02-29"),
        ("dd/mm/yyyy", "61", "1900-03-01"),
        ("dd/mm/yyyy", "-1", "-1"),
        ("dd/mm/yyyy", "1e99", "1e99"),
        ('"day" 0.00', "45985", None),
        ("0.00E+00", "45985", None),
        ("[Red]#,##0;[$-409]General", "45985", None),
        ("[$-409]d. mmmm yyyy", "45985", "2025-11-24"),
    ],
)
def test_days_are_as_exact_as_the_format_shows(code: str, stored: str, shown: str | None) -> None:
    """A month has no day, whatever is stored; 29 February 1900, which never was, is written as Excel shows it."""
    parts = shown_by(code)
    assert (of_serial(stored, parts, since_1904=False) if parts else None) == shown


def test_numbers_have_the_digits_that_a_spreadsheet_shows() -> None:
    """Fifteen; a longer number that is no fraction of the machine stays as it is."""
    given = ("0.30000000000000004", "1999", "0.10", "123456789012345678", "1E-3", "x", "1.7976931348623157E+308")
    assert [of_number(one) for one in given] == [
        "0.3",
        "1999",
        "0.10",
        "123456789012345678",
        "1E-3",
        "x",
        "1.7976931348623157E+308",
    ]


def test_cells_are_read_in_every_way_in_which_they_are_stored() -> None:
    """Shared and rich texts without readings, texts of their own, errors, days since 1904, places that are left out."""
    strings = "<si><r><t>Ri</t></r><r><t>ch_x000D__x005F_</t></r><rPh><t>reading</t></rPh></si>"
    rows = (
        '<row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>own</t></is></c><c r="E1" t="e"><v>#N/A</v></c><c s="0"><v>0</v></c>'
        "</row>"
        '<row r="3"><c t="d"><v>2025-11-24T10:00:00</v></c><c t="b"><v>0</v></c><c t="s"><v>9</v></c><c><f>1+1</f></c></row>'
    )
    found = read(xlsx(rows, strings=strings, formats="d/m/yyyy", book='<workbookPr date1904="1"/>'), XLSX)
    assert found.text == "Events\nRich\n_\town\t\t\t#N/A\t1904-01-01\n\n2025-11-24 10:00:00\tFALSE\n"
    assert "formulas without a value, which are empty: 1" in found.extractor


def test_an_opendocument_spreadsheet_is_read_alike() -> None:
    """Repeated and covered cells, months, durations, hidden sheets and rows, comments; tracked changes hold no cells."""
    own = (
        '<number:date-style style:name="N1"><number:month/><number:year/></number:date-style>'
        '<style:style style:name="c1" style:data-style-name="N1"/>'
        '<style:style style:name="t1"><style:table-properties table:display="false"/></style:style>'
    )
    cell = '<table:table-cell office:value-type="{}" {}><text:p>{}</text:p></table:table-cell>'
    rows = (
        "<table:table-row>"
        + cell.format("string", 'table:number-columns-repeated="2"', "x<text:line-break/>y")
        + '<table:table-cell table:number-columns-repeated="2"/>'
        + "<table:covered-table-cell><text:p>covered</text:p></table:covered-table-cell>"
        + cell.format("date", 'office:date-value="2025-11-24" table:style-name="c1"', "November 2025")
        + cell.format("date", 'office:date-value="2025-11-24T14:30:00"', "")
        + cell.format("time", 'office:time-value="PT26H05M09S"', "")
        + cell.format("percentage", 'office:value="0.25"', "25 %")
        + cell.format(
            "boolean", 'office:boolean-value="true"', "WAHR<office:annotation><text:p>a remark</text:p></office:annotation>"
        )
        + "</table:table-row>"
        '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
        '<table:table-row table:visibility="filter">' + cell.format("string", "", "filtered") + "</table:table-row>"
        '<table:table-row table:number-rows-repeated="2">'
        + cell.format("string", 'table:number-rows-spanned="4"', "z")
        + "</table:table-row>"
    )
    table = '<table:table table:name="{}" table:style-name="{}">{}</table:table>'
    changes = f"<table:tracked-changes>{cell.format('string', '', 'gone')}</table:tracked-changes>"
    found = read(ods(changes + table.format("Events", "", rows) + table.format("Secret", "t1", rows), own=own), ODS)
    line = "x\ny\tx\ny\t\t\t\t2025-11\t2025-11-24 14:30\t26:05:09\t0.25\tTRUE"
    assert found.text == f"Events\n{line}\n\nz\nz\n"
    assert [number for number, _, _ in found.tables[0].rows] == [1, 6, 7]
    assert found.tables[0].merged[0] == (0, 6, 9)
    for remark in ("“Secret”", "hidden rows, which are left out: 1", "comments are not read", "tracked changes: 1"):
        assert remark in found.extractor


def test_harmful_spreadsheets_are_refused_in_one_line() -> None:
    """A cell that is repeated a thousand million times, texts that are too long, numbers that are none."""
    cell = (
        '<table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>xx</text:p></table:table-cell>'
    )
    row = f'<table:table-row table:number-rows-repeated="999999999">{cell}</table:table-row>'
    endless = f'<table:table table:name="a">{row}</table:table>'
    assert "longer than 20 million characters" in refusal(ods(endless), ODS)
    assert "longer than 20 million characters" in refusal(
        xlsx("", strings=f"<si><t>{' '.join(map(str, range(3_000_000)))}</t></si>"), XLSX
    )
    assert "not sound XML" in refusal(
        xlsx("<row><c><v>1</v></c></row>", before='<cols><col min="x" max="y" hidden="1"/></cols>'), XLSX
    )
    assert "is not XLSX: the document in it is missing" in refusal(packed({"x": "y"}), XLSX)
    assert "is not XLSX: it holds a document" in refusal(docx(p("x")), XLSX)
    assert "there is no text in it" in refusal(xlsx(""), XLSX)
    with pytest.raises(DocumentUnreadable, match="holds one document"):
        capture.from_bytes(xlsx(""), XLSX, "a.xlsx", record="https://example.org/")
