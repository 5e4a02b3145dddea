"""HTML, one file and ready to be printed: the chronology as it goes into a filing, with notes linked to and fro.

Holds no script and asks for nothing elsewhere. Every page that is printed has its number.
"""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from timeline.exchange.writing import noting, saying
from timeline.exchange.writing.as_markdown import LOSES
from timeline.exchange.writing.feeding import clean
from timeline.exchange.writing.record import About, Format, Happening

STYLE: Final = """
@page { size: A4; margin: 22mm 20mm 24mm; @bottom-center { content: counter(page) " / " counter(pages); font: 9pt serif } }
html { background: #fff; color: #000 }
body { font: 1.05rem/1.5 Georgia, "Times New Roman", serif; max-width: 44rem; margin: 2.5rem auto; padding: 0 1.25rem }
h1 { font-size: 2rem; line-height: 1.15; margin: 0 0 .5rem }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; border-bottom: 2px solid #000; padding-bottom: .25rem; break-after: avoid }
header { border-bottom: 3px solid #000; padding-bottom: 1rem; margin-bottom: 1.5rem }
header p { margin: .35rem 0 }
.entry { display: grid; grid-template-columns: 9.5rem 1fr; gap: 0 1.5rem; padding: .9rem 0; border-top: 1px solid #999 }
.entry:first-of-type { border-top: 0 }
.entry > * { grid-column: 2; margin: 0 0 .4rem; min-width: 0; overflow-wrap: anywhere }
.entry > .when { grid-column: 1; grid-row: 1 / span 30; font-weight: bold; line-height: 1.35 }
.edtf { display: block; font: .72rem/1.4 ui-monospace, "DejaVu Sans Mono", monospace; font-weight: normal; color: #444 }
h3 { font-size: 1.05rem; line-height: 1.35; break-after: avoid }
.said { font-size: .9rem }
.said b { font-weight: normal; font-style: italic }
.mark { border: 1.5px solid #000; padding: .1rem .5rem; font-size: .9rem; justify-self: start }
.version { font-size: .78rem; color: #444 }
sup { line-height: 0; font-size: .72em } sup a { padding: .25em .1em; text-decoration: none }
a { color: inherit }
ol { padding-inline-start: 2.4rem; font-size: .88rem } li { margin: 0 0 .5rem; overflow-wrap: anywhere }
li:target, .entry:target { outline: 2px solid #000; outline-offset: 3px }
q { quotes: "“" "”" "‘" "’" }
p, li { orphans: 3; widows: 3 }
@media (max-width: 36rem) { .entry { display: block } }
@media print {
  body { font-size: 10.5pt; line-height: 1.42; max-width: none; margin: 0; padding: 0 }
  .entry { break-inside: avoid; grid-template-columns: 34mm 1fr } li { break-inside: avoid }
  a { text-decoration: none }
}
"""


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the page."""
    all_of_them = list(happenings)
    notes = noting.Notes(about)
    title = _e(about.title)
    # The program's own words are English; what was recorded is in the language of the timeline.
    language = f' lang="{_e(about.language)}"' if about.language else ""
    yield f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
    yield '<meta name="viewport" content="width=device-width">\n'
    yield f'<style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1 dir="auto"{language}>{title}</h1>\n'
    if about.description:
        yield f'<p dir="auto"{language}>{_e(about.description)}</p>\n'
    yield f"<p>{_e(noting.chosen(about, len(all_of_them)))}</p>\n"
    if about.page:
        yield f"<p>{_link(about.page, about.page)}</p>\n"
    yield '</header>\n<main>\n<section aria-labelledby="chronology">\n<h2 id="chronology">Chronology</h2>\n'
    for happening in all_of_them:
        yield _entry(happening, notes, about, language)
    yield "</section>\n"
    if notes.notes:
        yield '<section aria-labelledby="notes">\n<h2 id="notes">Notes</h2>\n<ol>\n'
    for note in notes.notes:
        where = _link(note.address, note.where) if note.address else _e(note.where)
        spoken = note.quotation.source.language
        lang = f' lang="{_e(spoken)}"' if spoken else ""
        back = f'<a href="#ref-{note.number}" aria-label="Back to where note {note.number} is">↩</a>'
        quoted = f'<q dir="auto"{lang}>{_e(note.quotation.quote)}</q>'
        yield f'<li id="note-{note.number}">{note.before}{quoted} <bdi>{where}</bdi> {back}</li>\n'
    if notes.notes:
        yield "</ol>\n</section>\n"
    verifying = _e(noting.verifying(about)).replace("`", "")
    yield f"</main>\n<footer>\n<h2>How to verify</h2>\n<p>{verifying}</p>\n</footer>\n</body>\n</html>\n"


def _entry(happening: Happening, notes: noting.Notes, about: About, language: str) -> str:
    words, edtf = noting.dated(happening)
    vague = f'<span class="edtf">{_e(edtf)}</span>' if edtf else ""
    links = "".join(
        f'<sup id="ref-{note.number}"><a href="#note-{note.number}" aria-label="Note {note.number}">{note.number}</a></sup> '
        for note in notes.take(happening)
    ).rstrip()
    title = _e(happening.title) or saying.NO_TITLE
    parts = [f'<h3 dir="auto"{language}>{title} {links}</h3>', f'<p class="when">{_e(words)}{vague}</p>']
    parts += [f'<p class="mark">{_e(mark)}</p>' for mark in noting.marks(happening)]
    paragraphs = [part for part in (happening.summary or "").split("\n\n") if part.strip()]
    parts += [f'<p dir="auto"{language}>{_e(part)}</p>' for part in paragraphs]
    parts += [f'<p class="said"><b>{name}:</b> <bdi>{_e(said)}</bdi></p>' for name, said in noting.told(happening)]
    version = f"Version {happening.version}, position {happening.position:,}"
    shown = _link(about.happening(happening.id), version) if about.page else version
    parts.append(f'<p class="version">{shown}</p>')
    return f'<article class="entry">\n{"".join(part + chr(10) for part in parts)}</article>\n'


def _link(address: str, shown: str) -> str:
    """Link, where it is an address of the web; a source's may be anything that was written there."""
    if not address.lower().startswith(("http://", "https://")):
        return _e(shown)
    return f'<a href="{_e(address)}">{_e(shown)}</a>'


def _e(text: str | None) -> str:
    return escape(clean(text))


FORMAT = Format("html", "HTML, to print", "text/html; charset=utf-8", ".html", write, LOSES)
