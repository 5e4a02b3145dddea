"""The picture of a fetched page and its PDF, archived beside the page as sources of their own. Must not draw them itself."""

from typing import TYPE_CHECKING

import click

from timeline import archiving, capture, documents
from timeline.archived_source import ArchivedSource
from timeline.cli.printing import harmless
from timeline.documents.document import Document
from timeline.errors import DocumentUnreadable
from timeline.model import SourceFields
from timeline.shortening import shortened
from timeline.timeline import Timeline

if TYPE_CHECKING:
    from timeline.capture.fetching import Fetched

_LONGEST_TITLE = 1_900  # characters, so that the words after it fit


def archive(timeline: Timeline, page: ArchivedSource, fetched: "Fetched") -> list[ArchivedSource]:
    """Draw a fetched web page, and archive what was drawn; say in a line what is not, and why.

    Each has the time and program of drawing, and in `collected_from` the source of the page, with which it counts as one source.
    """
    from timeline.capture import browser  # noqa: PLC0415 - nothing else starts it

    if fetched.media_type.partition(";")[0].strip().lower() not in browser.PAGES:
        return []
    try:
        drawn = browser.draw(fetched)
    except browser.NotDrawn as error:
        click.echo(harmless(f"No picture of the page was made: {error}"), err=True)
        return []
    files = f"{drawn.embedded - drawn.absent:,} of {drawn.embedded:,} embedded files were fetched for it."
    made: list[tuple[str, str, Document]] = [("screenshot", f"picture.{drawn.cut}", documents.picture(drawn.png, "the picture"))]
    try:
        made.append(("pdf", "PDF.", capture.from_bytes(drawn.pdf, capture.PDF, "the PDF of the page")))
    except DocumentUnreadable as error:
        click.echo(harmless(f"No PDF of the page is archived: {error}"), err=True)
    sources = []
    with timeline.transaction():
        for name, kind, document in made:
            title = (
                f"{shortened(page.title or page.id, _LONGEST_TITLE)} ({'picture' if name == 'screenshot' else 'PDF'} of the page)"
            )
            fields: SourceFields = {
                "title": title,
                "publisher": page.publisher,
                "author": page.author,
                "published": page.published,
                "url": page.url,
                "language": page.language,
                "collected_by": page.collected_by,
                "collected_from": page.stream,
                "collection_note": f"Drawn from the archived page (SHA-256 {page.sha256}) as a {kind} {files}",
                **drawn.collected,  # type: ignore[typeddict-item]
            }
            id = archiving.free_id(timeline.log, f"{page.id[:160]}-{name}.", page.sha256 or "")
            sources.append(timeline.archive_document(document, id=id, **fields))
    return sources
