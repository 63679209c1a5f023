"""The offline verifier: from a bundle alone, says whether a history is whole, and what could not be checked."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from engine.errors import UnreadableFile
from engine.history.bundle import FORMAT
from engine.history.chain import verify_chain
from engine.history.merkle import leaf_hash, root_of_inclusion
from engine.history.seal import verify_note


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong, in a sentence."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    code: str
    events: int
    sealed: int
    findings: tuple[Finding, ...]
    not_covered: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return not self.findings


def verify_bundle(path: Path, trusted_key: str | None = None) -> Verdict:
    """Check chain, checkpoint signature and inclusion. Raises UnreadableFile for what is no bundle."""
    try:
        bundle: dict[str, Any] = orjson.loads(path.read_bytes())
        if bundle["format"] != FORMAT:
            raise UnreadableFile(f"{path}: không phải gói bằng chứng của Một Cửa.")
        rows = [
            (int(one["seq"]), base64.b64decode(one["body"]), bytes.fromhex(one["hash"])) for one in bundle["events"]
        ]
        head, case_id, code = bytes.fromhex(bundle["head"]), str(bundle["case"]), str(bundle["code"])
        key = base64.b64decode(trusted_key or bundle["log"]["public_key"])
    except (OSError, ValueError, KeyError, TypeError, binascii.Error) as error:
        raise UnreadableFile(f"{path}: không đọc được gói bằng chứng.") from error
    findings: list[Finding] = []
    chain = verify_chain(case_id, rows, head)
    if not chain.is_whole:
        findings.append(Finding(text=f"chuỗi băm đứt tại sự kiện {chain.broken_at}: {chain.reason}"))
    sealed, unsealed = _check_seals(bundle, rows, key, findings)
    return Verdict(
        code=code,
        events=len(rows),
        sealed=sealed,
        findings=tuple(findings),
        not_covered=_not_covered(unsealed, trusted_key),
    )


def _check_seals(
    bundle: dict[str, Any], rows: list[tuple[int, bytes, bytes]], key: bytes, findings: list[Finding]
) -> tuple[int, int]:
    if bundle.get("checkpoint") is None:
        return 0, len(rows)
    note = verify_note(str(bundle["checkpoint"]), key)
    if note is None:
        findings.append(Finding(text="chữ ký của mốc niêm phong không đúng khóa"))
        return 0, len(rows)
    _, size, root = note
    sealed = 0
    for (seq, _, stored), one in zip(rows, bundle["events"], strict=True):
        proof = one.get("proof")
        if proof is None:
            continue
        path = [bytes.fromhex(node) for node in proof["path"]]
        if root_of_inclusion(int(proof["position"]), size, leaf_hash(stored), path) == root:
            sealed += 1
        else:
            findings.append(Finding(text=f"sự kiện {seq} không nằm dưới mốc niêm phong"))
    return sealed, len(rows) - sealed


def _not_covered(unsealed: int, trusted_key: str | None) -> tuple[str, ...]:
    told = []
    if unsealed:
        told.append(f"{unsealed} sự kiện mới nhất chưa được niêm phong khi xuất gói này.")
    if trusted_key is None:
        told.append("khóa lấy từ chính gói này; hãy đưa khóa từ nguồn độc lập bằng --key.")
    told.append("mốc niêm phong chưa được đối chiếu với nhân chứng bên ngoài.")
    return tuple(told)
