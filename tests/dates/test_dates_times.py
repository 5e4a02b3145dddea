"""Times of day as exact as they are known: alone, in intervals and in sets. What holds for every such date."""

from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from timeline.dates import DAY, civil, day_number, day_second, local_times, outermost_time, parse, words
from timeline.dates.calendar import iso_day
from timeline.dates.instants import instant
from timeline.errors import DateInvalid

days = st.integers(day_number(1, 1, 2), day_number(9999, 12, 30)).map(lambda number: iso_day(civil(number)))
clocks = st.one_of(
    st.integers(0, 23).map("{:02d}".format),
    st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda parts: f"{parts[0]:02d}:{parts[1]:02d}"),
    st.tuples(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59)).map(
        lambda parts: f"{parts[0]:02d}:{parts[1]:02d}:{parts[2]:02d}"
    ),
)
shifts = st.sampled_from(["", "Z", "+00:00", "+05:30", "-08", "+14:00"])
marks = st.sampled_from(["", "?", "~", "%"])


def test_some_time_runs_from_an_hour_to_a_minute() -> None:
    """It asks for no minute that nobody knows: from the earliest that the one allows to the latest that the other does."""
    value = parse("[2017-11-11T04..2017-11-11T05:10]")
    assert (value.earliest_second, value.latest_second) == (4 * 3600, 5 * 3600 + 10 * 60 + 59)
    assert outermost_time(value.text, first=False) == "2017-11-11T05:10"
    assert words(value.text) == "11 November 2017, some time from between 04:00 and 05:00 to 05:10 local time"


@given(days, clocks, shifts, marks)
def test_a_time_is_read_as_exact_as_it_is_written(day: str, clock: str, shift: str, mark: str) -> None:
    """It allows the whole of its last unit and no more, on its own day; and nothing that was not written is ever said."""
    text = f"{day}T{clock}{shift}{mark}"
    value = parse(text)
    length = (3600, 60, 1)[clock.count(":")]
    assert (value.earliest, value.latest, value.type, value.precision, value.timed) == (day, day, "datetime", "datetime", True)
    assert value.earliest_second is not None
    assert value.latest_second == value.earliest_second + length - 1
    assert local_times(text) == (f"{day}T{clock}",)
    first, last = (outermost_time(text, first=side) for side in (True, False))
    assert first is not None
    assert last is not None
    assert first.startswith(f"{day}T{clock}")
    assert first.count(":") - shift.count(":") == max(1, clock.count(":"))
    assert (first == last) == (length < 3600)
    said = words(text)
    assert clock in said or length == 3600
    hour = 1 if clock == "23" or mark in ("~", "%") else 2  # about 04:00, or between 04:00 and 05:00
    assert said.count(":") == (hour if length == 3600 else clock.count(":")) + (shift not in ("", "Z"))
    near = (value.near_earliest_day, value.near_earliest_second), (value.near_latest_day, value.near_latest_second)
    own = (value.earliest_day, value.earliest_second), (value.latest_day, value.latest_second)
    assert (near == own) == (mark not in ("~", "%"))


@given(days, clocks, clocks, shifts)
def test_times_in_order_make_an_interval_and_the_others_none(day: str, one: str, two: str, shift: str) -> None:
    """From the one to the other; what begins after the other has ended is refused, in a set as well."""
    begins, ends = f"{day}T{one}{shift}", f"{day}T{two}{shift}"
    backwards = (parse(begins).earliest_second or 0) > (parse(ends).latest_second or 0)
    for text in (f"{begins}/{ends}", f"[{begins}..{ends}]"):
        if backwards:
            with pytest.raises(DateInvalid, match="runs backwards"):
                parse(text)
        else:
            value = parse(text)
            assert (value.earliest_second, value.latest_second) == (parse(begins).earliest_second, parse(ends).latest_second)
            assert words(text)


