"""The versions in order; a file says what it adds and why old code still runs."""
