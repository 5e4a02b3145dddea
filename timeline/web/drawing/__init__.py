"""The data of the drawn timeline: happenings and counts for a window of time, as JSON, limited by its width in pixels.

Owns the reading of the tables of counts, the choice between happenings and counts, and the JSON form of both.
Must not draw, decide what matches (`timeline.selection` does), or run a query that grows with the timeline.
"""
