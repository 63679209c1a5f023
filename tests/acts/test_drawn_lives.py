"""Dossiers on random processes live at random: after every act what must hold of a case holds, whatever was drawn."""

from __future__ import annotations

from random import Random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from engine.dossier.correlate import Correlate, correlate
from engine.dossier.end_early import EndEarly, withdraw
from tests.acts.migrating import OPINION, Versions
from tests.assurance import record
from tests.drawn_procedures import procedure, source
from tests.invariants import faults_of_case, faults_of_house
from tests.province import MONDAY, Province
from tests.walking import REASONS, Walk

SEED = 20_261_122
SHORT, LONG, STEPS = 6, 400, 25


FORMS = {
    "opinion": OPINION | {"properties": OPINION["properties"] | {name: {"type": "string"} for name in REASONS}},
}
"""The form of every task: it may send a dossier back, and then says why."""


class DrawnWalk(Walk):
    """Whoever may act acts; messages come, and now and then the dossier goes to another version of the same process."""

    versions: Versions
    body: str

    def do_one(self) -> None:
        deeds = [self.do_task, self.let_answer, self.let_days_pass, self.tell, self.bring, self.migrate, self.leave]
        self.rng.choices(deeds, [60, 12, 6, 12, 20, 5, 1])[0]()

    def tell(self) -> None:
        """An agency sends what the process waits for, or what nobody waits for yet."""
        row = self.province.row(self.case_id)
        self.send("tin", row.code)

    def send(self, name: str, key: str) -> None:
        told = {"id": uuid4(), "name": name, "key": key, "amount": self.rng.randrange(4)}
        with self.house.store.transaction(role="owner") as connection:
            connection.execute(
                text("INSERT INTO message (id, name, key, payload, sender, sent_at) VALUES (:id, :name, :key,"
                     " jsonb_build_object('amount', CAST(:amount AS integer)), 'Thuế cơ sở 1', clock_timestamp())"),
                told,
            )  # fmt: skip
        correlate(self.house, Correlate(message=name, key=key))

    def bring(self) -> None:
        """The worker does what the acts have left for it."""
        code = self.province.row(self.case_id).code
        correlate(self.house, Correlate(message="tin", key=code, case_id=self.case_id))

    def migrate(self) -> None:
        self.versions.publish(source(self.body, note=f"bản {len(self.versions.ids) + 1}"), forms=FORMS)
        self.versions.migrate(self.case_id)

    def leave(self) -> None:
        withdraw(self.house, self.province.counter, EndEarly(case_id=self.case_id, reason="Rút theo đơn"))


def live(province: Province, seed: int) -> DrawnWalk:
    """One procedure, one dossier, so many steps."""
    rng = Random(seed)
    body = procedure(rng, blocks=rng.randint(1, 4))
    province.go_to(MONDAY)
    versions = Versions(province, code=f"VE-{seed}")
    versions.publish(source(body), forms=FORMS)

    def observe(case_id: UUID) -> None:
        assert faults_of_case(province.house, case_id) == [], f"seed {seed}"

    walk = DrawnWalk(province, versions.code, rng, observe=observe)
    walk.versions, walk.body = versions, body
    walk.go(STEPS)
    walk.bring()
    observe(walk.case_id)
    assert not [told for told in walk.refused if "bản mới" in told.lower()], f"seed {seed}: {walk.refused}"
    return walk


def test_random_dossiers_of_random_procedures(province: Province) -> None:
    for number in range(SHORT):
        live(province, SEED + number)
    assert faults_of_house(province.house) == []


@pytest.mark.prove
def test_many_random_dossiers_of_random_procedures(province: Province) -> None:
    acts = sum(province.row(live(province, SEED + number).case_id).revision for number in range(LONG))
    assert faults_of_house(province.house) == []
    record(
        "Random procedures lived in the house",
        f"{LONG:,} procedures drawn at random, {acts:,} acts of officers, neighbours, timers, messages and migrations;"
        " after each act state, inbox, timers, subscriptions, clock and history agreed with a replay",
        seed=SEED,
    )
