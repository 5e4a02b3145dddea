"""PNG pictures: writer."""
