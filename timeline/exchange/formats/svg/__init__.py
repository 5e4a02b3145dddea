"""SVG pictures: writer."""
