"""Procedures, their process versions and the units that work them: what may run, and who sits where."""
