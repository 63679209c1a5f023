"""Other agencies, one folder each: connector.py, client.py, sandbox.py. Registered by entry point."""
