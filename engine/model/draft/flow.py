"""From a table's work to a process: tasks, lanes, steps, and the ways back that every dossier may take."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine.model.diagram.sketch import Detour, Group, Sketch
from engine.model.draft.kinds import Kind, Work, kind_of, list_work, step_label, submission
from engine.model.draft.table import StepTable
from engine.model.draft.times import duration, hours_of, in_words
from engine.model.draft.units import Place, SeatPlan
from engine.model.elements import EventDefinition, Flow, Lane, Node

ONLINE = 'channel == "online"'
SUPPLEMENT, REFUSE, RETURN, CONSULT = "supplement", "refuse", "return", "consult"

_BARRIERS = ("tax_request", "tax_notice", "tax_receipt", "phase_receive")  # no going back over these
_RETURNABLE = ("review", "sign")
_OWNERS = {"financial_obligation": "payment", "supplement": "applicant", "phase": "applicant"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The sketch, and what the forms must offer: decisions by element, form key by element."""

    sketch: Sketch
    decisions: dict[str, tuple[str, ...]]
    works: tuple[Work, ...]
    ids: tuple[str, ...]  # element of each work
    always: tuple[Work, ...] = ()  # optional in the table, yet drawn without a way around


def draw(table: StepTable, seating: SeatPlan) -> Drawn:
    """Lay a step table's work out as a process; pure and deterministic."""
    works = list_work(table, seating)
    return _Drawer(table, seating, works).drawn()


