"""Write a chronology as one HTML file to be printed and filed, with links between entries and notes, and page numbers.

The file has no script and loads nothing.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from timeline.documents import images
from timeline.exchange.exporting import footnotes
from timeline.exchange.exporting.feeds import clean
from timeline.exchange.exporting.footnotes import Chronology, Fact, Footnote
from timeline.exchange.exporting.format import WITHIN, About, Format
from timeline.reading import wording
from timeline.reading.records import Happening, Picture

SHORT: Final = 90  # characters of the title at the head of each printed page
STYLE: Final = """
@page {
  margin: 22mm 20mm 24mm;
  @top-right { content: "%s"; font: 9pt serif } @bottom-center { content: counter(page) " / " counter(pages); font: 9pt serif }
}
@page :first { @top-right { content: none } }
html { background: #fff; color: #000; color-scheme: light }
body { font: 1.05rem/1.5 Georgia, "Times New Roman", serif; max-width: 46rem; margin: 2.5rem auto; padding: 0 1.25rem }
h1 { font-size: 2rem; line-height: 1.15; margin: 0 0 .5rem }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; border-bottom: 2px solid #000; padding-bottom: .25rem; break-after: avoid }
h1, h2, h3, p, li { overflow-wrap: anywhere }
header { border-bottom: 3px solid #000; padding-bottom: 1rem; margin-bottom: 1.5rem }
header p { margin: .35rem 0 }
.entry { display: grid; grid-template-columns: 9.5rem minmax(0, 1fr); gap: 0 1.5rem; padding: .9rem 0; border-top: 1px solid #999 }
.entry:first-of-type { border-top: 0 }
.entry > * { grid-column: 2; margin: 0 0 .4rem }
.entry > .when { grid-column: 1; grid-row: 1 / span 30; font-weight: bold; line-height: 1.35 }
.edtf { display: block; font: .75rem/1.4 ui-monospace, "DejaVu Sans Mono", monospace; color: #444; white-space: nowrap }
h3 { font-size: 1.05rem; line-height: 1.35; break-after: avoid }
.facts { font-size: .88rem; line-height: 1.45 }
.facts b, .claim { font-weight: normal; font-style: italic }
figure img { display: block; max-width: 100%; max-height: 24rem }
.mark { border-inline-start: 4px solid #000; padding-inline-start: .6rem; font-size: .92rem }
.version { font-size: .78rem; color: #444 }
h3 sup { line-height: 0; font-size: .72em; font-weight: normal }
sup a { padding: .3em .15em; text-decoration: none }
a { color: inherit }
ol { padding-inline-start: 2.4rem; font-size: .88rem } li { margin: 0 0 .65rem }
.proof { font-size: .92em; color: #444 } .full { display: block }
code { font: .9em/1.4 ui-monospace, "DejaVu Sans Mono", monospace }
li:target, .entry:target { outline: 2px solid #000; outline-offset: 3px }
q { quotes: "“" "”" "‘" "’" }
p, li { orphans: 3; widows: 3 }
footer { font-size: .92rem; break-inside: avoid }
@media (max-width: 36rem) { .entry { display: block } h1 { font-size: 1.6rem } ol { padding-inline-start: 1.7rem } }
@media print {
  body { font-size: 10.5pt; line-height: 1.42; max-width: none; margin: 0; padding: 0 }
  .entry { break-inside: avoid; grid-template-columns: 40mm minmax(0, 1fr) }
  a { text-decoration: none } .back { display: none }
}
"""


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the page."""
    chronology = Chronology(about, list(happenings))
    title = _e(footnotes.heading(about))
    # The program's own words are English. Recorded words are in the language of the timeline.
    language = f' lang="{_e(about.language)}"' if about.language else ""
    yield f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
    yield '<meta name="viewport" content="width=device-width">\n'
    yield f"<style>{STYLE.replace('%s', css_text(footnotes.heading(about)), 1)}</style>\n</head>\n<body>\n<header>\n"
    yield f'<h1 dir="auto"{language}>{title}</h1>\n'
    if about.description:
        yield f'<p dir="auto"{language}>{_e(about.description)}</p>\n'
    yield f"<p>{_e(footnotes.scope(about, len(chronology.happenings)))}</p>\n"
    if about.page:
        yield f"<p>{_link(about.page, _e(about.page))}</p>\n"
    yield '</header>\n<main>\n<section aria-labelledby="chronology">\n<h2 id="chronology">What happened</h2>\n'
    for happening in chronology.happenings:
        yield _entry(happening, chronology, language)
    yield "</section>\n"
    if chronology.notes:
        yield '<section class="notes" aria-labelledby="notes">\n<h2 id="notes">Notes</h2>\n<ol>\n'
    for note in chronology.notes:
        yield _note(note)
    if chronology.notes:
        yield "</ol>\n</section>\n"
    verifying = _e(footnotes.how_to_verify(about)).replace("`timeline verify`", "<code>timeline verify</code>")
    yield f"</main>\n<footer>\n<h2>How to verify</h2>\n<p>{verifying}</p>\n</footer>\n</body>\n</html>\n"


def _entry(happening: Happening, chronology: Chronology, language: str) -> str:
    about = chronology.about
    words, edtf = footnotes.date_and_edtf(happening)
    vague = f'<span class="edtf">{_e(edtf).replace("/", "/<wbr>").replace(",", ",<wbr>")}</span>' if edtf else ""
    earlier = len(chronology.notes)  # earlier notes have their backlink already
    cited = chronology.number_notes(happening)
    links = ", ".join(_mark(note, earlier) for note in cited)
    # A number must not be alone on a line.
    sup = f"\u00a0<sup>{links}</sup>" if links else ""
    title = _e(happening.title) or wording.NO_TITLE
    if happening.status == "retracted":
        title = f"<s>{title}</s>"
    claim = ""
    if happening.attributed_to:  # with its own direction, so that it does not decide that of the title
        claim = f'<span class="claim" dir="ltr" lang="en">According to <bdi{language}>{_e(happening.attributed_to)}</bdi>: </span>'
    parts = [f'<h3 dir="auto"{language}>{claim}{title}{sup}</h3>', f'<p class="when">{_e(words)}{vague}</p>']
    parts += [
        f'<p class="mark"><strong>{word}</strong> <bdi>{_e(more)}</bdi></p>' for word, more in footnotes.warnings(happening, cited)
    ]
    parts += [f'<p dir="auto"{language}>{"<br>".join(map(_e, lines))}</p>' for lines in footnotes.paragraphs(happening)]
    parts += [figure(picture, about, language) for picture in happening.media]
    if happening.date_note:
        parts.append(f'<p class="facts"><b>On the date:</b> <bdi{language}>{_e(wording.one_line(happening.date_note))}</bdi></p>')
    facts = [fact_in_words(fact, chronology) for fact in chronology.facts(happening)]
    if facts:
        parts.append(f'<p class="facts">{" · ".join(facts)}</p>')
    version = _e(footnotes.version_line(happening))
    parts.append(f'<p class="version">{_link(about.happening(happening.id), version) if about.page else version}</p>')
    id = f"entry-{chronology.entries[happening.id][0]}"
    return f'<article class="entry" id="{id}">\n{"".join(part + chr(10) for part in parts)}</article>\n'


def figure(picture: Picture, about: About, language: str) -> str:
    """Write a picture with its bytes if they are few, or else only its words, with a link."""
    source = picture.source
    content = about.picture(source.sha256) if about.picture and source.sha256 else None
    media_type = images.media_type(content) if content else None
    words = [f"<bdi{language}>{_e(text)}</bdi>" for text in (picture.caption or picture.alt, picture.credit) if text]
    title = f"<cite><bdi>{_e(source.title or source.id)}</bdi></cite>"
    words.append(_link(about.source(source.id), title) if about.page else title)
    words += [] if source.sha256 else ["this picture was redacted"]
    image = ""
    if content and media_type:
        alt = _e(picture.alt or f"Picture: {source.title or source.id}")
        image = f'<img alt="{alt}" src="data:{media_type};base64,{b64encode(content).decode()}">'
    return f'<figure>{image}<figcaption class="facts">{"" if image else "<b>Picture:</b> "}{", ".join(words)}</figcaption></figure>'


def _mark(note: Footnote, earlier: int) -> str:
    """Link to a note. The first link to each note has the id to which the note links back."""
    id = f' id="ref-{note.number}"' if note.number > earlier else ""
    return f'<a{id} href="#note-{note.number}" aria-label="Note {note.number}">{note.number}</a>'


def fact_in_words(fact: Fact, chronology: Chronology) -> str:
    """Write a fact, with links to the happenings in the same file."""
    values = []
    for words, id in fact.values:
        value = f"<bdi>{_e(wording.one_line(words))}</bdi>"
        if id in chronology.entries:
            value = f'<a href="#entry-{chronology.entries[id][0]}">{value}</a>'
        elif id is not None and chronology.about.page:
            value = _link(chronology.about.happening(id), value)
        values.append(value)
    return f"<b>{fact.name}:</b> {', '.join(values)}"


def _note(note: Footnote) -> str:
    source = note.quotation.source
    lang = f' lang="{_e(source.language)}"' if source.language else ""
    author, title, rest = footnotes.source_parts(source)
    in_full = note.first == note.number
    cited = f"<cite><bdi{lang}>{_e(title if in_full else footnotes.short_title(title))}</bdi></cite>"
    if in_full:
        before = [f"<bdi>{_e(author)}</bdi>"] if author else []
        cited = ", ".join((*before, cited, *(f"<bdi>{_e(part)}</bdi>" for part in rest)))
    else:
        cited += f' (as in <a href="#note-{note.first}">note {note.first}</a>)'
    words, entry = _e(note.quotation.words), note.quotation.is_entry  # an entry of a table is not prose
    quoted = f': <code dir="auto">{words}</code>' if entry else f': <q dir="auto"{lang}>{words}</q>'
    if note.quotation.description is not None:
        quoted = f": <em>{wording.DESCRIBED}:</em> <bdi>{words}</bdi>"
    back = f'<a class="back" href="#ref-{note.number}" aria-label="Back to where note {note.number} is">↩</a>'
    proof = [_e(line) for line in note.proof]
    if note.address:
        proof.insert(0, _link(note.address, _e(note.address)))
    if note.document:
        proof.append(_link(note.document, "The document"))
    proved = f' <span class="proof{" full" if in_full else ""}">{" · ".join(proof)}</span>' if proof else ""
    return f'<li id="note-{note.number}">{note.before}{cited}{_e(note.page)}{quoted}{proved} {back}</li>\n'


def _link(address: str, shown: str) -> str:
    """Link to an address of the web. The address of a source may be anything; others are not linked."""
    if footnotes.web_address(address) is None:
        return shown
    return f'<a href="{_e(address)}">{shown}</a>'


def css_text(text: str) -> str:
    """Write a text within the quotation marks of a style sheet. Anything but letters, digits and spaces is escaped."""
    return "".join(sign if sign.isalnum() or sign == " " else f"\\{ord(sign):X} " for sign in clean(text)[:SHORT])


def _e(text: str | None) -> str:
    return escape(clean(text))


LOSES: Final = {**footnotes.LOSES, "media": f"from {WITHIN // 1000} kB on, only their words, with a link to the page"}
FORMAT = Format("html", "HTML, to print", "text/html; charset=utf-8", ".html", write, LOSES)
