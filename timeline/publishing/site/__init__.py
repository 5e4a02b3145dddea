"""A site of plain files: a timeline for any web server, a host of files, or a disk, without a program that answers.

The pages are those of the Datasette plugin, asked of Datasette in this process. Owns how their links lead to files, which data a
reader's browser answers from in place of the server, and how a new site takes the place of the former. Must not draw a page.

`publication` puts it together; `server` asks; `pages` and `timeline_page` write the pages, `rewriting` and `addresses` lead
their links to files; `data` and `scripts` write what the browser loads, and `static/` holds our own scripts; `output`
makes the files, and `folder` replaces the former ones.
"""

from timeline.publishing.publication import PublishedSite
from timeline.publishing.site.publication import publish_site

__all__ = ["PublishedSite", "publish_site"]
