"""A person plays the other side on the sandboxes' pages; the answer that reaches us says what that person chose."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests

from connectors.consultation import connector as consultation
from connectors.consultation import sandbox as consulted_agency
from connectors.consultation.edxml import objections, read, text_of
from connectors.neighbour import Sandbox
from connectors.postal import connector as postal
from connectors.postal import sandbox as post_office
from connectors.postal.sandbox import PostOffice
from engine.delivery.contract import Callback, Order, Outcome, Receipt
from engine.errors import DeliveryRejected

SECRET = "a secret of this test"


@dataclass
class Played:
    connector: consultation.ConsultationConnector | postal.PostalConnector
    sandbox: Sandbox

    def send(self, order: Order, **payload: Any) -> tuple[Order, Receipt]:
        sent = replace(order, id=uuid4(), payload={**order.payload, **payload})
        return sent, self.connector.send(sent)

    def press(self, path: str, **form: str) -> requests.Response:
        return requests.post(self.sandbox.url + path, data=form, timeout=5)

    def page(self, path: str) -> str:
        return requests.get(self.sandbox.url + path, timeout=5).text

    def answers(self) -> list[Callback]:
        found, _ = self.connector.fetch_answers()
        return list(found)


@pytest.fixture
def agency(tmp_path: Path) -> Iterator[Played]:
    with consulted_agency.build(tmp_path / "agency.sqlite", secret=SECRET) as sandbox:
        environment = consulted_agency.connector_environment(sandbox.url, SECRET)
        yield Played(consultation.from_environment(environment), sandbox)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Played]:
    with post_office.build(tmp_path / "post.sqlite", secret=SECRET) as sandbox:
        environment = post_office.connector_environment(sandbox.url, SECRET)
        yield Played(postal.from_environment(environment), sandbox)


QUESTION = consultation.sample_order("")
PARCEL = postal.sample_order("")


@pytest.mark.parametrize("choice", ["agree", "refuse"])
def test_an_agency_answers(agency: Played, choice: str) -> None:
    order, receipt = agency.send(QUESTION)
    written = {"content": "Đất sử dụng ổn định.", "document_number": "12/UBND-KT", "signed_by": "Nguyễn Văn Mẫu"}
    agency.press(f"/questions/{receipt.reference}", choice=choice, **written)
    (answer,) = agency.answers()
    assert (answer.order_id, answer.outcome, answer.payload["answer"]) == (order.id, Outcome.ANSWERED, choice)
    assert answer.payload["answer_content"] == written["content"]
    assert answer.payload["answer_document"] == written["document_number"]
    assert answer.payload["answer_signed_by"] == written["signed_by"]


def test_an_agency_declines_the_question(agency: Played) -> None:
    _, receipt = agency.send(QUESTION)
    agency.press(f"/questions/{receipt.reference}", choice="declined", content="Không thuộc thẩm quyền.")
    (answer,) = agency.answers()
    assert (answer.outcome, answer.payload["answer_content"]) == (Outcome.REJECTED, "Không thuộc thẩm quyền.")


def test_silence_says_nothing_and_may_be_broken_later(agency: Played) -> None:
    _, receipt = agency.send(QUESTION)
    agency.press(f"/questions/{receipt.reference}", choice="silent")
    assert agency.answers() == []
    assert "Giữ im lặng" in agency.page("/")
    agency.press(f"/questions/{receipt.reference}", choice="agree")
    assert len(agency.answers()) == 1


def test_an_agency_answers_once(agency: Played) -> None:
    _, receipt = agency.send(QUESTION)
    for choice in ("agree", "refuse", "declined", "silent"):
        agency.press(f"/questions/{receipt.reference}", choice=choice)
    assert [answer.payload["answer"] for answer in agency.answers()] == ["agree"]


def test_a_recalled_question_is_not_answered(agency: Played) -> None:
    _, receipt = agency.send(QUESTION)
    recall = replace(QUESTION, id=uuid4(), operation="recall", payload={"reference": receipt.reference})
    assert agency.connector.send(recall).is_final
    assert agency.connector.send(recall).is_final
    agency.press(f"/questions/{receipt.reference}", choice="agree")
    assert agency.answers() == []
    assert "Đã bị thu hồi" in agency.page("/")


def test_a_question_nobody_got_cannot_be_recalled(agency: Played) -> None:
    with pytest.raises(DeliveryRejected, match="Không có văn bản này"):
        agency.connector.send(replace(QUESTION, operation="recall", payload={"reference": "YK-000099"}))


def test_the_edxml_that_travelled_is_valid_and_carries_the_cases_fields(agency: Played) -> None:
    _, receipt = agency.send(QUESTION, land_area=120)
    content = requests.get(f"{agency.sandbox.url}/questions/{receipt.reference}/edxml", timeout=5).content
    root = read(content)
    assert objections(root) == []
    assert text_of(root, "MessageHeader/Subject") == "Xác minh nguồn gốc đất"
    assert text_of(root, "To/OrganId") == "H27.30.05"
    attached = root.findtext("AttachmentEncoded/Attachment/ContentTransferEncoded", "")
    assert json.loads(base64.b64decode(attached))["land_area"] == 120


def test_the_same_question_is_built_the_same_on_every_try(agency: Played) -> None:
    order = replace(QUESTION, ordered_at=datetime(2026, 1, 5, 3, 0, tzinfo=UTC))
    assert isinstance(agency.connector, consultation.ConsultationConnector)
    assert agency.connector._message(order) == agency.connector._message(order)


def test_a_question_to_nobody_is_rejected_before_it_leaves(agency: Played) -> None:
    with pytest.raises(DeliveryRejected, match="Chưa xác định cơ quan"):
        agency.connector.send(replace(QUESTION, target_unit=None))


def test_an_impossible_date_is_rejected_before_it_leaves(agency: Played) -> None:
    with pytest.raises(DeliveryRejected, match="Hạn trả lời"):
        agency.send(QUESTION, due_on="2026-02-30")


def test_what_applicants_write_is_text_on_the_page(agency: Played) -> None:
    _, receipt = agency.send(QUESTION, subject="<script>alert(1)</script>")
    assert "<script>" not in agency.page("/") + agency.page(f"/questions/{receipt.reference}")


@pytest.mark.parametrize(
    ("steps", "final"),
    [
        (("in_transit", "delivered"), "delivered"),
        (("in_transit", "returned"), "returned"),
        (("in_transit", "failed"), "failed"),
        (("failed",), "failed"),
        (("cancelled",), "cancelled"),
    ],
)
def test_a_parcel_goes_its_way(post: Played, steps: tuple[str, ...], final: str) -> None:
    order, receipt = post.send(PARCEL)
    for step in steps:
        post.press(f"/parcels/{receipt.reference}", step=step)
    told = post.answers()
    assert [answer.outcome for answer in told] == [Outcome.PROGRESS] * len(steps) + [Outcome.ANSWERED]
    assert told[-1].payload["answer"] == final
    assert {answer.order_id for answer in told} == {order.id}


def test_a_parcel_does_not_go_backwards(post: Played) -> None:
    _, receipt = post.send(PARCEL)
    for step in ("delivered", "in_transit", "accepted", "delivered", "returned"):
        post.press(f"/parcels/{receipt.reference}", step=step)
    assert [answer.payload["answer"] for answer in post.answers()] == ["accepted", "in_transit", "delivered"]


def test_the_postmans_note_is_told(post: Played) -> None:
    _, receipt = post.send(PARCEL)
    post.press(f"/parcels/{receipt.reference}", step="failed", message="Không có người nhận")
    assert post.answers()[-1].payload["answer_content"] == "Không có người nhận"


def test_fetching_and_bringing_go_opposite_ways(post: Played) -> None:
    _, home = post.send(PARCEL)
    _, fetched = post.send(replace(PARCEL, operation="pick_up"))
    bodies = [post.sandbox.ledger.find(str(receipt.reference)) for receipt in (home, fetched)]
    assert [entry.body["ReceiverName"] == "Nguyễn Thị Mẫu" for entry in bodies if entry] == [True, False]
    assert [entry.body["SenderName"] == "Nguyễn Thị Mẫu" for entry in bodies if entry] == [False, True]


def test_an_order_is_cancelled_before_it_leaves_and_not_after(post: Played) -> None:
    def cancel(reference: str | None) -> Receipt:
        return post.connector.send(replace(PARCEL, id=uuid4(), operation="cancel", payload={"reference": reference}))

    _, waiting = post.send(PARCEL)
    assert cancel(waiting.reference).is_final
    assert cancel(waiting.reference).is_final
    _, gone = post.send(PARCEL)
    post.press(f"/parcels/{gone.reference}", step="in_transit")
    with pytest.raises(DeliveryRejected, match="không hủy được"):
        cancel(gone.reference)
    assert [answer.payload["answer"] for answer in post.answers()].count("cancelled") == 1


def test_an_access_token_that_ended_early_is_renewed(post: Played) -> None:
    post.send(PARCEL)
    assert isinstance(post.sandbox.play, PostOffice)
    post.sandbox.play.forget_tokens()
    _, receipt = post.send(PARCEL)
    assert receipt.reference


def test_an_unknown_status_is_news_and_no_answer(post: Played) -> None:
    line = {"orderNumber": "x", "statusCode": "99", "statusMessage": "Lạ", "_id": {"$oid": "a1"}}
    callback = postal._callback(line)
    assert (callback.outcome, callback.order_id, callback.reference) == (Outcome.PROGRESS, None, "x")


def test_tracking_comes_in_pages(post: Played) -> None:
    sent = {post.send(PARCEL)[0].id for _ in range(52)}
    seen: list[UUID | None] = []
    cursor: str | None = None
    for _ in range(3):
        page, cursor = post.connector.fetch_answers(cursor)
        seen += [answer.order_id for answer in page]
    assert len(seen) == len(sent)
    assert set(seen) == sent
