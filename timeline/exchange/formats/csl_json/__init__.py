"""CSL-JSON: its reader and its writer."""
