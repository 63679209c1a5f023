"""Correlation keys as BPMN writes them: properties read from messages, and a process's subscription to a key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.model.elements import Correlation

_SPACE = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


def correlations(root: Any, ids: Mapping[str, Any]) -> Iterator[Correlation]:
    """One for each key, subscribed process and message that carries the whole key."""
    paths = {each.get("id", ""): _paths(each, ids) for each in root.iter(f"{_SPACE}correlationProperty")}
    subscribed: set[str] = set()
    for subscription in root.iter(f"{_SPACE}correlationSubscription"):
        key = ids.get(_plain(subscription.get("correlationKeyRef", "")))
        parts = [] if key is None else _texts(key, "correlationPropertyRef")
        subscribed.add(_plain(subscription.get("correlationKeyRef", "")))
        bound = {_plain(each.get("correlationPropertyRef", "")): _path(each, "dataPath") for each in subscription}
        expects = _joined([bound.get(part, "") for part in parts])
        yield from _carried(subscription, subscription.getparent().get("id", ""), parts, paths, expects)
    for key in root.iter(f"{_SPACE}correlationKey"):
        if key.get("id", "") not in subscribed:
            yield from _carried(key, "", _texts(key, "correlationPropertyRef"), paths, "")


def _carried(
    at: Any, process: str, parts: list[str], paths: Mapping[str, Mapping[str, str]], expects: str
) -> Iterator[Correlation]:
    messages = set.intersection(*(set(paths.get(part, ())) for part in parts)) if parts else set()
    for message in sorted(messages):
        carries = _joined([paths[part][message] for part in parts])
        yield Correlation(
            id=at.get("id", "") or process, line=at.sourceline, process=process, message=message, expects=expects,
            carries=carries,
        )  # fmt: skip


def _paths(prop: Any, ids: Mapping[str, Any]) -> dict[str, str]:
    """The path to this property in each message, by the message's name."""
    found = {}
    for retrieval in prop.iter(f"{_SPACE}correlationPropertyRetrievalExpression"):
        reference = _plain(retrieval.get("messageRef", ""))
        message = ids.get(reference)
        found[(None if message is None else message.get("name")) or reference] = _path(retrieval, "messagePath")
    return found


def _joined(paths: list[str]) -> str:
    """Several properties make one key; a property without a path, none."""
    if not paths or not all(paths):
        return ""
    return paths[0] if len(paths) == 1 else ' + "|" + '.join(f"string({path})" for path in paths)


def _texts(element: Any, tag: str) -> list[str]:
    return [_plain(each.text or "") for each in element.iter(f"{_SPACE}{tag}")]


def _path(element: Any, tag: str) -> str:
    return next(((each.text or "").strip() for each in element.iter(f"{_SPACE}{tag}")), "")


def _plain(reference: str) -> str:
    return reference.strip().rpartition(":")[2]
