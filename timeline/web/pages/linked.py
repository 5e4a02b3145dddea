"""A happening for machines, within the page that shows it: schema.org in JSON-LD, as an event tells it.

Owns whether a page has that at all. Must not say anything in it: the format does.
"""

from datasette.app import Datasette
from datasette.utils.asgi import Request
from markupsafe import Markup

from timeline.errors import TimelineError
from timeline.exchange.exporting.format import About
from timeline.exchange.formats.jsonld import writer as as_jsonld
from timeline.reading.happenings import at_positions
from timeline.selection.snapshot import Snapshot
from timeline.web import links

LONGEST = 1_000_000  # characters of an event


def data(datasette: Datasette, request: Request, database: str, snapshot: Snapshot, position: int) -> Markup | None:
    """Give what the event at a position tells of a happening, to stand in a script element; its sources as the snapshot has them.

    None where it tells of none, cannot be read, or tells more than a page has room for, and where it retracts one: schema.org has
    no way to say so.
    """
    length = snapshot.plain("select length(data) from events where position = :position", {"position": position})
    if not length or length[0][0] is None or length[0][0] > LONGEST:
        return None
    page = datasette.absolute_url(request, links.timeline(datasette, database))
    try:
        happenings = list(at_positions(snapshot.connection, [position], as_of=snapshot.as_of))
        data = [as_jsonld.for_page(one, About("", page)) for one in happenings if one.status == "current"]
    except TimelineError:
        return None
    return Markup(data[0]) if data else None  # noqa: S704 - the format sees to it that nothing in it ends the element
