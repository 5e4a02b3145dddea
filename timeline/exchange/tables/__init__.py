"""Tables of any kind, read by a mapping of their columns to fields: CSV, TSV and JSON Lines share it."""
