"""W3C Web Annotations: its reader and its writer."""
