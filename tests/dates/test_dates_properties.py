"""What holds for every date: Hypothesis looks for one for which it does not."""

import datetime
from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st

from timeline.dates import civil, day_number, parse, words
from timeline.dates.calendar import days_in_month, iso_day, iso_year
from timeline.errors import DateInvalid

FAR = 10**9
days = st.integers(-FAR, FAR)
near_days = st.integers(day_number(-9999, 1, 1), day_number(9999, 12, 31))
marks = st.sampled_from(["", "", "?", "~", "%"])

years = st.one_of(
    st.from_regex(r"-?[0-9X]{4}", fullmatch=True),
    st.from_regex(r"Y-?[1-9][0-9]{0,12}(E[1-9][0-9]?)?(S[1-9])?", fullmatch=True),
    st.from_regex(r"-?[0-9]{4}S[1-9]", fullmatch=True),
)
months = st.one_of(st.integers(0, 45).map("{:02d}".format), st.from_regex("[01X][0-9X]", fullmatch=True))
month_days = st.one_of(st.integers(0, 32).map("{:02d}".format), st.from_regex("[0-3X][0-9X]", fullmatch=True))


@st.composite
def singles(draw: st.DrawFn) -> str:
    """Make text shaped like one date, possible or not."""
    text = draw(marks) + draw(years) + draw(marks)
    for part in (months, month_days)[: draw(st.integers(0, 2))]:
        text += "-" + draw(marks) + draw(part) + draw(marks)
    return text


clock = st.from_regex(r"[0-2][0-9](:[0-6][0-9](:[0-6][0-9])?)?(Z|[+-][01][0-9](:[0-6]0)?)?[?~%]?", fullmatch=True)
date_times = st.tuples(near_days.map(lambda day: iso_day(civil(day))), clock).map("T".join)
ends = st.one_of(
    singles(),
    near_days.map(lambda day: iso_day(civil(day))),
    date_times,
    st.just(""),
    st.just(".."),
    singles().map("..{}".format),
    singles().map("{}..".format),
)
intervals = st.tuples(ends, ends).map("/".join)
runs = st.tuples(singles(), singles()) | st.tuples(date_times, date_times)
members = st.one_of(singles(), date_times, runs.map("..".join), ends)
sets = st.tuples(st.sampled_from(["[{}]", "{{{}}}"]), st.lists(members, min_size=1, max_size=4)).map(
    lambda pair: pair[0].format(",".join(pair[1]))
)
shaped = st.one_of(singles(), date_times, intervals, sets)
noise = st.one_of(st.text(), st.text(alphabet="0123456789-XYZEST?~%./:,[]{}+ x\n", max_size=30))


@given(st.one_of(shaped, noise))
@example("-0000")
@example("\ud800")
@example("Y1E99")
@example("2001-21-21")
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    """No text raises anything but DateInvalid, and a refusal is one printable line."""
    try:
        value = parse(text)
    except DateInvalid as refusal:
        said = str(refusal)
    else:
        said = words(value.text)
        assert value.text == text
    assert said
    assert said.isprintable()


@given(shaped)
def test_what_is_read_is_consistent(text: str) -> None:
    """Bounds run forwards, are there where a side is stated, and agree with the day numbers and the month."""
    with suppress(DateInvalid):
        value = parse(text)
        assert value.text == text
        assert value.level in (0, 1, 2)
        assert (value.earliest is not None) == (value.start == "stated")
        assert (value.latest is not None) == (value.end == "stated")
        for bound, number in ((value.earliest, value.earliest_day), (value.latest, value.latest_day)):
            assert bound == (None if number is None else iso_day(civil(number)))
        if value.earliest_day is not None and value.latest_day is not None:
            assert value.earliest_day <= value.latest_day
            assert (value.month is None) == (civil(value.earliest_day)[:2] != civil(value.latest_day)[:2])


@given(singles())
def test_a_qualifier_never_moves_a_bound(text: str) -> None:
    """Without its qualifiers a date has the same bounds."""
    with suppress(DateInvalid):
        value = parse(text)
        bare = parse("".join(char for char in text if char not in "?~%"))
        assert (value.earliest, value.latest, value.precision) == (bare.earliest, bare.latest, bare.precision)


@given(days)
def test_a_day_survives_its_number(number: int) -> None:
    """A number turned into year, month and day and back is the same number, and the day exists."""
    year, month, day = civil(number)
    assert 1 <= day <= days_in_month(year, month)
    assert number == day_number(year, month, day)


@given(days)
def test_the_next_day_has_the_next_number(number: int) -> None:
    """Days follow one another without a gap, through year 0 and every leap year."""
    year, month, day = civil(number)
    if day < days_in_month(year, month):
        following = (year, month, day + 1)
    else:
        following = (year, month + 1, 1) if month < 12 else (year + 1, 1, 1)
    assert following == civil(number + 1)


@given(st.dates())
def test_day_numbers_agree_with_the_standard_library(day: datetime.date) -> None:
    """In the years 1 to 9999 a day's number is Python's ordinal."""
    assert day.toordinal() == day_number(day.year, day.month, day.day)
    assert (day.year, day.month, day.day) == civil(day.toordinal())


@given(st.dates())
def test_a_plain_day_has_itself_for_bounds(day: datetime.date) -> None:
    """A full date of the years 1 to 9999 allows that day only."""
    value = parse(day.isoformat())
    assert (day.isoformat(), day.isoformat()) == (value.earliest, value.latest)
    assert (day.toordinal(), day.toordinal()) == (value.earliest_day, value.latest_day)


@given(near_days, near_days)
def test_an_interval_of_two_days_has_them_for_bounds(one: int, two: int) -> None:
    """Two days in order make an interval from the one to the other; out of order they are refused."""
    first, last = min(one, two), max(one, two)
    value = parse(f"{iso_day(civil(first))}/{iso_day(civil(last))}")
    assert (first, last) == (value.earliest_day, value.latest_day)
    if first < last:
        with suppress(DateInvalid):
            parse(f"{iso_day(civil(last))}/{iso_day(civil(first))}")
            raise AssertionError("a reversed interval was read")


@given(st.integers(-9999, 9999), st.sets(st.integers(0, 3), min_size=1, max_size=3))
def test_unspecified_digits_allow_the_date_they_hide(year: int, hidden: set[int]) -> None:
    """The bounds of a year with digits hidden hold the year itself."""
    written = iso_year(year)
    sign, digits = written[:-4], written[-4:]
    masked = sign + "".join("X" if place in hidden else digit for place, digit in enumerate(digits))
    value, hidden_year = parse(masked), parse(written)
    assert value.earliest_day is not None
    assert value.latest_day is not None
    assert hidden_year.earliest_day is not None
    assert value.earliest_day <= hidden_year.earliest_day <= value.latest_day
