"""The sheet of TimelineJS, as CSV: its reader and its writer."""
