"""What must hold of every case and of the whole house at any moment between two acts, whatever died before.

Each function returns sentences about what does not hold; an empty list is what tests want.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from engine.deadlines import Calendar, Ledger
from engine.dossier.house import House
from engine.dossier.issue_letter import STEPS as LETTER_STEPS
from engine.dossier.movement import FAR_FUTURE, item_id
from engine.dossier.replay import Recorded, replay
from engine.errors import ReplayMismatch
from engine.history.chain import Event, verify_chain
from engine.history.personal import SALT_BYTES, is_opening
from engine.letters import load_forms
from engine.run import Instance

Faults = list[str]

EVENTS = "SELECT seq, type, at, recorded_at, body, hash FROM event WHERE case_id = :id ORDER BY seq"
OPEN_TASKS = "SELECT id, address FROM work_item WHERE case_id = :id AND kind = 'task' AND state = 'open'"
UNSIGNED = "SELECT payload FROM delivery WHERE connector = 'signing' AND state IN ('pending', 'sent', 'dead')"
SEALS = """
SELECT e.case_id, e.seq, (SELECT count(*) FROM seal_pending p WHERE p.case_id = e.case_id AND p.seq = e.seq)
    + (SELECT count(*) FROM seal_leaf l WHERE l.case_id = e.case_id AND l.seq = e.seq) AS times
FROM event e
"""


HEARD = """
SELECT m.name, m.key FROM message m JOIN subscription s ON s.message = m.name AND s.key = m.key
WHERE m.taken_at IS NULL AND (m.key <> '' OR m.case_id = s.case_id)
"""


def faults_of_house(house: House) -> Faults:
    """Everything, of every case and across cases."""
    with house.store.transaction(role="worker") as connection:
        ids = connection.execute(text("SELECT id FROM cases ORDER BY code")).scalars().all()
        found = [f"{case_id}: {one}" for case_id in ids for one in _of_case(house, connection, case_id)]
        return [*found, *_across(connection)]


def faults_across_cases(house: House) -> Faults:
    """What does not hold of numbers, jobs and seals."""
    with house.store.transaction(role="worker") as connection:
        return list(_across(connection))


def faults_of_case(house: House, case_id: UUID) -> Faults:
    """What does not hold of one case."""
    with house.store.transaction(role="worker") as connection:
        return list(_of_case(house, connection, case_id))


# --- one case ---------------------------------------------------------------------------------------------------------


def _of_case(house: House, connection: Connection, case_id: UUID) -> Iterator[str]:
    row = _one(connection, "SELECT * FROM cases WHERE id = :id", case_id)
    events = [Event(**one) for one in _all(connection, EVENTS, case_id)]
    yield from _chain(row, events)
    instance = house.versions.get(connection, row["version_id"])
    try:
        replayed = replay(
            instance.program,
            case_id,
            (Recorded.of(one.content) for one in events),
            working_time=house.working_time,
            earlier=house.versions.by_content(
                connection, row["procedure_code"], {one.content["version"] for one in events}
            ),
        )
    except ReplayMismatch as error:
        yield error.message
        return
    yield from _state(house, connection, row, replayed)
    yield from _times(house, connection, row)
    yield from _forms(house, connection, row, events)
    yield from _letters(connection, case_id, events)


def _chain(row: dict[str, Any], events: list[Event]) -> Iterator[str]:
    verdict = verify_chain(str(row["id"]), ((one.seq, one.body, one.hash) for one in events), bytes(row["head_hash"]))
    if not verdict.is_whole:
        yield f"the chain is broken at {verdict.broken_at}: {verdict.reason}"
    if row["revision"] != len(events):
        yield f"revision {row['revision']} with {len(events)} events"
    moments = [one.at for one in events]
    if moments != sorted(moments):
        yield "events are not in the order of their moments"
    if moments and row["last_at"] != moments[-1]:
        yield "the case's last moment is not that of its last event"


def _state(house: House, connection: Connection, row: dict[str, Any], replayed: Instance | None) -> Iterator[str]:
    """The stored process is what its recorded inputs give."""
    if replayed is None:
        if row["submission_code"] is None or row["submission_code"] != row["code"]:
            yield "no event has started its process"
        return
    stored = None if row["state"] is None else bytes(row["state"])
    if stored != (None if replayed.is_ended else replayed.dump()):
        yield "its state is not what a replay of its inputs gives"
    is_open = row["closed_at"] is None
    if is_open and replayed.is_ended:
        yield "its process has ended and the case is open"
    if not is_open and not replayed.is_ended and "outcome" not in row["facts"]:
        yield "it is closed, and neither its process nor an act has ended it"
    if stored is not None:
        program = house.versions.get(connection, row["version_id"]).program
        if Instance.restore(program, stored, working_time=house.working_time).dump() != stored:
            yield "its state is another one after being restored"
    yield from _waits(connection, row["id"], replayed if is_open else None)


def _waits(connection: Connection, case_id: UUID, process: Instance | None) -> Iterator[str]:
    """Inbox, subscriptions and timers are exactly what the process waits for."""
    waiting = process.waiting if process else ()
    tasks = _all(connection, OPEN_TASKS, case_id)
    expected = Counter(one.address for one in waiting if one.kind == "task")
    if Counter(one["address"] for one in tasks) != expected:
        yield f"open tasks {[one['address'] for one in tasks]}, but the process waits at {sorted(expected)}"
    if any(one["id"] != item_id(case_id, one["address"]) for one in tasks):
        yield "a task's id is not that of its address"
    kept = _all(connection, "SELECT address, message, key FROM subscription WHERE case_id = :id", case_id)
    messages = Counter((one["address"], one["message"], one["key"]) for one in kept)
    listening = Counter((one.address, one.message, one.key) for one in process.subscriptions) if process else Counter()
    if messages != listening:
        yield f"subscriptions {sorted(messages)}, but the process listens at {sorted(listening)}"
    armed = {key: at for key, at in _armed(connection, case_id).items() if key[0] == "process"}
    due = {("process", one.address): one.due for one in process.timers} if process else {}
    if armed != due:
        yield f"process timers {armed}, but the process has {due}"


def _times(house: House, connection: Connection, row: dict[str, Any]) -> Iterator[str]:
    """Dates are folds of the ledger, and every copy of them is the same."""
    ledger = Ledger.from_json(row["ledger"])
    calendar = house.calendar_of(row["calendar_version"], row["receiving_unit"])
    if ledger.due_of_law(calendar) != row["legal_due_at"]:
        yield "the limit of law is not the ledger's"
    if ledger.promised(calendar) != row["promised_at"]:
        yield "the promised date is not the ledger's"
    is_open = row["closed_at"] is None
    if not is_open and any(one.is_open for one in ledger.intervals):
        yield "somebody still answers for a closed case"
    armed = _armed(connection, row["id"])
    if not is_open and armed:
        yield f"a closed case has armed timers {sorted(armed)}"
    counted = Counter((one["kind"], one["address"]) for one in _timers(connection, row["id"]))
    if any(count > 1 for count in counted.values()):
        yield f"a timer is armed twice: {counted}"
    yield from _inbox(connection, row, ledger, calendar)


def _inbox(connection: Connection, row: dict[str, Any], ledger: Ledger, calendar: Calendar) -> Iterator[str]:
    """The lines of inboxes show the ledger's moments."""
    for one in _all(connection, "SELECT * FROM work_item WHERE case_id = :id AND state = 'open'", row["id"]):
        if one["case_legal_due_at"] != row["legal_due_at"]:
            yield f"the inbox shows another limit at {one['address']}"
        if one["sort_at"] != (one["due_at"] or one["case_legal_due_at"] or FAR_FUTURE):
            yield f"the inbox sorts {one['address']} by another moment"
        held = next((held for held in ledger.intervals if held.is_open and held.address == one["address"]), None)
        if held is not None and one["due_at"] != ledger.due_of_step(held, calendar):
            yield f"the step at {one['address']} is due at another moment than the ledger's"
        if one["is_paused"] and one["due_at"] is not None:
            yield f"paused work at {one['address']} has a due moment"


