"""CSL-JSON: reader and writer."""
