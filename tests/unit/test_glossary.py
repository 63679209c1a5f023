"""One term, one word: public classes keep to docs/glossary.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def rows() -> Iterator[list[str]]:
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("|") and not line.startswith(("|---", "| Vietnamese")):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def forbidden() -> set[tuple[str, ...]]:
    """Each forbidden synonym as the words of a class name."""
    phrases = [phrase for row in rows() for phrase in row[2].split(",") if phrase.strip()]
    return {tuple(phrase.lower().replace("-", " ").split()) for phrase in phrases}


def words(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*", name)]


def public_classes() -> Iterator[tuple[str, Path]]:
    for package in ("engine", "connectors", "web"):
        for path in (ROOT / package).rglob("*.py"):
            if "node_modules" not in path.parts:
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                        yield node.name, path


def breaks(name: str, synonym: tuple[str, ...]) -> bool:
    said = words(name)
    return any(tuple(said[at : at + len(synonym)]) == synonym for at in range(len(said)))


def test_the_table_is_whole_and_says_each_thing_once() -> None:
    table = list(rows())
    assert len(table) > 70
    assert [row for row in table if len(row) != 4 or not (row[0] and row[1] and row[3])] == []
    terms = [row[0] for row in table]
    assert sorted(terms) == sorted(set(terms))


def test_no_term_is_another_terms_forbidden_synonym() -> None:
    terms = {tuple(term.strip().lower().split()) for row in table_terms() for term in row}
    assert terms & (forbidden() - {("dossier",)}) == set()  # dossier is forbidden for văn bản alone


def table_terms() -> Iterator[list[str]]:
    for row in rows():
        yield re.split(r"[,/]", re.sub(r"\(.*?\)", "", row[1]))


def test_a_forbidden_synonym_is_seen() -> None:
    assert breaks("ReceiveApplication", ("application",))
    assert breaks("StaffMemberRow", ("staff", "member"))
    assert not breaks("Applicant", ("application",))


def test_public_classes_use_the_words_of_the_glossary() -> None:
    synonyms = forbidden() - {("dossier",)}
    wrong = [
        f"{name} ({path.relative_to(ROOT)}): {' '.join(synonym)}"
        for name, path in public_classes()
        for synonym in synonyms
        if breaks(name, synonym)
    ]
    assert wrong == []
