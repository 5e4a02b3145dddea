"""Finding a quotation: offsets and context, ambiguity, prefix and suffix, and long texts."""

from itertools import product

import pytest
from quote_reference import SEEDS, refusal, stands

from timeline.errors import QuoteNotFound
from timeline.quotes import Passage, Text, at, find
from timeline.quotes.finding import _occurrences

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
