"""The command that archives a document: archive. Owns how it is told what a document says of itself. Must not read one itself."""

from hashlib import sha256
from pathlib import Path

import click

from timeline import archiving, capture, documents, extractors
from timeline.archived import ArchivedSource
from timeline.cli import completing, json_forms
from timeline.cli.described import described, given
from timeline.cli.finding import find
from timeline.cli.printing import harmless, on_one_line
from timeline.cli.running import Refused, by, db, opened
from timeline.documents import Document
from timeline.model import SourceFields
from timeline.timeline import Timeline

_ID = "What the source is called in citations: letters, digits, hyphens, dots, underscores.  [default: made of the file's name]"


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--id", help=_ID)
@described
@click.option("--encoding", help="The encoding of its text, where that is not UTF-8.")
@click.option("--as-found", is_flag=True, help="Take what the document says of itself for what is not given.")
@click.option("--record", metavar="URL", help="Which page is meant, in a WARC that holds several.")
@click.option("--fetch", metavar="URL", help="Fetch a page now, in place of a file, and archive it as a WARC.")
@click.option(
    "--again",
    metavar="ID",
    shell_complete=completing.SOURCE,
    help="Read the text of an archived document anew, as a source of its own if it is another.",
)
@json_forms.as_object
@db
@by
def archive(
    file: Path | None,
    id: str | None,
    encoding: str | None,
    as_found: bool,
    record: str | None,
    fetch: str | None,
    again: str | None,
    as_json: bool,
    db: Path,
    by: str | None,
    **fields: str | None,
) -> None:
    """Archive a document, to be quoted from: text, HTML, PDF, EPUB, e-mail or WARC.

    Its bytes and its text are kept, each under its SHA-256, and never change. The same document and words again append
    nothing. What it says of itself is shown, and used only with --as-found.

    Example: timeline archive report.txt --id report --title "The report" --published 2025-11-27
    """
    if sum(one is not None for one in (file, fetch, again)) != 1:
        raise click.UsageError("Give a FILE, or --fetch URL, or --again ID, one of them.")
    said = given(fields)
    if again is not None:
        if said or as_found:
            raise click.UsageError(
                "With --again what is said of the document stays: leave it out, or correct it with correct_source."
            )
        return _again(again, id, encoding, record, db, by, as_json=as_json)
    if fetch is not None and record is not None:
        raise click.UsageError("--fetch archives one page, the one that it fetches: leave --record out.")
    if fetch is not None:
        from timeline.capture import fetching  # noqa: PLC0415 - nothing else reaches out

        fetched = fetching.fetch(fetch)
        said.setdefault("url", fetched.url)
        record, name = fetched.url, fetched.url.partition("?")[0].rstrip("/")
        document = capture.from_bytes(fetched.warc, capture.WARC, fetched.url, encoding=encoding, record=record)
    else:
        name = str(file)
        documents.refuse_address(name)
        document = capture.from_file(Path(name), encoding, record=record)
        if record is not None and record.startswith("http"):
            said.setdefault("url", record)
    found = archiving.valid_facts(document)
    titled = "title" in said or (as_found and "title" in found)
    if not titled and not db.exists():
        raise Refused(_untitled(name, found))
    with opened(db, by=by, read_only=False) as timeline:
        standing = timeline.archived(sha256(document.bytes).hexdigest())
        _refuse_another_id(standing, id, record, name, document)
        if not titled and not standing:
            raise Refused(_untitled(name, found))
        before = timeline.log.size()
        source = timeline.archive_document(document, id=id, name=name, record=record, as_found=as_found, **said)
        new = source.position > before
        if as_found and not new:
            _fill_in(timeline, source)
        _tell(timeline, source, document, new=new)
        _stands(source, new=new, as_json=as_json)


