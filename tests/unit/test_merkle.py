"""The Merkle log: a frontier agrees with the whole tree, and an inclusion proof leads to the root or nowhere."""

from __future__ import annotations

import pytest

from engine.history.merkle import Frontier, inclusion_proof, leaf_hash, root_of_inclusion, subroot_of

LEAVES = [leaf_hash(bytes([n])) for n in range(70)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 31, 64, 70])
def test_frontier_root_is_the_tree_root(size: int) -> None:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(leaf)
    assert frontier.root() == subroot_of(LEAVES)(0, size)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 33, 70])
def test_every_leaf_proves_its_inclusion(size: int) -> None:
    subroot = subroot_of(LEAVES)
    root = subroot(0, size)
    for index in range(size):
        path = inclusion_proof(index, size, subroot)
        assert root_of_inclusion(index, size, LEAVES[index], path) == root


def test_a_changed_path_does_not_lead_to_the_root() -> None:
    subroot = subroot_of(LEAVES)
    root = subroot(0, 70)
    path = inclusion_proof(41, 70, subroot)
    for place in range(len(path)):
        forged = [*path[:place], bytes(32), *path[place + 1 :]]
        assert root_of_inclusion(41, 70, LEAVES[41], forged) != root
    assert root_of_inclusion(41, 70, LEAVES[41], path[:-1]) != root
    assert root_of_inclusion(40, 70, LEAVES[41], path) != root


def test_a_frontier_restored_from_its_nodes_goes_on() -> None:
    frontier = Frontier()
    for leaf in LEAVES[:37]:
        frontier.append(leaf)
    again = Frontier(frontier.size, frontier.nodes)
    again.append(LEAVES[37])
    assert again.root() == subroot_of(LEAVES)(0, 38)
