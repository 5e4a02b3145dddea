"""The pages: the timeline, a happening, a source, an event, and the way in.

Owns the handlers, one module for each, and what they share. Must not write, nor import anything of ours but
`dates`, `errors` and the other modules of `web`. Each page asks for permission before its first SQL statement,
passes every value as a parameter, and is complete without JavaScript.
"""

from timeline.web.pages.event import event_page
from timeline.web.pages.happening import happening_page
from timeline.web.pages.index import index_page
from timeline.web.pages.source import source_page
from timeline.web.pages.timeline import timeline_page

__all__ = ["event_page", "happening_page", "index_page", "source_page", "timeline_page"]
