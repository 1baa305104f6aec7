"""Groups of nodes that one kernel computes, and which node may join which group."""

from __future__ import annotations

from dataclasses import dataclass, field

from symlab.core.ir.expr import Expr
from symlab.core.lower.facts import Facts
from symlab.core.lower.roles import MOST_FORMULAS, Role, is_quick, repeats, role, weight
from symlab.core.lower.sizes import Size, Sizes
from symlab.core.lower.structure import ZERO, Map, along

Axes = tuple[int, ...]  # axes of a group, by number
Target = Expr | int  # whose memory is written: that of a node, or of a root by its place


@dataclass(frozen=True, slots=True)
class Item:
    """What a group writes: the value of `source` at `at` goes to `place` in the memory of `target`."""

    source: Expr
    at: Map
    target: Target
    place: Map
    increment: bool = False
    indices: tuple[
        tuple[Expr, Map, int], ...
    ] = ()  # index arrays, where they are read, and the axis that each picks from


@dataclass(eq=False)
class Group:
    """Nodes computed by one kernel.

    `outer` is None as long as every axis is parallel; with the first reduction the axes are split into outer ones and
    `families`, the inner axes that are looped over together.
    """

    number: int
    sizes: list[Size]
    outer: Axes | None = None
    families: list[Axes] = field(default_factory=list)
    members: dict[Expr, Map] = field(default_factory=dict)
    folds: dict[Expr, Axes] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    reads: set[Expr] = field(default_factory=set)
    weight: int = 0
    ordered: bool = False  # positions must be visited one after another
    lonely: bool = False  # by one thread of a device, to which other threads give what is not nearly free
    copied: tuple[Expr, Expr] | None = None  # (target, source) where the group only copies one whole array

    def add_axes(self, sizes: Sizes) -> Axes:
        """New axes of these sizes."""
        first = len(self.sizes)
        self.sizes += sizes
        return tuple(range(first, len(self.sizes)))

    def has_room(self, node: Expr) -> bool:
        """Whether one more node keeps the kernel short."""
        return self.weight + weight(node) <= MOST_FORMULAS

    def axes_of(self, facts: Facts, node: Expr, at: Map) -> Axes | None:
        """The axes over which a node runs from end to end if read at `at`; None where it is read in another way."""
        found: list[int] = []
        for (axis, step, offset), size, static in zip(at, facts.shapes[node], node.type.shape):
            if axis < 0:
                if offset != 0 or static != 1:  # one place of several, the first among them, is not the whole node
                    return None
            elif step != 1 or offset != 0 or axis in found or self.sizes[axis] != size:
                return None
            else:
                found.append(axis)
        return tuple(found)

    def takes(self, facts: Facts, node: Expr, at: Map) -> bool:
        """Whether a node can be computed here where it is read: nothing expensive is computed twice."""
        axes = self.axes_of(facts, node, at)
        if axes is None or not self.has_room(node) or (self.ordered and not self.takes_in_order(node)):
            return False
        if role(node) is Role.FOLD:
            return self.takes_fold(axes, folded_sizes(facts, node))
        wanted = set(axes)
        if not wanted:
            return True
        if self.outer is None:
            return wanted == set(range(len(wanted)))  # all axes, or those of whole rows
        return wanted == set(self.outer) or any(wanted == {*self.outer, *family} for family in self.families)

    def takes_in_order(self, node: Expr) -> bool:
        """Whether a node may be computed at positions that are visited one after another."""
        return repeats(node) if self.lonely else is_quick(node)

    def takes_fold(self, axes: Axes, folded: Sizes) -> bool:
        """Whether a reduction whose result runs over `axes` fits the loops."""
        if self.outer is None:
            return len(axes) == len(self.sizes) or bool(axes)
        if set(axes) != set(self.outer):
            return False
        return bool(axes) or self.family(folded) is not None

    def join(self, facts: Facts, node: Expr, at: Map) -> None:
        """Make a node a member; a reduction decides which axes are outer."""
        self.members[node] = at
        self.weight += weight(node)
        self.reads.update(node.args)
        axes = tuple(sorted(axis for axis, _, _ in at if axis >= 0))
        folds = role(node) is Role.FOLD
        if self.outer is None and (folds or 0 < len(axes) < len(self.sizes)):
            self.split(axes)
        if not folds:
            return
        folded = folded_sizes(facts, node)
        family = self.family(folded)
        if family is None:
            family = self.add_axes(folded)
            self.families.append(family)
        self.folds[node] = family

    def split(self, outer: Axes) -> None:
        """Decide which axes are outer; the others are the first loop."""
        self.outer = outer
        rest = tuple(axis for axis in range(len(self.sizes)) if axis not in outer)
        if rest:
            self.families.append(rest)

    def family(self, sizes: Sizes) -> Axes | None:
        """The loop over these sizes."""
        for family in self.families:
            if tuple(self.sizes[axis] for axis in family) == sizes:
                return family
        return None

    def operand_of_fold(self, node: Expr, at: Map) -> Map:
        """Where the operand of a reduction is read if the result stands at `at`."""
        axes = node.attr("axes")
        kept = iter(at)
        inner = iter(self.folds[node])
        found = []
        for axis in range(len(node.args[0].type.shape)):
            if axis in axes:
                found.append(along(next(inner)))
                if node.attr("keepdims"):
                    next(kept)
            else:
                found.append(next(kept))
        return tuple(found)


def folded_sizes(facts: Facts, node: Expr) -> Sizes:
    """The sizes of the axes that a reduction folds."""
    shape = facts.shapes[node.args[0]]
    return tuple(shape[axis] for axis in node.attr("axes"))


def canonical(node: Expr, axes: Axes) -> Map:
    """A node read from end to end along these axes, one for each of its axes that is not of size 1 for certain."""
    following = iter(axes)
    return tuple(ZERO if size == 1 else along(next(following)) for size in node.type.shape)


def open_sizes(facts: Facts, node: Expr) -> Sizes:
    """The sizes of the axes that are not of size 1 for certain."""
    return tuple(size for size, static in zip(facts.shapes[node], node.type.shape) if static != 1)
