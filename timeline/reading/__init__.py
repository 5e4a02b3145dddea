"""Read records for people: happenings chosen by filters, sources, and search hits.

`choosing` applies filters, `happenings` and `sources` read `records`, `searching` finds words and `passages` cuts the text around
them, `happening_lookup` reads related happenings, `event_data` the data of events, and `wording` has the common phrases.
"""
