"""Quotations: what verifies, what never does, and the message about a miss."""

import re
import subprocess
import sys
import unicodedata
from itertools import product
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from timeline.errors import QuoteAmbiguous, QuoteNotFound
from timeline.quotes import GRADES, Passage, Text, at, find, finding
from timeline.quotes.finding import _occurrences
from timeline.quotes.folding import continues

FOLDER = Path(__file__).parent.parent / "seeds"
SEEDS = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.txt"))]

# The reference: each grade written a second time, in the plainest way and without a map of offsets.

INVISIBLE = [0xAD, *range(0x200B, 0x200E), 0x2060, 0xFEFF]
INVISIBLE += [0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
WHITE_SPACE = "[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"


def folded(text: str, grade: str) -> str:
    """Fold a text as a grade says."""
    if grade == "exact":
        return text
    visible = "".join(char for char in text if ord(char) not in INVISIBLE)
    text = re.sub(f"{WHITE_SPACE}+", " ", unicodedata.normalize("NFC", visible))
    if grade == "typographic":
        text = re.sub("[\u2018-\u201b]", "'", text)
        text = re.sub("[\u201c-\u201f]", '"', text)
        text = re.sub("[\u2010-\u2015\u2212]", "-", text)
        text = re.sub("[\ufb00-\ufb06]", lambda ligature: unicodedata.normalize("NFKC", ligature[0]), text)
    return text


def cuts(text: str, at: int) -> bool:
    """Whether a mark, or a Hangul vowel or final, stands here and has something to stand on."""
    before = "".join(char for char in text[:at] if ord(char) not in INVISIBLE)
    after = "".join(char for char in text[at:] if ord(char) not in INVISIBLE)
    if not before or not after or re.match(WHITE_SPACE, before[-1]):
        return False
    jamo = "\u1160" <= after[0] <= "\u11ff" or "\ud7b0" <= after[0] <= "\ud7ff"
    return jamo or unicodedata.category(after[0]).startswith("M")


def places(text: str, quote: str, grade: str) -> list[tuple[int, int]]:
    """Every slice that matches at a grade, found by trying all of them."""
    wanted = folded(quote, grade) if grade == "exact" else folded(quote, grade).strip(" ")
    found = []
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            at_edges = ord(text[start]) in INVISIBLE or ord(text[end - 1]) in INVISIBLE
            if grade != "exact" and at_edges:
                continue
            if folded(text[start:end], grade) == wanted and not cuts(text, start) and not cuts(text, end):
                found.append((start, end))
    return found


def stands(text: str, quote: str, grade: str, prefix: str | None = None) -> Passage:
    """Find a quotation, and expect it at a grade."""
    passage = find(text, quote, prefix)
    assert passage.grade == grade
    return passage


def refusal(text: str | Text, quote: str, prefix: str | None = None, suffix: str | None = None) -> str:
    """Give the message with which a quotation is refused, held to what every message must be."""
    with pytest.raises((QuoteNotFound, QuoteAmbiguous)) as refused:
        find(text, quote, prefix, suffix)
    message = str(refused.value)
    assert message.isprintable(), "one line, without control characters"
    assert len(message) <= 450
    return message


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


# Offsets and context


def test_offsets_count_code_points() -> None:
    """Not bytes, and not UTF-16 units."""
    text = "\U0001f600\U0001f600 caf\u00e9 \U0001f600 met"
    assert find(text, "met").start_char == text.index("met")


def test_context_is_32_code_points_of_raw_text() -> None:
    """Where none is given; so that the passage can be found again when the text has changed around it."""
    text = "b" * 40 + " unique " + "c" * 40
    assert find(text, "unique") == Passage(41, 47, "exact", "b" * 31 + " ", " " + "c" * 31)


def test_context_never_splits_a_character_from_its_marks() -> None:
    """It is cut shorter instead."""
    passage = find("xe\u0301" + "b" * 31 + "unique" + "c" * 31 + "e\u0301y", "unique")
    assert passage.prefix == "b" * 31
    assert passage.suffix == "c" * 31


def test_given_prefix_and_suffix_are_kept_to_the_letter() -> None:
    """White space and all."""
    text = "he said: \u201cyes\u201d, she said: \u201cyes\u201d."
    passage = stands(text, "yes", "exact", prefix=' she  said: "')
    assert (passage.start_char, passage.prefix, passage.suffix) == (27, ' she  said: "', "\u201d.")


# Ambiguity, prefix and suffix


def test_a_quotation_found_twice_is_ambiguous() -> None:
    """The message says how often it stands, shows where, and asks for a prefix or suffix."""
    message = refusal("on Monday they met; on Friday they met again", "they met")
    assert "2 times" in message
    assert '10 ("on Monday […]; on Friday they met")' in message
    assert "Give a prefix or suffix" in message


def test_overlapping_places_count() -> None:
    """Neither of them is more right than the other."""
    assert "2 times" in refusal("aaa", "aa")


def test_every_place_counts_once_in_texts_that_repeat_themselves() -> None:
    """Where a quotation overlaps itself, its places are counted in steps: no place too many, and none too few."""
    for length in range(1, 11):
        for letters in product("ab", repeat=length):
            text = "".join(letters)
            for needle in ("a", "aa", "aaa", "ab", "aba", "abab", "ababa", "aab", "aabaa", "aabaab"):
                expected = [at for at in range(length) if text.startswith(needle, at)]
                assert list(_occurrences(text, needle)) == expected, (text, needle)
    for unit in ("a", "ab", "aab", "aabb", "ababb"):
        for text in (unit * 7, unit * 6 + "ab", "b" + unit * 6 + "x" + unit * 6):
            for first in range(5):
                for last in range(first + 1, len(text)):
                    needle = text[first:last]
                    expected = [at for at in range(len(text)) if text.startswith(needle, at)]
                    assert list(_occurrences(text, needle)) == expected, (text, needle)


def test_prefix_or_suffix_decides_between_places() -> None:
    """At whatever grade, and with white space at the seam left out or given."""
    text = "on Monday they met; on\r\nFriday they met again"
    for prefix in ("on Friday", "on Friday ", "Friday\u00a0", "y", None):
        for suffix in ("again", " again", "\nagain", "ag"):
            assert find(text, "they met", prefix, suffix).start_char == 31
    assert find(text, "they met", "on Friday ").start_char == 31
    assert find(text, "they met", "Monday").start_char == 10


def test_prefix_and_suffix_are_compared_typographically() -> None:
    """So that a quotation is not refused for a dash next to it."""
    text = "he \u2013 yes \u201cno\u201d, she \u2014 yes \u201cmaybe\u201d"
    assert find(text, "yes", suffix=' "maybe').start_char == 21
    assert find(text, "yes", prefix="he - ", suffix='"no').start_char == 5


def test_white_space_that_a_prefix_gives_must_be_there() -> None:
    """Which tells a word from the end of one."""
    assert find("the post, the signpost", "post", prefix="the ").start_char == 4
    assert find("unpost, sign post", "post", prefix="sign").start_char == 13
    assert "but not after prefix" in refusal("the signpost", "post", prefix="sign ")


@pytest.mark.parametrize(
    ("text", "given", "fits"),
    [
        ("they met q\u0323ab", {"suffix": " q"}, False),
        ("they met q\u0323ab", {"suffix": "q"}, False),
        ("they met q\u0323ab", {"suffix": " q\u0323"}, True),
        ("q\u0323 met", {"prefix": "\u0323 "}, False),
        ("q\u0323 met", {"prefix": "q\u0323"}, True),
    ],
)
def test_a_prefix_or_suffix_parts_no_character_from_its_marks(text: str, given: dict[str, str], fits: bool) -> None:
    """At its outer end: a letter without its mark is another letter there as well."""
    if fits:
        assert find(text, "met", **given).grade == "exact"
    else:
        with pytest.raises(QuoteNotFound, match=f"not (before|after) {next(iter(given))}"):
            find(text, "met", **given)


def test_a_prefix_may_lead_to_a_looser_grade() -> None:
    """What it names is what is meant, though the quotation stands to the letter elsewhere."""
    assert find("A: 'no', B: \u2018no\u2019", "'no'", prefix="B: ").grade == "typographic"


def test_a_prefix_that_stands_elsewhere_is_refused() -> None:
    """The message says that the quotation is there, and what stands around it."""
    message = refusal("on Monday they met again", "they met", prefix="on Friday ", suffix="today")
    assert 'is in the text, but not after prefix "on Friday " and before suffix "today"' in message
    assert '"on Monday " before it and " again" after it' in message


def test_a_prefix_that_fits_several_places_is_ambiguous() -> None:
    """And the message asks for a longer one."""
    assert "Give a longer prefix or suffix" in refusal("we met, we met", "met", prefix="we ")


# Messages


def test_a_miss_shows_the_nearest_passage_and_the_first_difference() -> None:
    """With its place in the text."""
    text = "In 2025 the organisation had 1,234 members in all, of whom few came."
    message = refusal(text, "the organisation had 1,284 members")
    assert message == (
        'quotation "the organisation had 1,284 members" is not in the text.'
        ' Nearest passage (characters 8\u201342): "the organisation had 1,234 members".'
        ' It differs at "on had 1,2[3]4 members", where the quotation has "8". Quote it exactly.'
    )


def test_a_word_left_out_or_added_is_shown_as_a_word() -> None:
    """Not as the letters that happen to differ from those of its neighbours."""
    left_out = refusal("Morocco is today one of the pillars of security.", "Morocco is one of the pillars")
    assert 'It differs at "orocco is [today ]one of the", where the quotation has nothing.' in left_out
    added = refusal("Morocco is one of the pillars of security.", "Morocco is today one of the pillars")
    assert 'It differs at "orocco is []one of the", where the quotation has "today ".' in added


def test_a_miss_by_case_or_accents_alone_says_so() -> None:
    """In any script."""
    text = SEEDS[0] + "\n\u0645\u064f\u062d\u064e\u0645\u0651\u064e\u062f \u00c9t\u00e9 2025"
    assert "Only upper and lower case differ." in refusal(text, "interpol general assembly IN Marrakech")
    assert "Only accents or vowel marks differ." in refusal(text, "Ete 2025")
    assert "Only case and accents differ." in refusal(text, "ete 2025")
    assert "Only accents or vowel marks differ." in refusal(text, "\u0645\u062d\u0645\u062f")


@pytest.mark.parametrize("ellipsis", ["\u2026", "...", " ... ", "[\u2026]", " [...] ", ". . ."])
def test_an_ellipsis_is_answered_with_the_advice_to_quote_the_parts(ellipsis: str) -> None:
    """Because the omission may reverse the meaning."""
    message = refusal("They did not, as was claimed, meet.", f"They did{ellipsis}meet.")
    assert "A quotation cannot have gaps: quote the parts before and after the ellipsis as separate citations." in message


def test_an_ellipsis_in_the_text_can_be_quoted() -> None:
    """It just never bridges a gap."""
    stands("well \u2026 yes", "well \u2026 yes", "exact")


def test_a_miss_with_nothing_similar_says_so() -> None:
    """Rather than show something far-fetched."""
    for text in ("", "\n", "xyz", SEEDS[1]):
        assert "nor is anything similar" in refusal(text, "\u03b1\u03b2\u03b3\u03b4\u03b5\u03b6")


def test_a_late_difference_in_a_long_quotation_is_shown() -> None:
    """The passage is cut to its surroundings."""
    quote = SEEDS[0][200:2200].replace("INTERPOL", "Interpol").replace("exchanging", "exchanged")
    message = refusal(SEEDS[0], SEEDS[0][200:700].replace("exchanging", "exchangeng") + quote[500:])
    assert "exchang[i]ng" in message
    assert 'where the quotation has "e"' in message


def test_control_and_bidi_characters_never_reach_a_message() -> None:
    """From the text, the quotation, the prefix or the suffix: a message is one printable line."""
    evil = "\x1b[2J\u202e\u2066\r\n\x00\x07\u2028\ud800"
    text = f"alpha {evil} beta {evil} gamma delta, alpha {evil} beta"
    refusal(text, f"alpha {evil} betas {evil} gamma")
    refusal(text, f"alpha {evil} beta")
    refusal(text, "gamma", prefix=evil + "x", suffix=evil + "y")
    refusal(evil * 500, evil * 400 + "x")
    refusal("\x00" * 1000 + "a" + "\x00" * 1000, "\x00" * 900 + "b" + "\x00" * 100, prefix="\x00" * 900)


# Many quotations, long texts


def test_a_prepared_text_answers_as_the_text_itself() -> None:
    """It is prepared once and searched many times."""
    for raw in SEEDS:
        text = Text(raw)
        for start in range(0, len(raw) - 80, 97):
            assert find(text, raw[start : start + 80]) == find(raw, raw[start : start + 80])


def test_a_text_that_repeats_itself_is_answered_in_linear_time() -> None:
    """In quadratic time, this would take hours."""
    text = Text("a" * 200_000)
    assert "more than 1,000 times" in refusal(text, "a" * 1000)
    assert "more than 1,000 times" in refusal(text, "a" * 100_000)
    assert "but not after prefix" in refusal(text, "a" * 1000, prefix="b")
    assert "is not in the text" in refusal(text, "a" * 1000 + "b")
    assert find(text, "a" * 200_000).end_char == 200_000
    assert find("a" * 100_000 + "b", "a" * 1000, suffix="b").end_char == 100_000


def test_a_character_with_countless_marks_is_answered_in_linear_time() -> None:
    """Sorting them all would take quadratic time, and nobody writes more than a few."""
    stacked = "e" + "\u0301\u0323" * 100_000
    assert "Only accents or vowel marks differ." in refusal(f"{stacked} x", "e\u0301 x")
    assert find(f"{stacked}\n x", f"{stacked} x").grade == "normalised"


def test_only_a_miss_loads_the_libraries_for_the_nearest_passage() -> None:
    """A hit needs only the standard library."""
    script = (
        "import sys; from timeline.quotes import find; find('a\\u00adb c', 'ab c');"
        " print([name for name in sys.modules if 'rapidfuzz' in name])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Properties

PARTS = [
    "a", "b", "e", " ", "\n", "\r", "\u00a0", "\u2000", "\u00ad", "\u200d", "\u202e", "\u0301", "\u0323",
    "\u00e9", "'", "\u2019", "-", "\u2013", "\u212b", "A", "\u030a", "\u0958", "\u0915", "\u093c", "\u1112",
    "\ufb01", "f", "i", "\ufb03",
    "\u1161", "\u11ab", "\ud558", "\ud55c", "\u0628", "\u064e", "\u0651", "\u2026", "\x1c", "\U0001f600",
]  # fmt: skip
short = st.lists(st.sampled_from(PARTS), max_size=11).map("".join)
ligatures = st.text(alphabet="fi \ufb00\ufb01\ufb03\u0301\u00ad", max_size=8)
few = st.text(alphabet="ae\u0301\u0323 \n\u00ad'\u2019", max_size=9)
prose = st.one_of(st.sampled_from(SEEDS), st.text(), short)


@settings(max_examples=600, deadline=None)
@given(
    text=st.one_of(short, few, ligatures), quote=st.one_of(short, few, ligatures), at=st.integers(0, 11), length=st.integers(1, 4)
)
@example(text="a\u2000 b", quote="a b", at=0, length=4)
@example(text="A\u030a\u2000\ne\u0323\u0301", quote="\u212b \u1eb9\u0301", at=0, length=4)
def test_find_agrees_with_trying_every_slice(text: str, quote: str, at: int, length: int) -> None:
    """Soundness and completeness: it finds what matches by the words of the grades, and nothing else."""
    for wanted in (quote, text[at : at + length]):
        if not folded(wanted, "normalised").strip(" "):
            continue
        tried = ((grade, places(text, wanted, grade)) for grade in GRADES)
        grade, expected = next((pair for pair in tried if pair[1]), ("", []))
        if len(expected) == 1 and len(places(text, wanted, "typographic")) == 1:
            passage = find(text, wanted)
            assert [(passage.start_char, passage.end_char)] == expected
            assert passage.grade == grade
        else:
            with pytest.raises(QuoteAmbiguous if expected else QuoteNotFound):
                find(text, wanted)


def outcome(text: str, quote: str, prefix: str | None, suffix: str | None) -> Passage | str:
    """Give the passage, or how its want is told."""
    try:
        return find(text, quote, prefix, suffix)
    except QuoteNotFound:
        return "not found"
    except QuoteAmbiguous as error:
        return f"ambiguous{', and too many to try' if 'in the text more than' in str(error) else ''}"


@settings(max_examples=300, deadline=None)
@given(
    text=st.one_of(short, few, ligatures),
    start=st.integers(0, 11),
    lengths=st.tuples(*[st.integers(0, 3)] * 3),
    spelt=st.sampled_from(GRADES),
)
@example(text="a b. a b. a\nb,", start=10, lengths=(3, 0, 1), spelt="normalised")
@example(text="a' a' a\u2019,", start=6, lengths=(2, 0, 1), spelt="typographic")
@example(text="x. x. x b\u064e", start=6, lengths=(1, 0, 2), spelt="exact")
@example(text="x. x. b\u064e x", start=9, lengths=(1, 2, 0), spelt="exact")
@example(text="f\ufb01 \ufb01f \ufb01\ufb01", start=4, lengths=(1, 1, 1), spelt="typographic")
@example(text="x a a a ", start=1, lengths=(3, 1, 2), spelt="exact")
def test_a_quotation_that_is_everywhere_is_found_like_any_other(
    text: str, start: int, lengths: tuple[int, int, int], spelt: str
) -> None:
    """Where it stands too often to look at each place, it is looked for with its prefix and suffix: at the very same places."""
    length, before, after = lengths
    quote, prefix = folded(text[start : start + length], spelt), text[max(0, start - before) : start]
    suffix = text[start + length : start + length + after]
    assume((prefix or suffix) and folded(quote, "normalised").strip(" "))
    expected = outcome(text, quote, prefix or None, suffix or None)
    for tried in (1, 2, 3):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(finding, "TRIED", tried)
            assert outcome(text, quote, prefix or None, suffix or None) in (expected, "ambiguous, and too many to try")


@settings(deadline=None)
@given(text=prose, data=st.data())
def test_every_slice_that_stands_once_is_found_where_it_stands(text: str, data: st.DataObject) -> None:
    """And what is found is found again, by its own prefix and suffix."""
    assume(text)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, min(len(text), start + 300)))
    quote = text[start:end]
    assume(folded(quote, "normalised").strip(" ") and not cuts(text, start) and not cuts(text, end))
    loose, whole = folded(quote, "typographic").strip(" "), folded(text, "typographic")
    assume(whole.find(loose, whole.find(loose) + 1) < 0)
    passage = find(text, quote)
    assert (passage.start_char, passage.end_char, passage.grade) == (start, end, "exact")
    assert find(text, quote, passage.prefix, passage.suffix) == passage


