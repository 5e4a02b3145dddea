"""BibTeX: its reader."""
