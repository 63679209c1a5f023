"""Replaying and proving a history."""
