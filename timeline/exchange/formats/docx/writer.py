"""Write a chronology as a Word document, with endnotes that Word numbers, headings to navigate by, and page numbers.

Editors and courts take it, and go on writing in it: a note that is cited again, or refers to an earlier one, has a field that
follows its number. The file holds no program and loads nothing. In memory are the happenings, their notes and the packed text, and
one picture at a time.
"""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from timeline.documents import images
from timeline.exchange.exporting import footnotes
from timeline.exchange.exporting.feeds import clean
from timeline.exchange.exporting.footnotes import Chronology, Fact, Footnote
from timeline.exchange.exporting.format import WITHIN, About, Format
from timeline.exchange.formats.docx import parts
from timeline.exchange.formats.svg.typesetting import right_to_left
from timeline.reading import wording
from timeline.reading.records import Happening, Picture

_PIXEL: Final = 9_525  # English metric units
_WIDEST, _HIGHEST = 5_900_000, 3_600_000  # of these units: the width of the page between its margins, and ten centimetres
_SHORT: Final = 90  # characters of the title at the head of each page
_RTL_LANGUAGES: Final = frozenset(("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"))
_REFERENCE: Final = '<w:rPr><w:rStyle w:val="EndnoteReference"/></w:rPr>'
_LINK: Final = '<w:rStyle w:val="Hyperlink"/>'
_ITALIC: Final = "<w:i/><w:iCs/>"
_BOLD: Final = "<w:b/><w:bCs/>"
_STRUCK: Final = "<w:strike/>"


def write(happenings: Iterable[Happening], about: About) -> Iterator[bytes]:
    """Write the document."""
    writer = _Writer(about, list(happenings))
    archive = parts.Archive()
    yield archive.add("[Content_Types].xml", parts.CONTENT_TYPES)
    yield archive.add("_rels/.rels", parts.PACKAGE_RELATIONS)
    title, description = clean(footnotes.heading(about)), clean(wording.one_line(about.description))
    yield archive.add("docProps/core.xml", parts.properties(title, description, clean(about.language), about.at))
    with archive.open("word/document.xml") as file:
        for piece in writer.document():
            file.write(piece.encode())
            yield b""  # whoever waits may stop here
    with archive.open("word/endnotes.xml") as file:
        for piece in writer.endnotes():
            file.write(piece.encode())
            yield b""
    yield archive.add("word/_rels/endnotes.xml.rels", writer.of_notes.xml())
    for sha256, target in writer.pictures.items():
        yield archive.add(f"word/{target}", (about.picture and about.picture(sha256)) or b"")
    yield archive.add("word/_rels/document.xml.rels", writer.of_document.xml(*parts.FIXED))
    yield archive.add("word/styles.xml", parts.STYLES)
    yield archive.add("word/settings.xml", parts.SETTINGS)
    yield archive.add("word/footer.xml", parts.FOOTER)
    yield archive.add("word/header.xml", parts.header(writer.run(title[:_SHORT])))
    yield archive.close()


