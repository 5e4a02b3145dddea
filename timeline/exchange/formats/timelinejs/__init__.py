"""TimelineJS, as JSON: its reader and its writer."""
