"""Markdown and HTML: the chronology with its notes."""

import re

from told import happening, quotation, written


def test_each_source_is_described_once() -> None:
    """Then by its title and the note that has it in full, with the page."""
    text = written("markdown", happening(quotations=(quotation(), quotation(2, stance="disputes"))))
    assert text.count("SHA-256") == 1
    assert "as in note 1), p. 3" in text
    assert "Disputed by: " in text
    assert "**Disputed" in text


def test_any_title_survives_markdown() -> None:
    """What would mean something is escaped, and is on one line."""
    text = written("markdown", happening(title="*a* <script> [b](c)\n# d `e`"))
    assert r"\*a\* \<script\> \[b\](c) \# d \`e\`" in text


def test_html_is_one_file_with_notes_to_and_fro() -> None:
    """Every link within it leads somewhere; no script, nothing from elsewhere; what was recorded is escaped."""
    text = written("html", happening(title="<script>alert(1)</script>", version=2, reason="a misprint", date="1990~"))
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
    assert "<script" not in text
    assert not re.search(r"(src=|url\(|@import|<link)", text)
    assert "Corrected: a misprint" in text
    assert "About 1990" in text


def test_a_source_that_gives_a_script_as_its_address_is_not_linked() -> None:
    """Only addresses of the web are."""
    one = quotation()
    source = type(one.source)("x", "X", url="javascript:alert(1)")
    assert "javascript:" not in written("html", happening(quotations=(quotation(source=source),)))
