"""Reports of happenings and sources, for a court or an editor to keep: one HTML file, or a folder with originals and proofs.

Owns that a report says only what the log says, that each of its claims can be checked without this program, and that no document
which was redacted or is withheld is in it. Must not choose happenings by filters, nor append.
`contents` gathers a report from the log; `passages` draws the passages; `page` writes the HTML; `checking` explains the checks;
`folder` puts the files in place.
"""

from timeline.reports.contents import Contents, gather, one_moment
from timeline.reports.folder import write_folder
from timeline.reports.page import write_page

__all__ = ["Contents", "gather", "one_moment", "write_folder", "write_page"]
