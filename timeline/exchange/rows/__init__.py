"""The rows of a file to be imported: what a format's reader makes, and an import takes. Must not know formats or timelines."""
