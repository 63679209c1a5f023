"""Plays the demo's past: every dossier is moved by the acts themselves, in the order of time, with the business clock
set to the moment of each. Timers are acted on as they fall due.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from engine.dossier.act_on_timer import act_on_timer
from engine.dossier.actor import Actor
from engine.dossier.command import Filled
from engine.dossier.complete import CompleteTask, complete_task
from engine.dossier.hand_over import TakeOver, take_over
from engine.dossier.house import House
from engine.store.tables import delivery, timer, work_item
from web.demo import deeds, opening
from web.demo.paperwork import Desk, fill
from web.demo.province import Staff
from web.demo.scenes import Play, working_ahead
from web.demo.timing import APPLICANTS, Row, is_held, moment_of, task_ref

SHARE_TAKEN = 0.12  # of tasks whose receiver confirms the hand-over first
SHARE_ANSWERED = 0.85  # of consultations

Deed = Callable[[], None]


class Theatre:
    """The agenda of what happens next, and the house it happens in."""

    def __init__(self, house: House, staff: Staff, end: datetime) -> None:
        self.house = house
        self.staff = staff
        self.end = end
        self.now = end
        self._agenda: list[tuple[datetime, int, Deed]] = []
        self._order = itertools.count()
        self._plays: dict[UUID, Play] = {}
        self._touched: dict[UUID, Play] = {}
        self._open: dict[UUID, dict[UUID, Row]] = {}
        self._next_timer: Row | None = None

    def perform(self, plays: Sequence[Play], told: Callable[[int], None]) -> None:
        """Play everything up to the present; `told` hears how many dossiers have been opened."""
        opened = itertools.count(1)
        for play in plays:
            self.at(play.received_at, partial(self._open_case, play, lambda: told(next(opened))))
        self._look_around()
        while self._step():
            self._look_around()

    def return_to_present(self) -> None:
        """End the past. The present has moved on while it was played: what fell due meanwhile is acted on too."""
        self.house.clock.return_to_present()
        while self._next_timer is not None:
            with self.house.store.transaction(role="worker") as connection:
                self.now = self.house.clock.now(connection)
            if self._next_timer["due_at"] > self.now:
                return
            self._fire(self._next_timer)
            self._look_around()

    def at(self, moment: datetime, deed: Deed) -> None:
        """Put a deed on the agenda."""
        heapq.heappush(self._agenda, (moment, next(self._order), deed))

    def after(self, hours: float) -> datetime:
        """The moment so many working hours from now."""
        return working_ahead(self.now, hours, self.house.calendar)

    def touch(self, *plays: Play) -> None:
        """These dossiers have changed: see afterwards what waits in them."""
        for play in plays:
            self._plays[play.case_id] = self._touched[play.case_id] = play

    # time

    def _next_moment(self) -> datetime | None:
        """When the next thing happens, timer or deed."""
        due = self._next_timer["due_at"] if self._next_timer else None
        moment = self._agenda[0][0] if self._agenda else None
        return min((one for one in (due, moment) if one is not None), default=None)

    def _step(self) -> bool:
        """Let the next thing happen; False when the rest lies in the future. The clock is there already."""
        moment = self._next_moment()
        if moment is None or moment > self.end:
            return False
        self.now = moment
        if self._next_timer is not None and self._next_timer["due_at"] == moment:
            self._fire(self._next_timer)
        else:
            heapq.heappop(self._agenda)[2]()
        return True

    def _fire(self, row: Row) -> None:
        act_on_timer(self.house, row["id"])
        self.touch(self._plays[row["case_id"]])

    def _look_around(self) -> None:
        """See what waits in the dossiers just touched, plan who does it when, and set the clock to what comes next."""
        with self.house.store.transaction(role="owner") as connection:
            for play in self._touched.values():
                self._look_at(connection, play)
            self._touched.clear()
            self._next_timer = first_timer(connection)
            moment = self._next_moment()
            if moment is not None and moment <= self.end:
                self.house.clock.advance_to(connection, moment)

    def _look_at(self, connection: Connection, play: Play) -> None:
        mine = (work_item.c.case_id == play.case_id, work_item.c.state == "open")
        items = connection.execute(select(work_item).where(*mine)).mappings().all()
        self._open[play.case_id] = {one["id"]: one for one in items}
        for one in items:
            if one["id"] not in play.planned:
                play.planned.add(one["id"])
                self._plan(play, one)
        if "consult" in play.role.acts:
            for one in asked_of_neighbours(connection, play.case_id):
                if one["id"] not in play.planned:
                    play.planned.add(one["id"])
                    self._plan_answer(play, one)

    # planning

    def _plan(self, play: Play, item: Row) -> None:
        if item["kind"] != "task":
            self._plan_letter_work(play, item)
            return
        told = self._properties(play, item)
        act = told.get("act", "")
        visit = play.visits[act] = play.visits.get(act, 0) + 1
        if is_held(play, act, visit, told):
            return
        moment = moment_of(play, item, act, visit, self.now, self.house.calendar)
        if act not in APPLICANTS and play.chance.random() < SHARE_TAKEN:
            early = working_ahead(self.now + (moment - self.now) * 0.3, 0, self.house.calendar)
            self.at(early, partial(self._do, self._take, play, item["id"]))
        self.at(moment, partial(self._do, self._work, play, item["id"]))

    def _plan_letter_work(self, play: Play, item: Row) -> None:
        if item["kind"] == "letter" and play.scene.apology == "sign":
            moment = self.now + timedelta(minutes=play.chance.uniform(2, 40))
            self.at(min(moment, self.end), partial(self._do, partial(deeds.sign_apology, self), play, item["id"]))
        elif item["kind"] == "explanation" and play.scene.explanation == "give":
            moment = self.after(play.chance.uniform(1, 7))
            self.at(moment, partial(self._do, partial(deeds.give_explanation, self), play, item["id"]))

    def _plan_answer(self, play: Play, order: Row) -> None:
        is_answered = bool(play.scene.hold) or play.chance.random() < SHARE_ANSWERED
        if play.scene.hold == "consult" or not is_answered:
            return
        self.at(self.after(play.chance.uniform(3, 20)), partial(self._answer, play, order))

    # doing

    def _open_case(self, play: Play, told: Deed) -> None:
        opening.open_case(self, play)
        for one in (play, *play.children):
            self.touch(one)
            told()
            if one.scene.deed:
                self.at(self.after(one.scene.deed["after"]), partial(self._do_deed, one))

    def _do(self, deed: Callable[[Play, Row], None], play: Play, item_id: UUID) -> None:
        """Something with a work item, if it is still there."""
        item = self._open[play.case_id].get(item_id)
        if item is not None:
            deed(play, item)
            self.touch(play)

    def _work(self, play: Play, item: Row) -> None:
        act = self._properties(play, item).get("act", "")
        actor = self.staff.someone(item["unit_code"], item["role"], item["assignee"], play.chance)
        schema = schema_of(play, item["form_key"])
        offered = schema.get("properties", {}).get("decision", {}).get("enum", ())
        turns = play.turns.get(act, [])
        decision = turns.pop(0) if turns and turns[0] in offered else "forward"
        assignee = self._assignee(play, item["unit_code"]) if act == "assign" else ""
        values = fill(schema, self.desk(play, act=act, decision=decision, assignee=assignee))
        form = Filled(key=item["form_key"] or "", values=values)
        complete_task(self.house, actor, CompleteTask(case_id=play.case_id, task=task_ref(item), form=form))

    def _take(self, play: Play, item: Row) -> None:
        if item["assignee"] is None:
            actor = self.staff.someone(item["unit_code"], item["role"], None, play.chance)
            take_over(self.house, actor, TakeOver(case_id=play.case_id, task=task_ref(item)))

    def _answer(self, play: Play, order: Row) -> None:
        deeds.answer(self, play, order)
        self.touch(play)

    def _do_deed(self, play: Play) -> None:
        deeds.DEEDS[play.scene.deed["kind"]](self, play)
        self.touch(play)

    # what is at hand

    def open_items(self, play: Play) -> Sequence[Row]:
        """What waits in a dossier now."""
        return list(self._open[play.case_id].values())

    def head_of(self, unit_code: str, play: Play) -> Actor:
        """Who heads a unit."""
        return self.staff.someone(unit_code, "unit_head", None, play.chance)

    def desk(self, play: Play, *, act: str, decision: str = "forward", assignee: str = "") -> Desk:
        """What somebody who fills a form for this dossier has before them."""
        return Desk(
            chance=play.chance,
            owner=play.owner,
            today=self.house.calendar.local(self.now).date(),
            decision=decision,
            act=act,
            assignee=assignee,
            fee=play.role.version.manifest.fee.amount,
            channel=play.channel,
            result_delivery=play.scene.result,
            place=play.commune.name,
            subject=play.subject,
        )

    def _assignee(self, play: Play, unit_code: str) -> str:
        return str(play.chance.choice(self.staff.holders(unit_code, "case_officer")).id)

    @staticmethod
    def _properties(play: Play, item: Row) -> Mapping[str, str]:
        return play.role.version.program.elements[item["element_id"]].properties


def schema_of(play: Play, form_key: str | None) -> Mapping[str, Any]:
    """One of the forms of a dossier's procedure."""
    return play.role.version.forms.get(form_key or "", {})


def first_timer(connection: Connection) -> Row | None:
    """The armed timer that falls due first."""
    armed = (timer.c.queued_at.is_(None), timer.c.acted_at.is_(None), timer.c.cancelled_at.is_(None))
    query = select(timer.c.id, timer.c.case_id, timer.c.due_at).where(*armed).order_by(timer.c.due_at).limit(1)
    return connection.execute(query).mappings().first()


def asked_of_neighbours(connection: Connection, case_id: UUID) -> Sequence[Row]:
    """Questions of a dossier that nobody has answered."""
    waiting = (delivery.c.case_id == case_id, delivery.c.address.is_not(None), delivery.c.state == "pending")
    return connection.execute(select(delivery).where(*waiting)).mappings().all()
