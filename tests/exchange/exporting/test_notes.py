"""Markdown and HTML: the chronology with its notes."""

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_happenings import ABOUT, SOURCE, happening, quotation, written
from shares import share

from timeline.exchange.exporting.format import About
from timeline.exchange.formats.markdown.writer import escaped
from timeline.reading import wording
from timeline.reading.records import Source

MEANING = st.sampled_from(
    [*"*_`~[](){}<>#+-.!|&$@^=:;\\\"'/?1 a\n\t\u00a0ا", "9. ", "1) ", "://", "www.", "&amp;", "<b>", "<!--", "- ", "---"]
)


def test_each_source_is_described_once() -> None:
    """Later by its title and the note that has it in full, with the page."""
    text = written("markdown", happening(quotations=(quotation(), quotation(2, stance="disputes"))))
    assert text.count("SHA-256") == 1
    assert "as in note 1), p. 3" in text
    assert "Disputed by The" in text
    assert "**Disputed:** a source says otherwise, see note 2" in text


def test_a_repeated_quotation_has_one_note() -> None:
    """The note links back to the first place."""
    for name in ("html", "markdown"):
        text = written(name, happening(), happening("b"), happening("c", quotations=(quotation(supports="the day"),)))
        assert text.count("words ") == 2
    text = written("html", happening(), happening("b"))
    assert text.count('href="#note-1"') == 2
    assert text.count('id="ref-1"') == 1


@settings(max_examples=share(150), deadline=None)
@given(st.lists(MEANING, max_size=12).map("".join))
def test_any_text_survives_markdown(text: str) -> None:
    """CommonMark shows it exactly, at any place; none of it becomes markup."""
    markdown = pytest.importorskip("markdown_it").MarkdownIt("commonmark")
    line = wording.one_line(text)
    for before, after, begins, ends in (("", "", "<p>", "</p>"), ("## ", "", "<h2>", "</h2>"), ("x “", "” y", "<p>x “", "” y</p>")):
        html = markdown.render(f"{before}{escaped(text)}{after}").strip("\n")
        if line or after:
            assert unescape(html.removeprefix(begins).removesuffix(ends)) == line
            assert re.findall(r"<(\w+)", html) == [begins[1:].partition(">")[0]]


def test_markdown_is_read_as_a_chronology() -> None:
    """Headings with dates, numbered notes, links to the happenings. Hostile texts are shown as plain letters."""
    markdown = pytest.importorskip("markdown_it").MarkdownIt("commonmark")
    hostile = "# <script>alert(1)</script> [b](javascript:c)\n1. d `e`"
    source = Source("s", hostile, url="https://example.org/a>b <c>", author="- x", sha256="ab" * 32)
    one = happening(title=hostile, summary=f"{hostile}\n\n> x\n\n    y", quotations=(quotation(source=source, quote=hostile),))
    html = markdown.render(written("markdown", one))
    assert set(re.findall(r"<(\w+)", html)) == {"h1", "h2", "p", "br", "a", "code"}
    assert set(re.findall(r'href="([^"]*)"', html)) == {
        "https://example.org/t/-/timeline/a",
        "https://example.org/a%3Eb%20%3Cc%3E",
        "https://example.org/t/-/timeline/sources/s/document",
    }
    assert re.findall(r"<h2>(.*?)</h2>", html)[1:] == ["Notes", "How to verify"]
    assert "<p>[1] - x, # &lt;script&gt;" in html


@pytest.mark.parametrize("name", ["html", "markdown"])
def test_a_chronology_has_every_field(name: str) -> None:
    """Kind, place, actors, parents, claimant, and the purpose of a quotation."""
    cited = quotation(source=SOURCE, grade="typographic", supports="the day")
    parent = happening("b", "The whole", kind="assembly")
    part = happening(
        kind="meeting", place="Rabat", latitude="34.02", longitude="-6.84", part_of="b", related=(("b", "within"), ("c", "after")),
        actors=(("Ann", "chair"), ("Bob", None)), tags=("x", "y"), attributed_to="Eve", date_note="as told",
        zone="Africa/Casablanca", instant="2025-11-24T09:00:00Z", quotations=(cited,),
    )  # fmt: skip
    text = written(name, parent, part)
    plain = re.sub(r"<[^>]*>|\\|(?<=\])\([^ ]*\)|[\[\]*]", "", text)
    for words in (
        "Kind: meeting", "Place: Rabat (34.02, -6.84)", "Who: Ann (chair), Bob", "Part of: The whole",
        "Related: The whole (within), c (after)", "Tags: x, y", "On the date: as told", "According to Eve",
        "Time zone: Africa/Casablanca = 2025-11-24T09:00:00Z", "Cited for: the day", "Typographic: the same words, with",
        "recorded on 2 January 2026 by someone", "Archived 1 January 2026", f"SHA-256 {'ab' * 32}", "TNA, 28 November 2025, p. 3: ",
    ):  # fmt: skip
        assert words in plain, words
    if name == "html":
        assert text.count('<a href="#entry-1">') == 2