def _forms(house: House, connection: Connection, row: dict[str, Any], events: list[Event]) -> Iterator[str]:
    """Each commitment of an event is opened by what lies beside it, and nothing else lies there."""
    committed = {(one.seq, name): digest for one in events for name, digest in one.content.get("personal", {}).items()}
    opened: Counter[tuple[int, str]] = Counter()
    for one in _all(connection, "SELECT * FROM form_submission WHERE case_id = :id", row["id"]):
        plain = house.keys.decrypt(row["data_key"], bytes(one["body"]), b"form")
        key = (one["revision"], f"form.{one['element_id']}")
        opened[key] += 1
        value = plain[SALT_BYTES:].decode()
        if not is_opening(bytes.fromhex(committed.get(key, "")), plain[:SALT_BYTES], value):
            yield f"the form of event {one['revision']} is not the one committed to"
    for one in _all(connection, "SELECT * FROM personal_value WHERE case_id = :id", row["id"]):
        key = (one["seq"], one["field"])
        opened[key] += 1
        if not is_opening(bytes.fromhex(committed.get(key, "")), bytes(one["salt"]), one["value"]):
            yield f"{one['field']} of event {one['seq']} is not the value committed to"
    if opened != Counter(committed.keys()):
        yield f"commitments {sorted(committed)} but values {sorted(opened.elements())}"


def _letters(connection: Connection, case_id: UUID, events: list[Event]) -> Iterator[str]:
    """Each letter was ordered by one event, numbered once, and sent by at most one event."""
    rows = {str(one["id"]): one for one in _all(connection, "SELECT * FROM letter WHERE case_id = :id", case_id)}
    ordered = Counter(one["id"] for event in events for one in event.content["data"].get("letters", ()))
    if ordered != Counter(rows.keys()):
        yield f"events order letters {sorted(ordered.elements())}, there are {sorted(rows)}"
    sent = Counter(event.content["data"]["letter"] for event in events if event.type == "LetterIssued")
    for letter_id, row in rows.items():
        if sent[letter_id] != (row["state"] == "sent"):
            yield f"letter {letter_id} is {row['state']} and was sent {sent[letter_id]} times"


