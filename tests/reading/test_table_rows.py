"""A quoted row of a table is read as cells under the names of their columns, or not at all."""

import pytest

from timeline.reading.records import Quotation, Source
from timeline.reading.table_rows import cells


def quotation(quote: str, head: str | None, media_type: str = "text/csv", prefix: str = "") -> Quotation:
    """Make a quotation of a table."""
    return Quotation(1, Source("s", "S", media_type=media_type, head=head), quote, prefix, "", 0, 1, "exact", "supports")


@pytest.mark.parametrize(
    ("quote", "head", "media_type", "expected"),
    [
        ("1997,Flood", "year,what\n1997,Flood\n", "text/csv", [("year", "1997"), ("what", "Flood")]),
        ("1997;Flood, late", "year;what\n", "text/csv", [("year", "1997"), ("what", "Flood, late")]),
        ('1997,"A, ""B"""', "year,what\n", "text/csv", [("year", "1997"), ("what", 'A, "B"')]),
        ('1997,"two\nlines"', '"year","what"\n', "text/csv", [("year", "1997"), ("what", "two\nlines")]),
        ("1997,,x", "\ufeffyear,what,why\n", "text/csv", [("year", "1997"), ("why", "x")]),
        ("1997\tFlood", "year\twhat\n", "text/tab-separated-values", [("year", "1997"), ("what", "Flood")]),
        ("a,b,c", "year,what\n", "text/csv", None),
        ("1997,Flood\n1998,Fire", "year,what\n", "text/csv", None),
        ("Flood", "year,what\n", "text/csv", None),
        ('1997,"Flood', "year,what\n", "text/csv", None),
        ("1997,Flood", None, "text/csv", None),
        ("1997,Flood", "", "text/csv", None),
        ("1997,Flood", "year,what\n", "text/plain", None),
    ],
)
def test_a_row_is_read_by_its_columns(
    quote: str, head: str | None, media_type: str, expected: list[tuple[str, str]] | None
) -> None:
    """Any delimiter of CSV, quoted cells, a byte order mark; several rows, or more cells than columns, are no row."""
    assert cells(quotation(quote, head, media_type)) == expected


def test_a_part_of_a_row_is_not_read_as_one() -> None:
    """Its cells would stand under the wrong names."""
    assert cells(quotation("Flood,late", "year,what,why\n", prefix="1997,")) is None
    assert cells(quotation("1997,Flood", "year,what\n", prefix="before\n")) is not None
