"""BibTeX: reader."""
