"""edXML documents of the national document exchange (QCVN 102:2016/BTTTT).

The shape follows client code seen in the field, not an official schema: receivers refuse children out of order or
without the `edXML:` prefix, and the standard itself spells `Bussiness`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from lxml import etree

from engine.errors import UnreadableFile

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
_XLINK = "http://www.w3.org/1999/xlink"
_LARGEST = 8 * 1024 * 1024
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

BUSINESS_TYPES = {"new": "0", "recall": "1", "update": "2", "replace": "3"}
"""Our words for BussinessDocType."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A sender or receiver by its code on the exchange."""

    code: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file inside the document, carried as base64 outside the envelope."""

    name: str
    content_type: str
    content: bytes
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One consultation as the exchange carries it."""

    sender: Organisation
    receivers: Sequence[Organisation]
    number: str
    notation: str
    dated_on: date
    subject: str
    content: str
    sent_at: datetime
    place: str = ""
    due_on: date | None = None
    business_type: str = "new"
    business_reason: str = ""
    signer: str = ""
    signer_position: str = ""
    attachments: Sequence[Attachment] = field(default_factory=tuple)

    @property
    def document_id(self) -> str:
        return f"{self.sender.code},{self.dated_on:%Y/%m/%d},{self.number}/{self.notation}"


@dataclass(frozen=True, slots=True)
class _Rule:
    """The children an element may have, in order: `+` one or more, `*` any number, `?` at most one, else just one."""

    children: tuple[str, ...]

    def names(self) -> list[str]:
        return [child.rstrip("+*?") for child in self.children]


_PARTY = _Rule(
    ("OrganId", "OrganizationInCharge?", "OrganName", "OrganAdd?", "Email?", "Telephone?", "Fax?", "Website?")
)
_RULES: dict[str, _Rule] = {
    "edXML": _Rule(("edXMLEnvelope", "AttachmentEncoded?")),
    "edXMLEnvelope": _Rule(("edXMLHeader", "edXMLBody")),
    "edXMLHeader": _Rule(("MessageHeader", "TraceHeaderList", "DigitalSignature?")),
    "MessageHeader": _Rule(
        (
            *("From", "To+", "Code", "PromulgationInfo", "DocumentType", "Subject", "Content?", "SignerInfo?"),
            *("DueDate?", "ToPlaces?", "OtherInfo?", "SteeringType?", "DocumentId"),
        )
    ),
    "From": _PARTY,
    "To": _PARTY,
    "Code": _Rule(("CodeNumber", "CodeNotation")),
    "PromulgationInfo": _Rule(("Place", "PromulgationDate")),
    "DocumentType": _Rule(("Type", "TypeName", "TypeDetail?")),
    "SignerInfo": _Rule(("Competence?", "Position", "FullName")),
    "ToPlaces": _Rule(("Place+",)),
    "OtherInfo": _Rule(
        ("Priority", "SphereOfPromulgation?", "TyperNotation?", "PromulgationAmount?", "PageAmount?", "Appendixes?")
    ),
    "TraceHeaderList": _Rule(("TraceHeader+", "Bussiness")),
    "TraceHeader": _Rule(("OrganId", "Timestamp")),
    "Bussiness": _Rule(("BussinessDocType", "BussinessDocReason", "StaffInfo?", "Paper")),
    "StaffInfo": _Rule(("Department?", "Staff", "Mobile?", "Email?")),
    "edXMLBody": _Rule(("edXMLManifest",)),
    "edXMLManifest": _Rule(("Reference*",)),
    "Reference": _Rule(("Description", "AttachmentName", "ContentType", "ContentId")),
    "AttachmentEncoded": _Rule(("Attachment+",)),
    "Attachment": _Rule(("ContentType", "ContentId", "Description", "ContentTransferEncoded", "AttachmentName")),
}
_UNPREFIXED = ("AttachmentEncoded", "Attachment")
"""Outside the envelope nothing has a prefix: these elements and what is in them."""


def build(document: Document) -> bytes:
    """The document as UTF-8 XML; always passes `objections`."""
    root = etree.Element(_name("edXML"), nsmap={"edXML": NAMESPACE, "xlink": _XLINK})
    envelope = _add(root, "edXMLEnvelope")
    header = _add(envelope, "edXMLHeader")
    _message_header(_add(header, "MessageHeader"), document)
    _trace_headers(header, document)
    manifest = _add(_add(envelope, "edXMLBody"), "edXMLManifest")
    if document.attachments:
        _attachments(manifest, etree.SubElement(root, "AttachmentEncoded"), document.attachments)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _message_header(header: etree._Element, document: Document) -> None:
    _party(_add(header, "From"), document.sender)
    for receiver in document.receivers:
        _party(_add(header, "To"), receiver)
    _fill(_add(header, "Code"), CodeNumber=document.number, CodeNotation=document.notation)
    promulgation = _add(header, "PromulgationInfo")
    _fill(promulgation, Place=document.place, PromulgationDate=f"{document.dated_on:%Y/%m/%d}")
    _fill(_add(header, "DocumentType"), Type="2", TypeName="Công văn")
    _fill(header, Subject=document.subject, Content=document.content)
    if document.signer:
        _fill(_add(header, "SignerInfo"), Position=document.signer_position, FullName=document.signer)
    if document.due_on is not None:
        _fill(header, DueDate=f"{document.due_on:%Y/%m/%d}")
    places = _add(header, "ToPlaces")
    for receiver in document.receivers:
        _fill(places, Place=receiver.name or receiver.code)
    _fill(_add(header, "OtherInfo"), Priority="0")
    _fill(header, SteeringType="0", DocumentId=document.document_id)


