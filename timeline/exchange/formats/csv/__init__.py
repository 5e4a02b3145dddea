"""CSV and TSV: its reader and its writer."""
