"""Write a report as one HTML file, to be printed and filed: it has no script and loads nothing.

Owns its layout. The style and the sentences of the chronology are used as they are. Must not read the log, except for pictures.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import Final
from urllib.parse import quote as percent

from timeline.dates import worded
from timeline.exchange.exporting import footnotes, sentences
from timeline.exchange.exporting.feeds import clean
from timeline.exchange.exporting.footnotes import Chronology, Fact
from timeline.exchange.formats.html.writer import STYLE, css_text, fact_in_words, figure
from timeline.merkle.note import TIME_STAMP
from timeline.reading import differences, wording
from timeline.reading.history import Version
from timeline.reading.records import Happening, Quotation
from timeline.reports import checking
from timeline.reports.contents import Archived, CitedSource, Contents, Entry, key_kind, signature_kind
from timeline.reports.passages import Drawing, Passage

Link = Callable[[str, bytes], str]
"""Returns the address of a file with a proof or the checkpoint, by its name and its content."""
_STYLE: Final = """
table { border-collapse: collapse; width: 100%; font-size: .82rem; margin: .5rem 0 1rem; break-inside: avoid }
th, td { text-align: start; vertical-align: top; border-top: 1px solid #999; padding: .3rem .5rem .3rem 0; overflow-wrap: anywhere }
tr { break-inside: avoid } thead { display: table-header-group }
th { overflow-wrap: normal } td:nth-child(3) { min-width: 4.5rem } td:last-child { min-width: 6.5rem }
caption { break-after: avoid; text-align: start; font-weight: bold; padding: .3rem 0 }
section.happening, section.source { border-top: 1px solid #999; padding: 1rem 0 }
section.happening h3, section.source h3 { font-size: 1.15rem; margin: 0 0 .4rem }
h3 { break-inside: avoid; break-after: avoid }
section p { margin: 0 0 .4rem }
blockquote { margin: .8rem 0; padding: .3rem 0; padding-inline-start: 1rem; border-inline-start: 4px solid #999 }
blockquote, section.source > dl { break-inside: avoid }
blockquote > p:first-child { font-size: 1.05em; white-space: pre-wrap; break-after: avoid }
figure { margin: .5rem 0 .8rem; break-inside: avoid }
figure.passage img { width: 100%; height: auto; max-height: 15cm; object-fit: contain }
figure.passage img { box-sizing: border-box; border: 1px solid #999 }
figure.region > div { position: relative; width: fit-content; border: 1px solid #999 }
figure.region img { display: block; max-width: 100%; max-height: 11cm }
figure.passage:has(+ figure.region) img { width: auto; max-width: 100%; max-height: 10cm }
figure.passage + figure.region img { max-height: 6cm }
figure.region svg { position: absolute; inset: 0; width: 100%; height: 100%; print-color-adjust: exact }
figure.region rect { fill: none; stroke: #d00; stroke-width: 2.5; vector-effect: non-scaling-stroke }
figcaption { margin-top: .3rem; font-size: .82rem; color: #444 }
dl { display: grid; grid-template-columns: 9.5rem minmax(0, 1fr); gap: .25rem 1.5rem; margin: .5rem 0 1rem; font-size: .92rem }
dt { font-style: italic } dd { margin: 0; overflow-wrap: anywhere }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0 .8rem }
pre { font: .8rem/1.4 ui-monospace, "DejaVu Sans Mono", monospace }
nav ol { font-size: 1rem }
@media (max-width: 36rem) { dl { display: block } dd { margin: 0 0 .4rem } }
@media print { header { break-after: page; border: 0 } .screen { display: none } }
"""


def write_page(contents: Contents, drawing: Drawing, link: Link | None = None, *, folder: bool = False) -> Iterator[str]:
    """Write the page. By default its links to the proofs and the checkpoint hold these; `folder`: the files are beside it."""
    writer = _Page(contents, drawing, link or _data, folder=folder)
    yield from writer.head()
    yield from writer.happenings()
    yield from writer.sources()
    yield from writer.checks()
    yield "</main>\n</body>\n</html>\n"


def beside(name: str, content: bytes) -> str:
    """Return the address of a file in the folder of the page."""
    return percent(name)


def _data(name: str, content: bytes) -> str:
    """Return an address that holds the file."""
    return f"data:application/octet-stream;base64,{b64encode(content).decode()}"


class _Page:
    """The page: its parts, one after the other."""

    def __init__(self, contents: Contents, drawing: Drawing, link: Link, *, folder: bool) -> None:
        self._contents, self._drawing, self._link, self._folder = contents, drawing, link, folder
        self._chronology = Chronology(contents.about, [one.happening for one in contents.entries if one.happening])
        numbers = {one.id: one.number for one in contents.entries}
        self._chronology.entries = {id: (numbers[id], title) for id, (_, title) in self._chronology.entries.items()}
        self._sources = {one.source.id: one for one in contents.sources}
        streams = {f"source/{id}": id for id in self._sources}
        origins = {id: streams.get(one.source.collected_from or "") for id, one in self._sources.items()}
        self._pages = {id: page for id, page in origins.items() if page is not None}  # of their pictures and PDFs
        self._cited: dict[str, list[str]] = {}  # the numbers of the quotations of each source
        self._language = f' lang="{_e(contents.about.language)}"' if contents.about.language else ""

    def head(self) -> Iterator[str]:
        """Write the title page."""
        contents, about = self._contents, self._contents.about
        heading = footnotes.heading(about)
        yield f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Report: {_e(heading)}</title>\n'
        yield '<meta name="viewport" content="width=device-width">\n'
        style = STYLE.replace("%s", css_text(f"Report: {heading}"), 1) + _STYLE
        yield f"<style>{style}</style>\n</head>\n<body>\n<header>\n"
        yield f'<p>Report</p>\n<h1 dir="auto"{self._language}>{_e(heading)}</h1>\n'
        if about.description:
            yield f'<p dir="auto"{self._language}>{_e(about.description)}</p>\n'
        many = len(contents.sources)
        yield f"<p>{_e(footnotes.scope(about, len(contents.entries)))} {many:,} source{'' if many == 1 else 's'}.</p>\n"
        if about.as_of is not None:
            yield "<p><strong>This is an earlier state.</strong> Later corrections and retractions are not in this report.</p>\n"
        checkpoint = contents.checkpoint
        yield _pairs(
            [
                ("Made by", f"<bdi>{_e(contents.by)}</bdi>" if contents.by else ""),
                ("Made", _e(_time(contents.made_at.isoformat()))),
                ("Log", f"<code>{_e(checkpoint.origin)}</code>, {contents.last:,} records when this report was made"),
                ("Checkpoint", f"covers the first {checkpoint.size:,} records. {_e(self._origin_of_checkpoint())}"),
                ("Its root", f"<code>{checkpoint.root.hex()}</code>"),
                *((("Signatures" if number == 0 else ""), line) for number, line in enumerate(self._signatures())),
            ]
        )
        if contents.withheld:
            yield "<p>The publisher of this timeline withholds its documents: their hashes are here, and the quotations.</p>\n"
        if len(contents.entries) > 1:
            yield '<nav aria-label="Contents">\n<ol>\n'
            for entry in contents.entries:
                yield f'<li value="{entry.number}"><a href="#entry-{entry.number}">{self._line(entry)}</a></li>\n'
            yield "</ol>\n</nav>\n"
        yield "</header>\n<main>\n"

    def _line(self, entry: Entry) -> str:
        if entry.happening is None:
            return f"{_e(entry.id)} {wording.NO_TITLE}"
        words, _ = footnotes.date_and_edtf(entry.happening)
        title = _e(wording.one_line(entry.happening.headline))
        return f"{_e(words)}: <bdi{self._language}>{title}</bdi>{' (retracted)' if entry.happening.retracted else ''}"

    def _origin_of_checkpoint(self) -> str:
        contents = self._contents
        if contents.checkpoint_given:
            return "It is the one that was given to the program as a file, and the log agrees with it."
        if contents.stored_at is None:
            return (
                "It was made for this report and is not signed: it ties the parts of the report together, until somebody keeps it."
            )
        return f"The timeline's file states that it was stored on {_time(contents.stored_at)}; that is the file's own word."

    def _signatures(self) -> Iterator[str]:
        """Yield who signed the checkpoint, and whether that was checked, as HTML."""
        checked = {one.signature: one for one in self._contents.checked}
        if not self._contents.note.signatures:
            yield "none"
        for signature in self._contents.note.signatures:
            one, name = checked.get(signature), f"<code>{_e(signature.name)}</code> ({signature.key_id.hex()})"
            if one is None:
                yield f"{signature_kind(signature.signature)} by {name}, not checked: no public key of it was given to the program"
                continue
            at = f" at {_e(_time(one.at.isoformat()))}" if one.at else ""
            key = "" if one.key.type == TIME_STAMP else f" <code>{_e(str(one.key))}</code>"
            yield f"{key_kind(one.key)} by {name}{at}, valid under the key that was given to the program{key}"

    def happenings(self) -> Iterator[str]:
        """Write the happenings, with their quotations and history."""
        if self._contents.entries:
            yield '<section aria-labelledby="happenings">\n<h2 id="happenings">What happened</h2>\n'
            for entry in self._contents.entries:
                yield f'<section class="happening" id="entry-{entry.number}">\n'
                if entry.happening is None:
                    yield f"<h3>{entry.number}. {_e(entry.id)} {wording.NO_TITLE}</h3>\n"
                else:
                    yield from self._happening(entry.number, entry.happening)
                yield self._history(entry.versions)
                yield "</section>\n"
            yield "</section>\n"

    def _happening(self, number: int, happening: Happening) -> Iterator[str]:
        language = self._language
        words, edtf = footnotes.date_and_edtf(happening)
        title = _e(happening.title) or wording.NO_TITLE
        yield f'<h3 dir="auto"{language}>{number}. {f"<s>{title}</s>" if happening.retracted else title}</h3>\n'
        yield f"<p><strong>{_e(words)}</strong> (EDTF: <code>{_e(edtf or happening.date)}</code>)</p>\n"
        if happening.date_note:
            yield f'<p class="facts"><b>On the date:</b> <bdi{language}>{_e(wording.one_line(happening.date_note))}</bdi></p>\n'
        if happening.attributed_to:
            who = f"<bdi{language}>{_e(wording.one_line(happening.attributed_to))}</bdi>"
            claim = f"<strong>A claim, according to</strong> {who}. The timeline records who says so, not that it is so."
            yield f'<p class="mark">{claim}</p>\n'
        else:
            states = (
                "no longer states this"
                if happening.retracted
                else "states this in its own words, on the strength of its quotations"
            )
            yield f'<p class="facts">The timeline {states}.</p>\n'
        for word, more in footnotes.warnings(happening, ()):
            yield f'<p class="mark"><strong>{word}</strong> <bdi>{_e(more)}</bdi></p>\n'
        if happening.superseded_by:
            _, title = self._chronology.entries.get(happening.superseded_by, (0, happening.superseded_by))
            instead = fact_in_words(Fact("See instead", [(title, happening.superseded_by)]), self._chronology)
            yield f'<p class="mark">{instead}</p>\n'
        ordered = sorted(happening.quotations, key=lambda one: (one.disputes, one.number))
        if against := [f"{number}.{place}" for place, one in enumerate(ordered, start=1) if one.disputes]:
            yield f'<p class="mark"><strong>Disputed:</strong> a source says otherwise, see quotation {", ".join(against)}</p>\n'
        for lines in footnotes.paragraphs(happening):
            yield f'<p dir="auto"{language}>{"<br>".join(map(_e, lines))}</p>\n'
        for picture in happening.media:
            yield figure(picture, self._contents.about, language) + "\n"
        if facts := [fact_in_words(fact, self._chronology) for fact in self._chronology.facts(happening)]:
            yield f'<p class="facts">{" · ".join(facts)}</p>\n'
        for place, quotation in enumerate(ordered, start=1):
            yield self._quotation(f"{number}.{place}", quotation)

    def _quotation(self, name: str, quotation: Quotation) -> str:
        source = self._sources.get(quotation.source.id)
        self._cited.setdefault(quotation.source.id, []).append(name)
        lang = f' lang="{_e(quotation.source.language)}"' if quotation.source.language else ""
        numbered = f'<a href="#source-{source.number}">Source {source.number}</a>' if source else "Source"
        described = quotation.description is not None
        what = "Entry" if quotation.is_entry else "Description" if described else "Quotation"
        opening, closing = ("", "") if quotation.is_entry else "“”"
        place, note = sentences.place(quotation), quotation.grade_note or wording.GRADES["exact"]
        place += "" if described else f", characters {quotation.start:,}–{quotation.end:,} of its text"
        parts = [
            f'<p dir="auto"{lang}>{opening}{_e(quotation.quote)}{closing}</p>'
            if not described
            else f'<p dir="auto"{self._language}><strong>{wording.DESCRIBED}:</strong> {_e(quotation.description)}</p>',
            f'<p class="facts"><b>{what} {name}</b>{", which disputes this" if quotation.disputes else ""}: {numbered},'
            f" <cite><bdi>{_e(quotation.source.title or quotation.source.id)}</bdi></cite>{_e(place)}</p>",
            f'<p class="facts"><b>How it matched:</b> {_e(quotation.grade)}: {_e(note)}</p>',
        ]
        if quotation.supports:
            parts.append(
                f'<p class="facts"><b>Cited for:</b> <bdi{self._language}>{_e(wording.one_line(quotation.supports))}</bdi></p>'
            )
        if quotation.source.caveat and not described:
            parts.append(f'<p class="facts"><b>Note:</b> {_e(quotation.source.caveat)}</p>')
        alt = f"Quotation {name}, as it is in the document"
        parts += [_passage(one, alt, name) for one in self._drawing.passages(quotation, source)]
        return f'<blockquote id="quotation-{name}">{"".join(parts)}</blockquote>\n'

    def _history(self, versions: Iterable[Version]) -> str:
        rows = []
        for one in versions:
            proof = self._contents.proofs[one.position]
            name = self._contents.proof_name(one.position)
            path = f"proofs/{name}" if self._folder else name
            verb = wording.VERBS.get(one.type, one.type).capitalize()
            rows.append(
                f"<tr><td>{one.version}</td><td>{_e(_time(one.recorded_at))}</td><td><bdi>{_e(one.recorded_by or '–')}</bdi></td>"
                f"<td>{verb}{self._why(one)}</td>"
                f'<td>Record {one.position:,}<br><a download="{_e(name)}" href="{_e(self._link(path, str(proof).encode()))}">'
                f"{_e(name) if self._folder else 'save the proof'}</a></td></tr>\n"
            )
        head = "".join(f"<th scope=col>{word}</th>" for word in ("Version", "When", "By whom", "Event, and why", "Proof"))
        body = "".join(rows)
        return f"<table>\n<caption>History</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"

    def _why(self, version: Version) -> str:
        """Say why there is a version, and what it changed, as HTML."""
        parts = [
            f"of record {version.redacts:,}" if version.redacts is not None else "",
            f"<bdi>{_e(version.reason)}</bdi>" if version.reason else "",
            f"<bdi>{_e(version.review)}</bdi>" if version.review else "",
        ]
        if redaction := self._contents.redactions.get(version.position):
            by = f" by <bdi>{_e(redaction.recorded_by)}</bdi>" if redaction.recorded_by else ""
            parts.append(f"its words were redacted on {_e(_time(redaction.recorded_at))}{by}: <bdi>{_e(redaction.reason)}</bdi>")
        elif not version.data:
            parts.append("its words are not in the log, and no record says why")
        if version.former is not None and version.statement is not None:
            for change in differences.between(version.former, version.statement):
                removed, added = ("; ".join(change.texts(kind)) for kind in ("removed", "added"))
                parts.append(f"<b>{change.label}</b>: <bdi>{_e(removed or '–')}</bdi> → <bdi>{_e(added or '–')}</bdi>")
        words = "<br>".join(part for part in parts if part)
        return f": {words}" if words else ""

    def sources(self) -> Iterator[str]:
        """Write the sources."""
        if not self._contents.sources:
            return
        yield '<section aria-labelledby="sources">\n<h2 id="sources">Sources</h2>\n'
        for one in self._contents.sources:
            source = one.source
            lang = f' lang="{_e(source.language)}"' if source.language else ""
            first = one.versions[0] if one.versions else None
            obtained, published = [*sentences.collection(source)], sentences.publication(source)
            yield f'<section class="source" id="source-{one.number}">\n'
            yield f'<h3 dir="auto"{lang}>Source {one.number}. {_e(source.title) or f"{_e(source.id)} {wording.NO_TITLE}"}</h3>\n'
            yield _pairs(
                [
                    ("Author", f"<bdi>{_e(source.author)}</bdi>" if source.author else ""),
                    ("Published", f"<bdi>{_e(', '.join(published))}</bdi>" if published else ""),
                    ("Address", f"<bdi>{_e(source.url)}</bdi>" if source.url else ""),
                    ("Kind of file", _e(source.media_type)),
                    *((("How obtained" if number == 0 else ""), f"<bdi>{_e(line)}</bdi>") for number, line in enumerate(obtained)),
                    ("Document", self._archived(one.document) or "not in this report: the record of this source was redacted"),
                    ("Text", self._archived(one.text)),
                    ("Text read with", _e(source.extractor) if one.document else ""),
                    ("Note", _e(source.caveat)),
                    ("The file says", _e(one.signed[:1].upper() + one.signed[1:] if one.signed else None)),
                    ("Archived", _archiving(first)),
                    ("Cited in", self._where(one)),
                    ("Drawn from", self._linked([self._pages[source.id]] if source.id in self._pages else [])),
                    ("Drawn as", self._linked(drawn for drawn, page in self._pages.items() if page == source.id)),
                ]
            )
            if source.id in self._pages and source.id not in self._cited and (picture := self._drawing.of_page(one)):
                yield _passage(picture, f"Source {one.number}, the picture of an archived page")
            yield self._history(one.versions)
            yield "</section>\n"
        yield "</section>\n"

    def _archived(self, archived: Archived | None) -> str:
        if archived is None:
            return ""
        where = f"not in this report: {archived.absent}" if archived.absent else f"{archived.size:,} bytes"
        if self._folder and not archived.absent:
            where += f', <a href="{_e(percent(archived.name))}">{_e(archived.name)}</a>'
        return f"SHA-256 <code>{_e(archived.sha256)}</code>, {where}"

    def _linked(self, ids: Iterable[str]) -> str:
        """Link to sources."""
        return ", ".join(f'<a href="#source-{one.number}">Source {one.number}</a>' for one in map(self._sources.__getitem__, ids))

    def _where(self, source: CitedSource) -> str:
        names = self._cited.get(source.source.id, ())
        return ", ".join(f'<a href="#quotation-{name}">{name}</a>' for name in names)

    def checks(self) -> Iterator[str]:
        """Write how to check the report, and the checkpoint word for word."""
        contents = self._contents
        yield f'<section aria-labelledby="check">\n<h2 id="check">How to check this report</h2>\n<p>{_e(checking.HASH)}</p>\n'
        for number, step in enumerate(checking.steps(contents, folder=self._folder), start=1):
            yield f"<h3>{number}. {_e(step.question)}</h3>\n"
            yield from (f"<p>{_e(words)}</p>\n" for words in step.words)
            yield from (f"<pre>{_e(command)}</pre>\n" for command in step.commands)
        yield f"<h3>This proves</h3>\n<p>{_e(checking.PROVES)}</p>\n"
        yield f"<h3>This does not prove</h3>\n<p>{_e(checking.PROVES_NOT)}</p>\n"
        note = str(contents.note)
        href = _e(self._link(checking.CHECKPOINT, note.encode()))
        yield f'<h3>The checkpoint</h3>\n<pre id="checkpoint">{_e(note)}</pre>\n'
        yield f'<p class="screen"><a download="{checking.CHECKPOINT}" href="{href}">Save the checkpoint</a></p>\n</section>\n'


def _passage(passage: Passage, alt: str, name: str = "") -> str:
    if passage.content is None:
        return f'<p class="facts">{_e(passage.words)}</p>'
    image = f"data:{passage.media_type};base64,{b64encode(passage.content).decode()}"
    if (region := passage.region) is not None:
        sides = f'x="{region.left}" y="{region.top}" width="{region.width}" height="{region.height}"'
        box = f'<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"><rect {sides}/></svg>'
        picture = f'<div><img alt="The picture with the region of {name}" src="{image}">{box}</div>'
        return f'<figure class="region">{picture}<figcaption>{_e(passage.words)}</figcaption></figure>'
    return f'<figure class="passage"><img alt="{_e(alt)}" src="{image}"><figcaption>{_e(passage.words)}</figcaption></figure>'


def _archiving(first: Version | None) -> str:
    if first is None:
        return ""
    by = f" by <bdi>{_e(first.recorded_by)}</bdi>" if first.recorded_by else ""
    return f"{_e(_time(first.recorded_at))}{by}"


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """Write a list of names with values, which are HTML; leave out those without a value."""
    lines = "".join(f"<dt>{name}</dt><dd>{value}</dd>\n" for name, value in pairs if value)
    return f"<dl>\n{lines}</dl>\n"


def _time(at: str) -> str:
    """Word a UTC time, to the second."""
    return f"{worded(at[:10])}, {at[11:19]} UTC"


def _e(text: str | None) -> str:
    return escape(clean(text))
