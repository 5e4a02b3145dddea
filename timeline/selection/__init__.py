"""Which happenings and sources are asked for: filters, search, period, window and query plan, now or as of a position.

Shared by the pages, the exports, the command line and Python: it knows neither Datasette nor HTML. A `State` is what is asked for, a
`Snapshot` what is known at a position, and `matches.find` leads from the one to what it chooses from the other.
"""
