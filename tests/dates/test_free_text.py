"""Dates as others write them: as vague as they were, asked about where they are doubtful, refused where they are none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timeline import dates
from timeline.dates import months
from timeline.dates.free_text import DateUnread, OthersDate, beside, interval, of_parts, read
from timeline.exchange.rows.row import Row
from timeline.exchange.tables.dates import order_of, with_date_questions


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1950", "1950"),
        ("622", "0622"),
        ("153 BC", "-0152"),
        ("1 BCE", "0000"),
        ("10,000 BC", "-9999"),
        ("AD 69", "0069"),
        ("69 A.D.", "0069"),
        ("March 15, 44 BC", "-0043-03-15"),
        ("c. 1450", "1450~"),
        ("circa 1450?", "1450%"),
        ("ca1860", "1860~"),
        ("ca.1860", "1860~"),
        ("1860 approx", "1860~"),
        ("1860, approximately", "1860~"),
        ("1860s approx.", "186X~"),
        ("19c", "18XX"),
        ("5c BC", "-04XX"),
        ("1920s–1935", "192X/1935"),
        ("1920s–1930s", "192X/193X"),
        ("1950 (?)", "1950?"),
        ("1920s", "192X"),
        ("19th century", "18XX"),
        ("5th century BC", "-04XX"),
        ("1st century", "[0001..0100]"),
        ("Spring 1950", "1950-21"),
        ("Q3 2020", "2020-35"),
        ("March 1950", "1950-03"),
        ("12th of March, 1950", "1950-03-12"),
        ("Monday, March 12 1950", "1950-03-12"),
        ("3. März 1950", "1950-03-03"),
        ("1er août 1950", "1950-08-01"),
        ("1950年3月12日", "1950-03-12"),
        ("1950년 3월 12일", "1950-03-12"),
        ("16 maja 2003", "2003-05-16"),
        ("16. května 2003", "2003-05-16"),
        ("2003. május 16.", "2003-05-16"),
        ("16 Μαΐου 2003", "2003-05-16"),
        ("16. toukokuuta 2003", "2003-05-16"),
        ("16 במאי 2003", "2003-05-16"),
        ("١٦ ماي ٢٠٠٣", "2003-05-16"),
        ("غشت 2003", "2003-08"),
        ("16 مايو/أيار 2003", "2003-05-16"),
        ("3 تشرين الثاني 2003", "2003-11-03"),
        ("3 اكتوبر 2003", "2003-10-03"),
        ("May/June 2003", "2003-05/2003-06"),
        ("2003-W20", "[2003-05-12..2003-05-18]"),
        ("2004-W53-6", "2005-01-01"),
        ("16, 17 and 18 May 2003", "{2003-05-16,2003-05-17,2003-05-18}"),
        ("May 16 & 17, 2003", "{2003-05-16,2003-05-17}"),
        ("May 1st, 2nd and 3rd, 2003", "{2003-05-01,2003-05-02,2003-05-03}"),
        ("16. und 17. Mai 2003", "{2003-05-16,2003-05-17}"),
        ("2 May and 5 June 1999", "{1999-05-02,1999-06-05}"),
        ("2, 3 or 4 May 1999", "[1999-05-02,1999-05-03,1999-05-04]"),
        ("20040601", "2004-06-01"),
        ("25/03/1950", "1950-03-25"),
        ("3/25/1950", "1950-03-25"),
        ("12.3.1950", "1950-03-12"),
        ("1914-18", "1914/1918"),
        ("1914–1918", "1914/1918"),
        ("from 1914 to 1918", "1914/1918"),
        ("between 1914 and 1918", "[1914..1918]"),
        ("12–15 March 1950", "1950-03-12/1950-03-15"),
        ("March 12-15, 1950", "1950-03-12/1950-03-15"),
        ("30 April – 4 May 1950", "1950-04-30/1950-05-04"),
        ("44–43 BC", "-0043/-0042"),
        ("120 BC – AD 70", "-0119/0070"),
        ("before 1950", "[..1949]"),
        ("after 28 February 1950", "[1950-03-01..]"),
        ("since 1999", "1999/.."),
        ("2004-06-01T12:30Z", "2004-06-01T12:30Z"),
        ("2004-06-01T12:30:00Z", "2004-06-01T12:30:00Z"),
        ("June 1, 2004 2:30 pm", "2004-06-01T14:30"),
        ("June 1, 2004 2 pm", "2004-06-01T14"),
        ("circa 2004-06-01 14:30", "2004-06-01T14:30~"),
        ("2004-06-01 14:30?", "2004-06-01T14:30?"),
        ("2004-06-01 14:30 – 2004-06-01 15:10", "2004-06-01T14:30/2004-06-01T15:10"),
        ("1 June 2004, 14:30 to 15:10", "2004-06-01T14:30/2004-06-01T15:10"),
        ("between 2004-06-01 14:30 and 2004-06-01 15:10", "[2004-06-01T14:30..2004-06-01T15:10]"),
        ("2004-06-01 14:30 or 2004-06-01 15:10", "[2004-06-01T14:30,2004-06-01T15:10]"),
        ("before 2004-06-01 14:30", "[..2004-06-01T14:29]"),
        ("after 2004-06-01 23:59", "[2004-06-02T00:00..]"),
        ("by 2004-06-01 14:30", "[..2004-06-01T14:30]"),
        ("since 2004-06-01 14:30", "2004-06-01T14:30/.."),
        ("2004-06-01T12:30:15.123+01:00", "2004-06-01T12:30:15+01:00"),
        ("2004-06-01/2004-06-03", "2004-06-01/2004-06-03"),
        ("2 May 1999, 10:00–12:00", "1999-05-02T10:00/1999-05-02T12:00"),
        ("Wed May 01 2019 10:00:00 GMT+0200 (CEST)", "2019-05-01T10:00:00+02:00"),
        ("2 May 1999 14h30", "1999-05-02T14:30"),
        ("2 May 1999 14:30 UTC+2", "1999-05-02T14:30+02:00"),
        ("on or about 12 March 2003", "2003-03-12~"),
        ("1950 or 1951", "[1950,1951]"),
        ("2 or 3 May 1999", "[1999-05-02,1999-05-03]"),
        ("1999–present", "1999/.."),
        ("winter 1941-42", "1941-24"),
        ("first half of 1999", "1999-40"),
        ("before the 1950s", "[..1949-12-31]"),
        ("[c. 1999]", "1999~"),
        ("1999.0", "1999"),
        ("2020/03", "2020-03"),
        ("1-2020", "2020-01"),
        ("9. 11. 1938", "1938-11-09"),
        ("Sat 5 May 1999", "1999-05-05"),
        ("mercredi 9 novembre 1938", "1938-11-09"),
        ("Anfang März 1933", "1933-03"),
        ("zwischen 1914 und 1918", "[1914..1918]"),
        ("vor 44 v. Chr.", "[..-0044]"),
        ("XIXe siècle", "18XX"),
        ("finales del siglo XIX", "18XX"),
        ("du 3 au 5 mai 1999", "1999-05-03/1999-05-05"),
        ("mitte der 1930er Jahre", "193X"),
        ("9 листопада 1938", "1938-11-09"),
        ("٩ نوفمبر ١٩٣٨", "1938-11-09"),
        ("1 MAYIS 1999", "1999-05-01"),
        ("3 Auguſt 1750", "1750-08-03"),
    ],
)
def test_a_date_is_as_vague_as_it_was(written: str, expected: str) -> None:
    """No year becomes a day, no century a year; BC counts a year 0; what is EDTF stays to the letter."""
    assert read(written).date == expected


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "no date"),
        ("Unknown date", "no date"),
        ("n.d.", "no date"),
        ("?", "no date"),
        ("30 February 1999", "February 1999 has 28 days"),
        ("2001-02-30", "February 2001 has 28 days"),
        ("31/02/1999", "February 1999 has 28 days"),
        ("12 March", "names no year"),
        ("January 12", "names no year"),
        ("Sept. 30", "names no year"),
        ("March 12-15", "names no year"),
        ("0", "not a year"),
        ("0 BC", "does not exist"),
        ("Easter", "not understood"),
        ("1918-1914", "backwards"),
        ("2005-01-01/2004-01-01", '"2005-01-01/2004-01-01" is not a possible date: 2005-01-01 begins after 2004-01-01 has ended.'),
        ("2005-02-30", '"2005-02-30" is not a possible date: February 2005 has 28 days'),
        ("30 February 2005", '"30 February 2005" is not a possible date: "2005-02-30": February 2005 has 28 days'),
        ("2004-06-01 25:00", "time"),
        ("2004-06-01 24:00", "00:00 of the next day"),
        ("44197", "perhaps 2021-01-01"),
        ("1577836800", "counted from 1970"),
        ("########", "spreadsheet"),
        ("0000-00-00", "no date"),
        ("12/05/1998 - 13/05/1998", "in which order"),
        ("12 March 1950 or 1951", "not understood"),
        ("2003-W53", "2003 has no week of that number"),
        ("week of May 2003", "does not name a day"),
        ("30 December and 2 January 2004", "Give the year of each"),
        ("1999, 2000 and 2001 May", "not understood"),
        ("Anfang Quark 1933", '"Quark 1933" is not'),
        ("Herbst Quark 1933", '"Herbst Quark 1933" is not'),
    ],
)
def test_what_is_no_date_is_refused_with_the_reason(written: str, why: str) -> None:
    """The reason is one line."""
    with pytest.raises(DateUnread) as refused:
        read(written)
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("written", "expected", "asked"),
    [
        ("69", "0069", "two digits"),
        ("25/3/69", "1969-03-25", "two digits"),
        ("3/4/1950", "[1950-03-04,1950-04-03]", "day/month or month/day"),
        ("May 45", "1945-05", "two digits"),
        ("Jan-12", "2012-01", "a day or a month"),
        ("5 listopada 1991", "1991-11-05", "October in Croatian"),
        ("week 20 of 2003", "[2003-05-12..2003-05-18]", "ISO 8601"),
        ("KW 20/2003", "[2003-05-12..2003-05-18]", "ISO 8601"),
        ("week of May 12, 2003", "[2003-05-12..2003-05-18]", "another week"),
        ("2001-24", "2001-24", "season"),
        ("2004/05", "2004/2005", "month"),
        ("1900s", "19XX", "decade"),
        ("-500", "-0499", "year 0"),
        ("early 1920s", "192X", "kept only in the note"),
        ("mid-19c", "18XX", "kept only in the note"),
        ("1920s–early 1930s", "192X/193X", "kept only in the note"),
        ("late 1920s to mid-1930s", "192X/193X", "kept only in the note"),
        ("2004-06-01 14:30 EST", "2004-06-01T14:30", "Name the zone"),
        ("2004-06-01 00:00", "2004-06-01T00:00", "midnight"),
        ("2004-06-01T00:00", "2004-06-01T00:00", "midnight"),
        ("2004-06-01T00:00:00Z", "2004-06-01T00:00:00Z", "midnight"),
        ("2004-06-01T00:00:00+02:00", "2004-06-01T00:00:00+02:00", "midnight"),
        ("2004-06-01T00:00Z/2004-06-02T00:00Z", "2004-06-01T00:00Z/2004-06-02T00:00Z", "midnight"),
        ("10 February 1731 (O.S.)", "1731-02-10", "Julian"),
        ("10/21 March 1801", "1801-03-10/1801-03-21", "two calendars"),
        ("199?", "199X", "some year of the 1990s"),
        ("19--", "19XX", "some year"),
        ("00/05/1999", "1999-05", "leaves a part"),
        ("1999-00-00", "1999", "leaves a part"),
        ("1950-?", "1950/", "its end"),
        ("2 May 1999 (evening)", "1999-05-02", "kept only in the note"),
        ("1/1/1900", "1900-01-01", "missing date"),
    ],
)
def test_what_is_doubtful_is_asked(written: str, expected: str, asked: str) -> None:
    """Nothing is guessed in silence; a day and month that cannot be told apart stay both."""
    found = read(written)
    assert found.date == expected
    assert asked in " ".join(found.questions)


def test_the_order_of_day_and_month_is_that_of_the_column() -> None:
    """One date that can be read in one way only tells of the others; two that contradict tell nothing."""
    assert order_of(["3/4/1950", "25/4/1950"]) == "dmy"
    assert order_of(["3/4/1950", "4/25/1950"]) == "mdy"
    assert order_of(["4/25/1950", "25/4/1950"]) is None
    assert read("3/4/1950", "dmy").date == "1950-04-03"
    assert read("3/4/1950", "mdy").questions == ()
    assert read("99/05/03", "ymd").date == "1999-05-03"
    assert "order of its column" in read("25/4/1950", "mdy").questions[0]


def test_the_words_are_kept_where_the_date_does_not_show_them() -> None:
    """A plain date needs no note; one that was put otherwise has the words it was read from; a zone is kept by its name."""
    assert read("12 March 1950").note is None
    assert read("153 BC").note == 'written "153 BC"'
    assert read("Ende 1945").note == 'written "Ende 1945"'
    assert read("2004-06-01 14:30 Europe/Paris").note is None
    assert read("June 1, 2004 2 pm").note == "the time of day is written 2 pm"
    assert read("2004-06-01 14:30 Europe/Paris").zone == "Europe/Paris"


def test_parts_give_what_they_say_and_no_more() -> None:
    """As TimelineJS tells dates: a year alone stays one, -44 is 44 BC, an hour alone is an hour."""
    assert of_parts("1978").date == "1978"
    assert of_parts(622, "08", "").date == "0622-08"
    assert of_parts("-44", "3", "15") == OthersDate("-0043-03-15", 'written "-44"')
    assert of_parts("2001", "9", "11", "8", "46").date == "2001-09-11T08:46"
    assert of_parts("2001", "9", "11", "8").date == "2001-09-11T08"
    assert of_parts(1963.0, "August").date == "1963-08"
    for parts in (("",), ("1999", "2", "30"), ("2001", "", "5"), ("2001", "13"), ("2001", "x"), (None, 3)):
        with pytest.raises(DateUnread):
            of_parts(*parts)


@pytest.mark.parametrize(
    ("written", "expected", "asked"),
    [
        ("9/24/06", "1906-09-24", ""),
        ("24 Sep 06", "1906-09-24", ""),
        ("Sunday, 24-Sep-06 14:30", "1906-09-24T14:30", ""),
        ("06-09-24", "1906-09-24", ""),
        ("9/24", "1906-09-24", ""),
        ("January 12", "1906-01-12", ""),
        ("12–15 March", "1906-03-12/1906-03-15", ""),
        ("March 12-15", "1906-03-12/1906-03-15", ""),
        ("9/24/05", "1905-09-24", "is not in 1906"),
        ("9/24/99", "1899-09-24", "is not in 1906"),
        ("2006-09-24", "2006-09-24", "is not in 1906"),
        ("Monday", "1906", "is not understood beside 1906"),
        ("12", "1906", "is not understood beside 1906"),
        ("30 February", "1906", "is not understood beside 1906"),
    ],
)
def test_a_year_beside_a_date_settles_its_century_or_is_its_year(written: str, expected: str, asked: str) -> None:
    """Where the two contradict each other, both are told and it is asked; nothing is asked where they agree."""
    found = beside(written, of_parts("1906"))
    assert found.date == expected
    assert asked in " ".join(found.questions)
    assert bool(asked) == bool(found.questions)
    assert asked or found.note == f'written "{written}", beside the year 1906'


def test_an_interval_says_when_it_ends() -> None:
    """The same twice is once; times of day are its ends, or are told where their clocks differ; backwards is refused."""
    assert interval(read("1914"), read("1918")).date == "1914/1918"
    assert interval(read("1914"), read("1914")).date == "1914"
    both = interval(read("2004-06-01T10:00:00"), read("2004-06-01T12:00:00"))
    assert both == OthersDate("2004-06-01T10:00:00/2004-06-01T12:00:00")
    assert interval(read("2004-06-01T10:00"), read("2004-06-02")).date == "2004-06-01T10:00/2004-06-02"
    mixed = interval(read("2004-06-01T10:00Z"), read("2004-06-02T11:00"))
    assert mixed == OthersDate("2004-06-01/2004-06-02", "written 2004-06-01T10:00Z to 2004-06-02T11:00")
    with pytest.raises(DateUnread):
        interval(read("1918"), read("1914"))


def test_first_days_of_years_are_asked_about_where_they_are_many() -> None:
    """One 1 January among many days is one; in a column of them each may stand for its year."""
    many = [Row(n, 0, 1, fields={"date": f"19{n:02d}-01-01"}) for n in range(10, 15)]
    assert all(row.questions for row in with_date_questions(many))
    few = [*(Row(n, 0, 1, fields={"date": f"1950-03-{n}"}) for n in range(10, 25)), many[0]]
    assert not any(row.questions for row in with_date_questions(few))


def test_firsts_of_months_are_asked_about_where_they_are_many() -> None:
    """Two of them may be; in a column of them each may stand for its month, and a 1 January for its year."""
    many = [Row(n, 0, 1, fields={"date": f"1950-{n:02d}-01"}) for n in range(1, 6)]
    asked = [words for row in with_date_questions(many) for _, words in row.questions]
    assert [("year" in words, "month" in words) for words in asked] == [(True, False), *[(False, True)] * 4]
    days = [Row(n, 0, 1, fields={"date": f"1950-03-{n}"}) for n in range(10, 25)]
    assert not any(row.questions for row in with_date_questions([*days, *many[1:4]]))


@settings(max_examples=50, deadline=None)
@given(st.text(st.sampled_from("0123456789 -/.,:?~BCADc'sthMarXTZ–Q[]{}"), max_size=25))
def test_any_words_are_a_date_or_a_line(written: str) -> None:
    """Whatever is read is EDTF; whatever is not is refused in one line."""
    try:
        dates.parse(read(written).date)
    except DateUnread as error:
        assert "\n" not in str(error)


def test_no_name_is_of_two_months() -> None:
    """In whichever languages it is one."""
    found: dict[str, set[int]] = {}
    for names in months._LANGUAGES:
        assert len(names.split()) == 12, names
        for number, name in enumerate(names.split(), start=1):
            found.setdefault(months._folded(name), set()).add(number)
    assert {name: numbers for name, numbers in found.items() if len(numbers) > 1} == {}


@pytest.mark.parametrize(
    "words", ["2004-06-01 23:50 to 00:10", "2004-06-01 23:50 - 00:10", "2004-06-01 10:00 UTC - 2004-06-01 11:00"]
)
def test_times_that_make_no_span_are_refused(words: str) -> None:
    """An end before its beginning, and two clocks that cannot be compared: no date is made of them in silence."""
    with pytest.raises(DateUnread):
        read(words)
