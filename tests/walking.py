"""A dossier's life at random: whoever may act acts, neighbours answer or stay silent, days go by."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from engine.dossier import apologise, correct, end_early, explain, extend, hand_over, pause, reassign
from engine.dossier.actor import Actor
from engine.dossier.command import Filled, Person, TaskRef
from engine.dossier.complete import CompleteTask, complete_task
from engine.dossier.take_answer import TakeAnswer, take_answer
from engine.errors import FormRefused, Refused
from tests.province import Province

WORDS = "Đã kiểm tra, nội dung phù hợp với quy định"
REASONS = ("supplement_content", "refusal_reason", "return_reason", "reason", "opinion")


class Walk:
    """One life. The same seed gives the same life."""

    takes_over = 0.2
    forward = 0.6  # how often work goes on where it may also go back

    def __init__(
        self,
        province: Province,
        code: str,
        rng: random.Random,
        *,
        observe: Callable[[UUID], None] | None = None,
        **reception: Any,
    ) -> None:
        self.province, self.house, self.rng = province, province.house, rng
        self.refused: list[str] = []
        self.case_id = province.receive(code, result_delivery=rng.choice(["counter", "post"]), **reception).case_id
        self._observe = observe or (lambda _: None)
        self._observe(self.case_id)

    def go(self, steps: int) -> None:
        """So many steps, or until the dossier is closed."""
        for _ in range(steps):
            if self.province.row(self.case_id).closed_at is not None:
                return
            try:
                self.do_one()
            except (Refused, FormRefused) as told:
                self.refused.append(told.message)
            self._observe(self.case_id)

    def do_one(self) -> None:
        """Something that may happen next, mostly work."""
        deeds = [self.do_task, self.let_answer, self.let_days_pass, self.do_something_else]
        self.rng.choices(deeds, [70, 20, 12, 12])[0]()

    # --- work ---------------------------------------------------------------------------------------------------------

    def do_task(self) -> None:
        """Any open line of an inbox."""
        items = self.province.items(self.case_id)
        if not items:
            return
        self.do_item(self.rng.choice(items))

    def do_item(self, item: Any) -> None:
        """What this line asks for; a task is now and then only taken over."""
        ref = TaskRef(id=item.id, revision=item.revision)
        if item.kind == "task":
            if self.rng.random() < self.takes_over:
                hand_over.take_over(self.house, self.actor(item), hand_over.TakeOver(case_id=self.case_id, task=ref))
                return
            form = Filled(key=item.form_key or "", values=self.values(item.form_key))
            complete_task(self.house, self.actor(item), CompleteTask(case_id=self.case_id, task=ref, form=form))
        elif item.kind == "letter":
            date = datetime.fromisoformat(self.province.row(self.case_id).facts["apology"]["date"])
            command = apologise.Apologise(case_id=self.case_id, task=ref, reason=WORDS, promised_at=date)
            apologise.apologise_and_reappoint(self.house, self.actor(item), command)
        elif item.kind == "explanation":
            explain.explain(self.house, self.actor(item), explain.Explain(case_id=self.case_id, task=ref, cause=WORDS))

    def let_answer(self) -> None:
        """A neighbour answers, now and then twice."""
        with self.house.store.transaction(role="worker") as connection:
            found = connection.execute(
                text("SELECT id FROM delivery WHERE case_id = :id AND address IS NOT NULL ORDER BY created_at, id"),
                {"id": self.case_id},
            )
            orders = found.scalars().all()
        if orders:
            outcome = self.rng.choice(["agree", "agree", "refuse"])
            command = TakeAnswer(delivery_id=self.rng.choice(orders), outcome=outcome, content={"content": WORDS})
            take_answer(self.house, command)

    def let_days_pass(self) -> None:
        """Timers act at their moments."""
        with self.house.store.transaction(role="worker") as connection:
            now = self.house.clock.now(connection)
        self.province.advance_to(now + timedelta(hours=self.rng.choice([1, 5, 30, 75, 200])))

    def do_something_else(self) -> None:
        """What a person may do to a dossier beside its process."""
        row = self.province.row(self.case_id)
        inside = [code for code in row.participants if not self.house.directory[code].is_external]
        head = self.province.actor(self.rng.choice(inside), "unit_head")
        counter = self.province.actor(row.receiving_unit, "counter_officer")
        self.rng.choice([self._pause, self._extend, self._correct, self._reassign, self._end])(head, counter)

    def _pause(self, head: Actor, counter: Actor) -> None:
        if self.rng.random() < 0.5:
            pause.pause(self.house, head, pause.Pause(case_id=self.case_id, basis="law", reason=WORDS))
        else:
            pause.resume(self.house, head, pause.Resume(case_id=self.case_id, reason=WORDS))

    def _extend(self, head: Actor, counter: Actor) -> None:
        article = f"Điều {self.rng.randrange(3)}"
        command = extend.Extend(case_id=self.case_id, by=self.rng.choice(["2d", "10cd"]), article=article, reason=WORDS)
        extend.extend(self.house, head, command)

    def _correct(self, head: Actor, counter: Actor) -> None:
        person = Person(name=f"Nguyễn Thị {self.rng.choice(['Hương', 'Hường', 'Hưởng'])}", phone="0912000018")
        command = correct.Correct(case_id=self.case_id, role="owner", person=person, reason=WORDS)
        correct.correct(self.house, counter, command)

    def _reassign(self, head: Actor, counter: Actor) -> None:
        tasks = self.province.items(self.case_id, kind="task")
        if tasks:
            item = self.rng.choice(tasks)
            ref = TaskRef(id=item.id, revision=item.revision)
            to = self.rng.choice([None, self.actor(item).id])
            command = reassign.Reassign(case_id=self.case_id, task=ref, officer_id=to, reason=WORDS)
            reassign.reassign(self.house, self.province.actor(item.unit_code, "unit_head"), command)

    def _end(self, head: Actor, counter: Actor) -> None:
        if self.rng.random() < 0.2:
            act = self.rng.choice([end_early.withdraw, end_early.void])
            act(self.house, counter, end_early.EndEarly(case_id=self.case_id, reason=WORDS))

    # --- people and forms ---------------------------------------------------------------------------------------------

    def actor(self, item: Any) -> Actor:
        """Who holds the line, else its role, else the unit's head."""
        people = self.province.people
        holder = item.assignee and next((one for one in people.values() if one.id == item.assignee), None)
        return holder or people.get((item.unit_code, item.role)) or people[item.unit_code, "unit_head"]

    def values(self, form_key: str | None) -> dict[str, Any]:
        """A form filled at random: every choice may be taken, every reason is given."""
        with self.house.store.transaction(role="worker") as connection:
            found = connection.execute(text("SELECT version_id FROM cases WHERE id = :id"), {"id": self.case_id})
            version = self.house.versions.get(connection, found.scalar_one())
        properties: Mapping[str, Any] = version.forms.get(form_key or "", {}).get("properties", {})
        values = {name: self.value(told) for name, told in properties.items() if name != "assignee"}
        values |= {name: WORDS for name in REASONS if name in properties}
        if "decision" in values and self.rng.random() < self.forward:
            values["decision"] = "forward"
        return {name: value for name, value in values.items() if value is not None}

    def value(self, told: Mapping[str, Any]) -> Any:
        """Something that this field may hold, or nothing."""
        if "enum" in told:
            return self.rng.choice(told["enum"])
        choices: dict[str, list[Any]] = {"integer": [0, 1, 10_000], "number": [0.5, 2, 99.25], "boolean": [True, False]}
        return self.rng.choice([*choices.get(str(told.get("type")), [WORDS]), None])


def life(
    province: Province,
    code: str,
    seed: int,
    *,
    steps: int = 40,
    observe: Callable[[UUID], None] | None = None,
    **reception: Any,
) -> UUID:
    """One life from this seed."""
    walk = Walk(province, code, random.Random(seed), observe=observe, **reception)
    walk.go(steps)
    return walk.case_id
