"""PNG pictures: its writer."""
