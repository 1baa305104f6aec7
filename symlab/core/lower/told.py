"""Sizes that a program states as expressions, over the sizes that lowering knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symlab.core.ir.expr import Expr, toposort
from symlab.core.lower.facts import Facts
from symlab.core.lower.sizes import Size, Sizes


class Told(Facts):
    """The facts of expressions over given sizes, in the table of the facts around them."""

    def __init__(self, outer: Facts, roots: Sequence[Expr], given: Mapping[Expr, Size]) -> None:
        self.operands, self.source, self.table = outer.operands, outer.source, outer.table
        self.shapes, self.parts, self.checks = {}, {}, outer.checks
        self.values: dict[Expr, Sizes] = {leaf: (size,) for leaf, size in given.items()}
        self.shapes.update((leaf, ()) for leaf in given)
        for node in toposort(roots):
            if node not in given:
                self.visit(node)


def solved(outer: Facts, roots: Sequence[Expr], given: Mapping[Expr, Size]) -> Sizes:
    """The values of integer scalars that decide sizes; NotCompilable where only a call can find them."""
    told = Told(outer, roots, given)
    return tuple(told.integer(root) for root in roots)
