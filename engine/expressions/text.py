"""What can be told of a CEL text without compiling it: the names it uses, and where a number must become a decimal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

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
_PAIRS = {")": "(", "]": "["}


def plain(text: str) -> str:
    """The expression itself, without the `${...}`, `#{...}` or leading `=` that other tools put around it."""
    text = text.strip()
    if text[:2] in {"${", "#{"} and text.endswith("}"):
        return text[2:-1].strip()
    return text[1:].strip() if text.startswith("=") and not text.startswith("==") else text


def divides(text: str) -> bool:
    """Whether it is written for another tool and divides, which CEL does to whole numbers in its own way."""
    own = plain(text)
    return own != text.strip() and any(match.group() in {"/", "%"} for match in _TOKEN.finditer(own))


def indexes(text: str) -> bool:
    """Whether it is written as FEEL, which counts from 1, and picks out of a list or asks which round it is."""
    if not text.strip().startswith("=") or plain(text) == text.strip():
        return False
    tokens = [match for match in _TOKEN.finditer(plain(text)) if match.lastgroup != "space"]
    return "loopCounter" in names(plain(text)) or any(
        there.group() == "[" and (before.group() in _PAIRS or (before.lastgroup == "name" and before.group() != "in"))
        for before, there in pairwise(tokens)
    )


def quoted(text: str) -> str:
    """Fit for a sentence: on one line and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:199]}…"


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
    """`text` with the whole number that CEL would not hold against a decimal made a decimal; None if there is none."""
    found = _NO_OVERLOAD.search(complaint)
    if found is None or "int" not in found[4] or "double" not in found[4]:
        return None
    tokens = [match for match in _TOKEN.finditer(text) if match.lastgroup != "space"]
    at = _offset(text, int(found[1]), int(found[2]))
    operator, types = found[3], found[4]
    if operator in {"_?_:_", "@in"}:
        rewritten = _whole_numbers_from(text, at)
        if rewritten is not None or operator == "_?_:_":
            return rewritten
    if types.endswith("int") and operator != "@in":
        after = _index_at(tokens, at + len(operator.replace("_", "")))
        return None if after is None else _decimal(text, *_operand_from(tokens, after))
    before = _index_at(tokens, at)
    return _decimal(text, *_operand_until(tokens, before - 1)) if before else None


def _index_at(tokens: list[re.Match[str]], at: int) -> int | None:
    """The first token that starts there or later."""
    return next((number for number, token in enumerate(tokens) if token.start() >= at), None)


def _offset(text: str, line: int, column: int) -> int:
    lines = text.splitlines(keepends=True)
    return sum(map(len, lines[: line - 1])) + column - 1


def _operand_from(tokens: list[re.Match[str]], first: int) -> tuple[int, int]:
    """Where the operand that begins at this token starts and ends: a value with its sign, fields, calls and indexes."""
    last = first + (tokens[first].group() == "-" and first + 1 < len(tokens))
    last = _closing(tokens, last)
    while last + 1 < len(tokens) and tokens[last + 1].group() in {".", "(", "["}:
        last = min(last + 2, len(tokens) - 1) if tokens[last + 1].group() == "." else _closing(tokens, last + 1)
    return tokens[first].start(), tokens[last].end()


def _operand_until(tokens: list[re.Match[str]], last: int) -> tuple[int, int]:
    """Where the operand that ends at this token starts and ends."""
    first = _opening(tokens, last)
    while first > 0:
        before, here = tokens[first - 1], tokens[first]
        if before.group() == ".":
            first = _opening(tokens, max(first - 2, 0))
        elif here.group() in {"(", "["} and (before.lastgroup == "name" or before.group() in _PAIRS):
            first = _opening(tokens, first - 1)
        else:
            break
    return tokens[first].start(), tokens[last].end()


def _closing(tokens: list[re.Match[str]], index: int) -> int:
    """The token that closes the bracket at `index`, or `index` itself when it opens none."""
    depth = 0
    for number in range(index, len(tokens)):
        word = tokens[number].group()
        depth += (word in _PAIRS.values()) - (word in _PAIRS)
        if depth == 0:
            return number
    return len(tokens) - 1


def _opening(tokens: list[re.Match[str]], index: int) -> int:
    depth = 0
    for number in range(index, -1, -1):
        word = tokens[number].group()
        depth += (word in _PAIRS) - (word in _PAIRS.values())
        if depth == 0:
            return number
    return 0


def _decimal(text: str, start: int, end: int) -> str:
    operand = text[start:end]
    made = f"{operand}.0" if operand.lstrip("-").isdigit() else f"double({operand})"
    return f"{text[:start]}{made}{text[end:]}"


def _whole_numbers_from(text: str, at: int) -> str | None:
    parts, changed = [text[:at]], False
    for match in _TOKEN.finditer(text, at):
        word = match.group()
        is_whole = match.lastgroup == "number" and word.isdigit()
        changed = changed or is_whole
        parts.append(f"{word}.0" if is_whole else word)
    return "".join(parts) if changed else None
