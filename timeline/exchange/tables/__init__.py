"""Tables read by a mapping of their columns to fields: shared by CSV, TSV and JSON Lines."""
