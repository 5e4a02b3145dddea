"""Finding agrees with the grades as they are defined, for any text."""

import unicodedata

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from quote_reference import SEEDS, cuts, folded, places, refusal
from shares import share

from timeline.errors import QuoteAmbiguous, QuoteNotFound
from timeline.quotes import GRADES, Passage, find, finding

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


@settings(max_examples=share(600), deadline=None)
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


@settings(max_examples=share(300), deadline=None)
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
