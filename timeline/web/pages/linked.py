"""A happening for machines, within the page that shows it: schema.org in JSON-LD, as an event tells it.

Owns whether a page has that at all. Must not say anything in it: the format does.
"""

from sqlite3 import Connection

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request
from markupsafe import Markup

from timeline.errors import TimelineError
from timeline.exchange.writing import as_jsonld, reading
from timeline.exchange.writing.record import About
from timeline.web import links

LONGEST = 1_000_000  # characters of an event


async def data(datasette: Datasette, request: Request, database: Database, position: int, as_of: int | None) -> Markup | None:
    """Give what the event at a position tells of a happening, to stand in a script element; its sources as of a position, or now.

    None where it tells of none, cannot be read, or tells more than a page has room for, and where it retracts one: schema.org has
    no way to say so.
    """
    page = datasette.absolute_url(request, links.timeline(datasette, database.name))

    def tell(connection: Connection) -> list[str]:
        (length,) = connection.execute("select length(data) from events where position = ?", (position,)).fetchone() or (None,)
        if length is None or length > LONGEST:
            return []
        found = reading.happenings(connection, [position], as_of=as_of)
        return [as_jsonld.for_page(one, About("", page)) for one in found if one.status == "current"]

    try:
        told = await database.execute_fn(tell)
    except TimelineError:
        return None
    return Markup(told[0]) if told else None  # noqa: S704 - the format sees to it that nothing in it ends the element
