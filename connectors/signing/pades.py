"""PAdES in two steps: `prepare` makes the document with a hole and the bytes to sign, `embed` fills the hole.

Between them lies whatever holds the key: a software key, a token beside the leader, a remote service. The document a
signature covers already holds what is needed to check it offline (certificates, revocation list).
"""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, crl, x509
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, InnerScaling, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import ExternalSigner, PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, PdfSigningSession, SigDSSPlacementPreference
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from connectors.signing.places import Box, box_for
from engine.errors import InputError, Refused, UnreadableFile

DIGEST = "sha256"
BYTES_RESERVED = (
    20_000  # hexadecimal digits: certificates, timestamp and room to spare; measuring costs a second signature
)
PURPOSES = ("sign", "seal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Public side of a key: its certificate, the certificates above it, current revocation lists; all DER."""

    certificate: bytes
    chain: tuple[bytes, ...]  # up to and with the root
    revocation_lists: tuple[bytes, ...] = ()

    @property
    def name(self) -> str:
        """The holder as the certificate names it."""
        return str(x509.Certificate.load(self.certificate).subject.native.get("common_name", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A document waiting for its signature. `digest` is what the key signs (SHA-256 of `attributes`)."""

    document: bytes
    attributes: bytes
    hole: tuple[int, int]

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.attributes).digest()

    @property
    def is_consistent(self) -> bool:
        """Whether the attributes speak of this very document: asked by whoever shows the one and signs the other."""
        stated = [
            attribute for attribute in _attributes(self.attributes) if attribute["type"].native == "message_digest"
        ]
        start, end = self.hole
        covered = hashlib.sha256(self.document[:start] + self.document[end:]).digest()
        return [attribute["values"][0].native for attribute in stated] == [covered]


class _Stamp(PdfContent):
    """A one-page PDF as the signature's appearance."""

    def __init__(self, pdf: bytes) -> None:
        self._pdf = pdf
        super().__init__()

    def render(self) -> bytes:
        page = self._ensure_writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self._pdf)))
        self.resources.xobject["/Picture"] = page
        x1, y1, x2, y2 = page.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(x2 - x1), height=abs(y2 - y1))
        return b"/Picture Do"


class _GivenToken(TimeStamper):
    """The timestamp that came with the signature."""

    def __init__(self, token: bytes) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._token = token

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        del message_digest, md_algorithm
        return cms.ContentInfo.load(self._token)


def prepare(
    pdf: bytes, signer: Signer, *, purpose: str, at: datetime, stamp: bytes | None, reason: str = ""
) -> Prepared:
    """Add the signature's field and appearance as an incremental update, with a hole where the signature goes.

    Refused when the certificate is not valid at `at`; UnreadableFile when `pdf` is no PDF.
    """
    if purpose not in PURPOSES:
        raise InputError(f"Mục đích ký không hợp lệ: {purpose}.")
    try:
        return asyncio.run(_prepare(pdf, signer, purpose, at, stamp, reason))
    except PdfReadError as error:
        raise UnreadableFile(f"Tệp cần ký không phải PDF hợp lệ: {error}") from error
    except SigningError as error:
        raise Refused(f"Không ký được bằng chứng thư của {signer.name}: {error}") from error


def embed(prepared: Prepared, signer: Signer, signature: bytes, timestamp: bytes | None) -> bytes:
    """The signed document. Whether the signature is good is for `verify` to say."""
    return asyncio.run(_embed(prepared, signer, signature, timestamp))


async def _prepare(
    pdf: bytes, signer: Signer, purpose: str, at: datetime, stamp: bytes | None, reason: str
) -> Prepared:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    box = box_for(writer.prev, purpose) if stamp else None
    field = f"{purpose}-{len(list(enumerate_sig_fields(writer.prev))) + 1}"
    external = _external(signer, 256)
    pdf_signer = PdfSigner(
        PdfSignatureMetadata(
            field_name=field,
            md_algorithm=DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            reason=reason or None,
            embed_validation_info=True,
            validation_context=_validation_context(signer, at),
            dss_settings=DSSContentSettings(
                placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE, include_vri=False
            ),
        ),
        signer=external,
        stamp_style=_style(stamp) if stamp and box else None,
        new_field_spec=_field(field, box),
    )
    session: PdfSigningSession = pdf_signer.init_signing_session(writer)
    session.system_time = at
    to_sign = session.prepare_tbs_document(await session.perform_presign_validation(writer), BYTES_RESERVED)
    output = io.BytesIO()
    ranges, _ = to_sign.digest_tbs_document(output=output)
    attributes = await external.signed_attrs(ranges.document_digest, DIGEST, use_pades=True)
    return Prepared(
        document=output.getvalue(),
        attributes=attributes.dump(),
        hole=(ranges.reserved_region_start, ranges.reserved_region_end),
    )


async def _embed(prepared: Prepared, signer: Signer, signature: bytes, timestamp: bytes | None) -> bytes:
    signed = await _external(signer, signature).async_sign_prescribed_attributes(
        DIGEST,
        signed_attrs=_attributes(prepared.attributes),
        timestamper=None if timestamp is None else _GivenToken(timestamp),
    )
    output = io.BytesIO(prepared.document)
    start, end = prepared.hole
    PreparedByteRangeDigest(b"", start, end).fill_with_cms(output, signed)
    return output.getvalue()


def _external(signer: Signer, signature: bytes | int) -> ExternalSigner:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([x509.Certificate.load(der) for der in signer.chain])
    certificate = x509.Certificate.load(signer.certificate)
    return ExternalSigner(certificate, store, signature_value=signature, embed_roots=False)


def _validation_context(signer: Signer, at: datetime) -> ValidationContext:
    chain: Sequence[Any] = [x509.Certificate.load(der) for der in signer.chain]
    return ValidationContext(
        trust_roots=chain[-1:],
        other_certs=chain[:-1],
        crls=[crl.CertificateList.load(der) for der in signer.revocation_lists],
        revocation_mode="require",
        allow_fetching=False,
        moment=at,
    )


def _attributes(der: bytes) -> cms.CMSAttributes:
    return cms.CMSAttributes.load(der)


def _style(stamp: bytes) -> StaticStampStyle:
    fill = SimpleBoxLayoutRule(
        x_align=AxisAlignment.ALIGN_MID,
        y_align=AxisAlignment.ALIGN_MID,
        margins=Margins(0, 0, 0, 0),
        inner_content_scaling=InnerScaling.STRETCH_TO_FIT,
    )
    return StaticStampStyle(background=_Stamp(stamp), background_layout=fill, border_width=0)


def _field(name: str, box: Box | None) -> SigFieldSpec:
    if box is None:
        return SigFieldSpec(name)
    return SigFieldSpec(name, on_page=box.page, box=box.corners)