def test_a_claim_names_its_author_in_the_heading() -> None:
    """A list of headings shows nothing else. The same holds for the title of a parent."""
    claim, part = happening("b", "He lied", attributed_to="Eve * Roe"), happening("c", "The part", part_of="b")
    markdown = written("markdown", claim, part)
    assert re.search(r"^## .*: According to Eve \\\* Roe: He lied$", markdown, re.MULTILINE)
    assert "Part of: [According to Eve \\* Roe: He lied]" in markdown
    html = written("html", claim, part)
    heading = re.sub(r"<sup>.*?</sup>", "", next(one for one in re.findall(r"<h3.*?</h3>", html) if "Eve" in one))
    assert '<span class="claim" dir="ltr" lang="en">' in heading, "its direction does not decide that of the title"
    assert re.sub("<.*?>", "", heading).rstrip() == "According to Eve * Roe: He lied"
    assert "<bdi>According to Eve * Roe: He lied</bdi>" in html


def test_lines_and_paragraphs_stay() -> None:
    """With any line ends. In Markdown, none of them becomes markup."""
    one = happening(summary="First\r\n- second\r\n \r\n# third\n\n\n1. fourth")
    assert re.findall(r"<p dir=\"auto\">(.*?)</p>", written("html", one, about=About("A"))) == [
        "First<br>- second",
        "# third",
        "1. fourth",
    ]
    html = pytest.importorskip("markdown_it").MarkdownIt("commonmark").render(written("markdown", one))
    assert "<p>First<br />\n- second</p>\n<p># third</p>\n<p>1. fourth</p>" in html


def test_html_is_one_file_with_linked_notes() -> None:
    """Every link within the file has a target. There is no script, nothing is loaded, and recorded words are escaped."""
    about = About('A </style><script> & "more"', "https://example.org/t/-/timeline")
    text = written("html", happening(title="<script>alert(1)</script>", version=2, reason="a misprint", date="1990~"), about=about)
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
    assert "<script" not in text
    assert text.count("</style>") == 1
    assert not re.search(r"(src=|url\(|@import|<link)", text)
    assert "<strong>Corrected</strong> <bdi>on 2 January 2026: a misprint</bdi>" in text
    assert "About 1990" in text
    assert "<s>It happened</s>" in written("html", happening(status="retracted"))


def test_a_mere_file_name_is_not_a_heading() -> None:
    """A title from the metadata is."""
    for title, heading in (("timeline", "Chronology"), ("my-db", "Chronology: my-db"), ("The Case", "The Case")):
        assert f">{heading}</h1>" in written("html", about=About(title))
        assert f">{heading}</title>" in written("svg", about=About(title))
    assert written("markdown", about=ABOUT).startswith("# A \\<timeline\\> \\& more\n")


def test_an_entry_of_a_table_is_quoted_without_quotation_marks() -> None:
    """It is evidence and not prose, so it has no quotation marks."""
    source = Source("csv", "rows.csv", media_type="text/csv")
    for name in ("html", "markdown"):
        text = written(name, happening(quotations=(quotation(source=source, quote="2001,a,b"),)))
        assert "Entry in" in text
        assert (': <code dir="auto">2001,a,b</code>' if name == "html" else ": 2001,a,b") in text


def test_a_script_as_an_address_is_not_linked() -> None:
    """Only web addresses are."""
    source = Source("x", "X", url="javascript:alert(1)")
    for name in ("html", "markdown"):
        text = written(name, happening(quotations=(quotation(source=source),)))
        assert not re.search(r"""(href="|<|\]\(<?)javascript:""", text)
