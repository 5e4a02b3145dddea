"""HTML to print: writer."""