class _Writer:
    """Writes the parts of the document that happenings fill, in this order: `document`, then `endnotes`."""

    def __init__(self, about: About, happenings: list[Happening]) -> None:
        self._about, self._chronology = about, Chronology(about, happenings)
        self.of_document, self.of_notes = parts.Relations(len(parts.FIXED) + 1), parts.Relations(1)
        self._relations = self.of_document
        self.pictures: dict[str, str] = {}
        """The place in the package of each picture, by its SHA-256."""
        self._drawn = self._marks = 0

    def document(self) -> Iterator[str]:
        """Yield the text, from the heading to the notes."""
        about, own = self._about, self._about.language or ""
        title = footnotes.heading(about)
        yield f"{parts.HEAD}<w:document {parts.SPACES}><w:body>"
        yield _paragraph("Title", self.run(title, language=own), like=title)
        if about.description:
            yield _paragraph("Normal", self.run(about.description, language=own), like=about.description)
        yield _paragraph("Normal", self.run(footnotes.scope(about, len(self._chronology.happenings))))
        if about.page:
            yield _paragraph("Normal", self._link(about.page, self.run(about.page, _LINK)))
        yield _paragraph("Heading1", self.run("What happened"))
        for happening in self._chronology.happenings:
            yield "".join(self._entry(happening))
        yield _paragraph("Heading1", self.run("How to verify"))
        yield _paragraph("Normal", self.run(footnotes.how_to_verify(about).replace("`", "")))
        if self._chronology.notes:
            yield _paragraph("Heading1", self.run("Notes"))
        yield f"{parts.SECTION}</w:body></w:document>"

    def endnotes(self) -> Iterator[str]:
        """Yield the notes to which the text refers."""
        self._relations = self.of_notes
        yield parts.ENDNOTES
        for note in self._chronology.notes:
            mark = f"<w:r>{_REFERENCE}<w:endnoteRef/></w:r>{self.run(' ')}"
            yield f'<w:endnote w:id="{note.number}">{_paragraph("EndnoteText", mark + self._note(note))}</w:endnote>'
        yield "</w:endnotes>"

    def run(self, text: str, properties: str = "", *, language: str = "") -> str:
        """Write words on one line, in their own direction."""
        text = clean(_one_line(text))
        backwards = right_to_left(text)
        # In the order that the schema prescribes: style, bold, italic, struck, direction, language.
        properties += "<w:rtl/>" if backwards else ""
        if language and backwards == (language.partition("-")[0].lower() in _RTL_LANGUAGES):
            properties += f'<w:lang w:{"bidi" if backwards else "val"}="{escape(clean(language))}"/>'
        return f'<w:r>{f"<w:rPr>{properties}</w:rPr>" if properties else ""}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'

    def _entry(self, happening: Happening) -> Iterator[str]:
        chronology, about, own = self._chronology, self._about, self._about.language or ""
        words, edtf = footnotes.date_and_edtf(happening)
        earlier = len(chronology.notes)
        cited = chronology.number_notes(happening)
        headline = wording.one_line(happening.headline)
        is_retracted = happening.status == "retracted"
        heading = self.run(f"{words}{f' ({edtf})' if edtf else ''}: ") + self.run(
            headline, _STRUCK if is_retracted else "", language=own
        )
        heading += self.run(" (retracted)") if is_retracted else ""
        comma = f"<w:r>{_REFERENCE}<w:t>, </w:t></w:r>".replace("<w:t>", '<w:t xml:space="preserve">')
        heading += comma.join(self._reference(note, new=note.number > earlier) for note in cited)
        number = chronology.entries[happening.id][0]
        yield _paragraph("Heading2", self._marked(f"_Entry{number}", heading), like=headline)
        for word, more in footnotes.warnings(happening, cited):
            yield _paragraph("Mark", self.run(f"{word} ", _BOLD) + self.run(more))
        for lines in footnotes.paragraphs(happening):
            text = "<w:r><w:br/></w:r>".join(self.run(line, language=own) for line in lines)
            yield _paragraph("Normal", text, like=lines[0])
        for picture in happening.media:
            yield from self._picture(picture)
        if happening.date_note:
            yield _paragraph("Facts", self.run("On the date: ", _ITALIC) + self.run(happening.date_note, language=own))
        facts = [self._fact(fact) for fact in chronology.facts(happening)]
        if facts:
            yield _paragraph("Facts", self.run(" · ").join(facts))
        version = footnotes.version_line(happening)
        linked = self._link(about.happening(happening.id), self.run(version, _LINK)) if about.page else self.run(version)
        yield _paragraph("Version", linked)

    def _reference(self, note: Footnote, *, new: bool) -> str:
        """Write the mark of a note. The first has the note; others follow its number."""
        if new:
            return self._marked(f"_Note{note.number}", f'<w:r>{_REFERENCE}<w:endnoteReference w:id="{note.number}"/></w:r>')
        return _number_of(note.number, _REFERENCE)

    def _marked(self, name: str, inner: str) -> str:
        """Put a bookmark around runs, to which others link."""
        self._marks += 1
        return f'<w:bookmarkStart w:id="{self._marks}" w:name="{name}"/>{inner}<w:bookmarkEnd w:id="{self._marks}"/>'

    def _fact(self, fact: Fact) -> str:
        values = []
        for words, id in fact.values:
            value = self.run(words)
            if id in self._chronology.entries:
                anchor = f"_Entry{self._chronology.entries[id][0]}"
                value = f'<w:hyperlink w:anchor="{anchor}" w:history="1">{self.run(words, _LINK)}</w:hyperlink>'
            elif id is not None and self._about.page:
                value = self._link(self._about.happening(id), self.run(words, _LINK))
            values.append(value)
        return self.run(f"{fact.name}: ", _ITALIC) + self.run(", ").join(values)

    def _note(self, note: Footnote) -> str:
        source = note.quotation.source
        author, title, rest = footnotes.source_parts(source)
        language = source.language or ""
        if note.first == note.number:
            cited = self.run(f"{author}, ") if author else ""
            cited += self.run(title, _ITALIC, language=language) + "".join(self.run(f", {part}") for part in rest)
        else:
            short = self.run(footnotes.short_title(title), _ITALIC, language=language)
            cited = f"{short}{self.run(' (as in note ')}{_number_of(note.first)}{self.run(')')}"
        words = note.quotation.quote if note.quotation.is_entry else f"“{wording.one_line(note.quotation.quote)}”"
        if note.quotation.description is not None:
            words, language = f"{wording.DESCRIBED}: {wording.one_line(note.quotation.description)}", self._about.language or ""
        proof = [self.run(line) for line in note.proof]
        if note.address:
            proof.insert(0, self._link(note.address, self.run(note.address, _LINK)))
        if note.document:
            proof.append(self._link(note.document, self.run("The document as received", _LINK)))
        proved = (self.run(" ") + self.run(" · ").join(proof)) if proof else ""
        before = self.run(note.before) if note.before else ""
        return f"{before}{cited}{self.run(f'{note.page}: ')}{self.run(words, language=language)}{proved}"

    def _picture(self, picture: Picture) -> Iterator[str]:
        """Write a picture with its bytes if they are few and Word shows them, or else only its words, with a link."""
        source, about = picture.source, self._about
        content = about.picture(source.sha256) if about.picture and source.sha256 else None
        size = images.size(content) if content else None
        suffix = parts.PICTURES.get(images.media_type(content) or "") if content else None
        if source.sha256 and size and suffix:
            target = self.pictures.setdefault(source.sha256, f"media/picture{len(self.pictures) + 1}.{suffix}")
            alt = picture.alt or f"Picture: {source.title or source.id}"
            self._drawn += 1
            yield _paragraph("Normal", _drawing(self._relations.picture(target), self._drawn, alt, size), keep=True)
        shown = bool(source.sha256 and size and suffix)
        words = [text for text in (picture.caption or picture.alt, picture.credit) if text]
        title = self.run(source.title or source.id, _ITALIC)
        linked = self._link(about.source(source.id), self.run(source.title or source.id, _LINK)) if about.page else title
        pieces = [*(self.run(one, language=about.language or "") for one in words), linked]
        pieces += [] if source.sha256 else [self.run("this picture was redacted")]
        yield _paragraph("Caption", ("" if shown else self.run("Picture: ", _ITALIC)) + self.run(", ").join(pieces))

    def _link(self, address: str, shown: str) -> str:
        """Link to an address of the web. The address of a source may be anything; others are not linked."""
        if (href := footnotes.web_address(clean(address))) is None:
            return shown.replace(_LINK, "", 1)
        return f'<w:hyperlink r:id="{self._relations.link(href)}" w:history="1">{shown}</w:hyperlink>'


