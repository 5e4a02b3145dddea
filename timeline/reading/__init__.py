"""Records read back for people: the happenings that filters choose, sources, and where words are.

`choosing` refuses filters that make no sense, `searching` finds words, `passages` cuts out what is around them, `sources` reads
what is known of each, and `lists` is what Python returns.
"""
