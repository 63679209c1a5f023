"""What can be told of a CEL text without compiling it: the names it uses, and where a number must become a decimal."""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_LENGTH = 4_000

_TOKEN = re.compile(
    r"""(?P<string>[bBrR]{0,2}(?:\"\"\".*?\"\"\"|'''.*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))
      | (?P<number>\d+\.\d+(?:[eE][+-]?\d+)?|\d+(?:[eE][+-]?\d+)?[uU]?|0x[0-9a-fA-F]+[uU]?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<space>\s+|//[^\n]*)
      | (?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_RESERVED = frozenset({"true", "false", "null", "in"})
_NO_OVERLOAD = re.compile(r"<input>:(\d+):(\d+): found no matching overload for '([^']+)' applied to '\((.*)\)'")
_OPERAND_AFTER = re.compile(r"\s*(?:(-?\d+)(?![\w.])|([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?!\s*[\w.(\[]))")
_OPERAND_BEFORE = re.compile(r"(?:(?<![\w.])(\d+)|(?<![\w.\])])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*))\s*$")


def plain(text: str) -> str:
    """The expression itself, without the `${...}`, `#{...}` or leading `=` that other tools put around it."""
    text = text.strip()
    if text[:2] in {"${", "#{"} and text.endswith("}"):
        return text[2:-1].strip()
    return text[1:].strip() if text.startswith("=") and not text.startswith("==") else text


def names(text: str) -> frozenset[str]:
    """Every name that may be a variable: not a field after a dot, not a function before a bracket."""
    return frozenset(_names(text))


def _names(text: str) -> Iterator[str]:
    after_dot = False
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "space":
            continue
        word = match.group()
        is_called = text[match.end() :].lstrip().startswith("(")
        if kind == "name" and not after_dot and not is_called and word not in _RESERVED:
            yield word
        after_dot = word == "."


def with_decimals(text: str, complaint: str) -> str | None:
    """`text` with the whole number that CEL would not compare to a decimal made a decimal; None if there is none."""
    found = _NO_OVERLOAD.search(complaint)
    if found is None or "int" not in found[4] or "double" not in found[4]:
        return None
    at = _offset(text, int(found[1]), int(found[2]))
    operator, types = found[3], found[4]
    if operator in {"_?_:_", "@in"}:
        return _all_decimal(text, at) or (_before(text, at) if operator == "@in" else None)
    width = len(operator.replace("_", ""))
    if types.endswith("int"):
        return _after(text, at + width)
    return _before(text, at)


def _offset(text: str, line: int, column: int) -> int:
    lines = text.splitlines(keepends=True)
    return sum(map(len, lines[: line - 1])) + column - 1


def _after(text: str, at: int) -> str | None:
    found = _OPERAND_AFTER.match(text, at)
    return None if found is None else _decimal(text, found)


def _before(text: str, at: int) -> str | None:
    found = _OPERAND_BEFORE.search(text[:at])
    return None if found is None else _decimal(text, found)


def _decimal(text: str, found: re.Match[str]) -> str:
    if found[1] is not None:
        return f"{text[: found.end(1)]}.0{text[found.end(1) :]}"
    return f"{text[: found.start(2)]}double({found[2]}){text[found.end(2) :]}"


def _all_decimal(text: str, at: int) -> str | None:
    parts, changed = [text[:at]], False
    for match in _TOKEN.finditer(text, at):
        word = match.group()
        is_whole = match.lastgroup == "number" and word.isdigit()
        changed = changed or is_whole
        parts.append(f"{word}.0" if is_whole else word)
    return "".join(parts) if changed else None
