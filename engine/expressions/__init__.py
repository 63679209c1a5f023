"""The one door to CEL: conditions, timers, counts, keys and assignments of a process, and nothing that runs Python."""

from engine.expressions.compiler import Expression, Expressions
from engine.expressions.script import Script, assigned_names, parse_script
from engine.expressions.types import Variable, parse_variables
from engine.expressions.unary import UnaryTest, plain_result, unary_test

__all__ = [
    "Expression",
    "Expressions",
    "Script",
    "UnaryTest",
    "Variable",
    "assigned_names",
    "parse_script",
    "parse_variables",
    "plain_result",
    "unary_test",
]
