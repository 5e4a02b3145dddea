"""The command that archives a document: archive. Owns how a document's own metadata is shown. Must not read documents itself."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from timeline import archiving, capture, documents
from timeline.archived_source import ArchivedSource
from timeline.cli import completing, continuing, json_forms, page_pictures
from timeline.cli.name_lookup import find
from timeline.cli.options import any_db, by, described, given_fields, path_argument, path_option
from timeline.cli.printing import harmless, on_one_line
from timeline.cli.running import Refused, opened
from timeline.documents import extractors, file_claims
from timeline.documents.document import Document
from timeline.model import SourceFields
from timeline.timeline import Timeline

if TYPE_CHECKING:
    from timeline.capture.fetching import Fetched

_ID = "The source's name in citations: letters, digits, hyphens, dots, underscores.  [default: made from the file's name]"

_CITE_A_PART = "To cite {} of it, in citations: [{{source: {}, fragment: {}, description: …}}]"


@click.command()
@path_argument("file", required=False)
@click.option("--id", help=_ID)
@described
@path_option("--transcript", help="The text of a recording or picture, by a person.")
@click.option(
    "--ocr",
    metavar="LANGUAGES",
    help="Recognise the text of a picture, or of a PDF's pages without any, in these languages: fra+ara.",
)
@click.option("--encoding", help="The encoding of its text, if that is not UTF-8.")
@click.option("--as-found", is_flag=True, help="Use the document's own title, author and so on for options that are not given.")
@click.option("--record", metavar="URL", help="The page that you mean, in a WARC or WACZ that holds several.")
@click.option(
    "--fetch", metavar="URL", help="Instead of a file, fetch a page now, and archive it as a WARC; a PDF or other file as it is."
)
@click.option(
    "--no-pictures", is_flag=True, help="With --fetch: leave out the picture of the page and its PDF, which Chromium draws."
)
@click.option(
    "--again",
    metavar="ID",
    shell_complete=completing.SOURCE,
    help="Extract the text of an archived document again; if it differs, archive it as a separate source.",
)
@json_forms.as_object
@any_db
@by
def archive(
    file: Path | None,
    id: str | None,
    transcript: Path | None,
    ocr: str | None,
    encoding: str | None,
    as_found: bool,
    record: str | None,
    fetch: str | None,
    no_pictures: bool,
    again: str | None,
    as_json: bool,
    db: Path | str,
    by: str | None,
    **fields: str | None,
) -> None:
    """Archive a document to quote from (text, HTML, PDF, office file, EPUB, e-mail, WARC or WACZ), or a picture or recording.

    The original file and its extracted text are both stored under their SHA-256, and never change. The same document and options
    again append nothing. The document's own title, author and date are shown, and used only with --as-found.

    Example: timeline archive report.txt --id report --title "The report" --published 2025-11-27
    """
    if sum(one is not None for one in (file, fetch, again)) != 1:
        raise click.UsageError("Give exactly one of FILE, --fetch URL and --again ID.")
    options = given_fields(fields)
    collected: dict[str, str] = {}
    fetched: Fetched | None = None
    if again is not None:
        if options or as_found:
            raise click.UsageError(
                "--again keeps the description of the document: leave these options out, or correct it with correct_source."
            )
        with opened(db, by=by, read_only=False) as timeline:
            find(timeline, f"source/{again}")  # if it does not exist, the error names the nearest
            before = timeline.log.size()
            source = timeline.extract_again(again, as_=id, encoding=encoding, record=record, ocr=ocr)
            new = source.position > before
            if not new:
                click.echo(f"{again}: nothing to add; source/{source.id} has the text that today's extractor reads", err=True)
            _write(source, new=new, as_json=as_json)
        return
    if fetch is not None and (record or transcript) is not None:
        raise click.UsageError("--fetch archives the one page that it fetches: leave --record and --transcript out.")
    if fetch is not None:
        from timeline.capture import fetching  # noqa: PLC0415 - nothing else uses the network

        fetched = fetching.fetch(fetch)
        options.setdefault("url", fetched.url)
        author = by or continuing.author(db)
        collected = {**fetched.collected, **({"collected_by": author} if author else {})}
        record, name = fetched.url, fetched.url.partition("?")[0].rstrip("/")
        document = capture.fetched(fetched, encoding, ocr)
    else:
        name = str(file)
        document = _read(name, transcript, encoding, record, ocr)
        if record is not None and record.startswith("http"):
            options.setdefault("url", record)
    facts = archiving.valid_facts(document)
    titled = "title" in options or (as_found and "title" in facts)
    if not titled and isinstance(db, Path) and not db.exists():
        raise Refused(_untitled(name, facts))
    with opened(db, by=by, read_only=False) as timeline:
        existing = timeline.archived(sha256(document.bytes).hexdigest())
        _refuse_another_id(existing, id, record, name, document)
        if not titled and not existing:
            raise Refused(_untitled(name, facts))
        options = {**({} if existing else collected), **options}  # type: ignore[typeddict-item]
        before = timeline.log.size()
        source = timeline.archive_document(document, id=id, name=name, record=record, as_found=as_found, **options)
        new = source.position > before
        if as_found and not new:
            _fill_in(timeline, source)
        _compare_with_document(timeline, source, document, new=new)
        pictures = page_pictures.archive(timeline, source, fetched) if fetched is not None and new and not no_pictures else []
        _write(source, new=new, as_json=as_json, pictures=pictures)


def _read(name: str, transcript: Path | None, encoding: str | None, record: str | None, ocr: str | None) -> Document:
    """Read a file and its text; or take its text from a transcript."""
    documents.refuse_address(name)
    if transcript is None:
        return capture.from_file(Path(name), encoding, record=record, ocr=ocr)
    if any(one is not None for one in (encoding, record, ocr)):
        raise click.UsageError("--transcript is of a whole file: leave --encoding, --record and --ocr out.")
    return capture.transcribed(Path(name), documents.from_file(transcript).text)


def _refuse_another_id(existing: list[ArchivedSource], id: str | None, record: str | None, name: str, document: Document) -> None:
    """Refuse to archive the same bytes under another id; of a WARC, the same record.

    A text that a bundle or a person gave, or that was recognised in other languages, makes another source if it differs.
    """
    by_hand, ocr = document.extractor == extractors.TRANSCRIBED, extractors.ocr(document.extractor)
    text_sha256 = sha256(document.text.encode()).hexdigest()
    statements = [(one, one.event.payload["statement"]) for one in existing]
    same = [
        one
        for one, statement in statements
        if record in (None, statement.get("url"))
        and (
            statement["text_sha256"] == text_sha256
            or not (by_hand or extractors.is_given(statement["extractor"]) or extractors.ocr(statement["extractor"]) != ocr)
        )
    ]
    if id is not None and same and id not in [one.id for one in existing]:
        one = same[0]
        raise Refused(
            f"{name}: archived already, as {one.stream} at position {one.position}. Cite that source, or leave --id out. To correct"
            " its description, write correct_source in a bundle"
        )


def _untitled(name: str, facts: dict[str, str]) -> str:
    listed = "; ".join(f"{field} “{on_one_line(value)[:80]}”" for field, value in facts.items())
    if "title" in facts:
        return f"{name}: no title is given. The document says {listed}. Use that with --as-found, or give --title"
    return f"{name}: no title is given, and the document has none{f' ({listed})' if listed else ''}. Give --title"


def _fill_in(timeline: Timeline, source: ArchivedSource) -> None:
    """Fill fields that the source never had from the document itself; a field that was taken back stays empty."""
    stated = {name for event in timeline.log.stream(source.stream) for name in event.payload.get("statement", {})}
    fields: SourceFields = {name: value for name, value in source.document_says.items() if name not in stated}  # type: ignore[assignment]
    if fields:
        event = timeline.correct_source(source.id, reason="as the document says of itself", **fields)
        click.echo(f"{event.id} is at position {event.position}, with {', '.join(fields)} as the document says", err=True)


def _compare_with_document(timeline: Timeline, source: ArchivedSource, document: Document, *, new: bool) -> None:
    """Report on stderr how the document was read, where its own fields differ, and whether today's extractor reads other text."""
    statement = source.event.payload["statement"]
    last = timeline.source(source.id).event.payload.get("statement", statement)
    claims = file_claims.of_bytes(document.bytes) if new else file_claims.Claims()
    if claims.words is not None:
        click.echo(harmless(f"The file says: {claims.words}. This is not verified, and not recorded"), err=True)
    if claims.place is not None:
        click.echo("The file is published byte for byte, with that place: remove it first if nobody may learn it", err=True)
    if claims.signed is not None:
        click.echo(harmless(f"The file says: {claims.signed}"), err=True)
    if new and document.extractor == extractors.PICTURE:
        click.echo(f"A picture: happenings can show it, as media: [{{source: {source.id}, alt: …}}]", err=True)
        click.echo(_CITE_A_PART.format("a region", source.id, '"xywh=percent:10,20,30,40"'), err=True)
    elif new and document.extractor == extractors.RECORDING:
        click.echo(_CITE_A_PART.format("a part", source.id, '"t=10,20"'), err=True)
    elif new and not document.extractor.startswith(extractors.DECODED):
        how = "" if document.extractor.startswith((extractors.RECOGNISED, extractors.TRANSCRIBED)) else "read, by "
        click.echo(harmless(f"{len(document.text):,} characters were {how}{document.extractor}"), err=True)
    left = [name for name, value in source.document_says.items() if name not in last]
    for name, value in source.document_says.items():
        if last.get(name) != value:
            recorded = f"“{on_one_line(last[name])[:80]}”" if name in last else "nothing"
            click.echo(f"{name}: {recorded} is recorded; the document says “{on_one_line(value)[:80]}”", err=True)
    if left and new:
        click.echo(f"To use the document's {' and '.join(left)}, archive it again with --as-found", err=True)
    if not new and statement["extractor"] != document.extractor:
        differs = f"{source.id}: extracted by {statement['extractor']}; today's extractor is {document.extractor}"
        same = statement["text_sha256"] == sha256(document.text.encode()).hexdigest()
        advice = ", with the same text" if same else f": timeline archive --again {source.id}"
        click.echo(harmless(f"{differs}{advice}"), err=True)


def _write(source: ArchivedSource, *, new: bool, as_json: bool, pictures: Sequence[ArchivedSource] = ()) -> None:
    if as_json:
        drawn = {"pictures": [one.id for one in pictures]} if pictures else {}
        json_forms.write({**json_forms.archived(source, new=new), **drawn})
        return
    for one in (source, *pictures):
        click.echo(f"{one.event.id} is at position {one.position}")
        click.echo(f"SHA-256 {one.event.payload['statement']['sha256']}")
