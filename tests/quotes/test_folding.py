"""The grades: what verifies, what never does, and no match splits a character from its marks."""

import sys
import unicodedata

import pytest
from quote_reference import folded, refusal, stands

from timeline.errors import QuoteNotFound
from timeline.quotes import GRADES, Passage, Text, find
from timeline.quotes.folding import continues

# Grades


def test_exact_is_exactly_the_slice() -> None:
    """The passage has the bounds of the slice that equals the quotation."""
    text = "They met in Marrakech on Monday."
    expected = Passage(start_char=5, end_char=21, grade="exact", prefix="They ", suffix=" on Monday.")
    assert find(text, "met in Marrakech") == expected


def test_the_grades_are_named_from_strictest_to_loosest() -> None:
    """Their names are public."""
    assert GRADES == ("exact", "normalised", "typographic")


@pytest.mark.parametrize(
    ("text", "quote", "slice_"),
    [
        ("the 93rd\u00a0session", "93rd session", "93rd\u00a0session"),
        ("the 93rd session", "93rd\u00a0session", "93rd session"),
        ("one\r\ntwo", "one two", "one\r\ntwo"),
        ("one\r\n\r\n\t two", "one two", "one\r\n\r\n\t two"),
        ("one\u2028two\u2029three\x85four", "one two three four", "one\u2028two\u2029three\x85four"),
        ("one\u2003\u3000two\fthree", "one two three", "one\u2003\u3000two\fthree"),
        ("one \u200b two", "one two", "one \u200b two"),
        ("one two", " \n one two \u00a0\t", "one two"),
        ("co\u00adoper\u00adation", "cooperation", "co\u00adoper\u00adation"),
        ("cooperation", "co\u00adoperation", "cooperation"),
        ("a\u200bb\u200cc\u200dd\u2060e\ufefff", "abcdef", "a\u200bb\u200cc\u200dd\u2060e\ufefff"),
        ("x \u200e\u202eab\u202cc\u2069 y", "abc", "ab\u202cc"),
        ("\ufeffThe text", "The text\u200b", "The text"),
        ("cafe\u0301s", "caf\u00e9s", "cafe\u0301s"),
        ("caf\u00e9s", "cafe\u0301s", "caf\u00e9s"),
        ("cafe\u00ad\u0301s", "caf\u00e9s", "cafe\u00ad\u0301s"),
        ("q\u0301\u0323 x", "q\u0323\u0301", "q\u0301\u0323"),
        ("\u212bngstr\u00f6m", "\u00c5ngstro\u0308m", "\u212bngstr\u00f6m"),
        ("\u1112\u1161\u11ab\u1100\u116e\u11a8", "\ud55c\uad6d", "\u1112\u1161\u11ab\u1100\u116e\u11a8"),
        ("\ud55c\uad6d", "\u1112\u1161\u11ab\u1100\u116e\u11a8", "\ud55c\uad6d"),
        ("\u0958\u093e", "\u0915\u093c\u093e", "\u0958\u093e"),
        ("\u05e9\u05c1\u05bc", "\u05e9\u05bc\u05c1", "\u05e9\u05c1\u05bc"),
        ("\u0628\u0651\u064e", "\u0628\u064e\u0651", "\u0628\u0651\u064e"),
        ("\u0627\u0653\u0644", "\u0622\u0644", "\u0627\u0653\u0644"),
    ],
)
def test_normalised_folds_white_space_invisible_characters_and_composition(text: str, quote: str, slice_: str) -> None:
    """The raw slice includes invisible characters inside it, but none around it."""
    passage = stands(text, quote, "normalised")
    assert text[passage.start_char : passage.end_char] == slice_


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("the \u201cGeneral Assembly\u201d met", '"General Assembly"'),
        ('the "General Assembly" met', "\u201cGeneral Assembly\u201d"),
        ("the \u201eGeneral Assembly\u201f met", "\u201cGeneral Assembly\u201d"),
        ("the country\u2019s role", "country's role"),
        ("the \u201acountry\u201b role", "\u2018country\u2019 role"),
        ("2019\u20132025", "2019-2025"),
        ("police \u2014 and others", "police - and others"),
        ("a\u2010b\u2011c\u2012d\u2015e\u2212f", "a-b-c-d-e-f"),
        ("the \u201cGeneral\r\nAsse\u00admbly\u201d met", '"General Assembly"'),
    ],
)
def test_typographic_folds_curly_quotation_marks_and_dashes_as_well(text: str, quote: str) -> None:
    """Each is one character for one."""
    stands(text, quote, "typographic")


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        pytest.param("it had 1,234 members", "1,235 members", id="one changed digit"),
        pytest.param("it had 10 members", "1O members", id="a letter for a digit"),
        pytest.param("it had 10 members", "\u0661\u0660 members", id="digits of another script"),
        pytest.param("it had 10 members", "\uff11\uff10 members", id="full-width digits"),
        pytest.param("Interpol met", "INTERPOL met", id="case"),
        pytest.param("the stra\u00dfe", "the strasse", id="sharp s"),
        pytest.param("an \u0153uvre, an \u00e6on", "an oeuvre, an aeon", id="a letter that is no ligature"),
        pytest.param("de \u0133sbeer", "de ijsbeer", id="a Dutch letter"),
        pytest.param("they met and then agreed", "met\u2026agreed", id="ellipsis"),
        pytest.param("they met and then agreed", "met ... agreed", id="three dots"),
        pytest.param("they met and then agreed", "met [\u2026] agreed", id="bracketed ellipsis"),
        pytest.param("wait\u2026 what", "wait... what", id="ellipsis for three dots"),
        pytest.param("the caf\u00e9 closed", "the cafe closed", id="accent left out"),
        pytest.param("the cafe closed", "the caf\u00e9 closed", id="accent added"),
        pytest.param("\u0645\u064f\u062d\u064e\u0645\u0651\u062f", "\u0645\u062d\u0645\u062f", id="harakat left out"),
        pytest.param("\u0645\u062d\u0645\u062f", "\u0645\u062d\u0640\u0645\u062f", id="tatweel"),
        pytest.param("\u0623\u062d\u0645\u062f", "\u0627\u062d\u0645\u062f", id="hamza left out"),
        pytest.param("\u0643\u062a\u0627\u0628", "\u06a9\u062a\u0627\u0628", id="keheh for kaf"),
        pytest.param("x\u00b2 metres", "x2 metres", id="superscript"),
        pytest.param("5\u2032 wide", "5' wide", id="prime"),
        pytest.param("\u00abyes\u00bb he said", '"yes" he said', id="angle quotation marks"),
        pytest.param("he said ''yes''", 'he said "yes"', id="two apostrophes for a quotation mark"),
        pytest.param("police -- and others", "police \u2014 and others", id="two hyphens for a dash"),
        pytest.param("vice versa", "viceversa", id="white space left out"),
        pytest.param("viceversa", "vice versa", id="white space added"),
        pytest.param("inter-\nnational", "international", id="hyphen at the end of a line"),
        pytest.param("P\u0430ris", "Paris", id="Cyrillic a"),
        pytest.param("one\x1ctwo", "one two", id="a separator that is not white space"),
        pytest.param("one two", "one two three", id="longer than the text"),
    ],
)
def test_nothing_else_verifies(text: str, quote: str) -> None:
    """However similar it is."""
    with pytest.raises(QuoteNotFound):
        find(text, quote)


