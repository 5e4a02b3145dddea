"""HTML, to print: its writer."""
