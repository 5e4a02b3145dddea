"""Which happenings and sources are asked for: filters, search, period, window and query plan, now or as of a position.

Shared by the pages, the exports, the command line and Python: it knows neither Datasette nor HTML. A `State` says which happenings,
a `Snapshot` is the timeline as known at a position, and `matches.find` finds the ones that a state chooses from a snapshot.
"""
