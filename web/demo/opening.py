"""How a demo case begins: received at a counter, alone or with others, declined there, or a process is sent up."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from engine.catalogue.drafting import lint_context, save_draft, start_draft
from engine.dossier.approve_process import SubmitProcess, submit_process
from engine.dossier.command import Filled, PaperGiven
from engine.dossier.decline_reception import DeclineReception, decline_reception
from engine.dossier.receive import ReceiveDossier, receive
from engine.dossier.receive_linked import ReceiveLinked, receive_linked
from engine.model.procedure import Manifest
from engine.store.tables import process_version
from web.demo.paperwork import fill
from web.demo.scenes import Play

if TYPE_CHECKING:
    from web.demo.theatre import Theatre

SHARE_OF_OPTIONAL_PAPERS = 0.6
STEP_LIMIT = re.compile(r'name="step_limit" value="(\d+(?:\.\d+)?)d"')


def open_case(theatre: Theatre, play: Play) -> None:
    """Begin a case as its scene wants it."""
    if play.subject:
        _send_up(theatre, play)
        return
    clerk = theatre.staff.someone(play.receiving_unit, "counter_officer", None, play.chance)
    if play.scene.declined:
        letter: Literal["supplement_request", "refusal"] = play.scene.declined
        reason = theatre.desk(play, act="receive").words("decline", letter)
        decline_reception(
            theatre.house, clerk, DeclineReception(dossier=reception(theatre, play), letter=letter, reason=reason)
        )
    elif play.children:
        parent, *children = [reception(theatre, one) for one in (play, *play.children)]
        opened = receive_linked(theatre.house, clerk, ReceiveLinked(parent=parent, children=tuple(children)))
        for one, received in zip((play, *play.children), opened, strict=True):
            one.case_id = received.case_id
    else:
        receive(theatre.house, clerk, reception(theatre, play))


def reception(theatre: Theatre, play: Play) -> ReceiveDossier:
    """What the counter enters for this dossier."""
    manifest = play.role.version.manifest
    desk = theatre.desk(play, act="receive")
    papers = tuple(
        PaperGiven(name=one.name, originals=one.originals, copies=one.copies)
        for one in manifest.papers
        if one.required or play.chance.random() < SHARE_OF_OPTIONAL_PAPERS
    )
    key = play.role.first_form
    is_online = play.channel == "online"
    return ReceiveDossier(
        id=play.case_id,
        procedure_code=manifest.code,
        receiving_unit=play.receiving_unit,
        owner=play.owner,
        form=Filled(key=key, values=fill(play.role.version.forms.get(key, {}), desk)),
        papers=papers,
        channel=play.channel,
        locality=play.commune.code,
        result_delivery=play.scene.result,
        foreign_code=f"000.00.00.G22-{desk.today:%y%m%d}-{play.number:06d}" if is_online else "",
    )


def _send_up(theatre: Theatre, play: Play) -> None:
    """The designer tightens a step of a process and, unless the scene leaves it a draft, sends it up for appraisal."""
    designer = theatre.staff.someone(play.receiving_unit, "process_designer", None, play.chance)
    operations = {one.name: list(one.operations) for one in theatre.house.registry}
    with theatre.house.store.transaction(role="owner") as connection:
        version_id = start_draft(connection, play.subject, by=designer.id)
        row = connection.execute(select(process_version).where(process_version.c.id == version_id)).one()
        context = lint_context(Manifest.from_data(row.manifest), row.forms, theatre.house.directory, operations)
        save_draft(connection, version_id, tightened(bytes(row.source)), row.revision, context)
    if play.scene.submitted:
        key = play.role.first_form
        values = fill(play.role.version.forms.get(key, {}), theatre.desk(play, act="draft"))
        told = SubmitProcess(id=play.case_id, version_id=version_id, form=Filled(key=key, values=values))
        submit_process(theatre.house, designer, told)


def tightened(source: bytes) -> bytes:
    """The process with its longest step a day shorter, captions included; as it is when no step has a day to spare."""
    text = source.decode()
    days = max((Decimal(found) for found in STEP_LIMIT.findall(text)), default=Decimal(0))
    if days <= 1:
        return source
    before, after = f"{days}", f"{days - 1}"
    text = text.replace(f'limit" value="{before}d"', f'limit" value="{after}d"')
    return text.replace(f"– {before.replace('.', ',')} ngày", f"– {after.replace('.', ',')} ngày").encode()
