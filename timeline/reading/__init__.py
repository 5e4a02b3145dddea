"""Read records for people: happenings chosen by filters, sources, and search hits.

`choosing` applies filters, `happenings` and `sources` read `records`, `searching` finds words in them, `happening_lookup` reads
related happenings, `event_data` the data of events, `differences` compares versions, and `wording` has the common phrases.
"""
