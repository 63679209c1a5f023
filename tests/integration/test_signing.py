"""Letters are signed in two steps by keys that are elsewhere, and what was signed cannot be changed unseen."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import orjson
import pypdf
import pytest
import requests
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from connectors.neighbour import Sandbox
from connectors.signing import Prepared, Report, Signer, embed, prepare, verify
from connectors.signing.authority import Authority, Credential, Holder
from connectors.signing.connector import SigningConnector, from_environment, sample_order
from connectors.signing.sandbox import build, connector_environment
from engine.delivery.contract import Callback, Order, Outcome
from engine.delivery.signature import sign
from engine.errors import DeliveryRejected, InputError, Refused, UnreadableFile
from engine.letters import load_form, load_forms, render
from engine.letters.stamps import officer_stamp, seal_stamp
from engine.store.blobs import LocalBlobStore

SECRET = "a secret of this test"
HEAD = Holder(id="uong.do", name="Đỗ Văn Ưởng", organisation="Phòng Kinh tế xã Ví Dụ")
OFFICE = Holder(id="H99.12.03", name="Phòng Kinh tế", organisation="Ủy ban nhân dân xã Ví Dụ")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "passphrase")


@pytest.fixture(scope="module")
def letter() -> bytes:
    return render("apology_2025", load_form("apology_2025").sample())


def signer_of(authority: Authority, credential: Credential, at: datetime | None = None) -> Signer:
    now = at or datetime.now(UTC)
    return Signer(
        certificate=credential.der,
        chain=(authority.root.der,),
        revocation_lists=(authority.revocation_list(now - timedelta(seconds=1)),),
    )


def sign_with(authority: Authority, pdf: bytes, holder: Holder, purpose: str) -> bytes:
    """Both steps and the key between them."""
    credential = authority.credential(holder)
    signer = signer_of(authority, credential)
    stamp = officer_stamp(holder.name) if purpose == "sign" else seal_stamp(holder.name, holder.organisation)
    prepared = prepare(pdf, signer, purpose=purpose, at=datetime.now(UTC), stamp=stamp)
    signature = authority.sign_hash(credential.serial, prepared.digest)
    return embed(prepared, signer, signature, authority.timestamp(signature, datetime.now(UTC)))


@pytest.fixture(scope="module")
def signed(authority: Authority, letter: bytes) -> bytes:
    return sign_with(authority, letter, HEAD, "sign")


@pytest.fixture(scope="module")
def sealed(authority: Authority, signed: bytes) -> bytes:
    return sign_with(authority, signed, OFFICE, "seal")


# --- what a good signature is


def test_officer_then_agency_verify_offline_from_the_document_alone(authority: Authority, sealed: bytes) -> None:
    report = verify(sealed, [authority.root.der])
    assert report.is_valid
    assert [(one.field, one.name, one.organisation) for one in report.signatures] == [
        ("sign-1", "Đỗ Văn Ưởng", "Phòng Kinh tế xã Ví Dụ"),
        ("seal-2", "Phòng Kinh tế", "Ủy ban nhân dân xã Ví Dụ"),
    ]
    assert report.sentence == "Văn bản nguyên vẹn, chữ ký số hợp lệ của Đỗ Văn Ưởng, Phòng Kinh tế."
    for one in report.signatures:
        assert one.signed_at is not None
        assert abs(one.signed_at - datetime.now(UTC)) < timedelta(minutes=5)


def test_each_signature_only_appends(letter: bytes, signed: bytes, sealed: bytes) -> None:
    assert signed.startswith(letter)
    assert sealed.startswith(signed)


def test_a_letter_nobody_signed_is_not_valid(letter: bytes, authority: Authority) -> None:
    report = verify(letter, [authority.root.der])
    assert not report.is_valid
    assert report.sentence == "Văn bản chưa có chữ ký số."


def test_the_timestamp_outlives_the_certificate(authority: Authority, sealed: bytes) -> None:
    assert verify(sealed, [authority.root.der], at=datetime.now(UTC) + timedelta(days=365 * 8)).is_valid


def test_another_root_is_not_trusted(sealed: bytes, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "x")
    report = verify(sealed, [stranger.root.der])
    assert not report.is_valid
    assert not report.signatures[0].is_trusted
    assert "không do tổ chức được tin cậy cấp" in report.sentence


def test_the_signature_shows_between_title_and_name_and_the_seal_covers_a_third_of_it(sealed: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(sealed))
    officer, seal = ([float(side) for side in note["/Rect"]] for note in map(_object, reader.pages[0]["/Annots"]))
    width, height = officer[2] - officer[0], officer[3] - officer[1]
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (50, 20)
    assert round((seal[2] - seal[0]) / 72 * 25.4) == 36
    assert (seal[2] - officer[0]) / width == pytest.approx(1 / 3, abs=0.02)
    mark = reader.named_destinations["signature-signer"]
    assert ((officer[0] + officer[2]) / 2, (officer[1] + officer[3]) / 2) == pytest.approx(
        (float(mark["/Left"]), float(mark["/Top"])), abs=1
    )


def _object(note: pypdf.generic.PdfObject) -> pypdf.generic.DictionaryObject:
    found = note.get_object()
    assert isinstance(found, pypdf.generic.DictionaryObject)
    return found


@pytest.mark.parametrize("name", [name for name, form in sorted(load_forms().items()) if form.signer != "none"])
def test_every_signed_form_can_be_signed_with_a_visible_signature(name: str, authority: Authority) -> None:
    made = sign_with(authority, render(name, load_form(name).sample()), HEAD, "sign")
    assert verify(made, [authority.root.der]).is_valid
    shown = [page for page in pypdf.PdfReader(io.BytesIO(made)).pages if "/Annots" in page]
    assert len(shown) == 1


def test_a_document_without_a_mark_is_signed_invisibly(authority: Authority) -> None:
    plain = io.BytesIO()
    blank = pypdf.PdfWriter()
    blank.add_blank_page(200, 200)
    blank.write(plain)
    assert verify(sign_with(authority, plain.getvalue(), HEAD, "sign"), [authority.root.der]).is_valid


# --- attacks (trust.md, attack 22)


def update(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """An incremental update by somebody without a key."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def swap_page(writer: IncrementalPdfFileWriter) -> None:
    page, _ = writer.find_page_for_modification(0)
    page.get_object()["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.update_container(page.get_object())


def add_script(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/OpenAction"] = generic.DictionaryObject(
        {
            generic.pdf_name("/S"): generic.pdf_name("/JavaScript"),
            generic.pdf_name("/JS"): generic.pdf_string("app.alert(1)"),
        }
    )
    writer.update_root()


def move_seal(writer: IncrementalPdfFileWriter) -> None:
    page, _ = writer.find_page_for_modification(0)
    note = page.get_object()["/Annots"].raw_get(0)
    note.get_object()["/Rect"] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 400, 400)))
    writer.mark_update(note)


