"""Adding a document: from a file, as pasted text, or from a web address where fetching is allowed."""

from __future__ import annotations

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from timeline.web.pages import page_frame


@page_frame.answering
async def add_document_page(datasette: Datasette, request: Request) -> Response:
    """Answer with the form; archive what is submitted."""
    raise NotImplementedError
