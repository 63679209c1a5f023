"""What every connector must do, asked of each against its own sandbox over real HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import pytest

from connectors.neighbour import Fault, Sandbox
from connectors.neighbour.faults import RETRY_AFTER_SECONDS
from connectors.sandboxes import sandbox_module
from engine.delivery.contract import AnswersByPolling, Callback, Connector, Order, Outcome
from engine.delivery.signature import MESSAGE_HEADER, sign
from engine.errors import DeliveryFailed, DeliveryRejected, DeliveryRetryable, InputError, KeyRefused, NotAllowed

NAMES = ("consultation", "postal", "signing")
SECRET = "a secret of this test"


@dataclass
class Ear:
    """Our end of the callbacks: remembers each, and answers with the statuses it is told (200 when they run out)."""

    url: str
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)

    def wait_for(self, count: int, seconds: float = 15) -> list[tuple[dict[str, str], bytes]]:
        deadline = time.monotonic() + seconds
        while len(self.heard) < count and time.monotonic() < deadline:
            self.came.wait(0.1)
            self.came.clear()
        assert len(self.heard) >= count, f"{len(self.heard)} of {count} callbacks came"
        return self.heard


@dataclass(kw_only=True)
class Neighbourhood:
    """One connector, its sandbox, and our ear."""

    name: str
    module: ModuleType
    sandbox: Sandbox
    ear: Ear

    def connector(self, *, timeout: str = "5", secret: str = SECRET, url: str = "") -> Connector:
        environment = sandbox_module(self.name).connector_environment(url or self.sandbox.url, secret)
        environment |= {f"MOTCUA_{self.name.upper()}_TIMEOUT": timeout}
        made: Connector = self.module.from_environment(environment)
        return made

    def order(self) -> Order:
        sample: Order = self.module.sample_order(self.ear.url)
        return replace(sample, id=uuid4())

    def effects(self) -> int:
        return self.sandbox.ledger.count()


@pytest.fixture
def ear() -> Iterator[Ear]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = found.statuses.pop(0) if found.statuses else 200
            found.heard.append((dict(self.headers), body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            found.came.set()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Ear(url=f"http://127.0.0.1:{server.server_port}/api/callbacks/test")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(params=NAMES)
def place(request: pytest.FixtureRequest, tmp_path: Path, ear: Ear) -> Iterator[Neighbourhood]:
    name = request.param
    with sandbox_module(name).build(tmp_path / "ledger.sqlite", secret=SECRET) as sandbox:
        yield Neighbourhood(name=name, module=import_module(f"connectors.{name}.connector"), sandbox=sandbox, ear=ear)


@pytest.fixture
def answered(request: pytest.FixtureRequest, tmp_path: Path, ear: Ear) -> Callable[[str], Iterator[Neighbourhood]]:
    def play(name: str) -> Iterator[Neighbourhood]:
        with sandbox_module(name).build(tmp_path / "ledger.sqlite", secret=SECRET, auto_seconds=0) as sandbox:
            yield Neighbourhood(
                name=name, module=import_module(f"connectors.{name}.connector"), sandbox=sandbox, ear=ear
            )

    return play


@pytest.fixture(params=NAMES)
def lively(
    request: pytest.FixtureRequest, answered: Callable[[str], Iterator[Neighbourhood]]
) -> Iterator[Neighbourhood]:
    """A neighbour that answers by itself at once."""
    yield from answered(request.param)


def final_callback(place: Neighbourhood) -> tuple[dict[str, str], bytes, Callback]:
    connector = place.connector()
    for _ in range(5):
        for headers, body in list(place.ear.heard):
            callback = connector.parse_callback(headers, body, now=datetime.now(UTC))
            if callback.outcome is Outcome.ANSWERED:
                return headers, body, callback
        place.ear.wait_for(len(place.ear.heard) + 1)
    raise AssertionError("no final callback came")


def test_declares_itself(place: Neighbourhood) -> None:
    connector = place.connector()
    assert connector.name == place.name
    order = place.order()
    assert order.operation in connector.operations
    assert connector.operations[order.operation].objections(order.payload) == []
    assert all(operation.title and key == operation.name for key, operation in connector.operations.items())


def test_takes_an_order(place: Neighbourhood) -> None:
    receipt = place.connector().send(place.order())
    assert receipt.reference
    assert not receipt.is_final
    assert place.effects() == 1


def test_same_order_twice_is_one_effect(place: Neighbourhood) -> None:
    connector, order = place.connector(), place.order()
    assert connector.send(order).reference == connector.send(order).reference
    assert place.effects() == 1


def test_two_orders_of_one_case_are_two_effects(place: Neighbourhood) -> None:
    connector = place.connector()
    assert connector.send(place.order()).reference != connector.send(place.order()).reference
    assert place.effects() == 2


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.SERVER_ERROR, Fault.TOO_MANY])
def test_failure_before_the_effect_is_retryable(place: Neighbourhood, fault: Fault) -> None:
    connector, order = place.connector(), place.order()
    place.sandbox.faults.set(fault, times=1)
    with pytest.raises(DeliveryRetryable) as failure:
        connector.send(order)
    assert failure.value.retry_after_seconds == (RETRY_AFTER_SECONDS if fault is Fault.TOO_MANY else None)
    assert place.effects() == 0
    connector.send(order)
    assert place.effects() == 1


def test_client_error_is_rejected_with_its_reason(place: Neighbourhood) -> None:
    place.sandbox.faults.set(Fault.REFUSE)
    with pytest.raises(DeliveryRejected, match="Nội dung không thuộc thẩm quyền"):
        place.connector().send(place.order())
    assert place.effects() == 0


@pytest.mark.parametrize("fault", [Fault.LOST_REPLY, Fault.WRONG_BODY, Fault.HALF_BODY, Fault.SLOW])
def test_spoiled_reply_after_the_effect_then_retry_is_one_effect(place: Neighbourhood, fault: Fault) -> None:
    order = place.order()
    place.sandbox.faults.set(fault, times=1, hang_seconds=1.5)
    with pytest.raises(DeliveryRetryable):
        place.connector(timeout="0.5").send(order)
    assert place.effects() == 1
    assert place.connector().send(order).reference
    assert place.effects() == 1


def test_hanging_neighbour_is_retryable_within_the_timeout(place: Neighbourhood) -> None:
    place.sandbox.faults.set(Fault.HANG, times=1, hang_seconds=2)
    connector = place.connector(timeout="0.4")
    started = time.monotonic()
    with pytest.raises(DeliveryRetryable):
        connector.send(place.order())
    assert time.monotonic() - started < 1.8
    assert place.effects() == 0


def test_nobody_listening_is_retryable(place: Neighbourhood) -> None:
    with pytest.raises(DeliveryRetryable):
        place.connector(url="http://127.0.0.1:9").send(place.order())


def test_wrong_key_is_our_fault_not_the_orders(place: Neighbourhood) -> None:
    """A key that ended must not kill every order that meets it."""
    with pytest.raises(KeyRefused):
        place.connector(secret="another").send(place.order())
    assert place.effects() == 0


def test_check_config_says_what_is_missing(place: Neighbourhood) -> None:
    objections = place.module.from_environment({}).check_config()
    assert any("URL" in sentence for sentence in objections)
    assert any("SECRET" in sentence for sentence in objections)


def test_check_config_tries_the_connection(place: Neighbourhood) -> None:
    assert place.connector().check_config() == []
    assert place.connector(secret="another").check_config() != []
    assert place.connector(url="http://127.0.0.1:9").check_config() != []


def test_answer_comes_back_by_callback(lively: Neighbourhood) -> None:
    order = lively.order()
    receipt = lively.connector().send(order)
    _, _, callback = final_callback(lively)
    assert (callback.connector, callback.order_id, callback.reference) == (lively.name, order.id, receipt.reference)
    assert callback.payload["answer"]


def test_callback_is_repeated_under_one_id_until_taken(lively: Neighbourhood) -> None:
    lively.ear.statuses = [500, 404]
    lively.connector().send(lively.order())
    connector = lively.connector()
    ids: list[str] = []
    while ids.count(ids[0] if ids else "") < 2:
        heard = lively.ear.wait_for(len(ids) + 1)
        ids = [connector.parse_callback(*callback, now=datetime.now(UTC)).message_id for callback in heard]
    assert ids.count(ids[0]) == 2


def test_forged_callback_is_refused(lively: Neighbourhood) -> None:
    lively.connector().send(lively.order())
    headers, body, _ = final_callback(lively)
    now = datetime.now(UTC)
    connector = lively.connector()
    with pytest.raises(NotAllowed):
        connector.parse_callback(headers, body + b" ", now=now)
    with pytest.raises(NotAllowed):
        connector.parse_callback({**headers, MESSAGE_HEADER: uuid4().hex}, body, now=now)
    with pytest.raises(NotAllowed):
        connector.parse_callback({}, body, now=now)
    with pytest.raises(NotAllowed):
        lively.connector(secret="another").parse_callback(headers, body, now=now)
    with pytest.raises(NotAllowed):
        lively.module.from_environment({}).parse_callback(headers, body, now=now)


@pytest.mark.parametrize(
    "shift", [timedelta(hours=-1), timedelta(minutes=-6), timedelta(minutes=6), timedelta(hours=1)]
)
def test_old_or_early_callback_is_refused(lively: Neighbourhood, shift: timedelta) -> None:
    lively.connector().send(lively.order())
    headers, body, _ = final_callback(lively)
    with pytest.raises(NotAllowed):
        lively.connector().parse_callback(headers, body, now=datetime.now(UTC) + shift)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"{}", b'{"order_id": 1, "outcome": 2}'])
def test_signed_nonsense_is_an_input_error(place: Neighbourhood, body: bytes) -> None:
    now = datetime.now(UTC)
    headers = sign(SECRET, f"{place.name} callback", "m1", body, at=now)
    with pytest.raises(InputError):
        place.connector().parse_callback(headers, body, now=now)


def test_answers_can_be_polled_and_carry_the_callbacks_ids(lively: Neighbourhood) -> None:
    connector = lively.connector()
    assert isinstance(connector, AnswersByPolling)
    order = lively.order()
    connector.send(order)
    _, _, pushed = final_callback(lively)
    polled, cursor = connector.fetch_answers()
    assert pushed in polled
    assert connector.fetch_answers(cursor) == ([], cursor)


def test_unreadable_poll_is_retryable(place: Neighbourhood) -> None:
    connector = place.connector()
    assert isinstance(connector, AnswersByPolling)
    place.sandbox.faults.set(Fault.WRONG_BODY)
    with pytest.raises(DeliveryRetryable):
        connector.fetch_answers()


def test_error_messages_hold_no_secret(place: Neighbourhood) -> None:
    said = []
    for fault in (Fault.UNAVAILABLE, Fault.REFUSE, Fault.WRONG_BODY, Fault.LOST_REPLY):
        place.sandbox.faults.set(fault, times=1)
        with pytest.raises(DeliveryFailed) as failure:
            place.connector().send(place.order())
        said.append(failure.value.message)
    assert SECRET not in json.dumps(said)
    assert SECRET not in repr(place.connector().__dict__)
