"""Whether a signed letter is what was signed, by whom, and whether it was touched since.

A PDF library's own verdict is not enough: bytes appended after the last signature leave it valid. So every signature
must be good, the newest must cover the whole file, and what came after an earlier one may only be a further signature.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import cms, crl, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import CMSStructuralError, NonexistentAttributeError, find_unique_cms_attribute
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    async_validate_pdf_signature,
)
from pyhanko.sign.validation.errors import NoDSSFoundError, SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from engine.errors import UnreadableFile


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureReport:
    """One signature. `signed_at` is the timestamp authority's word, `claimed_at` the signing machine's."""

    field: str
    name: str
    organisation: str
    is_intact: bool  # the bytes it covers are the bytes that were signed
    is_trusted: bool  # its certificate leads to a trusted root and was not revoked
    is_untouched_since: bool  # nothing but further signatures came after it
    signed_at: datetime | None
    claimed_at: datetime | None
    problem: str = ""

    @property
    def is_valid(self) -> bool:
        return self.is_intact and self.is_trusted and self.is_untouched_since


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The verdict on a document, oldest signature first."""

    signatures: tuple[SignatureReport, ...]
    is_covered: bool  # the newest signature covers the file to its last byte

    @property
    def is_valid(self) -> bool:
        return bool(self.signatures) and self.is_covered and all(one.is_valid for one in self.signatures)

    @property
    def sentence(self) -> str:
        """The verdict for a person."""
        if not self.signatures:
            return "Văn bản chưa có chữ ký số."
        if not self.is_covered or not all(one.is_intact and one.is_untouched_since for one in self.signatures):
            return "Văn bản đã bị thay đổi sau khi ký."
        for one in self.signatures:
            if not one.is_trusted:
                return f"Chữ ký của {one.name} không xác thực được: {one.problem or 'chứng thư không đáng tin cậy'}."
        names = ", ".join(one.name for one in self.signatures)
        return f"Văn bản nguyên vẹn, chữ ký số hợp lệ của {names}."


def verify(
    pdf: bytes, roots: Sequence[bytes], *, revocation_lists: Sequence[bytes] = (), at: datetime | None = None
) -> Report:
    """Check every signature offline, against `roots` (DER) and the revocation lists inside the document.

    A certificate is judged at the moment its timestamp proves, else at `at` (default: now). Newer `revocation_lists`
    may be added.
    """
    try:
        return asyncio.run(_verify(pdf, roots, revocation_lists, at or datetime.now(UTC)))
    except (PdfError, ValueError, KeyError, IndexError) as error:
        raise UnreadableFile(f"Tệp không phải PDF đọc được: {error}") from error


async def _verify(pdf: bytes, roots: Sequence[bytes], lists: Sequence[bytes], now: datetime) -> Report:
    reader = PdfFileReader(io.BytesIO(pdf))
    embedded = list(reader.embedded_regular_signatures)
    found, is_covered = [], False
    for signature in embedded:
        report, coverage = await _check(reader, signature, roots, lists, now)
        found.append(report)
        is_covered = coverage is SignatureCoverageLevel.ENTIRE_FILE
    return Report(signatures=tuple(found), is_covered=is_covered)


async def _check(
    reader: PdfFileReader,
    signature: EmbeddedPdfSignature,
    roots: Sequence[bytes],
    lists: Sequence[bytes],
    now: datetime,
) -> tuple[SignatureReport, SignatureCoverageLevel | None]:
    try:
        moment = _stamped_at(signature) or now
        context = _context(reader, roots, lists, moment)
        status = await async_validate_pdf_signature(signature, context, ts_validation_context=context)
    except (SignatureValidationError, CMSStructuralError) as error:
        return _unreadable(signature, str(error)), None
    return _judged(signature, status), status.coverage


def _judged(signature: EmbeddedPdfSignature, status: PdfSignatureStatus) -> SignatureReport:
    stamp = status.timestamp_validity
    is_stamp_good = stamp is None or (stamp.valid and stamp.trusted)
    return SignatureReport(
        field=signature.field_name,
        **_subject(signature),
        is_intact=status.intact and status.valid,
        is_trusted=status.trusted and is_stamp_good,
        is_untouched_since=_is_untouched(status) and _is_padding_empty(signature),
        signed_at=stamp.timestamp if stamp is not None and is_stamp_good else None,
        claimed_at=signature.self_reported_timestamp,
        problem=_problem(status),
    )


def _unreadable(signature: EmbeddedPdfSignature, problem: str) -> SignatureReport:
    return SignatureReport(
        field=signature.field_name,
        **_subject(signature),
        is_intact=False,
        is_trusted=False,
        is_untouched_since=False,
        signed_at=None,
        claimed_at=None,
        problem=problem,
    )


def _subject(signature: EmbeddedPdfSignature) -> dict[str, str]:
    subject = signature.signer_cert.subject.native
    return {"name": str(subject.get("common_name", "")), "organisation": str(subject.get("organization_name", ""))}


def _is_untouched(status: PdfSignatureStatus) -> bool:
    if status.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return bool(status.bottom_line or not status.trusted)
    is_further_signing = status.modification_level in (ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)
    return status.coverage is SignatureCoverageLevel.ENTIRE_REVISION and is_further_signing and bool(status.docmdp_ok)


def _is_padding_empty(signature: EmbeddedPdfSignature) -> bool:
    """The room left over beside a signature is covered by nothing: it must hold nothing."""
    content: bytes = signature.pkcs7_content
    return not any(content[len(cms.ContentInfo.load(content).dump()) :])


def _problem(status: PdfSignatureStatus) -> str:
    if status.trusted:
        return ""
    if status.revoked:
        return "chứng thư đã bị thu hồi"
    return "chứng thư không do tổ chức được tin cậy cấp hoặc không còn hiệu lực"


def _stamped_at(signature: EmbeddedPdfSignature) -> datetime | None:
    try:
        token = find_unique_cms_attribute(signature.signer_info["unsigned_attrs"], "signature_time_stamp_token")
    except NonexistentAttributeError:
        return None
    moment: datetime = token["content"]["encap_content_info"]["content"].parsed["gen_time"].native
    return moment


def _context(
    reader: PdfFileReader, roots: Sequence[bytes], lists: Sequence[bytes], moment: datetime
) -> ValidationContext:
    try:
        store = DocumentSecurityStore.read_dss(reader)
        embedded = [one.get_object().data for one in store.crls]
        certificates = list(store.load_certs())
    except NoDSSFoundError:
        embedded, certificates = [], []
    return ValidationContext(
        trust_roots=[x509.Certificate.load(der) for der in roots],
        other_certs=certificates,
        crls=[crl.CertificateList.load(der) for der in (*lists, *embedded)],
        revocation_mode="require",
        retroactive_revinfo=True,
        allow_fetching=False,
        moment=moment,
    )
