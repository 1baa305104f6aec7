"""Which values of a loop's body have the same sizes in every step, so that those of all steps make one array."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.types import ArrayType
from symlab.core.ops.shape import GIVEN, size_of

COUNTING = frozenset({"nonzero", "unique", "places_repeated", "scan", "bincount"})  # whose sizes are found in values


def is_steady(root: Expr, params: Sequence[Expr], constants: Sequence[Expr]) -> bool:
    """Whether the sizes of a node follow from those of parameters, and from values that no step changes."""
    known = frozenset(params)
    changing = known - frozenset(constants)
    steady: dict[Expr, bool] = dict.fromkeys(known, True)
    for node in toposort([root], known):
        told = node in known or (isinstance(node.type, ArrayType) and None not in node.type.shape)
        fixed = told or all(steady[arg] for arg in node.args)
        if fixed and not told and takes_sizes(node):
            fixed = not depends_on([arg for arg in node.args if is_counted(arg)], changing, steady)
        steady[node] = fixed
    return steady[root]


def takes_sizes(node: Expr) -> bool:
    """Whether the sizes of a node's result are found in values of its operands."""
    return node.op.name in COUNTING or any(holds_given(value) for _, value in node.attrs)


def holds_given(value: Any) -> bool:
    """Whether an attribute leaves a size, or a bound of a slice, to an operand; the place of one element is no size."""
    entries = value if isinstance(value, tuple) else ()
    bounds = [part for entry in entries for part in (entry if isinstance(entry, tuple) else ())]
    return GIVEN in bounds or (GIVEN in entries and not any(isinstance(entry, tuple) for entry in entries))


def is_counted(node: Expr) -> bool:
    """Whether an operand may say a size: whole numbers and truth values do."""
    return isinstance(node.type, ArrayType) and node.type.dtype.kind in "biu"


def depends_on(roots: Sequence[Expr], changing: frozenset[Expr], steady: Mapping[Expr, bool]) -> bool:
    """Whether something needs the value of a parameter that changes; the sizes of what is steady do not change."""
    waiting, seen = list(roots), set(roots)
    while waiting:
        node = waiting.pop()
        if node in changing:
            return True
        if node.op is size_of and steady.get(node.args[0]):
            continue
        fresh = [arg for arg in node.args if arg not in seen]
        seen.update(fresh)
        waiting += fresh
    return False
