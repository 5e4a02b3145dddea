"""The conditions of a window choose the happenings that may fall in it, to the second."""

import sqlite3
from contextlib import closing

import pytest

from timeline import dates
from timeline.dates import sql
from timeline.selection import conditions, window

DATES = [
    "2001-05-05", "2001-05-06", "2001-05-07", "2001-05-06T08", "2001-05-06T23:30", "2001-05-07T00:10", "2001-05-08T12:00",
    "2001-05", "2001-05~", "2001-05-06~", "2001-05-04/2001-05-06T07", "2001-05-07/..", "../2001-05-06", "[2001-05-05,2001-05-08]",
    "{2001-05-04,2001-05-09}", "2001-05-06T09/2001-05-07T10",
]  # fmt: skip


@pytest.mark.parametrize(
    "view", ["2001-05-06T09:00/2001-05-06T20:00", "2001-05-06T23:00/2001-05-07T01:00", "2001-05-05T12:00/2001-05-08T12:00"]
)
def test_days_inside_a_window_decide_as_times_would(view: str) -> None:
    """A date is compared by its times only where its first day is one of the outermost days of the window."""
    target = window.read(view)
    assert target is not None
    where, params = conditions.reaching(target)
    within = "edtf_within(date, :window_first, :window_second, :window_last, :window_until) is not null"
    assert within in where
    with closing(sqlite3.connect(":memory:")) as connection:
        sql.register(connection)
        connection.execute("create table happenings (date, near_earliest_day, near_latest_day)")
        for date in DATES:
            known = dates.parse(date)
            connection.execute("insert into happenings values (?, ?, ?)", (date, known.near_earliest_day, known.near_latest_day))
        chosen = connection.execute(f"select date from happenings where {where}", params).fetchall()
        expected = connection.execute(f"select date from happenings where {within}", params).fetchall()
    assert chosen == expected
    assert 0 < len(chosen) < len(DATES)
