"""Choose happenings and sources: filters, search, period, window and query plan, now or as of a position.

Shared by the pages, the exports, the command line and Python; knows neither Datasette nor HTML. A `State` holds the filters, a
`Snapshot` is the timeline as known at a position, and `matches.find` returns the happenings of a snapshot that match a state.
"""
