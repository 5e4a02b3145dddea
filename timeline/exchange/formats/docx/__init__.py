"""DOCX: writer."""
