"""Markdown (CommonMark): the chronology as it goes into an article, with numbered notes at its end.

Every character that could mean something to Markdown is escaped, so that a title is read as it was written.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from timeline.exchange.writing import noting, saying
from timeline.exchange.writing.record import About, Format, Happening

LOSES: Final = {
    "kind": "left out",
    "latitude": "left out, with the longitude",
    "part_of": "left out",
    "related": "left out",
    "supports": "left out",
    "grade": "left out",
}
_MEANT: Final = re.compile(r"[\\`*_{}\[\]<>#|~&$@]|^[-+=:]|(?<=[0-9])[.)](?= |$)|(?<=www)\.|(?<=http):|(?<=https):")


def escaped(text: str | None) -> str:
    """Write a text on one line so that CommonMark shows it to the letter."""
    shown = saying.one_line(text)
    if not shown.isprintable():
        shown = "".join(one if one.isprintable() else "\ufffd" for one in shown)
    return _MEANT.sub(r"\\\g<0>", shown)


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the chronology."""
    all_of_them = list(happenings)
    notes = noting.Notes(about)
    yield f"# {escaped(about.title)}\n\n"
    if about.description:
        yield f"{escaped(about.description)}\n\n"
    yield f"{escaped(noting.chosen(about, len(all_of_them)))}\n\n"
    for happening in all_of_them:
        yield from _happening(happening, notes, about)
    if notes.notes:
        yield "## Notes\n\n"
    for note in notes.notes:
        address = f" <{_address(note.address)}>" if note.address else ""
        quote = escaped(note.quotation.quote)
        yield f"\\[{note.number}\\] {note.before}“{quote}” {escaped(note.where)}{address}\n\n"
    yield f"## How to verify\n\n{escaped(noting.verifying(about))}\n"


def _happening(happening: Happening, notes: noting.Notes, about: About) -> Iterator[str]:
    words, edtf = noting.dated(happening)
    taken = notes.take(happening)
    vague = f" \\({escaped(edtf)}\\)" if edtf else ""
    yield f"## {escaped(words)}{vague}: {escaped(happening.title) or escaped(saying.NO_TITLE)}\n\n"
    for mark in noting.marks(happening):
        yield f"**{escaped(mark)}**\n\n"
    numbers = "".join(f" \\[{note.number}\\]" for note in taken)
    paragraphs = [escaped(part) for part in (happening.summary or "").split("\n\n") if part.strip()]
    for paragraph in paragraphs:
        yield f"{paragraph}\n\n"
    for name, said in noting.told(happening):
        yield f"{name}: {escaped(said)}\n\n"
    version = f"Version {happening.version}, position {happening.position}"
    linked = f"[{version}](<{_address(about.happening(happening.id))}>)" if about.page else version
    yield f"Notes:{numbers}. {linked}\n\n" if numbers else f"{linked}\n\n"


def _address(address: str) -> str:
    """Write an address between angle brackets, which it must not close."""
    return re.sub(r"[\s<>\\\x00-\x1f]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), address)


FORMAT = Format("markdown", "Markdown", "text/markdown; charset=utf-8", ".md", write, LOSES)
