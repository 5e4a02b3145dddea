"""The message about a quotation that is not in the text: the nearest passage, and the first difference."""

import subprocess
import sys

import pytest
from quote_reference import SEEDS, refusal, stands

from timeline import quotes
from timeline.errors import QuoteNotFound

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


def test_only_a_miss_loads_the_libraries_for_the_nearest_passage() -> None:
    """A hit needs only the standard library."""
    script = (
        "import sys; from timeline.quotes import find; find('a\\u00adb c', 'ab c');"
        " print([name for name in sys.modules if 'rapidfuzz' in name])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("quote", "nearest"),
    [
        ("met in Marrakesh on", "met in Marrakech on"),
        ("MET in marrakech", "met in Marrakech"),
        ("the “quoted” wurds", "the ”quoted” words"),
        ("Nothing of the kind was ever written anywhere", ""),
    ],
)
def test_the_nearest_passage_is_given_as_it_is_in_the_text(quote: str, nearest: str) -> None:
    """So that a program can offer it in place of the quotation."""
    with pytest.raises(QuoteNotFound) as caught:
        quotes.find(quotes.Text("It met in Marrakech on the 24th, in the ”quoted” words of the chair."), quote)
    assert caught.value.nearest == nearest
