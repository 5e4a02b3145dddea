"""CSV and TSV: reader and writer."""
