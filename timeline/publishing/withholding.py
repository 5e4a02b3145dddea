"""Leave out of a copy the documents and their texts that the publisher withholds.

Owns what stays: the hash of each, how long a text is, and the pages on which it is cited; the quotations are in the events. Must
not touch the timeline itself.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from timeline import images, plugin_settings, projections
from timeline.log_schema import guards
from timeline.timeline import Timeline

_GUARD = "documents_delete"
_PAGES = (
    "SELECT DISTINCT sources.text_sha256, source_pages.start_char, source_pages.page FROM citations"
    " JOIN sources ON sources.id = citations.source"
    " JOIN source_pages ON source_pages.source = sources.id AND source_pages.page = citations.page ORDER BY 1, 2"
)


def is_asked_for(metadata: Any) -> bool:  # noqa: ANN401 - it is JSON
    """Whether the metadata of a timeline withholds its documents."""
    plugins = metadata.get("plugins")
    given = plugins.get("cited-timeline") if isinstance(plugins, dict) else None
    return isinstance(given, dict) and given.get("documents") == plugin_settings.CITED_PASSAGES


def withhold(copy: Path) -> None:
    """Replace all documents in a copy by their hashes, and derive its read tables again. Their bytes may be left in free pages."""
    with Timeline(copy, by="nobody") as timeline, timeline.transaction():
        connection = timeline.log.connection
        pages = defaultdict[str, list[tuple[int, int]]](list)
        for sha256, start, page in connection.execute(_PAGES):
            pages[sha256].append((start, page))
        going = f"FROM documents WHERE sha256 <> '{images.NO_TEXT}'"
        connection.execute(
            "INSERT INTO withheld SELECT sha256,"
            " iif(sha256 IN (SELECT text_sha256 FROM sources), length(CAST(bytes AS TEXT)), NULL),"
            f" json_extract(:pages, '$.' || json_quote(sha256)) {going} ORDER BY sha256",
            {"pages": json.dumps(pages)},
        )
        connection.execute(f"DROP TRIGGER {_GUARD}")
        connection.execute(f"DELETE {going}")
        connection.execute(guards()[_GUARD])
        projections.rebuild(connection)