def fill_padding(pdf: bytes) -> bytes:
    """Writes into the unused room of the newest signature, which no signature covers."""
    end = pdf.rindex(b"0>")
    return pdf[: end - 9] + b"CAFE" + pdf[end - 5 :]


ATTACKS: dict[str, Callable[[bytes], bytes]] = {
    "bytes beside the signature": fill_padding,
    "one byte of the text": lambda pdf: pdf.replace(b"/Type/Page/", b"/Type/Pagf/", 1),
    "one byte in the middle": lambda pdf: pdf[:20_000] + bytes([pdf[20_000] ^ 1]) + pdf[20_001:],
    "bytes after the end": lambda pdf: pdf + b"\n% an invoice\n",
    "a page swapped by an update": lambda pdf: update(pdf, swap_page),
    "a script added by an update": lambda pdf: update(pdf, add_script),
    "the appearance moved by an update": lambda pdf: update(pdf, move_seal),
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("stage", ["signed", "sealed"])
def test_a_change_after_signing_is_seen(
    attack: str, stage: str, authority: Authority, request: pytest.FixtureRequest
) -> None:
    original: bytes = request.getfixturevalue(stage)
    changed = ATTACKS[attack](original)
    assert changed != original
    try:
        report = verify(changed, [authority.root.der])
    except UnreadableFile:
        return
    assert not report.is_valid
    assert report.sentence == "Văn bản đã bị thay đổi sau khi ký."


def test_a_letter_changed_between_signature_and_seal_is_seen(authority: Authority, signed: bytes) -> None:
    resealed = sign_with(authority, update(signed, swap_page), OFFICE, "seal")
    report = verify(resealed, [authority.root.der])
    assert report.signatures[1].is_valid
    assert not report.signatures[0].is_untouched_since
    assert report.sentence == "Văn bản đã bị thay đổi sau khi ký."


def test_cutting_off_the_seal_leaves_one_signature_for_the_caller_to_miss(
    authority: Authority, signed: bytes, sealed: bytes
) -> None:
    report = verify(sealed[: len(signed)], [authority.root.der])
    assert report.is_valid
    assert [one.field for one in report.signatures] == ["sign-1"]


def test_another_documents_signature_does_not_fit(authority: Authority, letter: bytes) -> None:
    credential = authority.credential(HEAD)
    signer = signer_of(authority, credential)
    other = render("refusal", load_form("refusal").sample())
    now = datetime.now(UTC)
    mine, theirs = (prepare(pdf, signer, purpose="sign", at=now, stamp=None) for pdf in (letter, other))
    signature = authority.sign_hash(credential.serial, theirs.digest)
    token = authority.timestamp(signature, now)
    forged = embed(mine, signer, signature, token)
    borrowed = embed(replace(mine, attributes=theirs.attributes), signer, signature, token)
    for attempt in (forged, borrowed):
        report = verify(attempt, [authority.root.der])
        assert not report.signatures[0].is_intact
        assert not report.is_valid


@pytest.mark.parametrize("rubbish", [b"", b"not a pdf", b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF", b"\x00" * 1000])
def test_rubbish_is_unreadable(rubbish: bytes, authority: Authority) -> None:
    with pytest.raises(UnreadableFile):
        verify(rubbish, [authority.root.der])
    signer = signer_of(authority, authority.credential(HEAD))
    with pytest.raises(UnreadableFile):
        prepare(rubbish, signer, purpose="sign", at=datetime.now(UTC), stamp=None)


def test_the_document_shown_is_the_document_signed(authority: Authority, letter: bytes) -> None:
    signer = signer_of(authority, authority.credential(HEAD))
    prepared = prepare(letter, signer, purpose="sign", at=datetime.now(UTC), stamp=None)
    assert prepared.is_consistent
    shown = prepared.document.replace(b"/Type/Page/", b"/Type/Pagf/", 1)
    assert not Prepared(document=shown, attributes=prepared.attributes, hole=prepared.hole).is_consistent


# --- the authority


def test_a_revoked_certificate_signs_nothing_more(tmp_path: Path, letter: bytes) -> None:
    own = Authority(tmp_path, "x")
    before = sign_with(own, letter, HEAD, "sign")
    credential = own.credential(HEAD)
    own.revoke(credential.serial, datetime.now(UTC) - timedelta(seconds=5))
    with pytest.raises(Refused, match="thu hồi"):
        own.sign_hash(credential.serial, b"\0" * 32)
    with pytest.raises(Refused, match="Đỗ Văn Ưởng"):
        prepare(letter, signer_of(own, credential), purpose="sign", at=datetime.now(UTC), stamp=None)
    assert verify(before, [own.root.der]).is_valid  # by the list inside the document: it was good when it was made


def test_an_agency_with_a_long_name_has_its_certificate(authority: Authority, letter: bytes) -> None:
    long = "Phòng Kinh tế, Hạ tầng và Đô thị phường Thành Sen"
    assert len(long) <= 64 < len(long.encode())
    holder = Holder(id="H27.101.1", name=long, organisation=long)
    [signature] = verify(sign_with(authority, letter, holder, "seal"), [authority.root.der]).signatures
    assert signature.is_trusted
    assert signature.name == "Phòng Kinh tế, Hạ tầng và Đô thị phường Thành…"


def test_without_a_revocation_list_nothing_is_trusted(authority: Authority, signed: bytes, letter: bytes) -> None:
    credential = authority.credential(HEAD)
    bare = Signer(certificate=credential.der, chain=(authority.root.der,))
    with pytest.raises(Refused):
        prepare(letter, bare, purpose="sign", at=datetime.now(UTC), stamp=None)
    stripped = signed.replace(b"/DSS", b"/DSX")
    assert not verify(stripped, [authority.root.der]).signatures[0].is_trusted


def test_keys_survive_a_restart_and_lie_encrypted_for_the_owner_only(tmp_path: Path) -> None:
    first = Authority(tmp_path / "keys", "x")
    serial = first.credential(HEAD).serial
    again = Authority(tmp_path / "keys", "x")
    assert again.credential(HEAD).serial == serial
    assert again.root.der == first.root.der
    for path in (tmp_path / "keys").iterdir():
        assert path.stat().st_mode & 0o077 == 0
        assert path.suffix != ".key" or b"ENCRYPTED PRIVATE KEY" in path.read_bytes()
    with pytest.raises(ValueError, match=r"[Pp]assword|decrypt"):
        Authority(tmp_path / "keys", "another").credential(HEAD)


# --- the connector and its service


@dataclass(kw_only=True)
class Desk:
    """A connector with blobs, its service, and no way to call us back: answers are polled."""

    connector: SigningConnector
    sandbox: Sandbox
    blobs: LocalBlobStore

    def order(self, pdf: bytes, holder: Holder, purpose: str) -> Order:
        payload = {
            "blob": self.blobs.put(pdf).hex(),
            "purpose": purpose,
            "signer": {"id": holder.id, "name": holder.name, "organisation": holder.organisation},
            "title": "Văn bản xin lỗi số 05/VBXL-KT",
        }
        return replace(sample_order(""), id=uuid4(), payload=payload)

    def press(self, reference: str | None, choice: str, content: str = "") -> None:
        form = {"choice": choice, "content": content}
        requests.post(f"{self.sandbox.url}/requests/{reference}", data=form, timeout=10).raise_for_status()

    def answer(self) -> Callback:
        return self.connector.fetch_answers()[0][-1]

    def sign(self, pdf: bytes, holder: Holder, purpose: str) -> bytes:
        receipt = self.connector.send(self.order(pdf, holder, purpose))
        self.press(receipt.reference, "agree")
        return self.blobs.get(bytes.fromhex(self.answer().payload["signed_blob"]))

    def report(self, pdf: bytes) -> Report:
        root = requests.get(f"{self.sandbox.url}/certificates/root.pem", timeout=5).content
        body = b"".join(root.split(b"-----")[2].split())
        return verify(pdf, [base64.b64decode(body)])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with build(tmp_path / "signing.sqlite", secret=SECRET) as sandbox:
        environment = {**connector_environment(sandbox.url, SECRET), "MOTCUA_DATA_DIR": str(tmp_path / "house")}
        yield Desk(
            connector=from_environment(environment),
            sandbox=sandbox,
            blobs=LocalBlobStore(tmp_path / "house" / "blobs"),
        )


def test_a_letter_goes_out_signed_and_sealed(desk: Desk, letter: bytes) -> None:
    sealed = desk.sign(desk.sign(letter, HEAD, "sign"), OFFICE, "seal")
    report = desk.report(sealed)
    assert report.is_valid
    assert [one.name for one in report.signatures] == ["Đỗ Văn Ưởng", "Phòng Kinh tế"]
    assert sealed.startswith(letter)


def test_the_answer_says_what_was_signed_by_whom(desk: Desk, letter: bytes) -> None:
    order = desk.order(letter, HEAD, "sign")
    desk.press(desk.connector.send(order).reference, "agree")
    callback = desk.answer()
    assert (callback.order_id, callback.outcome) == (order.id, Outcome.ANSWERED)
    assert callback.payload["answer"] == "agree"
    assert callback.payload["source_sha256"] == order.payload["blob"]
    assert callback.payload["signed_sha256"] == callback.payload["signed_blob"]
    assert callback.payload["signed_by"] == "Đỗ Văn Ưởng"


def test_a_person_sees_the_letter_before_signing_it(desk: Desk, letter: bytes) -> None:
    reference = desk.connector.send(desk.order(letter, HEAD, "sign")).reference
    page = requests.get(f"{desk.sandbox.url}/requests/{reference}", timeout=5).text
    assert "Đỗ Văn Ưởng" in page
    assert "Văn bản xin lỗi số 05/VBXL-KT" in page
    shown = requests.get(f"{desk.sandbox.url}/requests/{reference}/document", timeout=5).content
    assert shown.startswith(letter)


def test_a_refusal_is_an_answer_with_its_reason(desk: Desk, letter: bytes) -> None:
    desk.press(desk.connector.send(desk.order(letter, HEAD, "sign")).reference, "refuse", "Sai ngày hẹn")
    callback = desk.answer()
    assert callback.outcome is Outcome.ANSWERED
    assert callback.payload == {"answer": "refuse", "reason": "Sai ngày hẹn"}


def test_silence_is_no_answer_until_somebody_signs(desk: Desk, letter: bytes) -> None:
    reference = desk.connector.send(desk.order(letter, HEAD, "sign")).reference
    desk.press(reference, "silent")
    assert desk.connector.fetch_answers()[0] == []
    desk.press(reference, "agree")
    assert desk.answer().payload["answer"] == "agree"


def test_a_recalled_request_can_no_longer_be_signed(desk: Desk, letter: bytes) -> None:
    order = desk.order(letter, HEAD, "sign")
    reference = desk.connector.send(order).reference
    recall = replace(order, id=uuid4(), operation="recall", payload={"reference": reference, "reason": "Hủy văn bản"})
    assert desk.connector.send(recall).is_final
    desk.press(reference, "agree")
    assert desk.connector.fetch_answers()[0] == []


def test_a_certificate_revoked_while_waiting_rejects_the_order(desk: Desk, letter: bytes) -> None:
    receipt = desk.connector.send(desk.order(letter, HEAD, "sign"))
    serial = receipt.payload["serial_number"]
    requests.post(f"{desk.sandbox.url}/certificates/{serial}", timeout=5).raise_for_status()
    desk.press(receipt.reference, "agree")
    callback = desk.answer()
    assert callback.outcome is Outcome.REJECTED
    assert callback.payload["reason"] == "Chứng thư số đã bị thu hồi."
    with pytest.raises(DeliveryRejected, match="Đỗ Văn Ưởng"):
        desk.connector.send(desk.order(letter, HEAD, "sign"))


def callback_with(desk: Desk, **changes: object) -> Callback:
    """The service's last message, changed and signed again by the service's own key."""
    owed = desk.sandbox.ledger.messages_after(0)[-1]
    body = orjson.dumps({**owed.body, **changes})
    now = datetime.now(UTC)
    return desk.connector.parse_callback(sign(SECRET, "signing callback", owed.id, body, at=now), body, now=now)


def test_a_signature_that_does_not_verify_rejects_the_order(desk: Desk, letter: bytes) -> None:
    desk.press(desk.connector.send(desk.order(letter, HEAD, "sign")).reference, "agree")
    assert callback_with(desk).outcome is Outcome.ANSWERED
    rejected = callback_with(desk, signature=base64.b64encode(bytes(256)).decode())
    assert rejected.outcome is Outcome.REJECTED
    assert "không hợp lệ" in rejected.payload["reason"]


def test_a_signature_of_another_order_is_refused(desk: Desk, letter: bytes) -> None:
    desk.press(desk.connector.send(desk.order(letter, HEAD, "sign")).reference, "agree")
    with pytest.raises(InputError, match="không phải của lệnh ký này"):
        callback_with(desk, order_id=str(uuid4()))


@pytest.mark.parametrize("context", ["", "AAAA", base64.b64encode(b"x" * 50).decode(), "!"])
def test_a_broken_context_is_an_input_error(desk: Desk, letter: bytes, context: str) -> None:
    desk.press(desk.connector.send(desk.order(letter, HEAD, "sign")).reference, "agree")
    with pytest.raises(InputError):
        callback_with(desk, context=context)


def test_the_service_does_not_sign_a_digest_of_something_else(desk: Desk, letter: bytes) -> None:
    order = desk.order(letter, HEAD, "sign")
    reference = desk.connector.send(order).reference
    entry = desk.sandbox.ledger.find(reference or "")
    assert entry is not None
    message = json.loads(json.dumps(entry.body))
    message["sign_files"][0]["hash"] = "00" * 32
    with pytest.raises(DeliveryRejected, match="Mã băm không phải của văn bản gửi kèm"):
        desk.connector._client.send_hash(uuid4().hex, message)


def test_a_missing_letter_rejects_the_order(desk: Desk, letter: bytes) -> None:
    order = desk.order(letter, HEAD, "sign")
    gone = replace(order, payload={**order.payload, "blob": "00" * 32})
    with pytest.raises(DeliveryRejected, match="Không tìm thấy tệp"):
        desk.connector.send(gone)


def test_production_must_name_its_roots(tmp_path: Path, authority: Authority) -> None:
    environment = {**connector_environment("http://127.0.0.1:9", SECRET), "MOTCUA_MODE": "production"}
    assert any("ROOTS" in sentence for sentence in from_environment(environment).check_config())
    (tmp_path / "roots.pem").write_bytes(authority.root_pem())
    named = {**environment, "MOTCUA_SIGNING_ROOTS": str(tmp_path / "roots.pem")}
    assert not any("ROOTS" in sentence for sentence in from_environment(named).check_config())
    (tmp_path / "roots.pem").write_text("nothing")
    assert any("chứng thư gốc" in sentence for sentence in from_environment(named).check_config())


def test_configured_roots_are_the_only_ones_trusted(desk: Desk, letter: bytes, tmp_path: Path) -> None:
    stranger = Authority(tmp_path / "stranger", "x")
    (tmp_path / "roots.pem").write_bytes(stranger.root_pem())
    environment = {
        **connector_environment(desk.sandbox.url, SECRET),
        "MOTCUA_DATA_DIR": str(tmp_path / "house"),
        "MOTCUA_SIGNING_ROOTS": str(tmp_path / "roots.pem"),
    }
    desk.connector = from_environment(environment)
    desk.press(desk.connector.send(desk.order(letter, HEAD, "sign")).reference, "agree")
    assert desk.answer().outcome is Outcome.REJECTED


def test_the_officers_own_picture_is_used_when_there_is_one(desk: Desk, letter: bytes, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
    (tmp_path / "pictures" / "uong.do.png").write_bytes(base64.b64decode(pixel))
    environment = {
        **connector_environment(desk.sandbox.url, SECRET),
        "MOTCUA_DATA_DIR": str(tmp_path / "house"),
        "MOTCUA_SIGNING_IMAGES": str(tmp_path / "pictures"),
    }
    desk.connector = from_environment(environment)
    made = desk.sign(letter, HEAD, "sign")
    assert desk.report(made).is_valid
    assert re.search(rb"/Subtype\s*/Image", made[len(letter) :])
