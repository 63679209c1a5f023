"""XML that anybody may have sent: no DTD, no entities, no network; capped size, count, depth, attributes and texts."""

from __future__ import annotations

from typing import Any

from lxml import etree

from engine.errors import UnreadableFile

MAX_BYTES = 4 * 1024 * 1024
MAX_ELEMENTS = 20_000  # 2,000 tasks in a row, drawn, have 18,000
MAX_DEPTH = 64
MAX_ATTRIBUTES = 64
MAX_TEXT = 20_000

_DANGERS = (  # looked for by libxml2 itself, which takes a tenth of the time that Python would
    (etree.XPath(f"({'/*' * (MAX_DEPTH + 1)})[1]"), f"nằm sâu quá {MAX_DEPTH} tầng"),
    (etree.XPath(f"(//*[count(@*) > {MAX_ATTRIBUTES}])[1]"), f"có quá {MAX_ATTRIBUTES} thuộc tính"),
    (etree.XPath(f"(//text()[string-length() > {MAX_TEXT}])[1]/.."), f"dài quá {MAX_TEXT:,} ký tự"),
    (etree.XPath(f"(//@*[string-length() > {MAX_TEXT}])[1]/.."), f"có thuộc tính dài quá {MAX_TEXT:,} ký tự"),
)


def safe_xml(source: bytes) -> etree._Element:
    """The root of an XML document, or UnreadableFile with one line saying what is wrong and where."""
    if len(source) > MAX_BYTES:
        raise UnreadableFile(f"Tệp lớn {len(source):,} byte, quá giới hạn {MAX_BYTES:,} byte.")
    if source.count(b"<") - source.count(b"</") > MAX_ELEMENTS:
        raise UnreadableFile(f"Tệp có hơn {MAX_ELEMENTS:,} phần tử.")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", None) or 1
        raise UnreadableFile(f"Dòng {line}: tệp không phải là XML đọc được ({_first_line(error)}).") from error
    _refuse_dangerous(root)
    return root


def _refuse_dangerous(root: etree._Element) -> None:
    info: Any = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:
        raise UnreadableFile("Dòng 1: tệp có khai báo DOCTYPE; không nhận để bảo đảm an toàn.")
    for find, what in _DANGERS:
        found: Any = find(root)
        for element in found:
            raise UnreadableFile(f"Dòng {element.sourceline}: <{etree.QName(element).localname}> {what}.")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
