"""Dates that running text mentions: which are suggested, how each is read, and what is never invented."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from examples import PROJECT

from timeline import Timeline, dates
from timeline.cli import main
from timeline.suggestions import dates_in, sentences

PUBLISHED = "1989-11-02"  # a Thursday


def read(text: str, published: str | None = PUBLISHED, language: str | None = "en") -> list[tuple[str, str | None]]:
    """Give the words and the date of each suggestion."""
    return [(one.words, one.date) for one in dates_in(text, published, language)]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("on 3 May 1998", "1998-05-03"),
        ("on May 3, 1998", "1998-05-03"),
        ("on the 3rd of May, 1998", "1998-05-03"),
        ("Monday, Oct. 30, 1989", "1989-10-30"),
        ("from November 24-27, 2025", "2025-11-24/2025-11-27"),
        ("from Sept. 28 to Oct. 3, 1990", "1990-09-28/1990-10-03"),
        ("24 to 27 November 2025", "2025-11-24/2025-11-27"),
        ("in May 1998", "1998-05"),
        ("in late May of 1998", "1998-05"),
        ("1998-05-03", "1998-05-03"),
        ("in 1998", "1998"),
        ("fiscal 1988", "1988"),
        ("from 1985 to 1988", "1985/1988"),
        ("1985-88", "1985/1988"),
        ("in the 1980s", "198X"),
        ("in the early '70s", "197X"),
        ("in the mid-1990s", "199X"),
        ("in mid-1995", "1995"),
        ("in the sixties", "196X"),
        ("in the 19th century", "18XX"),
        ("in the nineteenth century", "18XX"),
        ("in the summer of 1987", "1987-22"),
        ("the third quarter of 1988", "1988-35"),
        ("1988's first quarter", "1988-33"),
        ("in the first half of 1990", "1990-40"),
        ("the third quarter", "1989-35"),
        ("the second quarter of this year", "1989-34"),
        ("last year's fourth quarter", "1988-36"),
        ("on Monday", "1989-10-30"),
        ("on Thursday", "1989-11-02"),
        ("last Thursday", "1989-10-26"),
        ("next Tuesday", "1989-11-07"),
        ("this Monday", "1989-10-30"),
        ("the talks will begin Sunday", "1989-11-05"),
        ("yesterday", "1989-11-01"),
        ("said today", "1989-11-02"),
        ("tomorrow", "1989-11-03"),
        ("last night", "1989-11-01"),
        ("last week", "[1989-10-23..1989-10-29]"),
        ("this week", "[1989-10-30..1989-11-05]"),
        ("next month", "1989-12"),
        ("last year", "1988"),
        ("early this year", "1989"),
        ("three days ago", "1989-10-30"),
        ("two weeks ago", "1989-10-19~"),
        ("about five years ago", "1984~"),
        ("the year-ago quarter", "1988"),
        ("the end of the year", "1989"),
        ("on Nov. 15", "1989-11-15"),
        ("on Sept. 30", "1989-09-30"),
        ("in December", "1989-12"),
        ("in May", "1989-05"),
        ("last summer", "1989-22"),
        ("on 11/02/89", "1989-11-02"),
        ("on 25/12/1988", "1988-12-25"),
    ],
)
def test_a_date_is_read(text: str, date: str) -> None:
    """As a reader of that newspaper would, and as EDTF."""
    assert [found for _, found in read(f"They met {text}, it says.")] == [date]
    assert dates.is_date(date)


@pytest.mark.parametrize(
    "text",
    [
        "Second, nobody may march on the 747-400 at 1,989 feet",
        "He paid $1990 for 2000 shares, 12.5% of 1988.5",
        "Morocco is today one of the pillars, now more than ever",
        "April Smith and June Jones may come",
        "Call 1-800-555-1990 at Room 1200-b",
        "The past year was hard, and half of them left",
        "the 93rd General Assembly and the 76th session",
        "a week-long fall of the currency",
        "The Sunni, the Fritz, and Monica",
        "between 24 and 27 delegates",
    ],
)
def test_a_number_is_no_date(text: str) -> None:
    """Nor is a name, nor how long something took."""
    assert read(f"{text}.") == []


def test_nothing_is_invented_where_the_day_of_publication_is_not_known() -> None:
    """A weekday stays without a date, and a day without its year keeps it open."""
    text = "On Monday, on November 24, last week, on 3/4/98, and in 2007."
    assert read(text, None) == [
        ("Monday", None), ("November 24", "XXXX-11-24"), ("last week", None), ("3/4/98", None), ("2007", "2007"),
    ]  # fmt: skip
    assert read(text, "2025-11") == [
        ("Monday", None), ("November 24", "XXXX-11-24"), ("last week", None), ("3/4/98", None), ("2007", "2007"),
    ]  # fmt: skip
    assert read("On 3/4/1998.", "1998-06-01") == [("3/4/1998", None)]
    assert read("On February 30, on February 30, 1988.") == [("February 30", None), ("February 30, 1988", None)]


def test_a_year_earlier_than_another_year_is_not_one_earlier_than_the_newspaper() -> None:
    """Only a reader can say from when it counts; nor is a date read that has no year of ours."""
    assert read("He won in 1985; a year earlier he lost, as 999 years ago.") == [
        ("1985", "1985"), ("a year earlier", None), ("999 years ago", None),
    ]  # fmt: skip


def test_two_dates_share_no_word() -> None:
    """What belongs to the first does not belong to the second as well."""
    ends = [(one.start, one.end) for one in dates_in("Early 1985, late 1986 and the mid-1990s; late late May 1998", None, "en")]
    assert len(ends) == 4
    assert all(one[1] <= other[0] for one, other in pairwise(ends))


def test_how_a_date_was_read_is_said() -> None:
    """For every date that the words alone do not give."""
    notes = {one.words: one.date_note for one in dates_in("On Monday, on Nov. 15, and in 1988.", PUBLISHED, "en")}
    assert notes == {
        "Monday": "Read against 2 November 1989, when the source was published",
        "Nov. 15": "The text states no year; 1989 is the nearest to 2 November 1989, when the source was published",
        "1988": None,
    }


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("fr", "le 3 mai 1998, lundi dernier, du 24 au 27 novembre 2025", ["1998-05-03", "2025-11-24", "2025-11-24/2025-11-27"]),
        ("fr", "au printemps 2004, l'été de 2009, vers 2013, à la mi-juin 2006", ["2004-21", "2009-22", "2013~", "2006-06"]),
        ("fr", "ce samedi-là, gratuit le dimanche", []),
        ("de", "im Sommer 1998, um 1985", ["1998-22", "1985~"]),
        ("fr", "en 2003, la semaine dernière, le 1er mars 2001", ["2003", "[2025-11-17..2025-11-23]", "2001-03-01"]),
        ("es", "el 3 de mayo de 1998, ayer, el lunes pasado, en 2003", ["1998-05-03", "2025-11-27", "2025-11-24", "2003"]),
        (
            "de",
            "am 3. Mai 1998, gestern, im Jahr 2003, letzte Woche",
            ["1998-05-03", "2025-11-27", "2003", "[2025-11-17..2025-11-23]"],
        ),
        ("ar", "في 3 مايو 1998 ويوم الاثنين الماضي وفي ٥ آذار ٢٠١١", ["1998-05-03", "2025-11-24", "2011-03-05"]),
        ("ar", "في عام 2003، أمس، الأسبوع الماضي", ["2003", "2025-11-27", "[2025-11-17..2025-11-23]"]),
    ],
)
def test_other_languages_have_their_commonest_forms(language: str, text: str, found: list[str]) -> None:
    """Whether the source names its language or not."""
    assert [date for _, date in read(text, "2025-11-28", language)] == found


def test_the_language_is_recognised() -> None:
    """By its small words."""
    french = "Le conseil s'est réuni lundi dernier dans la salle, et les délégués des pays du sud sont venus pour la séance."
    assert read(french, "2025-11-28", None) == [("lundi dernier", "2025-11-24")]


def test_the_quotation_is_the_sentence_as_it_stands() -> None:
    """With abbreviations inside, and nothing of its neighbours."""
    text = "It rained.  Mr. A. Smith of Acme Inc. left on Nov. 15\nfor good. He came back."
    (one,) = dates_in(text, PUBLISHED, "en")
    assert one.quote == "Mr. A. Smith of Acme Inc. left on Nov. 15\nfor good."
    assert text[one.quote_start :].startswith(one.quote)
    assert text[one.start : one.end] == one.words == "Nov. 15"


def test_a_long_text_without_a_stop_is_cut() -> None:
    """A sentence has its bounds."""
    text = "word " * 5_000 + "in 1998 " + "word " * 5_000
    (one,) = dates_in(text, None, "en")
    assert len(one.quote) <= 2 * sentences.LONGEST + 10


def test_the_seeds_have_eight_dates_and_no_other() -> None:
    """Each with its day of publication."""
    found = []
    for name, published in (("000_", "2025-11-30"), ("002_", "2025-11-27"), ("003_", "2025-11-24")):
        (path,) = (PROJECT / "seeds").glob(f"{name}*")
        found += [one.date for one in dates_in(path.read_text(encoding="utf-8"), published)]
    assert found == [
        "2003", "2025-11-24/2025-11-27",
        "2025-11-27", "[2025-11-24..2025-11-30]", "2025-11-24/2025-11-27",
        "2025", "2025-11-24", "2007",
    ]  # fmt: skip


def test_they_are_suggested_with_people_who_are_known(timeline: Timeline, meeting: str) -> None:
    """And can be cited as they are; nothing is recorded by it."""
    source = timeline.archive(
        text="The council and Bo met yesterday. Nobody else did.", id="note", title="N", published="2025-11-25"
    )
    (one,) = timeline.suggest("note")
    assert (one.words, one.date, one.actors) == ("yesterday", "2025-11-24", ("The council",) if "The council" in one.quote else ())
    before = timeline.log.size()
    assert timeline.suggest("note", published="2025-11-28")[0].date == "2025-11-27"
    assert timeline.log.size() == before
    timeline.record("yesterday", title="They meet", date=one.date or "", citations=[source.quote(one.quote)])


def test_the_command_shows_them(timeline: Timeline, path: Path) -> None:
    """For people, and for programs."""
    timeline.archive(text="They met on Monday. It ended in 1998.", id="note", title="N", published="2025-11-28")
    shown = CliRunner().invoke(main, ["suggest", "note", "--db", str(path)]).output
    assert re.search(r"Monday: 24 November 2025 +2025-11-24\n +“They met on Monday.”\n +Read against 28 November 2025", shown)
    result = CliRunner().invoke(main, ["suggest", "note", "--json", "--db", str(path)]).output
    assert [line.count('"quote"') for line in result.splitlines()] == [1, 1]
    later = CliRunner().invoke(main, ["suggest", "note", "--published", "5 Dec 2025", "--db", str(path)]).output
    assert "Monday: 1 December 2025" in later
    for option, value in (("--published", "nonsense"), ("--language", "xx")):
        result = CliRunner().invoke(main, ["suggest", "note", option, value, "--db", str(path)])
        assert (result.exit_code, result.stdout) == (2, "")
        assert value in result.stderr
    refused = CliRunner().invoke(main, ["suggest", "nota", "--db", str(path)])
    assert refused.exit_code == 1
    assert "note" in refused.output
