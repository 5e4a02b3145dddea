"""Search words are shown in the passage of a text that has the most of them, for queries as for the command line."""

from timeline.selection.passages import Words
from timeline.selection.sql import words_passage

FAR = " and ".join(["so on"] * 30)
TEXT = f"A council. {FAR}. The council voted on the bridge that day. {FAR}"


def test_the_passage_has_the_most_of_the_words() -> None:
    """A later place with all words is shown rather than the first with one of them; it is cut on both sides."""
    passage = Words("council bridge").passage(TEXT)
    assert passage is not None
    assert passage.words == {"council", "bridge"}
    assert passage.places == 3
    shown = words_passage("council bridge", TEXT)
    assert shown == passage.bracketed(TEXT)
    assert "The [council] voted on the [bridge] that day." in shown
    assert (shown[:2], shown[-2:]) == ("… ", " …")


def test_a_query_shows_the_first_text_with_a_word_or_the_beginning() -> None:
    """Accents make no difference, and the last word may be the beginning of a longer one."""
    assert words_passage("dec", "A day", "The café decided") == "The café [decided]"
    assert words_passage("cafe", None, "The café decided") == "The [café] decided"
    assert words_passage("nowhere", "x" * 500) == "x" * 200
    assert words_passage("council") == ""
