"""Records read back for people: the happenings that filters choose, sources, and where words are.

`choosing` is how the timeline page's own filters are used without a server, `searching` finds words, `lists` is what is returned.
"""
