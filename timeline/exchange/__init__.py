"""Formats in and out: `formats` has a folder for each, `importing` and `exporting` hold what they share."""
