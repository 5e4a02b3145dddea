"""A timeline that can be trusted: dated happenings as immutable events, each with quotations verified in archived documents.

Names are imported on first use, so that the Datasette plugin in `timeline.web` loads without them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from timeline.archived_source import ArchivedSource
    from timeline.comparing import diff, merge
    from timeline.errors import PictureWithoutAlt, QuotedDateDiffers, TimelineError
    from timeline.log.log import Event
    from timeline.model import Actor, Citation, Happening, HappeningVersion, Picture, Relation, Source
    from timeline.redaction import RedactedVersion
    from timeline.timeline import Timeline

_HOMES = {
    "Actor": "timeline.model",
    "ArchivedSource": "timeline.archived_source",
    "Citation": "timeline.model",
    "Event": "timeline.log.log",
    "Happening": "timeline.model",
    "HappeningVersion": "timeline.model",
    "Picture": "timeline.model",
    "PictureWithoutAlt": "timeline.errors",
    "QuotedDateDiffers": "timeline.errors",
    "RedactedVersion": "timeline.redaction",
    "Relation": "timeline.model",
    "Source": "timeline.model",
    "Timeline": "timeline.timeline",
    "TimelineError": "timeline.errors",
    "diff": "timeline.comparing",
    "merge": "timeline.comparing",
}

__all__ = [
    "Actor",
    "ArchivedSource",
    "Citation",
    "Event",
    "Happening",
    "HappeningVersion",
    "Picture",
    "PictureWithoutAlt",
    "QuotedDateDiffers",
    "RedactedVersion",
    "Relation",
    "Source",
    "Timeline",
    "TimelineError",
    "diff",
    "merge",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'timeline' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
