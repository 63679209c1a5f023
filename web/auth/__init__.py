"""Signing in and out, sessions, and the roles an officer acts in."""
