"""ICalendar: its reader and its writer."""
