"""HTML in cells: plain text, with line ends between paragraphs, and what was left out told."""

from hypothesis import given, settings
from hypothesis import strategies as st

from timeline.exchange.reading.html_text import one_line, plain


def test_tags_go_and_paragraphs_stay() -> None:
    """Entities are characters, breaks are line ends, scripts are nothing, a lone "<" is text."""
    assert plain("<p>a &amp; <b>b</b></p><p>c<br>d</p><script>no</script>3 < 4").text == "a & b\n\nc\nd\n\n3 < 4"
    assert one_line("Whitney Houston<br/> 1963 - 2012").text == "Whitney Houston 1963 - 2012"


def test_text_without_tags_stays_to_the_letter() -> None:
    """Neither an ampersand nor a comparison makes a text HTML; its line ends stay."""
    assert plain("a < b & c\nd").text == "a < b & c\nd"


def test_addresses_are_told() -> None:
    """A link's address and a picture's are not in the text: they are told as dropped."""
    dropped = plain('<a href="https://e.org/1">one</a> <img src="https://e.org/2">').dropped
    assert [(what, value) for what, value, _ in dropped] == [("link", "https://e.org/1"), ("img", "https://e.org/2")]


@settings(max_examples=50, deadline=None)
@given(st.text(st.sampled_from('<>&;/!-="ap b#x3\n\x00'), max_size=60))
def test_anything_becomes_text(text: str) -> None:
    """Malformed HTML is read without an error, and holds no control characters."""
    assert "\x00" not in plain(text).text
