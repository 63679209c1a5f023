"""The connectors of this installation, found by entry point or registered by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from typing import Protocol

from engine.delivery.contract import Connector, Operation
from engine.errors import NotConfigured

GROUP = "motcua.connectors"


class ConnectorFactory(Protocol):
    """What an entry point names: makes a connector from the environment, also when settings are missing."""

    def __call__(self, environment: Mapping[str, str]) -> Connector: ...


class Registry:
    """Connectors by name, and the address at which neighbours call us back."""

    def __init__(self, connectors: Iterable[Connector] = (), *, public_url: str = "") -> None:
        self._connectors = {connector.name: connector for connector in connectors}
        self._public_url = public_url.rstrip("/")

    def add(self, connector: Connector) -> None:
        self._connectors[connector.name] = connector

    def get(self, name: str) -> Connector:
        try:
            return self._connectors[name]
        except KeyError:
            raise NotConfigured(f"Chưa cài đặt kết nối “{name}”.") from None

    def operation(self, connector: str, operation: str) -> Operation:
        try:
            return self.get(connector).operations[operation]
        except KeyError:
            raise NotConfigured(f"Kết nối “{connector}” không có thao tác “{operation}”.") from None

    def callback_url(self, name: str) -> str:
        return f"{self._public_url}/api/callbacks/{name}"

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._connectors))

    def __iter__(self) -> Iterator[Connector]:
        return iter(self._connectors[name] for name in self.names())

    def __contains__(self, name: object) -> bool:
        return name in self._connectors


def load_registry(environment: Mapping[str, str], *, public_url: str) -> Registry:
    """Every connector installed under the entry point group `motcua.connectors`."""
    registry = Registry(public_url=public_url)
    for entry_point in entry_points(group=GROUP):
        factory: ConnectorFactory = entry_point.load()
        registry.add(factory(environment))
    return registry
