"""Procedure folders: bpmn/<CODE>/{procedure.toml, process.bpmn, forms/*.json, decisions/*.dmn, scenarios/*.toml}."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli_w

from engine.errors import InputError, Refused, UnreadableFile
from engine.model.procedure import Manifest, ProcedureFolder

__all__ = [
    "Manifest",
    "ProcedureFolder",
    "decision_file",
    "decisions_beside",
    "load_folder",
    "write_folder",
    "write_folders",
]

MANIFEST = "procedure.toml"
SOURCE = "process.bpmn"
MAX_FILE_BYTES = 8 * 1024 * 1024

_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
_DECISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\.dmn")


def load_folder(path: Path) -> ProcedureFolder:
    """Read one procedure folder; InputError or UnreadableFile says which file is at fault."""
    path = Path(path)
    if not path.is_dir():
        raise UnreadableFile(f"Không có thư mục thủ tục {path}.")
    return ProcedureFolder(
        manifest=Manifest.from_data(_toml(path / MANIFEST)),
        source=_bytes(path / SOURCE),
        forms={file.stem: _form(file) for file in sorted(path.glob("forms/*.json"))},
        scenarios={file.stem: _toml(file) for file in sorted(path.glob("scenarios/*.toml"))},
        decisions={file.name: _bytes(file) for file in sorted(path.glob("decisions/*.dmn"))},
    )


def decisions_beside(source: Path) -> dict[str, bytes]:
    """The .dmn files that a BPMN file may ask: next to it, and in `decisions/` next to it."""
    files = sorted([*source.parent.glob("*.dmn"), *source.parent.glob("decisions/*.dmn")])
    return {file.name: _bytes(file) for file in files}


def write_folder(folder: ProcedureFolder, parent: Path, *, replace: bool = False) -> Path:
    """Write to parent/<code> whole or not at all; a folder with other content stays unless `replace` is given."""
    return write_folders([folder], parent, replace=replace)[0]


def write_folders(folders: Sequence[ProcedureFolder], parent: Path, *, replace: bool = False) -> list[Path]:
    """Write several: all are written aside first, then put in place, so that a failure leaves nothing half done."""
    parent = Path(parent)
    targets = [parent / folder.manifest.code for folder in folders]
    for folder, target in zip(folders, targets, strict=True):
        if target.exists() and not replace and not _holds(target, folder):
            raise Refused(f"Thư mục {target} đã có nội dung khác; hãy chọn nơi khác hoặc thêm --replace để ghi đè.")
    try:
        parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".motcua-", dir=parent))
    except OSError as error:
        raise UnreadableFile(f"Không ghi được vào {parent}: {error.strerror}.") from error
    try:
        for folder in folders:
            _write_files(folder, aside / folder.manifest.code)
        for target in targets:
            _swap(aside / target.name, target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return targets


def _write_files(folder: ProcedureFolder, path: Path) -> None:
    path.mkdir()
    (path / MANIFEST).write_text(tomli_w.dumps(folder.manifest.to_data(), multiline_strings=False), encoding="utf-8")
    (path / SOURCE).write_bytes(folder.source)
    (path / "forms").mkdir()
    for key, form in folder.forms.items():
        text = json.dumps(form, ensure_ascii=False, indent=2) + "\n"
        (path / "forms" / f"{_file_key(key)}.json").write_text(text, encoding="utf-8")
    if folder.decisions:
        (path / "decisions").mkdir()
    for name, source in folder.decisions.items():
        (path / "decisions" / decision_file(name)).write_bytes(source)
    (path / "scenarios").mkdir()
    for key, scenario in folder.scenarios.items():
        (path / "scenarios" / f"{_file_key(key)}.toml").write_text(tomli_w.dumps(scenario), encoding="utf-8")


def _swap(draft: Path, target: Path) -> None:
    """Put `draft` in the place of `target`; a rename cannot replace a directory that is not empty."""
    if target.exists():
        target.rename(draft.with_name(f"{draft.name}.old"))
    draft.rename(target)


def _holds(target: Path, folder: ProcedureFolder) -> bool:
    try:
        present = load_folder(target)
    except InputError:
        return False
    return present.content_hash == folder.content_hash and present.scenarios == folder.scenarios


def _file_key(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise InputError(f"Khóa biểu mẫu “{key}” phải là chữ thường không dấu, số và gạch dưới.")
    return key


def decision_file(name: str) -> str:
    """The name, when a folder can keep a decision file under it. Raises InputError."""
    if not _DECISION.fullmatch(name):
        raise InputError(f"Tên tệp quyết định “{name}” phải là chữ không dấu, số, gạch nối và đuôi .dmn.")
    return name


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UnreadableFile(f"{path} lớn hơn {MAX_FILE_BYTES // 1024 // 1024} MB.")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"Không đọc được {path}.") from error


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_bytes(path).decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadableFile(f"{path} không phải tệp TOML hợp lệ: {error}.") from error


def _form(path: Path) -> dict[str, Any]:
    try:
        form = json.loads(_bytes(path))
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{path} không phải tệp JSON hợp lệ.") from error
    if not isinstance(form, Mapping):
        raise UnreadableFile(f"{path} phải là một biểu mẫu (đối tượng JSON).")
    _file_key(path.stem)
    return dict(form)
