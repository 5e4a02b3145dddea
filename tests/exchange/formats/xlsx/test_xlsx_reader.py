"""Spreadsheets imported: the choice of the sheet, rows cited in the archived text, days, merged cells, later versions."""

import datetime
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from office_material import ods

from timeline import Timeline
from timeline.cli import main
from timeline.errors import ImportRefused
from timeline.exchange.importing import run as importing

DAY = datetime.date(2025, 11, 24)


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    """Save a workbook, with the rows of each sheet."""

    def save(name: str = "events.xlsx", **sheets: list[list[object]]) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / name)
        return tmp_path / name

    return save


def rows_of(path: Path, format: str = "xlsx", **options: object) -> dict[int, dict[str, object]]:
    """Read a file, and return the fields of each row by its number."""
    return {
        row.number: dict(row.fields) for row in importing.understand(path, format, **options).understood.rows if not row.refused
    }


def test_rows_are_cited_in_the_archived_text(saved: Callable[..., Path], timeline: Timeline) -> None:
    """To the letter, below a title; verify finds each again, and the same file imported again adds nothing."""
    path = saved(Events=[["Openings"], [], ["Date", "Title", "Note"], [DAY, "The pier opens", "two\nlines"], [1999, "It closes"]])
    file = importing.understand(path, "xlsx")
    importing.append(file, timeline)
    one, other = timeline.happenings()
    assert (str(other.date), other.title, str(one.date)) == ("2025-11-24", "The pier opens", "1999")
    assert timeline.happening("events-the-pier-opens").citations[0].quote == "2025-11-24\tThe pier opens\ttwo\nlines"
    source = timeline.source("events")
    assert source.text.startswith("Events\nOpenings\n\nDate\tTitle\tNote\n")
    assert source.event.payload["statement"]["extractor"].startswith("standard library, XLSX (")
    assert timeline.verify().ok
    assert importing.append(importing.understand(path, "xlsx"), timeline).counts()["unchanged"] == 2


def test_one_of_several_sheets_is_named(saved: Callable[..., Path], timeline: Timeline) -> None:
    """The question lists them; sheets without cells do not count; rows of another sheet have not vanished in a later version."""
    first, second = ([["Date", "Title"], [DAY, title]] for title in ("The pier opens", "It closes"))
    path = saved(Piers=first, Ends=second, Empty=[])
    with pytest.raises(ImportRefused, match=r"has 2 sheets: “Piers”, “Ends”. Name the one to import: --sheet 'Piers'"):
        rows_of(path)
    with pytest.raises(ImportRefused, match=r'has no sheet "Quays" with cells that are shown. There are “Piers”, “Ends”'):
        rows_of(path, sheet="Quays")
    for sheet in ("piers", "Ends"):
        importing.append(importing.understand(path, "xlsx", sheet=sheet), timeline)
    assert {one.title for one in timeline.happenings()} == {"The pier opens", "It closes"}
    later = saved(Piers=[*first, [DAY, "It burns"]], Ends=second)
    plan = importing.append(importing.understand(later, "xlsx", sheet="Piers"), timeline)
    assert (plan.counts()["new"], plan.counts()["unchanged"], plan.vanished) == (1, 1, [])


def test_days_and_times_are_those_that_the_sheet_shows(saved: Callable[..., Path]) -> None:
    """A day has no time, a month no day; 29 February 1900 is no day at all."""
    path = saved(
        A=[["Date", "Title"], [DAY, "day"], [datetime.datetime(2025, 11, 24, 14, 30), "time"], [DAY, "month"], [60, "never"]]
    )
    book = openpyxl.load_workbook(path)
    for cell, code in (("A3", "dd/mm/yyyy hh:mm"), ("A4", "mmmm yyyy"), ("A5", "dd/mm/yyyy")):
        book.active[cell].number_format = code
    book.save(path)
    assert [fields["date"] for fields in rows_of(path).values()] == ["2025-11-24", "2025-11-24T14:30", "2025-11"]
    (refused,) = [row for row in importing.understand(path, "xlsx").understood.rows if row.refused]
    assert refused.number == 5


def test_a_merged_cell_has_its_value_in_each_row(saved: Callable[..., Path]) -> None:
    """Which is noted beside a date, because the cited row does not have it; the cell after it begins anew."""
    path = saved(A=[["Date", "Title"], [DAY, "one"], [None, "two"], [1999, "three"], [None, "four"]])
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("A2:A3")
    book.save(path)
    read = importing.understand(path, "xlsx").understood
    rows = {row.number: row for row in read.rows}
    assert (rows[3].fields["date"], rows[3].fields["date_note"]) == ("2025-11-24", "the date is that of the row above")
    assert "date_note" not in rows[2].fields
    assert rows[5].refused == "there is no date"
    assert any("days as ISO 8601, formulas by their last value" in note for note in read.notes), "as what is left out is named"
    assert "1 merged cell has its value in each row that it goes over" in read.notes


def test_an_opendocument_sheet_is_imported_alike(tmp_path: Path) -> None:
    """With the numbers of its rows, repeated and hidden ones counted."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    day = '<table:table-cell office:value-type="date" office:date-value="2025-11-24"/>'
    rows = [cell.format("Date") + cell.format("Title"), "", day + cell.format("The pier opens")]
    table = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    (tmp_path / "a.ods").write_bytes(ods(f'<table:table table:name="A">{table}</table:table>'))
    assert rows_of(tmp_path / "a.ods", "ods") == {3: {"date": "2025-11-24", "title": "The pier opens"}}


def test_the_command_names_sheets_and_faults(saved: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line; a mapping is saved beside the file and read again; other formats have no sheets."""
    path = saved(Piers=[["Date", "Title"], [DAY, "The pier opens"]], Ends=[["x"]])
    monkeypatch.chdir(path.parent)

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["import", *words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    assert run("xlsx", "events.xlsx")[0] == 1
    code, shown = run("xlsx", "events.xlsx", "--sheet", "Piers", "--save-mapping")
    assert code == 0
    assert "events.xlsx: xlsx, 1 row, numbered as a spreadsheet numbers them" in shown
    assert "the sheet “Piers” of 2" in shown
    assert (path.parent / "events.xlsx.mapping.yaml").exists()
    assert run("csv", "events.csv", "--sheet", "Piers")[0] == 2
    (path.parent / "old.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    code, shown = run("xlsx", "old.xlsx")
    assert code == 1
    assert "old.xlsx: is a file of an old office program, and not XLSX. Open it, and save it as .xlsx" in shown
    (path.parent / "sheet.csv").write_bytes(path.read_bytes())
    assert "timeline import xlsx" in run("csv", "sheet.csv")[1]
