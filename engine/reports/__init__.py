"""What people read: lists and pages folded from the store, one module a report. Nothing here changes anything."""
