"""Documents as they were received: formats, encodings, extractors, and the parts that a citation may name.

Owns these rules. Must not know the log; only `document` and `encodings` read bytes.
"""
