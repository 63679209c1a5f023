"""A command that no page names does not exist for anybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from web import cli

PAGE = Path(__file__).parents[3] / "docs" / "operations" / "commands.md"


def spellings() -> Iterator[str]:
    """Every command as it is typed, sub-commands included."""
    group, context = cli.Commands(), click.Context(cli.cli)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        below = found.list_commands(context) if isinstance(found, click.Group) else []
        yield from [f"motcua {name} {one}" for one in below] or [f"motcua {name}"]


def test_every_command_is_on_its_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [one for one in spellings() if f"`{one}" not in page] == []
