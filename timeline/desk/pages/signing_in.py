"""Signing in with the one-time link of `timeline desk`: `/-/timeline/sign-in?token=…`.

Owns that token: it comes from the program that serves, in its environment, and counts once. Must not sign in anyone else.
"""

from __future__ import annotations

import os
import secrets

from datasette.app import Datasette
from datasette.utils.asgi import Forbidden, Request, Response

from timeline.desk import desk_links
from timeline.plugin_settings import DESK_TOKEN
from timeline.web import access, links


async def sign_in_page(datasette: Datasette, request: Request) -> Response:
    """Sign in root, once, and lead to the desk of the first timeline. Raises Forbidden for another or a used token."""
    expected, token = os.environ.get(DESK_TOKEN, ""), request.args.get("token") or ""
    if request.method != "GET" or not expected or not secrets.compare_digest(expected.encode(), token.encode()):
        raise Forbidden("This link was used already, or is not the one that `timeline desk` printed. Start it again for a new one")
    del os.environ[DESK_TOKEN]
    root = {"id": "root"}
    timelines = await access.visible_timelines(datasette, root)
    address = desk_links.address(datasette, timelines[0]) if timelines else links.index(datasette)
    response = Response(
        "", status=303, headers={"Location": address, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    )
    response.set_cookie("ds_actor", datasette.sign({"a": root}, "actor"))
    return response
