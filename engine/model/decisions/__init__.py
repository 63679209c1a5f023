"""Decision tables (DMN): read from the .dmn files beside a process, checked cell by cell, and asked by its tasks."""

from engine.model.decisions.compiled import CompiledTable
from engine.model.decisions.reading import read_decisions
from engine.model.decisions.table import Column, Decisions, DecisionTable, Fault, Row

__all__ = ["Column", "CompiledTable", "DecisionTable", "Decisions", "Fault", "Row", "read_decisions"]
