"""Procedure folders: what is written is what is read, whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.catalogue.folder import load_folder, write_folder
from engine.catalogue.publishing import packed, unpacked
from engine.errors import InputError, Refused, UnreadableFile
from engine.model.procedure import Fee, Manifest, PaperRequirement, Phase, ProcedureFolder

FOLDER = ProcedureFolder(
    manifest=Manifest(
        code="T.01",
        name="Thủ tục thử",
        level="commune",
        lead="commune.office",
        limit="3d",
        fee=Fee(amount=10_000, timing="after"),
        phases=(Phase(number=1, limit="1.5d"), Phase(number=2, limit="1.5d")),
        papers=(PaperRequirement(name="Đơn “theo mẫu”", originals=1),),
        channels=("counter", "online"),
        cutoff="15:00",
        apology={"days_before": 2},
    ),
    source="<definitions/>\r\n<!-- giữ nguyên từng byte -->".encode(),
    forms={"reception": {"title": "Tiếp nhận", "type": "object"}},
    scenarios={"happy": {"title": "Suôn sẻ", "inputs": [{"element": "a", "variables": {}}]}},
)


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    path = write_folder(FOLDER, tmp_path)
    assert path == tmp_path / "T.01"
    assert load_folder(path) == FOLDER
    assert [entry.name for entry in tmp_path.iterdir()] == ["T.01"]


def test_the_hash_follows_content_and_not_the_order_of_keys() -> None:
    other = replace(FOLDER, forms={"reception": {"type": "object", "title": "Tiếp nhận"}})
    assert other.content_hash == FOLDER.content_hash
    assert replace(FOLDER, source=FOLDER.source + b" ").content_hash != FOLDER.content_hash
    assert replace(FOLDER, manifest=replace(FOLDER.manifest, limit="4d")).content_hash != FOLDER.content_hash
    assert replace(FOLDER, scenarios={}).content_hash == FOLDER.content_hash


def test_decision_tables_are_kept_byte_for_byte_and_count_in_the_hash(tmp_path: Path) -> None:
    source = b'<?xml version="1.0" encoding="utf-8"?>\r\n<definitions/>\n'
    folder = replace(FOLDER, decisions={"fee.dmn": source})
    path = write_folder(folder, tmp_path)
    assert (path / "decisions" / "fee.dmn").read_bytes() == source
    assert load_folder(path) == folder
    assert unpacked(packed(folder.decisions)) == folder.decisions
    hashes = {FOLDER.content_hash, folder.content_hash, replace(FOLDER, decisions={"b.dmn": source}).content_hash}
    assert len(hashes) == 3
    with pytest.raises(InputError, match="Tên tệp quyết định"):
        write_folder(replace(FOLDER, decisions={"../fee.dmn": source}), tmp_path / "other")


def test_work_of_others_is_not_overwritten_unless_asked(tmp_path: Path) -> None:
    write_folder(FOLDER, tmp_path)
    assert write_folder(FOLDER, tmp_path) == tmp_path / "T.01"
    changed = replace(FOLDER, manifest=replace(FOLDER.manifest, limit="4d"))
    with pytest.raises(Refused, match="đã có nội dung khác"):
        write_folder(changed, tmp_path)
    assert load_folder(tmp_path / "T.01") == FOLDER
    write_folder(changed, tmp_path, replace=True)
    assert load_folder(tmp_path / "T.01") == changed
    assert [entry.name for entry in tmp_path.iterdir()] == ["T.01"]


def test_nothing_is_left_when_writing_fails(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Khóa biểu mẫu"):
        write_folder(replace(FOLDER, forms={"../out": {}}), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="Không có thư mục"):
        load_folder(tmp_path / "none")
    (tmp_path / "T").mkdir()
    with pytest.raises(UnreadableFile, match=r"procedure\.toml"):
        load_folder(tmp_path / "T")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lmit": "3d"}, "không có mục “lmit”"),
        ({"limit": "ba ngày"}, "thời hạn “ba ngày”"),
        ({"limit": 3}, "mục “limit” phải là chữ"),
        ({"level": "district"}, "cấp “district”"),
        ({"fee": {"amount": True}}, "mục “fee.amount” phải là số nguyên"),
        ({"fee": {"amount": -1}}, "không được âm"),
        ({"fee": 5}, "mục “fee” phải là một bảng"),
        ({"papers": [{"originals": 1}]}, "thiếu mục “papers.name”"),
        ({"channels": ["fax"]}, "kênh tiếp nhận “fax”"),
        ({"cutoff": "3 giờ"}, "giờ chốt"),
        ({"code": "a/b"}, "mã “a/b”"),
        ({"name": " "}, "chưa có tên"),
    ],
)
def test_a_wrong_manifest_names_the_entry(changes: dict[str, object], words: str) -> None:
    data = FOLDER.manifest.to_data() | changes
    with pytest.raises(InputError, match=words):
        Manifest.from_data(data)


def test_a_manifest_needs_its_lead() -> None:
    data = FOLDER.manifest.to_data()
    del data["lead"]
    with pytest.raises(InputError, match="thiếu mục “lead”"):
        Manifest.from_data(data)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("procedure.toml", b"code = ", "TOML"),
        ("procedure.toml", b"\xff\xfe", "TOML"),
        ("forms/reception.json", b"{", "JSON"),
        ("forms/reception.json", b"[]", "đối tượng JSON"),
        ("forms/Reception.json", b"{}", "Khóa biểu mẫu"),
        ("scenarios/happy.toml", b"=", "TOML"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = write_folder(FOLDER, tmp_path)
    (path / name).write_bytes(content)
    with pytest.raises(InputError, match=words):
        load_folder(path)