@given(days, clocks, shifts.filter(bool), days, clocks, shifts.filter(bool))
def test_what_is_read_with_shifts_runs_forwards_in_universal_time(
    day: str, clock: str, shift: str, other_day: str, other: str, other_shift: str
) -> None:
    """And by its days, which are those of the clocks that were written."""
    with suppress(DateInvalid):
        text = f"{day}T{clock}{shift}/{other_day}T{other}{other_shift}"
        value = parse(text)
        assert value.earliest_day is not None
        assert value.latest_day is not None
        assert value.earliest_day <= value.latest_day
        universal = instant(text, None)
        if universal is not None:
            assert parse(universal).timed


@given(days, st.integers(0, 23), st.integers(0, 59), st.sampled_from(["Asia/Kolkata", "Africa/Abidjan", "Etc/GMT+5"]), marks)
@example("2017-11-11", 4, 10, "Asia/Kolkata", "~")
def test_an_instant_is_no_more_exact_than_its_time(day: str, hour: int, minute: int, zone: str, mark: str) -> None:
    """A minute stays a minute, an hour the span of an hour; both are the same moments as before."""
    with suppress(DateInvalid):  # in olden times a zone was out by seconds
        at = instant(f"{day}T{hour:02d}:{minute:02d}{mark}", zone)
        within = instant(f"{day}T{hour:02d}{mark}", zone)
        if at is None or within is None or day < "1950":
            return
        assert at.count(":") == 1
        assert at.endswith(f"Z{mark}")
        one, two = parse(at), parse(within)
        starts, ends = ((value.earliest_day, value.earliest_second) for value in (one, two))
        assert ends <= starts
        length = ((two.latest_day or 0) - (two.earliest_day or 0)) * DAY + (two.latest_second or 0) - (two.earliest_second or 0)
        assert length == 3599


@settings(deadline=None)
@given(st.lists(st.tuples(clocks, shifts.filter(bool)), min_size=2, max_size=5), st.integers(day_number(1, 2, 1), 10**6))
def test_times_of_a_day_sort_by_the_instant_they_name(times: list[tuple[str, str]], number: int) -> None:
    """Whatever clocks they were read from."""
    day = iso_day(civil(number))
    texts = [f"{day}T{clock}{shift}" for clock, shift in times]
    for one in texts:
        for two in texts:
            first, second = (parse(instant(text, None) or "").earliest_day for text in (one, two))
            seconds = [parse(instant(text, None) or "").earliest_second or 0 for text in (one, two)]
            before = ((first or 0), seconds[0]) < ((second or 0), seconds[1])
            assert (day_second(one) < day_second(two)) == before


@pytest.mark.parametrize(
    ("text", "zone", "second"),
    [
        ("2017-11-11", None, 0),
        ("2017-11", None, 0),
        ("2017-11-11T04:10", None, 4 * 3600 + 600),
        ("2017-11-11T04:10", "Europe/Madrid", 3 * 3600 + 600),
        ("2017-11-11T04:10Z", None, 4 * 3600 + 600),
        ("2017-11-11T00:10+01:00", None, 600 - 3600),
        ("2017-11-11T04:10/..", None, 4 * 3600 + 600),
        ("[..2017-11-11T04:30]", None, 4 * 3600 + 1859),
        ("2017-11-10/2017-11-11T04:10", None, 0),
        (None, None, 0),
    ],
)
def test_the_place_within_a_day(text: str | None, zone: str | None, second: int) -> None:
    """By the side at which a date is placed, in universal time where that is known; without a time at its beginning."""
    assert day_second(text, instant(text, zone) if text and zone else None) == second


