"""BPMN in and out: safe parsing, lint, lowering, difference. Knows nothing of running, tables or the web."""
