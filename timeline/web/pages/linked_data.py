"""A happening as schema.org JSON-LD within its page, for search engines.

Owns whether a page has JSON-LD at all. Must not write it: the export format does.
"""

from datasette.app import Datasette
from datasette.utils.asgi import Request
from markupsafe import Markup

from timeline.errors import TimelineError
from timeline.exchange.exporting.format import About
from timeline.exchange.formats.jsonld import writer as jsonld
from timeline.reading.happenings import at_positions
from timeline.selection.snapshot import Snapshot
from timeline.web import links

LONGEST = 1_000_000  # characters of an event


def for_event(datasette: Datasette, request: Request, database: str, snapshot: Snapshot, position: int) -> Markup | None:
    """Return the JSON-LD of the event at a position, for a script element. Its sources are as in the snapshot.

    None if the event records no current happening, cannot be read, or is too long for a page. schema.org cannot express a
    retraction.
    """
    length = snapshot.plain("select length(data) from events where position = :position", {"position": position})
    if not length or length[0][0] is None or length[0][0] > LONGEST:
        return None
    page = datasette.absolute_url(request, links.timeline(datasette, database))
    try:
        happenings = list(at_positions(snapshot.connection, [position], as_of=snapshot.as_of))
        scripts = [jsonld.for_page(happening, About("", page)) for happening in happenings if happening.status == "current"]
    except TimelineError:
        return None
    return Markup(scripts[0]) if scripts else None  # noqa: S704 - the writer escapes everything that could end the element
