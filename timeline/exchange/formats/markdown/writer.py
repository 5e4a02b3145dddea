"""Write a chronology in Markdown (CommonMark) for an article, with numbered notes at its end.

Every character with a meaning in Markdown is escaped, so that a title is shown exactly as it was recorded.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from timeline.exchange.exporting import footnotes
from timeline.exchange.exporting.footnotes import Chronology, Fact, Footnote
from timeline.exchange.exporting.format import About, Format
from timeline.reading import wording
from timeline.reading.records import Happening

_SYNTAX: Final = re.compile(r"[\\`*_{}\[\]<>#|~^&$@]|^[-+=:]|(?<=[Ww])\.|:(?=//)")
_MAYBE_SYNTAX: Final = re.compile(r"[\\`*_{}\[\]<>#|~^&$@.:=+-]").search  # a quick test: most texts have none of these
_LISTED: Final = re.compile(r"^([0-9]+)([.)])(?= |$)")
# Control characters, lone surrogates, and characters that turn the direction of the following text.
_NEVER: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")


def escaped(text: str | None) -> str:
    """Write a text on one line so that CommonMark shows it exactly."""
    shown = wording.one_line(text)
    if not shown.isprintable():
        shown = _NEVER.sub("\ufffd", shown)
    if _MAYBE_SYNTAX(shown):
        shown = _SYNTAX.sub(r"\\\g<0>", shown)
    return _LISTED.sub(r"\1\\\2", shown) if shown[:1].isdigit() else shown


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the chronology."""
    chronology = Chronology(about, list(happenings))
    yield f"# {escaped(footnotes.heading(about))}\n\n"
    if about.description:
        yield f"{escaped(about.description)}\n\n"
    yield f"{escaped(footnotes.scope(about, len(chronology.happenings)))}\n\n"
    for happening in chronology.happenings:
        yield from _happening(happening, chronology)
    if chronology.notes:
        yield "## Notes\n\n"
    for note in chronology.notes:
        yield f"{_note(note)}\n\n"
    verifying = escaped(footnotes.how_to_verify(about)).replace("\\`timeline verify\\`", "`timeline verify`")
    yield f"## How to verify\n\n{verifying}\n"


def _happening(happening: Happening, chronology: Chronology) -> Iterator[str]:
    about = chronology.about
    words, edtf = footnotes.date_and_edtf(happening)
    vague = f" \\({escaped(edtf)}\\)" if edtf else ""
    cited = chronology.number_notes(happening)
    numbers = "".join(f" \\[{note.number}\\]" for note in cited)
    retracted_mark = " \\(retracted\\)" if happening.status == "retracted" else ""
    yield f"## {escaped(words)}{vague}: {escaped(happening.headline)}{retracted_mark}\n\n"
    for word, more in footnotes.warnings(happening, cited):
        yield f"**{word}** {escaped(more)}\n\n"
    for lines in footnotes.paragraphs(happening):
        yield "\\\n".join(map(escaped, lines)) + "\n\n"
    for picture in happening.media:
        words = ", ".join(filter(None, (picture.caption or picture.alt, picture.credit, picture.source.title)))
        address = about.image(picture.source)
        yield f"Picture: {escaped(words or picture.source.id)}{f' {_link(address)}' if address else ''}\n\n"
    if happening.date_note:
        yield f"On the date: {escaped(happening.date_note)}\n\n"
    facts = [_fact(fact, chronology) for fact in chronology.facts(happening)]
    if facts:
        yield f"{' · '.join(facts)}\n\n"
    linked = _to_happening(escaped(footnotes.version_line(happening)), happening.id, about)
    yield f"Notes:{numbers}. {linked}\n\n" if numbers else f"{linked}\n\n"


def _fact(fact: Fact, chronology: Chronology) -> str:
    return f"{fact.name}: {', '.join(_to_happening(escaped(words), id, chronology.about) for words, id in fact.values)}"


def _to_happening(words: str, id: str | None, about: About) -> str:
    """Link words to the page of a happening, if there is one."""
    return f"[{words}](<{footnotes.escaped_address(about.happening(id))}>)" if id is not None and about.page else words


def _note(note: Footnote) -> str:
    author, title, rest = footnotes.source_parts(note.quotation.source)
    cited = (
        ", ".join(filter(None, (author, title, *rest)))
        if note.first == note.number
        else f"{footnotes.short_title(title)} (as in note {note.first})"
    )
    words = escaped(note.quotation.words)
    quoted = words if note.quotation.is_entry else f"“{words}”"
    if note.quotation.description is not None:
        quoted = f"{wording.DESCRIBED}: {words}"
    parts = [f"\\[{note.number}\\] {note.before}{escaped(cited + note.page)}: {quoted}"]
    if note.address:
        parts.append(_link(note.address))
    proof = [f"{escaped(line)}." for line in note.proof]
    if note.document:
        proof.append(f"The document: {_link(note.document)}")
    return " ".join((*parts, *proof))


def _link(address: str) -> str:
    """Link an address of the web. The address of a source may be anything; others are written as text."""
    href = footnotes.web_address(address)
    return escaped(address) if href is None else f"<{href}>"


LOSES: Final = {**footnotes.LOSES, "media": "only their words and addresses"}
FORMAT = Format("markdown", "Markdown", "text/markdown; charset=utf-8", ".md", write, LOSES)
