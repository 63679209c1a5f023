"""Drafts procedures from the step tables that departments keep: table, units, kinds of work, flow, forms, findings."""

from engine.model.draft.drafting import Draft, draft
from engine.model.draft.findings import TableFinding
from engine.model.draft.source import MAX_BYTES, read_tables
from engine.model.draft.table import StepTable, tables_from_json

__all__ = ["MAX_BYTES", "Draft", "StepTable", "TableFinding", "draft", "read_tables", "tables_from_json"]
