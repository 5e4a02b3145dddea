"""Leave out of a copy the documents and their texts that the publisher withholds.

Owns what stays: the hash of each, how long a text is, and the pages on which it is cited; the quotations are in the events. Must
not touch the timeline itself.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from timeline import plugin_settings, projections
from timeline.documents import images
from timeline.errors import PublishingRefused
from timeline.log.schema import guards
from timeline.publishing.documents import ALL
from timeline.timeline import Timeline

_GUARD = "documents_delete"
_PAGES = (
    "SELECT DISTINCT sources.text_sha256, source_pages.start_char, source_pages.page FROM citations"
    " JOIN sources ON sources.id = citations.source"
    " JOIN source_pages ON source_pages.source = sources.id AND source_pages.page = citations.page ORDER BY 1, 2"
)


def is_asked_for(metadata: Any) -> bool:  # noqa: ANN401 - it is JSON
    """Whether the metadata of a timeline withholds its documents."""
    return _setting(metadata) == plugin_settings.CITED_PASSAGES


def choose(metadata: Any, documents: str | None, name: Path | None) -> str:  # noqa: ANN401 - it is JSON
    """Return what is published of the documents: as the option says, or the metadata of the timeline, or else all of them.

    Raises PublishingRefused where the option would publish what the metadata withholds.
    """
    setting = _setting(metadata)
    if setting == plugin_settings.CITED_PASSAGES and documents == ALL:
        raise PublishingRefused(
            name or "metadata.json",
            f'says "documents": "{setting}", and the option says {ALL}. Leave the option out, or change the file',
        )
    return documents or setting or ALL


def _setting(metadata: Any) -> str | None:  # noqa: ANN401 - the same
    plugins = metadata.get("plugins")
    ours = plugins.get("cited-timeline") if isinstance(plugins, dict) else None
    return ours.get("documents") if isinstance(ours, dict) else None


def withhold(copy: Path, *, passages: bool = True) -> None:
    """Replace all documents in a copy by their hashes, and derive its read tables again. Their bytes may be left in free pages.

    Without `passages`, it keeps neither how long a text is nor on which page a quotation is.
    """
    with Timeline(copy, by="nobody") as timeline, timeline.transaction():
        connection = timeline.log.connection
        pages = defaultdict[str, list[tuple[int, int]]](list)
        for sha256, start, page in connection.execute(_PAGES) if passages else ():
            pages[sha256].append((start, page))
        going = f"FROM documents WHERE sha256 <> '{images.NO_TEXT}'"
        connection.execute(
            "INSERT INTO withheld SELECT sha256,"
            " iif(:passages AND sha256 IN (SELECT text_sha256 FROM sources), length(CAST(bytes AS TEXT)), NULL),"
            f" json_extract(:pages, '$.' || json_quote(sha256)) {going} ORDER BY sha256",
            {"pages": json.dumps(pages), "passages": passages},
        )
        connection.execute(f"DROP TRIGGER {_GUARD}")
        connection.execute(f"DELETE {going}")
        connection.execute(guards()[_GUARD])
        projections.rebuild(connection)