# --- across cases -----------------------------------------------------------------------------------------------------


def _across(connection: Connection) -> Iterator[str]:
    yield from _numbers(connection)
    yield from _jobs(connection)
    yield from _seals(connection)
    yield from _strays(connection)


def _numbers(connection: Connection) -> Iterator[str]:
    """Numbers of dossiers and letters run from 1 without a gap, and none is used twice."""
    for one in _all(connection, "SELECT unit_code, day, last FROM dossier_number"):
        codes = _all(
            connection,
            "SELECT code FROM cases WHERE receiving_unit = :unit"
            " AND (received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date = :day AND code IS DISTINCT FROM submission_code",
            unit=one["unit_code"],
            day=one["day"],
        )
        if len(codes) != one["last"]:
            yield f"{one['last']} dossier numbers given by {one['unit_code']}, {len(codes)} used"
    series = {form.name: form.series.code for form in load_forms().values() if form.series.numbered_by == "unit"}
    borne: dict[tuple[str, int, str], list[int]] = {}
    for one in _all(connection, "SELECT unit_code, year, form, number, state FROM letter"):
        if one["number"] is not None:
            borne.setdefault((one["unit_code"], one["year"], series[one["form"]]), []).append(one["number"])
        elif one["form"] in series and one["state"] not in {"drafted", "approved", "voided"}:
            yield f"a {one['form']} is {one['state']} without a number"
    for one in _all(connection, "SELECT * FROM letter_number"):
        numbers = sorted(borne.pop((one["unit_code"], one["year"], one["series"]), []))
        if numbers != list(range(1, one["last"] + 1)):
            yield f"letters of {one['unit_code']} {one['series']} bear {numbers}, {one['last']} were given"
    if borne:
        yield f"numbers that nobody gave: {borne}"


def _jobs(connection: Connection) -> Iterator[str]:
    """Whatever is unfinished has somebody who will finish it: a job, a moment to try again, an answer to come."""
    queued = Counter(
        (one["task_name"], about)
        for one in _all(
            connection, "SELECT task_name, args FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed')"
        )
        for told in one["args"].values()
        for about in (told if isinstance(told, list) else [told])
    )
    asked = {one["payload"]["letter"] for one in _all(connection, UNSIGNED)}
    for one in _all(connection, "SELECT id, state FROM letter"):
        letter_id = str(one["id"])
        if one["state"] in LETTER_STEPS and letter_id not in asked and not queued["letter.issue", letter_id]:
            yield f"letter {letter_id} is {one['state']} and nobody issues it"
    for one in _all(connection, "SELECT id, next_at FROM delivery WHERE state = 'pending'"):
        if one["next_at"] is None and not queued["delivery.send", str(one["id"])]:
            yield f"delivery {one['id']} waits and nobody sends it"
    for one in _all(
        connection,
        "SELECT id FROM timer WHERE queued_at IS NOT NULL AND acted_at IS NULL AND cancelled_at IS NULL",
    ):
        if not queued["timer.act", str(one["id"])]:
            yield f"timer {one['id']} is queued and nobody acts on it"
    for one in _all(connection, HEARD):
        if not queued["message.correlate", one["key"]]:
            yield f"message {one['name']} waits for {one['key']}, somebody listens, and nobody brings them together"


def _seals(connection: Connection) -> Iterator[str]:
    """Each event is sealed or waits to be, once."""
    for one in _all(connection, SEALS):
        if one["times"] != 1:
            yield f"event {one['seq']} of {one['case_id']} is sealed {one['times']} times"


def _strays(connection: Connection) -> Iterator[str]:
    """No row hangs on a case that is not there."""
    for table in ("event", "personal_value", "seal_pending"):
        orphans = f"SELECT 1 FROM {table} t WHERE NOT EXISTS (SELECT FROM cases c WHERE c.id = t.case_id)"
        found = _all(connection, orphans)
        if found:
            yield f"{len(found)} rows of {table} belong to no case"


# --- reading ----------------------------------------------------------------------------------------------------------


def _timers(connection: Connection, case_id: UUID) -> list[dict[str, Any]]:
    return _all(
        connection,
        "SELECT kind, address, due_at FROM timer WHERE case_id = :id AND acted_at IS NULL AND cancelled_at IS NULL",
        case_id,
    )


def _armed(connection: Connection, case_id: UUID) -> dict[tuple[str, str], Any]:
    return {(one["kind"], one["address"]): one["due_at"] for one in _timers(connection, case_id)}


def _one(connection: Connection, sql: str, case_id: UUID) -> dict[str, Any]:
    return dict(connection.execute(text(sql), {"id": case_id}).mappings().one())


def _all(connection: Connection, sql: str, case_id: UUID | None = None, **more: Any) -> list[dict[str, Any]]:
    parameters = more if case_id is None else {"id": case_id, **more}
    return [dict(one) for one in connection.execute(text(sql), parameters).mappings()]
