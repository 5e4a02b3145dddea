"""RIS: its reader and its writer."""