@pytest.mark.parametrize(
    ("text", "quote", "prefix", "expected"),
    [
        ('\u201cyes\u201d and "yes"', '"yes"', "and ", (10, "exact")),
        ('\u201cyes\u201d and "yes"', '"yes"', "", (0, "typographic")),
        ("a\u00a0b, a\nb, a b", "a b", "b, a\nb, ", (10, "exact")),
        ("a\u00a0b, a\nb, a b", "a b", "a b, ", None),
        ("\u2018a\u2019 x, 'a'\nx", "'a' x", "x, ", (7, "normalised")),
        ("The Commission heard A. The Commission\nheard B.", "The Commission heard", "A. ", (24, "normalised")),
    ],
)
def test_places_of_every_grade_count(text: str, quote: str, prefix: str, expected: tuple[int, str] | None) -> None:
    """Even if only one of them is exact: a prefix or suffix says which is meant."""
    message = refusal(text, quote)
    assert "times, expected once, white space and typography aside:" in message
    suffix = None if prefix else text[len(quote) : len(quote) + 4]
    if expected is None:
        assert "2 times" in refusal(text, quote, prefix)
    else:
        passage = find(text, quote, prefix or None, suffix)
        assert (passage.start_char, passage.grade) == expected


def test_both_places_are_shown() -> None:
    """Each with the text around it, so that a prefix or suffix is easy to choose."""
    message = refusal("The Commission heard A. The Commission\nheard B.", "The Commission heard")
    assert '0 ("[\u2026] A. The Commission' in message
    assert '24 ("Commission heard A. [\u2026] B.")' in message