def _again(
    again: str, id: str | None, encoding: str | None, record: str | None, db: Path, by: str | None, *, as_json: bool
) -> None:
    with opened(db, by=by, read_only=False) as timeline:
        find(timeline, f"source/{again}")  # which names the nearest where it is not there
        before = timeline.log.size()
        source = timeline.extract_again(again, as_=id, encoding=encoding, record=record)
        new = source.position > before
        if not new:
            click.echo(f"{again}: nothing to add, source/{source.id} has the text that is read today", err=True)
        _stands(source, new=new, as_json=as_json)


def _refuse_another_id(standing: list[ArchivedSource], id: str | None, record: str | None, name: str, document: Document) -> None:
    """Refuse to archive the same bytes under another id; in a WARC, the same record of it.

    A source does not stand in the way whose text a bundle gave, and that is not the text of the document.
    """
    text_sha256 = sha256(document.text.encode()).hexdigest()
    said = [(one, one.event.payload["statement"]) for one in standing]
    same = [
        one
        for one, statement in said
        if record in (None, statement.get("url"))
        and (statement["text_sha256"] == text_sha256 or not extractors.is_as_given(statement["extractor"]))
    ]
    if id is not None and same and id not in [one.id for one in standing]:
        one = same[0]
        told = f"{name}: archived already, as {one.stream} at position {one.position}"
        raise Refused(f"{told}. Cite that one, or leave --id out; what is said of it is corrected in a bundle, with correct_source")


def _untitled(name: str, found: dict[str, str]) -> str:
    said = "; ".join(f"{field} “{on_one_line(value)[:80]}”" for field, value in found.items())
    if "title" in found:
        return f"{name}: no title is given. The document says {said}. Take that with --as-found, or give --title"
    return f"{name}: no title is given, and the document tells none{f' ({said})' if said else ''}. Give --title"


def _fill_in(timeline: Timeline, source: ArchivedSource) -> None:
    """Take what a document says of itself for what was never said of the source; what was taken back stays so."""
    said = {name for event in timeline.log.stream(source.stream) for name in event.payload.get("statement", {})}
    fields: SourceFields = {name: value for name, value in source.found.items() if name not in said}  # type: ignore[assignment]
    if fields:
        event = timeline.correct_source(source.id, reason="as the document says of itself", **fields)
        click.echo(f"{event.id} stands at position {event.position}, with {', '.join(fields)} as the document says", err=True)


def _tell(timeline: Timeline, source: ArchivedSource, document: Document, *, new: bool) -> None:
    """Say what stands; on stderr how it was read, what the document says otherwise, and what another extractor makes of it."""
    statement = source.event.payload["statement"]
    last = timeline.source(source.id).event.payload.get("statement", statement)
    if new and not document.extractor.startswith(extractors.DECODED):
        click.echo(harmless(f"{len(document.text):,} characters were read, by {document.extractor}"), err=True)
    left = [name for name, value in source.found.items() if name not in last]
    for name, value in source.found.items():
        if last.get(name) != value:
            given_ = f"“{on_one_line(last[name])[:80]}”" if name in last else "nothing"
            click.echo(f"{name}: {given_} is kept; the document says “{on_one_line(value)[:80]}”", err=True)
    if left and new:
        click.echo(f"To take {' and '.join(left)} as the document says, archive it again with --as-found", err=True)
    if not new and statement["extractor"] != document.extractor:
        told = f"{source.id}: extracted by {statement['extractor']}; today's is {document.extractor}"
        same = statement["text_sha256"] == sha256(document.text.encode()).hexdigest()
        click.echo(harmless(f"{told}, with the same text" if same else f"{told}: timeline archive --again {source.id}"), err=True)


def _stands(source: ArchivedSource, *, new: bool, as_json: bool) -> None:
    if as_json:
        json_forms.write(json_forms.archived(source, new=new))
        return
    click.echo(f"{source.event.id} stands at position {source.position}")
    click.echo(f"SHA-256 {source.event.payload['statement']['sha256']}")
