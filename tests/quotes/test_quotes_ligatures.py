"""Ligatures: one character that a typesetter uses for two or three letters. The words are the same with or without it."""

import unicodedata

import pytest

from timeline.errors import QuoteAmbiguous, QuoteNotFound
from timeline.quotes import Passage, Text, at, find

LIGATURES = [chr(point) for point in range(0xFB00, 0xFB07)]


@pytest.mark.parametrize("ligature", LIGATURES)
def test_the_document_has_the_ligature_and_the_quotation_has_the_letters(ligature: str) -> None:
    """And the reverse: each is found at the typographic grade, with its own offsets."""
    letters = unicodedata.normalize("NFKC", ligature)
    set_, typed = f"x {ligature}x y", f"x {letters}x y"
    assert find(set_, f"{letters}x y") == Passage(2, 6, "typographic", "x ", "")
    assert find(typed, f"{ligature}x y") == Passage(2, 5 + len(letters), "typographic", "x ", "")
    assert find(set_, f"{ligature}x y").grade == "exact"


def test_offsets_stay_right_after_and_between_ligatures() -> None:
    """Whatever else was folded before them."""
    text = "The\u00a0\u00a0o\ufb03ce \u2019s\u00ad \ufb01rst e\u0301 \ufb02oor \u2013 con\ufb02ict"
    for quote, slice_ in (
        ("office", "o\ufb03ce"),
        ("first \u00e9 floor", "\ufb01rst e\u0301 \ufb02oor"),
        ("floor - conflict", "\ufb02oor \u2013 con\ufb02ict"),
        ("ict", "ict"),
        ("The office 's", "The\u00a0\u00a0o\ufb03ce \u2019s"),
    ):
        passage = find(text, quote)
        assert text[passage.start_char : passage.end_char] == slice_
        assert at(text, quote, passage.start_char) == passage


@pytest.mark.parametrize("quote", ["nal", "inal report", "the f", "i", "f", "ffi", "\ufb00"])
def test_a_quotation_that_would_split_a_ligature_is_refused(quote: str) -> None:
    """Its offsets would be wrong; but letters after and before it may be quoted."""
    text = "the \ufb01nal report, an o\ufb03ce of it"
    if quote in ("nal", "ffi"):
        find(text, quote)
        return
    with pytest.raises(QuoteNotFound if quote != "f" else (QuoteAmbiguous, QuoteNotFound)) as refused:
        find(Text("the \ufb01nal report") if quote != "\ufb00" else text, quote)
    assert "or a ligature" in str(refused.value)


def test_prefix_and_suffix_match_through_ligatures() -> None:
    """They may begin and end within one: they only say which place is meant."""
    text = "the \ufb01nal word, the o\ufb03cial word, the chief word"
    assert find(text, "word", prefix="inal ").start_char == 9
    assert find(text, "word", prefix="official ").start_char == text.index("word", 20)
    assert find("word of\ufb01ce, word o\ufb00er", "word", suffix=" offe").start_char == 12


def test_words_with_and_without_a_ligature_are_ambiguous() -> None:
    """They are the same words."""
    with pytest.raises(QuoteAmbiguous, match="2 times"):
        find("the \ufb01nal word, the final word", "the final word")


def test_a_miss_next_to_a_ligature_shows_the_text_as_it_is() -> None:
    """With the difference at its place."""
    with pytest.raises(QuoteNotFound) as refused:
        find("one of the \ufb01rst \ufb02oors of the o\ufb03ce in Marrakech", "the first floors of the office in Fes")
    assert "the \ufb01rst \ufb02oors of the o\ufb03ce in" in str(refused.value)
    assert 'o\ufb03ce in [Mar]", where the quotation has "Fes"' in str(refused.value)


def test_a_known_place_works_at_every_grade() -> None:
    """It says which passage is meant; the grade is the strictest possible, and the words begin exactly there."""
    text = "a b, a\nb, \u2018a\u2019 \ufb01t, 'a' fit"
    assert at(text, "a b", 0).grade == "exact"
    assert at(text, "a b", 5) == Passage(5, 8, "normalised", "a b, ", ", \u2018a\u2019 \ufb01t, 'a' fit")
    assert at(text, "'a' fit", 10) == Passage(10, 16, "typographic", "a b, a\nb, ", ", 'a' fit")
    for quote, start in (("a b", 4), ("a b", 6), ("'a' fi", 14), ("it", 15), ("a c", 0), (" ", 1)):
        with pytest.raises(QuoteNotFound):
            at(text, quote, start)
