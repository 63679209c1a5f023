"""Reports and the monthly public lists."""
