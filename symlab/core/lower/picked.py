"""Elements that a loop picks by numbers computed on the way: by index arrays, since views need numbers known before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import Table
from symlab.core.ir.op import Op
from symlab.core.ops.gather import inc_take, set_take, take
from symlab.core.ops.index import WHOLE, inc_slice, numbers_in, set_slice
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.shape import GIVEN

Form = Callable[[Table, Expr, tuple[Expr, ...]], Expr]
SCATTERS: Mapping[Op, Op] = {set_slice: set_take, inc_slice: inc_take}


def rebuilt(table: Table, roots: Sequence[Expr], known: Mapping[Expr, Expr], form: Form) -> list[Expr]:
    """The roots with some nodes replaced, and every node above in the form that is asked for."""
    done = dict(known)
    for node in toposort(roots, frozenset(known)):
        if node not in done:
            done[node] = form(table, node, tuple([done[arg] for arg in node.args])) if node.args else node
    return [done[root] for root in roots]


def same(table: Table, node: Expr, args: tuple[Expr, ...]) -> Expr:
    """A node over other operands."""
    return node if args == node.args else table.intern(node.op, args, node.attrs, node.type)


def picking(table: Table, roots: Sequence[Expr], sources: dict[Expr, Expr]) -> list[Expr]:
    """The results of a body, in which integers that are operands of an index are index arrays.

    `sources` collects which node each new one stands for.
    """

    def form(table: Table, node: Expr, args: tuple[Expr, ...]) -> Expr:
        made = by_arrays(table, node, args)
        if made is not node:
            sources.setdefault(made, node)
        return made

    return rebuilt(table, roots, {}, form)


def by_arrays(table: Table, node: Expr, args: tuple[Expr, ...]) -> Expr:
    """An index by numbers that are operands as one by arrays, where the rest of the index allows it."""
    if node.op is not slice_op and node.op not in SCATTERS:
        return same(table, node, args)
    axes = tuple(axis for axis, entry in enumerate(node.attr("index")) if entry == GIVEN)
    first = 1 if node.op is slice_op else 2
    if not axes:
        return same(table, node, args)
    index = node.attr("index")
    given = iter(args[first:])
    picked: list[Expr] = []
    bounds: list[Expr] = []
    for entry in index:
        if entry == GIVEN:
            picked.append(next(given))
        else:
            bounds += [next(given) for number in numbers_in((entry,)) if number == GIVEN]
    rest = tuple(entry for entry in index if entry != GIVEN)
    whole = all(entry == WHOLE for entry in rest)
    attrs = (("axes", axes),)
    if node.op is not slice_op:
        if not whole:
            return same(table, node, args)
        return table.intern(SCATTERS[node.op], (*args[:2], *picked), attrs, node.type)
    assert take.infer is not None
    operands = (args[0], *picked)
    taken = table.intern(take, operands, attrs, take.infer(dict(attrs), *(item.type for item in operands)))
    return taken if whole else table.intern(slice_op, (taken, *bounds), (("index", rest),), node.type)
