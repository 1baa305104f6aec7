"""Every node of an optimized graph as compiled by itself, beside its reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from symlab.core.backends.base import Interface, available
from symlab.core.backends.reference import apply_op
from symlab.core.function import Function
from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import Graph, constant_value
from symlab.core.ir.op import CONSTANT, Kind
from symlab.core.ir.types import ArrayType
from symlab.core.lower.fuse import fuse
from symlab.core.pipeline import LOWER, Pipeline, Transform, run
from symlab.debug.elements import side_of
from symlab.debug.exact import NoExactValue, exactly
from symlab.debug.judge import AFFORDABLE, error_in

Array = np.ndarray[Any, Any]
MOST = 64  # elements that are looked at exactly
APART = Pipeline((Transform("fuse", lambda graph: fuse(graph, together=False)), *LOWER[1:]))


@dataclass(frozen=True, eq=False)
class Probe:
    """A compiled function whose outputs are all nodes of a graph, none of them fused with another."""

    graph: Graph
    nodes: tuple[Expr, ...]
    call: Any

    @classmethod
    def of(cls, made: Function) -> Probe | None:
        """The probe of a function, or None where it runs on the reference evaluator anyway."""
        backend, _ = available(made.mode.backend, made.config)
        if backend is None or made.executable is None:
            return None
        graph = made.trace.graph
        nodes = tuple(
            node for node in graph.nodes() if node.op.kind is not Kind.LEAF and isinstance(node.type, ArrayType)
        )
        probed = Graph(graph.table, graph.inputs, nodes, (), graph.origins)
        interface = Interface(
            names=(None,) * len(graph.inputs), shared=made.shared_leaves, layout="l", keys=(),
            convert=lambda args, keywords: tuple(args), details=made,
        )  # fmt: skip
        executable, _ = backend.build(interface, run(APART, probed, made.config), made.config)
        return None if executable is None else cls(graph, nodes, executable.front)

    def values(self, given: Mapping[Expr, Any]) -> dict[Expr, Array]:
        """The compiled value of every node for these inputs and the shared variables' present values."""
        found = self.call(*(given[node] for node in self.graph.inputs))
        known = {**given, **dict(zip(self.nodes, found, strict=True))}
        known.update({node: constant_value(node) for node in self.graph.nodes() if node.op is CONSTANT})
        return known


def compare(node: Expr, args: Sequence[Array], compiled: Array) -> tuple[str, str] | None:
    """What is wrong with a compiled value, given the operands that it was computed from, and where."""
    with np.errstate(all="ignore"):
        wanted = np.asarray(apply_op(node, args))
        if compiled.shape != wanted.shape or compiled.dtype != wanted.dtype:
            return f"compiled it is {compiled.dtype}{compiled.shape}, the reference {wanted.dtype}{wanted.shape}", ""
        allowed = tolerance(node, args, wanted)
        wrong = differing(compiled, wanted, allowed)
    found = [tuple(map(int, place)) for place in np.argwhere(wrong)[:MOST]]
    places = [place for place in found if not is_right(node, args, compiled, allowed, place)]
    if not places:
        return None
    place = places[0]
    operands = ", ".join(f"{np.broadcast_to(arg, wanted.shape)[place].item()!r}" for arg in alike(args, wanted))
    values = f"{'element ' + str(place) if place else 'the value'}{' of operands ' + operands if operands else ''}"
    count = f" ({len(places)} such elements or more, of {wrong.size})" if wrong.size > 1 else ""
    return f"compiled it is {compiled[place].item()!r}, by the reference {wanted[place].item()!r}{count}", values


def is_right(node: Expr, args: Sequence[Array], compiled: Array, allowed: Array, place: tuple[int, ...]) -> bool:
    """Whether an element as compiled is nearer to the exact value than the reference is."""
    values = {**dict(zip(node.args, args)), node: compiled}
    side = side_of(node, frozenset(node.args), values)
    if compiled.dtype.kind not in "fc" or side.size(side.parts(place)) > AFFORDABLE:
        return False
    try:
        with exactly():
            truth = side.value(place, values)
            return bool(mpmath.isfinite(truth) and error_in(compiled[place], truth, 1) <= allowed[place])
    except NoExactValue:
        return False


def alike(args: Sequence[Array], result: Array) -> list[Array]:
    """The operands that broadcast to the shape of the result."""
    return [arg for arg in args[:4] if arg.ndim <= result.ndim and can_broadcast(arg.shape, result.shape)]


def can_broadcast(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    """Whether sizes are 1 or those of the target, from the last axis."""
    return all(size in (1, wanted) for size, wanted in zip(shape[::-1], target[::-1]))


def differing(compiled: Array, wanted: Array, allowed: Array) -> Any:
    """Where two arrays differ by more than is allowed; nan agrees with nan only."""
    if wanted.dtype.kind not in "fc":
        return compiled != wanted
    same = (compiled == wanted) | (np.isnan(compiled) & np.isnan(wanted))
    return ~(same | (np.abs(compiled - wanted) <= allowed))


def tolerance(node: Expr, args: Sequence[Array], wanted: Array) -> Array:
    """What rounding may do: the op's ULPs of the result, and for sums of many terms of the terms' size."""
    if wanted.dtype.kind not in "fc":
        return np.zeros(wanted.shape)
    info = np.finfo(wanted.dtype)
    scale = np.abs(wanted)
    if node.op.kind is not Kind.ELEMENTWISE and not node.op.extra.get("python"):
        sizes = [np.abs(arg) if arg.dtype.kind in "fc" else arg for arg in args]
        sums = np.abs(apply_op(node, sizes))
        scale = np.maximum(scale, sums) if sums.shape == scale.shape else scale  # a shape may depend on values
        terms = max((arg.size for arg in args), default=1)
        return float(info.eps) * (node.op.ulp + np.sqrt(terms)) * scale + float(info.tiny)
    if node.op.flat:
        total = sum(np.abs(arg) for arg in args) if node.op.name == "add" else scale
        return float(info.eps) * len(args) * (total + float(info.tiny))
    return float(info.eps) * node.op.ulp * scale + float(info.smallest_subnormal) * node.op.ulp
