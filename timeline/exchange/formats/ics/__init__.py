"""The iCalendar format: its reader and its writer."""
