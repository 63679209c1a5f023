"""The one door to CEL: conditions, timers, counts, keys and assignments of a process, and nothing that runs Python."""

from engine.expressions.compiler import Expression, Expressions
from engine.expressions.script import Script, assigned_names, parse_script
from engine.expressions.types import Variable, parse_variables

__all__ = ["Expression", "Expressions", "Script", "Variable", "assigned_names", "parse_script", "parse_variables"]
