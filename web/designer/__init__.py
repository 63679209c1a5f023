"""Drawing processes, checking them, comparing versions, sending them for approval."""
