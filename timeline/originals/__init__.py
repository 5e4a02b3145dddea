"""Show a document as it was received: the pages of a PDF as pictures, anything with HTML in it as one page for a frame.

Owns the process that does it, `python -m timeline.originals`, which the pages ask through `timeline.processes`. `pages` draws pages
and finds where quotations are on them; `frames` makes the page for a frame. Must not read a database, nor write a file.
"""
