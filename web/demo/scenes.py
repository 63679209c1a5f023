"""Which dossiers the demo has: everyday ones and the scenes of data/scenes.toml, with their procedures and people."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid5

from engine.catalogue.versions import Version
from engine.deadlines import Calendar, LimitUnit, parse_limit, running_due, working_time_between
from engine.dossier.command import Person
from web.demo.applicants import make_organisation, make_person
from web.demo.province import SPACE, Commune, read_data

SPECIAL = frozenset({"consult", "tax_receipt", "phase_receive"})
"""Acts that make a process long or unusual: only scenes that ask for them get it."""
ORGANISATIONS = frozenset({"DT"})
"""Fields of administration whose applicants are organisations."""
A_DAY = timedelta(hours=8)
SHARE_ONLINE = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A procedure as the casting sees it."""

    version: Version
    acts: frozenset[str]
    first_form: str
    second: str  # the act after the first one

    @property
    def is_castable(self) -> bool:
        """A dossier of it begins with a reception at the counter."""
        return self.version.manifest.kind == "dossier" and bool(self.first_form)

    @property
    def days(self) -> float | None:
        """The limit of law in working days; None when there is none or it counts otherwise."""
        words = self.version.manifest.limit
        limit = parse_limit(words) if words else None
        return float(limit.value) if limit is not None and limit.unit is LimitUnit.working_day else None

    @classmethod
    def of(cls, version: Version) -> Role:
        tasks = [one.properties for one in version.program.elements.values() if one.properties.get("act")]
        is_received = bool(tasks) and tasks[0]["act"] in {"receive", "draft"}
        return cls(
            version=version,
            acts=frozenset(one["act"] for one in tasks),
            first_form=tasks[0].get("form", "") if is_received else "",
            second=tasks[1]["act"] if len(tasks) > 1 else "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is to happen to a dossier. The fields are explained in data/scenes.toml."""

    name: str = ""
    count: int = 1
    needs: Sequence[str] = ()
    codes: Sequence[str] = ()
    second: str = ""
    limit: Sequence[float] = (0, 20)
    age: Sequence[float] = (0, 0)
    due: int | None = None
    turns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    hold: str = ""
    slow: Mapping[str, Any] = field(default_factory=dict)
    apology: str = "leave"
    explanation: str = "give"
    deed: Mapping[str, Any] = field(default_factory=dict)
    commune: str = ""
    linked: int = 0
    result: str = "counter"
    dated: bool = True
    declined: Literal["", "supplement_request", "refusal"] = ""
    submitted: bool = True

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Scene:
        """A scene as it stands in the file."""
        return cls(**row)

    @property
    def acts(self) -> frozenset[str]:
        """The acts without which this cannot be played."""
        named = {*self.needs, *self.turns, self.slow.get("act", ""), self.hold.rstrip("0123456789")}
        return frozenset(named - {"", "phase", "supplement"})

    def can_use(self, role: Role) -> bool:
        """Whether this procedure can play the scene."""
        if not role.is_castable or not self.acts <= role.acts or self.second not in {"", role.second}:
            return False
        if role.acts & SPECIAL and not self.acts & SPECIAL:
            return False
        if "phase_receive" in role.acts - self.acts:
            return False
        if role.days is None or role.version.manifest.cutoff:
            return not self.dated
        return self.limit[0] <= role.days <= self.limit[1]


@dataclass(slots=True, kw_only=True)
class Play:
    """One dossier of the demo on its way."""

    number: int
    case_id: UUID
    scene: Scene
    role: Role
    commune: Commune
    receiving_unit: str
    owner: Person
    received_at: datetime
    channel: str
    chance: random.Random
    subject: str = ""  # of an approval: the procedure whose process goes up
    children: tuple[Play, ...] = ()
    turns: dict[str, list[str]] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    planned: set[UUID] = field(default_factory=set)

    @property
    def tempo(self) -> float:
        """Those who have to be far along by now hurry."""
        return 0.35 if self.scene.hold or self.scene.slow else 1.0


class Casting:
    """Chooses procedure, place, person and moment for every dossier; the same for the same `end` and procedures."""

    def __init__(
        self,
        versions: Sequence[Version],
        communes: Sequence[Commune],
        province_counter: str,
        calendar: Calendar,
        end: datetime,
    ) -> None:
        self._roles = [Role.of(one) for one in versions]
        self._communes = communes
        self._province_counter = province_counter
        self._calendar = calendar
        self._end = end
        self._number = 0

    def plays(self) -> list[Play]:
        """Everything that will happen, by the moment of reception."""
        data = read_data("scenes")
        cast = [*self._everyday(data["everyday"])]
        for row in data["scene"]:
            scene = Scene.of(row)
            cast += [play for _ in range(scene.count) if (play := self._scene(scene)) is not None]
        cast += [play for row in data["approval"] if (play := self._approval(dict(row))) is not None]
        return sorted(cast, key=lambda play: (play.received_at, play.number))

    def _everyday(self, data: Mapping[str, Any]) -> Iterator[Play]:
        weights: Mapping[str, float] = data["weights"]
        roles = [
            role
            for role in self._roles
            if role.is_castable and (not role.acts & SPECIAL or role.version.procedure_code in weights)
        ]
        chances = [float(weights.get(role.version.procedure_code, 1)) for role in roles]
        span = working_time_between(self._end - timedelta(days=data["days"]), self._end, self._calendar)
        for place in range(data["dossiers"]):
            chance = self._next_chance()
            back = timedelta(hours=chance.uniform(0, 3)) if place < data["today"] else span * chance.random() ** 1.25
            turns: dict[str, list[str]] = {}
            if chance.random() < data["supplement"]:
                turns["handle"] = ["supplement"]
            elif chance.random() < data["refuse"]:
                turns["handle"] = ["refuse"]
            if chance.random() < data["return"]:
                turns[chance.choice(("review", "sign"))] = ["return"]
            scene = Scene(name="thường ngày", turns=turns, explanation="give", apology="leave")
            at = working_back(self._end, back, self._calendar)
            yield self._play(scene, chance.choices(roles, chances)[0], at, chance)

    def _scene(self, scene: Scene) -> Play | None:
        chance = self._next_chance()
        roles = [role for role in self._roles if scene.can_use(role)]
        roles = [role for role in roles if role.version.procedure_code in scene.codes] or roles
        if not roles:
            return None
        role = chance.choice(roles)
        if scene.due is None:
            at = working_back(self._end, A_DAY * chance.uniform(scene.age[0], scene.age[-1]), self._calendar)
        else:
            at = self._received_for(scene.due, int(role.days or 1), chance)
        play = self._play(scene, role, at, chance)
        children = [self._linked(scene, play) for _ in range(scene.linked)]
        play.children = tuple(children)
        return play

    def _approval(self, row: dict[str, Any]) -> Play | None:
        """The approval of a new version of a process, if both it and the chain are shipped."""
        subject, unit_code = row.pop("subject"), row.pop("unit")
        codes = {role.version.procedure_code for role in self._roles}
        role = next((one for one in self._roles if one.version.manifest.kind == "approval"), None)
        if role is None or subject not in codes:
            return None
        chance, scene = self._next_chance(), Scene.of(row)
        at = working_back(self._end, A_DAY * chance.uniform(scene.age[0], scene.age[-1]), self._calendar)
        play = self._play(scene, role, at, chance)
        play.subject, play.receiving_unit, play.owner = subject, unit_code, Person(name="")
        return play

    def _linked(self, scene: Scene, parent: Play) -> Play:
        """Another dossier of the same submission."""
        chance = self._next_chance()
        level = parent.role.version.manifest.level
        roles = [one for one in self._roles if scene.can_use(one) and one.version.manifest.level == level]
        child = self._play(scene, chance.choice(roles), parent.received_at, chance)
        child.commune, child.owner = parent.commune, parent.owner
        child.receiving_unit, child.channel = parent.receiving_unit, "counter"
        parent.channel = "counter"
        return child

    def _play(self, scene: Scene, role: Role, at: datetime, chance: random.Random) -> Play:
        manifest = role.version.manifest
        commune = next((one for one in self._communes if one.code == scene.commune), None) or self._somewhere(chance)
        quarter = chance.choice(commune.quarters)
        make = make_organisation if manifest.field in ORGANISATIONS else make_person
        is_provincial = manifest.level == "province"
        return Play(
            number=self._number,
            case_id=uuid5(SPACE, f"dossier:{self._number}"),
            scene=scene,
            role=role,
            commune=commune,
            receiving_unit=self._province_counter if is_provincial else f"{commune.code}.1",
            owner=make(chance, quarter, commune.name),
            received_at=at,
            channel=self._channel(manifest.channels, chance),
            chance=chance,
            turns={act: list(turns) for act, turns in scene.turns.items()},
        )

    def _somewhere(self, chance: random.Random) -> Commune:
        """The two communes shown in full see most of the work."""
        shown = read_data("officers")["shown"]
        return chance.choices(self._communes, [6 if one.code in shown else 1 for one in self._communes])[0]

    @staticmethod
    def _channel(allowed: Sequence[str], chance: random.Random) -> str:
        if "online" in allowed and ("counter" not in allowed or chance.random() < SHARE_ONLINE):
            return "online"
        return "counter" if "counter" in allowed else allowed[0]

    def _received_for(self, ordinal: int, days: int, chance: random.Random) -> datetime:
        """A moment of reception whose limit ends `ordinal` working days after the next closing."""
        first = self._calendar.next_opening(self._end)
        day = first.date()
        step = 1 if ordinal > days else -1
        left = abs(ordinal - days)
        while left:
            day += timedelta(days=step)
            left -= self._calendar.is_working_day(day)
        return self._calendar.opening(day) + timedelta(hours=chance.uniform(0.5, 4))

    def _next_chance(self) -> random.Random:
        self._number += 1
        return random.Random(f"dossier:{self._number}")


def working_back(end: datetime, back: timedelta, calendar: Calendar) -> datetime:
    """The moment from which so much working time leads to `end`."""
    day = calendar.local(end).date()
    while True:
        for start, stop in reversed(calendar.sessions(day)):
            held = min(stop, end) - start
            if held > back:
                return min(stop, end) - back
            back -= max(held, timedelta(0))
        day -= timedelta(days=1)


def working_ahead(start: datetime, hours: float, calendar: Calendar) -> datetime:
    """The moment after so many working hours."""
    return running_due(start, timedelta(hours=max(hours, 0)), calendar)
