"""Puts a sketched process on paper: its layout, and the BPMN file with its diagram."""

from engine.model.diagram.geometry import Layout
from engine.model.diagram.layout import lay_out
from engine.model.diagram.sketch import Detour, Group, Sketch
from engine.model.diagram.write import write_bpmn

__all__ = ["Detour", "Group", "Layout", "Sketch", "lay_out", "write_bpmn"]