@pytest.mark.parametrize("quote", ["", " ", "\n\t\u00a0", "\u200b\u00ad", " \ufeff "])
def test_an_empty_quotation_is_refused(quote: str) -> None:
    """Also one of only white space and invisible characters, even if they are in the text."""
    assert "the quotation is empty" in refusal("a \u200b\u00ad b\n\t\u00a0", quote)


def test_no_other_character_of_unicode_folds() -> None:
    """Each addition would make some false quotation verify: all characters are compared with the reference."""
    ranges = (range(0xD800), range(0xE000, 0x20000), range(0xE0000, 0xE0200))
    text = "".join(f"{chr(code)}|" for codes in ranges for code in codes)
    prepared = Text(text)
    for grade, found in (("normalised", prepared.normalised), ("typographic", prepared.typographic)):
        expected = folded(text, grade)
        assert len(found) == len(expected)
        assert found == expected


# Whole characters


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("cafe\u0301", "cafe"),
        ("cafe\u00ad\u0301", "cafe"),
        ("cafe\u0301 x", "\u0301 x"),
        ("q\u0323\u0301 x", "q\u0323"),
        ("\u0628\u064e\u0651 x", "\u0628\u064e"),
        ("\u0915\u093f x", "\u0915"),
        ("\u1112\u1161\u11ab", "\u1112\u1161"),
        ("\u1112\u1160", "\u1112"),
        ("\u1112\u11ff", "\u1112"),
        ("\u1112\ud7b0", "\u1112"),
        ("\u1112\ud7fb", "\u1112"),
        ("\u2764\ufe0f x", "\u2764"),
    ],
)
def test_no_match_splits_a_character_from_its_marks(text: str, quote: str) -> None:
    """A letter without its mark is another letter."""
    with pytest.raises(QuoteNotFound):
        find(text, quote)


def test_the_message_says_if_a_quotation_would_split_a_character() -> None:
    """The letters are there, so the nearest passage would look the same."""
    assert "would split a character from its marks" in refusal("\u0915\u093f\u0924 x", "\u0915")


def test_a_mark_without_a_letter_may_be_quoted() -> None:
    """At the start of a text, or after white space, it belongs to no letter."""
    stands("\u0301a b", "\u0301a", "exact")
    stands("x \u0301a b", "\u0301a", "exact")
    for invisible in ("\u200b", "\u200b\u2060", "\u200b\u2060\xad"):
        stands(f"x {invisible}\u0301a b", "\u0301a", "exact")
        with pytest.raises(QuoteNotFound):
            find(f"x{invisible}\u0301a b", "\u0301a")


def test_a_whole_character_is_found_beside_a_longer_one() -> None:
    """A place that splits a character does not count."""
    assert find("cafe\u0301 or cafe.", "cafe").start_char == 9


def test_whatever_does_not_continue_neither_composes_nor_reorders() -> None:
    """For every character of this Python's Unicode: so NFC may be taken cluster by cluster."""
    everything = [chr(point) for point in range(sys.maxunicode + 1)]
    decomposed = [unicodedata.normalize("NFD", char) for char in everything]
    second = {part for form in decomposed for part in form[1:]}
    # Jamo compose by rule, and are continuing by range.
    wrong = [
        char
        for char, form in zip(everything, decomposed, strict=True)
        if not continues(char) and (unicodedata.combining(form[0]) or form[0] in second)
    ]
    assert wrong == []