def test_the_place_within_a_day_counts_from_the_day_that_was_written() -> None:
    """In universal time it may be early on the next day: the date comes after all others of its own."""
    assert day_second("2025-01-01T23:30", "2025-01-02T04:30Z") == DAY + 4 * 3600 + 1800
    assert day_second("2025-01-01T00:30", "2024-12-31T23:30Z") == -1800
    assert day_second("2025-01-01T10:00+04") == 6 * 3600
    assert day_second("2025-01-01T10:00+05:30") == 4 * 3600 + 1800


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("[2025-01-01T10:00+02:00,2025-01-01T09:30Z]", "2025-01-01T10:00+02:00", "2025-01-01T09:30Z"),
        ("{2025-01-01T08:30-05,2025-01-01T12:00Z}", "2025-01-01T12:00Z", "2025-01-01T08:30-05"),
        ("[2025-01-01T10:00,2025-01-02T09:00,2025-01-01T11]", "2025-01-01T10:00", "2025-01-02T09:00"),
        ("[2025-01-01,2025-01-01T10:00]", None, None),
        ("[2025-01-01T00:00,2025-01-02]", "2025-01-01T00:00", None),
        ("[2024-12-31,2025-01-01T10:00]", None, "2025-01-01T10:00"),
    ],
)
def test_the_outermost_time_of_a_set_is_found_in_universal_time(text: str, first: str | None, last: str | None) -> None:
    """Where its members have shifts; and a whole day that begins before or ends after them leaves that side without a time."""
    assert (outermost_time(text, first=True), outermost_time(text, first=False)) == (first, last)
    assert parse(text).timed


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("2017-11-11T04:10:30", 0),
        ("2017-11-11T04:10:30Z", 0),
        ("2017-11-11T04:10:30~", 2),
        ("2017-11-11T04:10", 2),
        ("2017-11-11T04Z", 2),
        ("2017-11-11T04:10:30/2017-11-12", 2),
    ],
)
def test_a_time_that_the_standard_does_not_have_is_of_the_highest_level(text: str, level: int) -> None:
    """It has whole seconds alone, without a qualifier, and not in intervals."""
    assert parse(text).level == level


@pytest.mark.parametrize(
    ("text", "zone", "instants"),
    [
        ("2017-11-11T04:10", "Europe/Madrid", "2017-11-11T03:10Z"),
        ("2017-11-11T04:10:30", "Europe/Madrid", "2017-11-11T03:10:30Z"),
        ("2017-11-11T04", "Europe/Madrid", "2017-11-11T03Z"),
        ("2017-11-11T04", "Asia/Kolkata", "[2017-11-10T22:30Z..2017-11-10T23:29Z]"),
        ("2017-11-11T04/2017-11-11T06", "Asia/Kolkata", "2017-11-10T22:30Z/2017-11-11T01:29Z"),
        ("[2017-11-11T04:10..2017-11-11T04:30]", "Europe/Madrid", "[2017-11-11T03:10Z..2017-11-11T03:30Z]"),
        ("2017-11-11T04:10~/..", "Europe/Madrid", "2017-11-11T03:10Z~/.."),
        ("2017-11-11T04:10+01:00", None, "2017-11-11T03:10Z"),
        ("2017-11-11T04:10", None, None),
        ("2017-11-11/2017-11-11T00:10+01:00", None, None),
        ("2017-11-11T04:10+01:00/2017-11-12", None, "2017-11-11T03:10Z/2017-11-12"),
    ],
)
def test_a_date_in_universal_time(text: str, zone: str | None, instants: str | None) -> None:
    """Each time as exact as it was, and the rest of the date as it is written."""
    assert instant(text, zone) == instants


@pytest.mark.parametrize(
    ("text", "zone", "why"),
    [
        ("2017-11-11T04:10+02:00", "Europe/Madrid", r"Europe/Madrid was at UTC\+01:00 at that time"),
        ("2017-11-11T04:10/2017-11-11T05:10+02:00", "Europe/Madrid", r"Europe/Madrid was at UTC\+01:00 at that time"),
        ("2017-10-29T02:30/2017-10-29T04:00", "Europe/Madrid", "occurred twice or never"),
        ("2017-11-11T04:10", "Europe/Nowhere", "is not a time zone"),
    ],
)
def test_a_zone_that_contradicts_is_refused(text: str, zone: str, why: str) -> None:
    """Each time of a date is held against it."""
    with pytest.raises(DateInvalid, match=why):
        instant(text, zone)
