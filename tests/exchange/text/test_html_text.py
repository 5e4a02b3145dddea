"""HTML in cells becomes plain text with paragraphs, and dropped parts are listed."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timeline.exchange.text.html_text import one_line, plain


def test_tags_go_and_paragraphs_stay() -> None:
    """Entities are characters, breaks are line ends, scripts are removed, a lone "<" is text."""
    assert plain("<p>a &amp; <b>b</b></p><p>c<br>d</p><script>no</script>3 < 4").text == "a & b\n\nc\nd\n\n3 < 4"
    assert one_line("Whitney Houston<br/> 1963 - 2012").text == "Whitney Houston 1963 - 2012"


def test_text_without_tags_is_not_changed() -> None:
    """Neither an ampersand nor a comparison makes a text HTML. Its line ends stay."""
    assert plain("a < b & c\nd").text == "a < b & c\nd"


def test_addresses_are_listed() -> None:
    """The addresses of links and pictures are not in the text, but listed as dropped."""
    dropped = plain('<a href="https://e.org/1">one</a> <img src="https://e.org/2">').dropped
    assert [(what, value) for what, value, _ in dropped] == [("link", "https://e.org/1"), ("img", "https://e.org/2")]


@pytest.mark.parametrize("part", ['<a href="', "<b a=", "<!--a", "</a", "<!D", "<a", "&", "<script>"])
def test_a_hostile_cell_takes_no_time(part: str) -> None:
    """Tags that are never closed, by the hundred thousand, are text, and read once."""
    begun = time.process_time()
    assert plain("<b>x</b>" + part * 100_000).text.startswith("x")
    assert time.process_time() - begun < 5


def test_comments_and_declarations_are_left_out() -> None:
    """A comment that is never closed is text."""
    assert plain("<!DOCTYPE html><b>a</b><!-- <i>no</i> --> c <?php x ?>d").text == "a c d"
    assert plain("<b>a</b> <!-- open").text == "a <!-- open"


@settings(max_examples=50, deadline=None)
@given(st.text(st.sampled_from('<>&;/!-="ap b#x3\n\x00'), max_size=60))
def test_anything_becomes_text(text: str) -> None:
    """Malformed HTML is read without an error, and without control characters."""
    assert "\x00" not in plain(text).text
