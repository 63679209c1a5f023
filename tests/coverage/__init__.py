"""One small model for each element and event of BPMN 2.0: docs/bpmn-coverage.md is written from what they do."""
