from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest
from lxml import etree

from connectors.consultation.edxml import (
    BUSINESS_TYPES,
    NAMESPACE,
    Attachment,
    Document,
    Organisation,
    build,
    objections,
    read,
    text_of,
)
from engine.errors import UnreadableFile

DOCUMENT = Document(
    sender=Organisation(code="H27.01", name="Trung tâm Phục vụ hành chính công"),
    receivers=(Organisation(code="H27.30.05", name="UBND xã Mẫu"),),
    number="15",
    notation="TTPVHCC-LYK",
    dated_on=date(2026, 1, 5),
    subject="Xác minh nguồn gốc đất",
    content="Đề nghị cho ý kiến.",
    sent_at=datetime(2026, 1, 5, 8, 30),  # noqa: DTZ001 - printed as local time
    due_on=date(2026, 1, 12),
    signer="Nguyễn Thị Mẫu",
    signer_position="Giám đốc",
    attachments=(Attachment(name="ho-so.json", content_type="application/json", content=b"{}"),),
)


def at(root: etree._Element, path: str) -> etree._Element:
    found = root.find(".//" + "/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/")))
    assert found is not None
    return found


def test_built_document_is_valid() -> None:
    assert objections(read(build(DOCUMENT))) == []


@pytest.mark.parametrize("kind", BUSINESS_TYPES)
def test_every_business_type_is_valid_without_the_optional_parts(kind: str) -> None:
    bare = replace(DOCUMENT, attachments=(), due_on=None, signer="", business_type=kind)
    assert objections(read(build(bare))) == []


def test_document_id_has_the_shape_of_the_exchange() -> None:
    root = read(build(DOCUMENT))
    assert text_of(root, "MessageHeader/DocumentId") == "H27.01,2026/01/05,15/TTPVHCC-LYK"
    assert text_of(root, "TraceHeader/Timestamp") == "2026/01/05 08:30:00"
    assert text_of(root, "MessageHeader/DueDate") == "2026/01/12"


def test_attachments_stand_outside_the_envelope_without_prefix() -> None:
    root = read(build(DOCUMENT))
    attachment = root.find("AttachmentEncoded/Attachment")
    assert attachment is not None
    assert base64.b64decode(attachment.findtext("ContentTransferEncoded", "")) == b"{}"
    assert at(root, "Reference").get("{http://www.w3.org/1999/xlink}href") == "cid:attachment-1"


def test_every_element_of_the_envelope_is_prefixed() -> None:
    text = build(DOCUMENT).decode()
    envelope = text[text.index("<edXML:edXMLEnvelope") : text.index("</edXML:edXMLEnvelope>")]
    assert envelope.count("<") == envelope.count("<edXML:") + envelope.count("</edXML:")


def test_control_characters_do_not_break_a_document() -> None:
    root = read(build(replace(DOCUMENT, subject="Xác minh\x00\x0b đất")))
    assert text_of(root, "MessageHeader/Subject") == "Xác minh đất"


def swapped(root: etree._Element) -> None:
    header = at(root, "MessageHeader")
    header.insert(0, at(root, "MessageHeader/Subject"))


def without_subject(root: etree._Element) -> None:
    at(root, "MessageHeader").remove(at(root, "MessageHeader/Subject"))


def with_two_subjects(root: etree._Element) -> None:
    subject = at(root, "MessageHeader/Subject")
    twin = etree.Element(subject.tag)
    subject.addnext(twin)


def unprefixed(root: etree._Element) -> None:
    at(root, "MessageHeader/Subject").tag = "Subject"


def unknown(root: etree._Element) -> None:
    etree.SubElement(at(root, "MessageHeader"), f"{{{NAMESPACE}}}Business")


def nested(root: etree._Element) -> None:
    etree.SubElement(at(root, "MessageHeader/Subject"), f"{{{NAMESPACE}}}Place")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (swapped, "đứng sai thứ tự"),
        (without_subject, "thiếu phần tử Subject"),
        (with_two_subjects, "phần tử Subject lặp lại"),
        (unprefixed, "sai tiền tố"),
        (unknown, "không có phần tử Business"),
        (nested, "Subject không được có phần tử con"),
    ],
)
def test_damage_is_named(damage: Callable[[etree._Element], None], said: str) -> None:
    root = read(build(DOCUMENT))
    damage(root)
    assert any(said in sentence for sentence in objections(root))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<edXML",
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>',
        b'<!DOCTYPE x [<!ENTITY a "1">]><x>1</x>',
        b"<x>" + b" " * (9 * 1024 * 1024) + b"</x>",
    ],
)
def test_dangerous_or_broken_files_are_not_read(content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read(content)


def test_another_kind_of_document_is_refused() -> None:
    assert objections(read(b"<edXML/>")) == ["Phần tử gốc phải là edXML:edXML."]
