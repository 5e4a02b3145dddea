"""The records of a table, each with the slice that is to be cited."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from timeline.exchange.tables.records import delimiter_of, headed, records

CELLS = st.text(st.sampled_from('abé"\n\r ,;\t'), max_size=8)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=6),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_every_record_is_read_as_it_was_written_and_is_its_slice(table: list[list[str]], delimiter: str, end: str) -> None:
    """Quoted cells hold line ends and delimiters. The slice, read alone, gives the same cells. Slices leave no gap."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(table)
    text = out.getvalue()
    read = list(records(text, delimiter))
    assert [list(record.cells) for record in read] == table
    for record in read:
        (alone,) = records(text[record.start : record.end], delimiter)
        assert alone.cells == record.cells
    assert "".join(text[record.start : record.end] + end for record in read) == text


def test_the_same_line_ends_as_the_standard_library() -> None:
    """CR, LF and CRLF each end a record, and the last record needs none. Blank lines are records, and count."""
    assert [(r.number, r.cells, r.is_blank) for r in records("a,b\rc,d\r\n\n , \ne,")] == [
        (1, ("a", "b"), False),
        (2, ("c", "d"), False),
        (3, ("",), True),
        (4, (" ", " "), True),
        (5, ("e", ""), False),
    ]


def test_a_quotation_mark_that_is_never_closed_swallows_nothing() -> None:
    """The next rows are still rows, and there is a doubt."""
    first, second = records('1950,"a fine\n1951,b')
    assert (first.cells, second.cells) == (("1950", '"a fine'), ("1951", "b"))
    assert "never closed" in first.doubts[0]
    assert 'with "c"' in next(records('"a"c,b')).doubts[0]


def test_the_delimiter_is_the_one_that_makes_a_table() -> None:
    """Commas in the words of a semicolon table do not mislead, nor does a single column."""
    assert delimiter_of("date;title\n1950;one, two, three\n1951;four, five\n") == ";"
    assert delimiter_of("date\ttitle\n1950\ta, b\n") == "\t"
    assert delimiter_of("date|title\n1950|a; b\n") == "|"
    assert delimiter_of('date,"ti;tle"\n1950,a\n') == ","
    assert delimiter_of("title\none\n") == ","
    assert delimiter_of("A title, of course\n\ndate;title;lat\n1950;a;4,5\n1951;b;4,6\n") == ";"


def test_columns_have_different_names() -> None:
    """Names are on one line; nameless and repeated ones get a number."""
    assert headed(next(records('a,"b\nc",,a'))) == ("a", "b c", "column 3", "a (2)")
