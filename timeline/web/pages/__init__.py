"""The pages: the timeline, a happening, the sources, one source, an event, the checkpoints, the log, the exports, and the files.

Owns the handlers, one module for each page, and the modules that they share. Must not write, nor import anything of ours but the
leaves, `merkle`, `selection`, `reading`, `exchange.exporting` and the other modules of `web`. Each page asks for permission before
its first SQL statement, passes every value as a parameter, and is complete without JavaScript.
"""

from timeline.web.pages.checkpoints import checkpoints_page
from timeline.web.pages.event import event_page
from timeline.web.pages.exports import export_file, exports_page
from timeline.web.pages.happening import happening_page
from timeline.web.pages.index import index_page
from timeline.web.pages.log_streams import live_stream, log_file
from timeline.web.pages.originals import document_file, frame_page, page_picture
from timeline.web.pages.pictures import image_file
from timeline.web.pages.proof_files import checkpoint_file, consistency_file, proof_file
from timeline.web.pages.source import source_page
from timeline.web.pages.sources import sources_page
from timeline.web.pages.timeline import timeline_page

__all__ = [
    "checkpoint_file",
    "checkpoints_page",
    "consistency_file",
    "document_file",
    "event_page",
    "export_file",
    "exports_page",
    "frame_page",
    "happening_page",
    "image_file",
    "index_page",
    "live_stream",
    "log_file",
    "page_picture",
    "proof_file",
    "source_page",
    "sources_page",
    "timeline_page",
]
