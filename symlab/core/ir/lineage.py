"""The typed nodes behind those of a rewritten graph, found when somebody asks: who reads an error or the code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from symlab.core.ir.expr import Expr

Typed = tuple[Expr, ...]


class Lineage(Mapping[Expr, Typed]):
    """What each node stands for; for one that a pass made, also what it was made from, the nearest first.

    `known` is what interning found; walking over this mapping gives that alone. `find` is asked for the rest.
    """

    def __init__(self, known: Mapping[Expr, Typed], find: Callable[[Expr], Sequence[Expr]]) -> None:
        self.known, self.find = known, find

    def __getitem__(self, node: Expr) -> Typed:
        found = self.known.get(node) or tuple(self.find(node))
        if not found:
            raise KeyError(node)
        return found

    def __contains__(self, node: object) -> bool:
        return node in self.known

    def __iter__(self) -> Iterator[Expr]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)
