"""The part of a graph that one rewrite is about, and its value on exact inputs.

A rewrite is judged where it happened: the nodes that both sides share, and what the pattern's variables stood for, are
free variables with the values that they had. Between them and the two roots lies the region, computed exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, Kind, resolved

DEEPEST = 8  # levels below a rewritten node within which its two sides may share nodes
DIGITS = 60


@dataclass(frozen=True, eq=False)
class Region:
    """Both sides of a rewrite over the nodes that are free in it."""

    before: Expr
    after: Expr
    free: frozenset[Expr]

    def nodes(self, root: Expr) -> list[Expr]:
        """What is computed for one side, operands first, free nodes included."""
        return toposort([root], self.free)

    @property
    def elementwise(self) -> bool:
        """Whether every computed node is an elementwise formula."""
        computed = [node for root in (self.before, self.after) for node in self.nodes(root) if node not in self.free]
        return all(node.op.kind is Kind.ELEMENTWISE or node.op is CONSTANT for node in computed)


def region_of(before: Expr, after: Expr, bound: Iterable[Expr] = ()) -> Region:
    """The region of a rewrite, given what the pattern's variables were bound to."""
    near = within(before, DEEPEST)
    shared = {node for node in meeting(after, near, before) if node.op is not CONSTANT}
    shared.update(node for node in bound if node in near and node is not before)
    inner = on_paths(before, near, shared)
    cut = {arg for node in inner for arg in node.args if arg not in inner and arg.op is not CONSTANT}
    return Region(before, after, frozenset(shared | cut))


def within(root: Expr, depth: int) -> dict[Expr, int]:
    """The nodes at most `depth` levels below `root`."""
    found = {root: 0}
    level = [root]
    for distance in range(1, depth + 1):
        level = [arg for node in level for arg in dict.fromkeys(node.args) if arg not in found]
        found.update(dict.fromkeys(level, distance))
    return found


def meeting(after: Expr, near: Mapping[Expr, int], before: Expr) -> set[Expr]:
    """The nodes of the new side at which it meets the old one."""
    found: set[Expr] = set()
    seen: set[Expr] = set()
    stack = [after]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if (node in near and node is not before) or node.op.kind is Kind.LEAF:
            found.add(node)
        else:
            stack.extend(node.args)
    return found


def on_paths(before: Expr, near: Mapping[Expr, int], shared: set[Expr]) -> set[Expr]:
    """The nodes strictly above shared ones: what the old side computes from them."""
    inner = {before}
    for node in sorted(near, key=lambda item: -near[item]):
        if node not in shared and any(arg in shared or arg in inner for arg in node.args if arg in near or arg in shared):
            inner.add(node)
    return inner


def exact_values(root: Expr, region: Region, values: Mapping[Expr, np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """One side in mpmath numbers, as an object array; nan where a formula has no value."""
    known: dict[Expr, np.ndarray[Any, Any]] = {}
    for node in region.nodes(root):
        if node in region.free:
            known[node] = as_exact(values[node])
        elif node.op is CONSTANT:
            known[node] = as_exact(constant_value(node))
        else:
            known[node] = exact_node(node, [known[arg] for arg in node.args])
    return known[root]


def as_exact(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Numbers as mpmath sees them: floats exactly, booleans and integers as Python's."""
    import mpmath

    array = np.asarray(array)
    if array.dtype.kind == "b":
        return array
    convert = {"c": mpmath.mpc, "f": mpmath.mpf}.get(array.dtype.kind, int)
    made = np.empty(array.shape, object)
    made.ravel()[...] = [convert(item) for item in array.ravel().tolist()]
    return made


def exact_node(node: Expr, args: Sequence[np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """One node on exact operands."""
    if node.op.kind is Kind.ELEMENTWISE:
        formula = resolved(node.op.exact)
        count = len(node.op.partials) or len(args)
        if node.op.flat and len(args) > 2:
            result = args[0]
            for arg in args[1:]:
                result = vectorized(formula, [result, arg], node)
            return result
        return vectorized(formula, args[: max(count, len(args))], node)
    return np.asarray(node.op.compute(*args, **node.attributes))


def vectorized(formula: Any, args: Sequence[np.ndarray[Any, Any]], node: Expr) -> np.ndarray[Any, Any]:
    """A scalar function at every position of broadcast operands; nan where it raises."""
    import mpmath

    broadcast = np.broadcast_arrays(*args)
    made = np.empty(broadcast[0].shape, object)
    flat = made.ravel()
    for place, operands in enumerate(zip(*(array.ravel() for array in broadcast), strict=True)):
        try:
            flat[place] = formula(*operands, **node.attributes)
        except (ValueError, ZeroDivisionError, OverflowError, TypeError, mpmath.NoConvergence):
            flat[place] = mpmath.nan
    return flat.reshape(made.shape)
