"""The Merkle log over all cases (RFC 9162 hashing): roots, inclusion proofs, a frontier that appends in O(log n)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(event_hash: bytes) -> bytes:
    """SHA-256(0x00 || event hash)."""
    return sha256(b"\x00" + event_hash).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the full subtrees of a log of `size` leaves, largest first: enough to append and know the root."""

    __slots__ = ("nodes", "size")

    def __init__(self, size: int = 0, nodes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.nodes = list(nodes)
        if len(self.nodes) != size.bit_count():
            raise ValueError(f"a log of {size} leaves has {size.bit_count()} full subtrees, not {len(self.nodes)}")

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        node, size = leaf, self.size
        while size & 1:
            node = node_hash(self.nodes.pop(), node)
            size >>= 1
        self.nodes.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root of the log so far."""
        if not self.nodes:
            return EMPTY_ROOT
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = node_hash(node, root)
        return root


def _split(count: int) -> int:
    return 1 << ((count - 1).bit_length() - 1)


Subroot = Callable[[int, int], bytes]
"""(first leaf, count) -> root of that run of leaves."""


def subroot_of(leaves: Sequence[bytes]) -> Subroot:
    """A Subroot over leaves held in memory."""

    def subroot(first: int, count: int) -> bytes:
        if count == 0:
            return EMPTY_ROOT
        if count == 1:
            return leaves[first]
        left = _split(count)
        return node_hash(subroot(first, left), subroot(first + left, count - left))

    return subroot


def inclusion_proof(index: int, size: int, subroot: Subroot) -> list[bytes]:
    """The audit path of leaf `index` in a log of `size` leaves, lowest sibling first."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a log of {size}")
    path: list[bytes] = []
    first, count = 0, size
    while count > 1:
        left = _split(count)
        if index - first < left:
            path.append(subroot(first + left, count - left))
            count = left
        else:
            path.append(subroot(first, left))
            first, count = first + left, count - left
    return path[::-1]


def root_of_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes | None:
    """The root that this audit path leads to, or None when its length cannot be right."""
    node, last, rest = leaf, size - 1, list(path)
    while last:
        if index & 1 or index == last:
            if not index & 1:
                while index and not index & 1:
                    index, last = index >> 1, last >> 1
                if not last:
                    break
            if not rest:
                return None
            node = node_hash(rest.pop(0), node)
        else:
            if not rest:
                return None
            node = node_hash(node, rest.pop(0))
        index, last = index >> 1, last >> 1
    return node if not rest else None
