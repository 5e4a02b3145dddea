"""What the drawn timeline is made of: counts and happenings for a window of time, as JSON, bounded by its width in pixels.

Owns the reading of the counted tables, the choice between happenings and counts, and the shape in which both are handed
to the browser. Must not draw, decide what matches (`timeline.selection` does), or run a query that grows with the timeline.
"""
