"""The date functions as SQL sees them."""

import sqlite3
from collections.abc import Iterator

import pytest

from timeline.dates import SQL_FUNCTIONS, register

RESULTS = {
    "edtf_valid": 1,
    "edtf_earliest": "2025-11-24",
    "edtf_latest": "2025-11-27",
    "edtf_earliest_day": 739579,
    "edtf_latest_day": 739582,
    "edtf_near_earliest": "2025-11-23",
    "edtf_near_latest": "2025-11-27",
    "edtf_near_earliest_day": 739578,
    "edtf_near_latest_day": 739582,
    "edtf_earliest_time": None,
    "edtf_latest_time": None,
    "edtf_precision": "interval",
    "edtf_year": 2025,
    "edtf_month": 11,
    "edtf_level": 1,
    "edtf_start": "stated",
    "edtf_end": "stated",
    "edtf_uncertain": 0,
    "edtf_approximate": 1,
    "edtf_words": "from about 24 November 2025 to 27 November 2025",
}


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """Give a connection in memory that has the functions."""
    connection = sqlite3.connect(":memory:")
    register(connection)
    yield connection
    connection.close()


def ask(connection: sqlite3.Connection, function: str, value: object) -> object:
    """Call a function on one value."""
    answer: object = connection.execute(f"SELECT {function}(?)", [value]).fetchone()[0]
    return answer


def test_every_function_is_tested() -> None:
    """The table above has each function there is."""
    assert set(RESULTS) == set(SQL_FUNCTIONS)


@pytest.mark.parametrize("function", RESULTS)
def test_a_function_gives_its_field(connection: sqlite3.Connection, function: str) -> None:
    """Each function gives its field of the date, truth as 1 and 0."""
    assert RESULTS[function] == ask(connection, function, "2025-11-24~/2025-11-27")


@pytest.mark.parametrize("function", RESULTS)
def test_null_gives_null(connection: sqlite3.Connection, function: str) -> None:
    """No date at all is neither valid nor invalid."""
    assert ask(connection, function, None) is None


@pytest.mark.parametrize("function", RESULTS)
@pytest.mark.parametrize("value", ["", "now", "2025-11-31", 198, 2003.0, b"2003", "9" * 10_000])
def test_what_is_no_date_gives_null(connection: sqlite3.Connection, function: str, value: object) -> None:
    """Text and values that are no date give NULL, and 0 for edtf_valid; none stops the query."""
    expected = 0 if function == "edtf_valid" else None
    assert expected == ask(connection, function, value)


def test_an_integer_is_read_as_its_digits(connection: sqlite3.Connection) -> None:
    """A year that SQLite or a CSV import took for a number is still a year."""
    assert ask(connection, "edtf_latest", 2003) == "2003-12-31"
    assert ask(connection, "edtf_words", -1985) == "1986 BCE"


def test_an_open_side_is_null(connection: sqlite3.Connection) -> None:
    """An open or unknown side has no bound; edtf_start and edtf_end say which it is."""
    row = connection.execute(
        "SELECT edtf_latest(d), edtf_end(d), edtf_end(e) FROM (SELECT '2003/..' AS d, '2003/' AS e)"
    ).fetchone()
    assert row == (None, "open", "unknown")


def test_the_functions_may_be_indexed(connection: sqlite3.Connection) -> None:
    """The functions are deterministic: SQLite takes them in an index and a generated column."""
    connection.execute("CREATE TABLE notes (date TEXT, day INTEGER AS (edtf_earliest_day(date)) STORED)")
    connection.execute("CREATE INDEX notes_latest ON notes (edtf_latest_day(date))")
    connection.execute("INSERT INTO notes (date) VALUES ('0001-01-02')")
    assert connection.execute("SELECT day FROM notes").fetchone() == (2,)


@pytest.mark.parametrize(
    ("date", "period", "answer"),
    [
        ("2025-01-01T10:00:00", (1, 36_000, 1, 36_000), "possible"),
        ("2025-01-01T10:00:00", (1, 36_001, 2, 0), None),
        ("2025-01-01T10:00:00", (0, 0, 1, 35_999), None),
        ("2025-01-01", (1, 86_399, 3, 0), "possible"),
        ("2025-01-01", (2, 0, 3, 0), None),
        ("2025-01-01", (0, 0, 1, 0), "possible"),
        ("2025-01-01~", (2, 0, 3, 0), "near"),
        ("2025-01-01~", (3, 0, 4, 0), None),
        ("../2025-01-01", (-9_999, 0, -9_998, 0), "possible"),
        ("2025-01-01/..", (9_999, 0, 9_999, 1), "possible"),
        ("now", (0, 0, 9_999, 0), None),
        ("2025-01-01", (None, 0, 3, 0), None),
        ("2025-01-01", (0, "x", 3, 0), None),
    ],
)
def test_how_a_date_lies_to_a_period(
    connection: sqlite3.Connection, date: str, period: tuple[object, ...], answer: str | None
) -> None:
    """To the second, both ends included; what is only near is said so, and a period without an end is none."""
    before = connection.execute("SELECT edtf_earliest_day('2024-12-31')").fetchone()[0]
    days = [one + before if isinstance(one, int) and at % 2 == 0 else one for at, one in enumerate(period)]
    assert connection.execute("SELECT edtf_within(?, ?, ?, ?, ?)", (date, *days)).fetchone()[0] == answer
