"""Items of vis-timeline: its reader and its writer."""
