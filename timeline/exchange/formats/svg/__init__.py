"""SVG pictures: its writer."""
