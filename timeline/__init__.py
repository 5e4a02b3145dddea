"""A timeline that can be trusted: dated happenings as immutable events, each resting on words found in an archived document."""

from timeline.errors import TimelineError
from timeline.log import Event
from timeline.model import Actor, Citation, Happening, HappeningVersion, Relation, Source
from timeline.timeline import ArchivedSource, Timeline

__all__ = [
    "Actor",
    "ArchivedSource",
    "Citation",
    "Event",
    "Happening",
    "HappeningVersion",
    "Relation",
    "Source",
    "Timeline",
    "TimelineError",
]