@dataclass(slots=True)
class _Drawer:
    table: StepTable
    seating: SeatPlan
    works: tuple[Work, ...]
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    lanes: dict[str, Lane] = field(default_factory=dict)
    spine: list[str] = field(default_factory=list)
    detours: dict[str, Detour] = field(default_factory=dict)
    members: dict[int, list[str]] = field(default_factory=dict)
    decisions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    always: list[Work] = field(default_factory=list)
    joins: dict[str, str] = field(default_factory=dict)  # element -> gateway before it that gathers the ways back

    def drawn(self) -> Drawn:
        for work in self.works:
            self._lane(work.place)
            self.ids.append(self._new_id(f"step{work.step}_{work.key}"))
        self._start()
        for index, work in enumerate(self.works):
            if self._is_loop(index):
                continue
            if "trực tuyến" in work.condition and self._lane(work.place) != self.nodes[self.spine[-1]].lane:
                self._optional(index)
            else:
                self._task(index)
                self.always += [work] if work.condition else []
        self._end()
        sketch = Sketch(
            process_id=f"procedure_{self.table.code}".replace(".", "_"),
            name=self.table.name,
            lanes=tuple(self.lanes.values()),
            nodes=self.nodes,
            flows=self.flows,
            groups=tuple(self._groups()),
            spine=tuple(self.spine),
            detours=self.detours,
            documentation=self.table.source,
        )
        return Drawn(
            sketch=sketch, decisions=self.decisions, works=self.works, ids=tuple(self.ids), always=tuple(self.always)
        )

    # the main line

    def _start(self) -> None:
        first = submission(self.table, self.seating)
        start = Node(id="submitted", kind="startEvent", name="Hồ sơ được nộp", lane=self._lane(self.works[0].place))
        self._place(replace(start, documentation=first.action if first else ""), first.order if first else None)

    def _end(self) -> None:
        self._place(Node(id="finished", kind="endEvent", name="Đã trả kết quả", lane=self.nodes[self.spine[-1]].lane))

    def _task(self, index: int) -> None:
        work, element = self.works[index], self.ids[index]
        is_target = self._is_target(index)
        group = None if work.is_beside else work.step
        if is_target:
            join = Node(id=f"{element}_join", kind="exclusiveGateway", lane=self._lane(work.place))
            self._place(join, group)
            self.joins[element] = join.id
        self._place(self._work_node(index), group)
        if work.kind.is_service:
            self._silence(index)
        if work.key == "handle":
            self._handling(index, group)
        elif work.key in _RETURNABLE and self._target(index) is not None:
            self._returning(index, group)

    def _optional(self, index: int) -> None:
        """A step done only for online dossiers: asked before it, skipped by default."""
        work, element = self.works[index], self.ids[index]
        lane = self.nodes[self.spine[-1]].lane
        question = f"{element}_needed"
        gateway = Node(id=question, kind="exclusiveGateway", name="Nộp trực tuyến?", lane=lane)
        self._place(replace(gateway, default=f"{question}_no"))
        yes = Flow(id=f"{question}_yes", source=question, target=element, name="Trực tuyến", condition=ONLINE)
        self._place(self._work_node(index), work.step, flow=yes)
        join = Node(id=f"{element}_done", kind="exclusiveGateway", lane=lane)
        self._place(join)
        self._flow(question, join.id, flow_id=f"{question}_no")

    # the ways back

    def _handling(self, index: int, group: int | None) -> None:
        work, element = self.works[index], self.ids[index]
        gateway = self._gateway(index, "Kết quả thụ lý?", group)
        decisions = ["forward"]
        counter = self._counter(work)
        if self._may_be_refused(index):
            wait = self._side_task(index, "supplement", "Tiếp nhận bổ sung hồ sơ", counter)
            self.detours[wait] = Detour(anchor=element)
            self._flow(gateway, wait, name="Bổ sung", decision=SUPPLEMENT)
            self._flow(wait, self.joins[element])
            notice = self._side_task(index, "refusal", "Thông báo từ chối giải quyết", counter)
            self.detours[notice] = Detour(anchor=gateway, is_right=True)
            self._flow(gateway, notice, name="Từ chối", decision=REFUSE)
            refused = f"{element}_refused"
            self.nodes[refused] = Node(id=refused, kind="endEvent", name="Từ chối giải quyết", lane=counter)
            self.detours[refused] = Detour(anchor=notice, is_right=True)
            self._flow(notice, refused)
            decisions += [SUPPLEMENT, REFUSE]
        loop = self._loop_of(index)
        if loop is not None:
            self._consult_loop(loop, gateway, element)
            decisions.append(CONSULT)
        self.decisions[element] = tuple(decisions)

    def _returning(self, index: int, group: int | None) -> None:
        target = self._target(index)
        assert target is not None
        name = "Ký?" if self.works[index].key == "sign" else "Duyệt?"
        gateway = self._gateway(index, name, group)
        self._flow(gateway, self.joins[self.ids[target]], name="Trả lại", decision=RETURN)
        self.decisions[self.ids[index]] = ("forward", RETURN)

    def _consult_loop(self, index: int, gateway: str, handler: str) -> None:
        """A consultation asked only when needed: its answer comes back to the one who handles."""
        element = self.ids[index]
        self.nodes[element] = self._work_node(index)
        self.detours[element] = Detour(anchor=handler, is_aside=False)
        if not self.works[index].is_beside:
            self.members.setdefault(self.works[index].step, []).append(element)
        self._flow(gateway, element, name="Lấy ý kiến", decision=CONSULT)
        self._flow(element, self.joins[handler])
        self._silence(index)

    def _silence(self, index: int) -> None:
        """Marks the moment a consulted unit has not answered in time; what it was asked stays open."""
        work, element = self.works[index], self.ids[index]
        if work.limit is None:
            return
        timer, mark = f"{element}_overdue", f"{element}_silent"
        lane = self._lane(work.place)
        self.nodes[timer] = Node(
            id=timer,
            kind="boundaryEvent",
            name=f"Quá {in_words(work.limit)}",
            lane=lane,
            attached_to=element,
            interrupts=False,
            definitions=(EventDefinition(kind="timer", timer="duration", text=duration(work.limit)),),
            properties={"calendar": "plain" if hours_of(work.limit) is None else "working", "limit": str(work.limit)},
        )
        self.nodes[mark] = Node(id=mark, kind="endEvent", name="Ghi nhận chưa trả lời", lane=lane)
        self.detours[timer] = Detour(anchor=element)
        self.detours[mark] = Detour(anchor=timer)
        self._flow(timer, mark)

    # what goes where

    def _is_target(self, index: int) -> bool:
        if self.works[index].key == "handle" and (self._may_be_refused(index) or self._loop_of(index) is not None):
            return True
        return any(
            self.works[other].key in _RETURNABLE and self._target(other) == index
            for other in range(index + 1, len(self.works))
        )

    def _target(self, index: int) -> int | None:
        """The work a review or signature sends back to: the handling before it, never over a tax leg or a phase."""
        first_office = None
        for other in range(index - 1, -1, -1):
            work = self.works[other]
            if work.key in _BARRIERS:
                break
            if work.key == "handle":
                return other
            if work.place.key not in ("one_stop", "applicant") and not work.kind.is_service and work.key in _RETURNABLE:
                first_office = other
        return first_office if self._is_after_barrier(index) else None

    def _is_after_barrier(self, index: int) -> bool:
        return any(work.key in _BARRIERS for work in self.works[:index])

    def _may_be_refused(self, index: int) -> bool:
        """Supplement and refusal belong to the examination of a dossier, not to work after its obligation is met."""
        return self.works[index].key == "handle"

    def _is_loop(self, index: int) -> bool:
        work = self.works[index]
        return bool(work.condition) and work.kind.is_service and self._handler_before(index) is not None

    def _handler_before(self, index: int) -> int | None:
        return next((other for other in range(index - 1, -1, -1) if self.works[other].key == "handle"), None)

    def _loop_of(self, index: int) -> int | None:
        for other in range(index + 1, len(self.works)):
            if self._is_loop(other) and self._handler_before(other) == index:
                return other
        return None

    # elements

    def _work_node(self, index: int) -> Node:
        work, element = self.works[index], self.ids[index]
        return Node(
            id=element,
            kind="serviceTask" if work.kind.is_service else "userTask",
            name=work.name,
            lane=self._lane(work.place),
            properties=_properties(work),
            documentation=work.full_name if work.full_name != work.name else "",
        )

    def _side_task(self, index: int, kind: str, name: str, lane: str) -> str:
        work = self.works[index]
        element = f"{self.ids[index]}_{kind}"
        side = replace(
            work,
            kind=kind_of(kind),
            name=name,
            is_beside=True,
            is_decision=False,
            waits_for_applicant="supplement" if kind == "supplement" else "",
        )
        self.nodes[element] = Node(id=element, kind="userTask", name=name, lane=lane, properties=_properties(side))
        return element

    def _gateway(self, index: int, name: str, group: int | None) -> str:
        element = self.ids[index]
        gateway = f"{element}_decision"
        lane = self._lane(self.works[index].place)
        node = Node(id=gateway, kind="exclusiveGateway", name=name, lane=lane, default=f"{gateway}_forward")
        self._place(node, group)
        return gateway

    def _place(self, node: Node, step: int | None = None, *, flow: Flow | None = None) -> None:
        """Append to the main line and join to what was last on it."""
        self.nodes[node.id] = node
        if flow is not None:
            self.flows[flow.id] = flow
        elif self.spine:
            before = self.nodes[self.spine[-1]]
            is_default = before.default == f"{before.id}_forward"
            self._flow(before.id, node.id, flow_id=before.default if is_default else "")
        self.spine.append(node.id)
        if step is not None:
            self.members.setdefault(step, []).append(node.id)

    def _flow(self, source: str, target: str, *, flow_id: str = "", name: str = "", decision: str = "") -> None:
        flow_id = flow_id or (f"{source}_{decision}" if decision else f"{source}__{target}")
        condition = f'decision == "{decision}"' if decision else ""
        self.flows[flow_id] = Flow(id=flow_id, source=source, target=target, name=name, condition=condition)

    def _groups(self) -> list[Group]:
        groups = []
        for step in self.table.steps:
            if step.order not in self.members:
                continue
            label = step_label(step, self.seating.places[step.order])
            caption = f"Bước {step.order}: {label}" + (f" – {in_words(step.time)}" if step.time else "")
            properties = {"step": str(step.order), "step_name": label, "phase": str(step.phase)}
            if step.time:
                properties["limit"] = str(step.time)
            members = tuple(self.members[step.order])
            groups.append(Group(id=f"step{step.order}", caption=caption, members=members, properties=properties))
        return groups

    # lanes

    def _lane(self, place: Place) -> str:
        place = self._sitting(place)
        found = next((lane for lane in self.lanes.values() if lane.name == place.name), None)
        if found is None:
            lane_id = f"lane{len(self.lanes) + 1}_{place.seat.replace('.', '_')}"
            found = Lane(id=lane_id, name=place.name, properties={"unit": place.seat})
            self.lanes[lane_id] = found
        return found.id

    def _sitting(self, place: Place) -> Place:
        """The applicant has no seat in the house: it is waited for at the counter, else at the lead."""
        if place.key != "applicant":
            return place
        places = self.seating.places.values()
        counter = next((other for other in places if other.key == "one_stop"), None)
        return counter or next((other for other in places if other.key != "applicant"), self.seating.one_stop)

    def _counter(self, work: Work | None = None) -> str:
        places = self.seating.places.values()
        counter = next((other for other in places if other.key == "one_stop"), None)
        return self._lane(counter or (work.place if work else self.works[0].place))

    def _new_id(self, wanted: str) -> str:
        taken, candidate, number = set(self.ids), wanted, 2
        while candidate in taken:
            candidate, number = f"{wanted}_{number}", number + 1
        return candidate


def _properties(work: Work) -> dict[str, str]:
    kind: Kind = work.kind
    found = {
        "role": _role(work),
        "form": kind.form,
        "act": kind.act,
        "step": str(work.step),
        "step_name": work.step_name,
        "step_limit": "" if work.is_beside or work.step_time is None else str(work.step_time),
        "phase": str(work.phase),
        "biz_done": "true" if work.is_decision else "",
    }
    if work.waits_for_applicant:
        found |= {
            "clock": "paused",
            "clock_owner": _OWNERS[work.waits_for_applicant],
            "clock_basis": work.waits_for_applicant,
        }
    if kind.is_service:
        found |= {
            "connector": "consultation",
            "operation": "request",
            "target_unit": work.place.seat,
            "inputs": "tax_basis" if kind.key == "tax_request" else "consult_question",
            "limit": "" if work.limit is None else str(work.limit),
        }
    return {name: value for name, value in found.items() if value}


def _role(work: Work) -> str:
    if work.key == "hand_over" and work.place.seat == "one_stop":
        return "counter_officer"
    if work.key == "handle" and work.place.role == "unit_head":
        return "unit_head"
    return work.kind.role
