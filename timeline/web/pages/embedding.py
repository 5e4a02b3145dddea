"""The timeline in a frame of another page: the words to paste there, where the site lets others frame it.

Owns the snippet. Must not decide who may frame: the plugin's settings do, and the headers enforce it.
"""

from html import escape

from datasette.app import Datasette
from datasette.utils.asgi import Request

from timeline.selection.state import State
from timeline.web import links, security

HEIGHT = 640


def snippet(datasette: Datasette, request: Request, database: str, title: str, state: State) -> str | None:
    """Give the HTML that shows this state of the timeline in a frame; None where nobody may frame it."""
    here = links.timeline(datasette, database)
    if "X-Frame-Options" in security.headers(datasette, "/-/timeline"):
        return None
    place = {name: state.given.get(name) for name in ("after", "before")}
    address = datasette.absolute_url(request, here + state.query(embed="1", **place))
    return (
        f'<iframe src="{escape(address)}" title="{escape(title)}" width="100%" height="{HEIGHT}" loading="lazy"'
        ' style="border: 0"></iframe>'
    )
