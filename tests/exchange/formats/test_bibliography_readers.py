"""CSL-JSON, RIS and BibTeX: each record becomes a source with its slice, and unknown fields are reported."""

import json

import pytest

from timeline.errors import ImportRefused
from timeline.exchange.formats.bibtex import reader as bibtex
from timeline.exchange.formats.csl_json import reader as csl_json
from timeline.exchange.formats.ris import reader as ris

RIS = "TY  - GEN\r\nID  - a\r\nTI  - Tä\r\nAU  - X\r\nPY  - 1999\r\nDA  - 1999/03//\r\nUR  - http://e.org/1\r\nL1  - a.pdf\r\nER  - \r\n\r\n"  # noqa: E501 - a file as received
BIBTEX = '@string{x = "hi"}\n@book{k1, title={Caf\\\'e {NASA}}, author={J. P{\\"o}e and K. L}, year=1999, month=mar, isbn={1}}\n@book{k1, title={D}}\n'  # noqa: E501 - a file as received


def test_csl_json_dates_are_as_exact_as_written() -> None:
    """A month stays a month, circa is approximate, a DOI is an address, other fields are reported."""
    item = {"id": "a", "type": "book", "title": "T", "author": [{"given": "A", "family": "B"}], "DOI": "10.1/x"}
    text = json.dumps([{**item, "issued": {"date-parts": [[1999, 3]], "circa": True}}, {**item, "issued": {"date-parts": [[-44]]}}])
    first, second = csl_json.read(text).rows
    assert first.fields == {"title": "T", "author": "A B", "published": "1999-03~", "url": "https://doi.org/10.1/x"}
    assert (first.kind, first.key, second.fields["published"]) == ("source", "a", "-0043")
    assert ("type", "book") in {one[:2] for one in first.dropped}
    assert json.loads(text[first.start : first.end])["title"] == "T"


def test_ris_is_read_with_its_slices() -> None:
    """CRLF or LF, and a record without an end. An attachment is a file."""
    text = f"{RIS}TY  - JOUR\nTI  - U\nY1  - 2001\n"
    first, second = ris.read(text).rows
    expected = {"title": "Tä", "author": "X", "published": "1999-03", "url": "http://e.org/1", "file": "a.pdf"}
    assert (first.key, first.fields) == ("a", expected)
    assert text[first.start : first.end].startswith("TY  - GEN")
    assert text[first.start : first.end].endswith("ER  -")
    assert second.fields["title"] == "U"


def test_bibtex_accents_are_letters_and_doubled_keys_are_refused() -> None:
    """Braces are removed, and names of months are read."""
    first, second = bibtex.read(BIBTEX).rows
    assert (first.key, first.fields) == ("k1", {"title": "Café NASA", "author": "J. Pöe; K. L", "published": "1999-03"})
    assert BIBTEX[first.start : first.end].startswith("@book{k1")
    assert "twice" in (second.refused or "")


def test_addresses_dates_and_paths_in_bibtex_are_not_latex() -> None:
    """An address keeps its "&", a date its "~". An invalid month leaves the year. Comments are not records."""
    text = (
        "@comment{x}\n@string{nyt = {The Times}}\n"
        "@article{a, title={A}, journal=nyt, url={https://e.org/?x=1&y=2}, date={1450~},"
        " file={Full Text:files/1/a.pdf:application/pdf}}\n"
        "@book{b, title={B}, year=1999, month=foo, file={:C$\\backslash$:/x/b.pdf:pdf}}\n"
    )
    first, second = bibtex.read(text).rows
    assert (first.number, second.number) == (1, 2)
    assert first.fields == {
        "title": "A", "publisher": "The Times", "url": "https://e.org/?x=1&y=2", "published": "1450~", "file": "files/1/a.pdf"
    }  # fmt: skip
    assert (second.fields["published"], second.fields["file"]) == ("1999", "C:/x/b.pdf")
    assert second.dropped[0][:2] == ("month", "foo")


def test_bibtex_entries_need_no_key() -> None:
    """Each has its slice, however many there are, and two of them stay two."""
    text = "@misc{, title={A}}\n@misc{title={B}, year=1999}\n@misc{\n  title = {C}\n}\n@misc{k, title={@misc D}}\n"
    rows = bibtex.read(text).rows
    assert [(row.key, row.fields["title"], row.refused) for row in rows] == [
        (None, "A", None), (None, "B", None), (None, "C", None), ("k", "@misc D", None),
    ]  # fmt: skip
    assert [text[row.start : row.end] for row in rows] == [
        "@misc{, title={A}}", "@misc{title={B}, year=1999}", "@misc{\n  title = {C}\n}", "@misc{k, title={@misc D}}",
    ]  # fmt: skip


def test_parts_of_a_bibtex_value_are_joined() -> None:
    """Also strings of strings, and a month with its day. Undefined names are questions. A "#" within words is a character."""
    text = (
        '@string{soc = "Society"}\n@string{tr = "Transactions of the " # soc}\n'
        '@article{a, title = "On " # {C# and } # TR, journal = tr # "~2", year = "19" # 99, month = jan # "~5"}\n'
        "@article{b, title = nowhere # { things}}\n"
    )
    first, second = bibtex.read(text).rows
    assert first.fields == {
        "title": "On C# and Transactions of the Society", "publisher": "Transactions of the Society 2", "published": "1999-01-05",
    }  # fmt: skip
    assert second.fields["title"] == "nowhere things"
    assert '"nowhere" is not a @string' in second.questions[0][1]


def test_formulas_in_bibtex_are_letters_and_sums_of_money_stay() -> None:
    """Braces are removed after the commands to which they belong."""
    text = "@misc{a, title={Forms over $\\mathbb{Z}$ and $\\alpha_1$}}\n@misc{b, title={From $5 to $10}}\n"
    assert [row.fields["title"] for row in bibtex.read(text).rows] == ["Forms over ℤ and α_1", "From $5 to $10"]


def test_seasons_are_read() -> None:
    """By their number in CSL-JSON, by their name in RIS. With other words, RIS keeps its numbers."""
    (one,) = csl_json.read('[{"type": "book", "title": "T", "issued": {"date-parts": [[1968]], "season": 1}}]').rows
    assert one.fields["published"] == "1968-21"
    rows = ris.read("TY  - GEN\nTI  - T\nDA  - 1999///Spring\nER  - \nTY  - GEN\nTI  - U\nDA  - 1999/05//Foo\nER  - \n").rows
    assert [row.fields["published"] for row in rows] == ["1999-21", "1999-05"]


@pytest.mark.parametrize("reader", [csl_json, ris, bibtex])
def test_another_file_is_refused_in_one_line(reader: object) -> None:
    """Whatever it holds."""
    for text in ("a,b\n1,2\n", "[]", "{", "<html>"):
        with pytest.raises(ImportRefused) as refused:
            reader.read(text)  # type: ignore[attr-defined]
        assert "\n" not in str(refused.value)
