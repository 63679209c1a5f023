"""The acts of law, one module each. Every change of a case goes through one of them, in one transaction."""
