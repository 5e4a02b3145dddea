"""A period as people type it: years, EDTF and words are read; a text in doubt is refused with its readings."""

import sqlite3
from contextlib import closing

import pytest

from timeline.errors import DateInvalid
from timeline.selection import period, sql, state, window


@pytest.mark.parametrize(
    ("typed", "edtf"),
    [
        ("November 2025", "2025-11"),
        ("24 Nov 2025", "2025-11-24"),
        ("24 November 2025, 14:30", "2025-11-24T14:30"),
        ("13/04/2025", "2025-04-13"),
        ("2017-11-11T4:10", "2017-11-11T04:10"),
        ("the 1990s", "199X"),
        ("19th century", "18XX"),
        ("about 1950", "1950~"),
        ("between 1950 and 1960", "[1950..1960]"),
        ("44 BCE", "-0043"),
        ("12000", "Y12000"),
        ("2025-11", "2025-11"),
    ],
)
def test_words_years_and_edtf_are_read(typed: str, edtf: str) -> None:
    """Each as EDTF, and never more exact than the words."""
    assert period.edtf(typed) == edtf
    assert period.fault(typed) is None


@pytest.mark.parametrize(
    ("typed", "reason", "advice"),
    [
        ("03/04/2025", "may be 2025-03-04 or 2025-04-03", "Write one of them"),
        ("early June 2012", "may be 2012-06, but that is not certain", "Write 2012-06 if you mean that"),
        ("24/11/25", "may be 2025-11-24, but that is not certain", "Write 2025-11-24 if you mean that"),
        ("24 Nov", "is no date", period.HOW_TO),
        ("yesterday", "is no date", period.HOW_TO),
        ("unknown", "is no date", period.HOW_TO),
        ("2025-13-45", "is no date", period.HOW_TO),
        (
            "24 Nov 2025 14:30 UTC",
            "has a shift from UTC, and times are compared by the local clock",
            "Write the time without the shift",
        ),
    ],
)
def test_a_text_in_doubt_is_refused_with_its_readings(typed: str, reason: str, advice: str) -> None:
    """Nothing is guessed."""
    fault = period.fault(typed)
    assert fault is not None
    assert (fault.reason, fault.advice) == (reason, advice)
    with pytest.raises(DateInvalid, match=r"^\"") as refusal:
        period.bounds(typed)
    assert str(refusal.value) == f'"{typed}" {reason}. {advice}'


def test_an_address_keeps_years_and_edtf_as_typed_and_words_as_edtf() -> None:
    """So a link says the same whatever becomes of the reader of words."""
    for typed, kept in (("44 BCE", "44 BCE"), ("2025-11", "2025-11"), ("November 2025", "2025-11")):
        assert period.canonical(typed) == kept
    result = state.read({"from": ["November 2025"], "to": ["2026"], "as_of": ["24 Nov 2025"]})
    assert result.given == {"from": "2025-11", "to": "2026", "as_of": "2025-11-24"}
    assert result.query() == "?from=2025-11&to=2026&as_of=2025-11-24"
    assert (result.from_words, result.typed["from"], result.faulty, result.notes) == (("from", "as_of"), "November 2025", False, ())


def test_a_period_in_doubt_is_left_out_with_a_note() -> None:
    """The note names both readings."""
    result = state.read({"from": ["03/04/2025"], "as_of": ["03/04/2025"]})
    assert (result.given, result.faulty, result.refused) == ({}, True, {"from", "as_of"})
    assert list(map(str, result.notes)) == [
        "From: “03/04/2025” may be 2025-03-04 or 2025-04-03, so it was left out. Write one of them.",
        "As of: “03/04/2025” may be 2025-03-04 or 2025-04-03, so what is known now is shown. Write one of them.",
    ]


def test_a_date_to_go_to_becomes_the_window() -> None:
    """In words as well; a side must not be open."""
    for typed, view in (
        ("November 2025", "2025-11-01/2025-12-01"),
        ("2003", "2003-01-01/2004-01-01"),
        ("2025-11-24T04:10", "2025-11-24T04:10/2025-11-24T04:11"),
        ("44 BCE", "-0043-01-01/-0042-01-01"),
    ):
        result = state.read({"go": [typed], "view": ["1990-01-01/1991-01-01"]})
        assert (result.went, result.given, result.window) == (True, {"view": view}, window.read(view))
    for typed, note in (
        ("since 1950", "Go to a date: “since 1950” has no beginning or no end, so it was left out. Write both."),
        ("03/04/2025", "Go to a date: “03/04/2025” may be 2025-03-04 or 2025-04-03, so it was left out. Write one of them."),
    ):
        result = state.read({"go": [typed], "kind": ["vote"]})
        assert (result.went, result.given, str(result.notes[0])) == (False, {"kind": "vote"}, note)


def test_queries_read_the_same_words() -> None:
    """The functions of SQL share the reader."""
    with closing(sqlite3.connect(":memory:")) as connection:
        sql.register(connection)
        first, same, fault = connection.execute(
            "select period_first_day('November 2025'), period_first_day('2025-11'), period_fault('03/04/2025')"
        ).fetchone()
    assert first == same
    assert fault == "“03/04/2025” may be 2025-03-04 or 2025-04-03. Write one of them"


@pytest.mark.parametrize(
    ("typed", "choices"), [("1/2/2025", ("2025-01-02", "2025-02-01")), ("the early 2000s", ("200X", "20XX")), ("soon", ())]
)
def test_the_readings_of_a_text_in_doubt_can_be_chosen(typed: str, choices: tuple[str, ...]) -> None:
    """A page makes a button of each."""
    fault = period.fault(typed)
    assert fault is not None
    assert fault.choices == choices
