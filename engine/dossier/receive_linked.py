"""Một cửa liên thông: one submission opens several dossiers at several agencies, under one parent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import uuid5

from engine.dossier.actor import Actor
from engine.dossier.house import House
from engine.dossier.receive import Received, ReceiveDossier, open_dossier, opened_once
from engine.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveLinked:
    """The first dossier is the parent's own; each of the others is a child with its own agency, clock and blame."""

    parent: ReceiveDossier
    children: tuple[ReceiveDossier, ...]


def receive_linked(house: House, actor: Actor, command: ReceiveLinked) -> tuple[Received, ...]:
    """Open parent and children in one transaction: all of them, or none."""
    if not command.children:
        raise InputError("Hồ sơ liên thông phải có ít nhất hai thủ tục.")
    for one in (command.parent, *command.children):
        actor.must_hold("counter_officer", one.receiving_unit)
    dossiers = [command.parent]
    for number, child in enumerate(command.children, start=1):
        dossiers.append(replace(child, id=uuid5(command.parent.id, str(number)), parent_id=command.parent.id))
    return opened_once(
        house,
        actor,
        [one.id for one in dossiers],
        lambda connection: tuple(open_dossier(house, connection, actor, one) for one in dossiers),
    )