def _paragraph(style: str, inner: str, *, like: str = "", keep: bool = False) -> str:
    """Write a paragraph, from right to left if the words that it is like are."""
    with_next = "<w:keepNext/>" if keep else ""
    direction = "<w:bidi/>" if right_to_left(like) else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{with_next}{direction}</w:pPr>{inner}</w:p>'


def _number_of(number: int, properties: str = "") -> str:
    """Write the number of a note as a field, which follows it when others are added."""
    field = f" NOTEREF _Note{number} \\h "
    return f'<w:fldSimple w:instr="{field}"><w:r>{properties}<w:t>{number}</w:t></w:r></w:fldSimple>'


def _drawing(relation: str, number: int, alt: str, size: tuple[int, int]) -> str:
    scale = min(1.0, _WIDEST / (size[0] * _PIXEL), _HIGHEST / (size[1] * _PIXEL))
    extent = " ".join(f'{name}="{max(1, int(pixels * _PIXEL * scale))}"' for name, pixels in zip(("cx", "cy"), size, strict=True))
    alt = escape(clean(wording.one_line(alt)))
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {extent}/>'
        f'<wp:docPr id="{number}" name="Picture {number}" descr="{alt}"/><a:graphic>'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
        f'<pic:cNvPr id="{number}" name="Picture {number}" descr="{alt}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
        f'<a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>'
        f'<a:ext {extent}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>'
        "</a:graphic></wp:inline></w:drawing></w:r>"
    )


def _one_line(text: str) -> str:
    """Write a text on one line, with the spaces at its ends, which part it from others."""
    line = wording.one_line(text)
    return f"{' ' * text.startswith(' ')}{line}{' ' * text.endswith(' ')}" if line else " " * bool(text)


LOSES: Final = {**footnotes.LOSES, "media": f"from {WITHIN // 1000} kB on, and WebP, only their words, with a link to the page"}
FORMAT = Format(
    "docx", "Word document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx", write, LOSES
)