@settings(deadline=None)
@given(text=st.sampled_from(SEEDS), data=st.data())
def test_layout_does_not_hide_a_quotation(text: str, data: st.DataObject) -> None:
    """Soft hyphens, zero-widths, decomposition and other white space leave it normalised at worst."""
    start = data.draw(st.integers(0, len(text) - 60))
    quote = text[start : start + 60]
    invisible = st.sampled_from(["\u00ad", "\u200b", "\ufeff", "\u202e\u202c"])
    blank = st.sampled_from([" ", "\u00a0", "\r\n", " \u200b ", "\t\u2003"])
    pieces = []
    for char in text[max(0, start - 100) : start + 160]:
        pieces.append(data.draw(blank) if char == " " else unicodedata.normalize("NFD", char))
        if data.draw(st.integers(0, 9)) == 0:
            pieces.append(data.draw(invisible))
    laid_out = "".join(pieces)
    wanted = folded(quote, "normalised").strip(" ")
    assume(folded(laid_out, "normalised").count(wanted) == 1)
    passage = find(laid_out, quote)
    assert passage.grade in ("exact", "normalised")
    slice_ = laid_out[passage.start_char : passage.end_char]
    assert folded(slice_, "normalised").strip(" ") == wanted


@settings(deadline=None)
@given(text=prose, quote=st.text(min_size=1) | short, prefix=st.none() | short, suffix=st.none() | short)
def test_whatever_is_found_folds_to_the_quotation(text: str, quote: str, prefix: str | None, suffix: str | None) -> None:
    """Soundness on any text; and whatever is refused is refused in one line."""
    try:
        passage = find(text, quote, prefix, suffix)
    except (QuoteNotFound, QuoteAmbiguous) as refused:
        assert str(refused).isprintable()
        assert len(str(refused)) <= 450
    else:
        slice_ = text[passage.start_char : passage.end_char]
        assert folded(slice_, passage.grade).strip(" ") == folded(quote, passage.grade).strip(" ")
        assert find(text, quote, passage.prefix, passage.suffix) == passage


@settings(deadline=None)
@given(text=st.sampled_from(SEEDS), data=st.data())
def test_one_changed_character_never_verifies(text: str, data: st.DataObject) -> None:
    """And the message points at it."""
    start = data.draw(st.integers(0, len(text) - 200))
    length = data.draw(st.integers(20, 200))
    at = data.draw(st.integers(0, length - 1))
    quote = text[start : start + at] + "\u00a4" + text[start + at + 1 : start + length]
    assert "\u00a4" in refusal(text, quote).split("where the quotation has")[1]


def test_a_known_place_says_which_of_several_is_meant() -> None:
    """A quotation whose place is known stands there to the letter, however often it stands elsewhere; else it is refused."""
    text = "1,a\n1,a\n1,a\n"
    assert at(text, "1,a", 4) == Passage(4, 7, "exact", "1,a\n", "\n1,a\n")
    assert at(text, "1,a", 4, "a ", " 1").prefix == "a "
    for start, around in ((5, ()), (-8, ()), (40, ()), (4, ("b",))):
        with pytest.raises(QuoteNotFound):
            at(text, "1,a", start, *around)
    with pytest.raises(QuoteNotFound):
        at("e\u0301", "e", 0)
