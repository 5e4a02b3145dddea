"""The spreadsheet of TimelineJS, as CSV: reader and writer."""