def _trace_headers(header: etree._Element, document: Document) -> None:
    attributes = {"id": "TraceHeaderList", "version": "1.0", "mustUnderstand": "1", "actor": ""}
    traces = etree.SubElement(header, _name("TraceHeaderList"), attributes)
    stamp = f"{document.sent_at:%Y/%m/%d %H:%M:%S}"
    _fill(_add(traces, "TraceHeader"), OrganId=document.sender.code, Timestamp=stamp)
    business = _add(traces, "Bussiness")
    kind = BUSINESS_TYPES[document.business_type]
    _fill(business, BussinessDocType=kind, BussinessDocReason=document.business_reason, Paper="0")


def _attachments(manifest: etree._Element, encoded: etree._Element, attachments: Sequence[Attachment]) -> None:
    for ordinal, attachment in enumerate(attachments, 1):
        content_id = f"attachment-{ordinal}"
        reference = _add(manifest, "Reference")
        reference.set(f"{{{_XLINK}}}href", f"cid:{content_id}")
        shown = {"Description": attachment.description, "AttachmentName": attachment.name}
        _fill(reference, **shown, ContentType=attachment.content_type, ContentId=content_id)
        one = etree.SubElement(encoded, "Attachment")
        for name, text in (
            ("ContentType", attachment.content_type),
            ("ContentId", content_id),
            ("Description", attachment.description),
            ("ContentTransferEncoded", base64.b64encode(attachment.content).decode()),
            ("AttachmentName", attachment.name),
        ):
            etree.SubElement(one, name).text = _clean(text)


def read(content: bytes) -> etree._Element:
    """The root of an untrusted document: no DTD, no entities, no network, bounded in size."""
    if len(content) > _LARGEST:
        raise UnreadableFile("Văn bản edXML quá lớn.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as fault:
        raise UnreadableFile(f"Văn bản edXML không đọc được: {fault.msg}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableFile("Văn bản edXML không được khai báo DTD.")
    return root


def objections(root: etree._Element) -> list[str]:
    """Every child that is unknown, missing, repeated, out of order or in the wrong namespace; empty when valid."""
    if root.tag != _name("edXML"):
        return ["Phần tử gốc phải là edXML:edXML."]
    found: list[str] = []
    for element in root.iter("*"):
        found += _objections_in(element)
    return found


def text_of(root: etree._Element, path: str) -> str:
    """The text at a path such as `MessageHeader/DocumentId`, anywhere in the document."""
    steps = "/".join(f"edXML:{step}" for step in path.split("/"))
    return str(root.findtext(f".//{steps}", default="", namespaces={"edXML": NAMESPACE}))


def _objections_in(element: etree._Element) -> list[str]:
    parent = etree.QName(element).localname
    rule = _RULES.get(parent)
    children = list(element.iterchildren("*"))
    if rule is None:
        return [f"{parent} không được có phần tử con."] if children else []
    found: list[str] = []
    order = rule.names()
    position = -1
    for child in children:
        name = etree.QName(child).localname
        if name not in order:
            found.append(f"{parent}: không có phần tử {name}.")
            continue
        if child.tag != (name if name in _UNPREFIXED or parent in _UNPREFIXED else _name(name)):
            found.append(f"{parent}: phần tử {name} sai tiền tố.")
        if order.index(name) < position:
            found.append(f"{parent}: phần tử {name} đứng sai thứ tự.")
        position = max(position, order.index(name))
    names = [etree.QName(child).localname for child in children]
    for declared, name in zip(rule.children, order, strict=True):
        if declared[-1] not in "*?" and name not in names:
            found.append(f"{parent}: thiếu phần tử {name}.")
        if declared[-1] not in "+*" and names.count(name) > 1:
            found.append(f"{parent}: phần tử {name} lặp lại.")
    return found


def _party(element: etree._Element, organisation: Organisation) -> None:
    _fill(element, OrganId=organisation.code, OrganName=organisation.name or organisation.code)


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"


def _add(parent: etree._Element, local: str) -> etree._Element:
    return etree.SubElement(parent, _name(local))


def _fill(parent: etree._Element, **texts: str) -> None:
    for local, text in texts.items():
        _add(parent, local).text = _clean(text)


def _clean(text: str) -> str:
    """Text without the control characters that XML cannot carry."""
    return _ILLEGAL.sub("", text)
