"""Forward mode: one walk from the variables to the expressions, carrying tangents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from symlab.core.autodiff.cotangent import ZERO, Cotangent, Undefined, Zero, is_discrete, of_dtype, times, value_count
from symlab.core.ir.errors import NullTypeGradError, message
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.op import AS_WRITTEN, PROJECT, Kind
from symlab.core.ops.complexes import conj
from symlab.core.ops.elementwise import add
from symlab.core.ops.operators import Variable
from symlab.core.ops.shape import sizes_of, spread


def push(outputs: Sequence[Variable], tangents: Mapping[Variable, Variable | Zero]) -> list[Variable | Zero | None]:
    """The tangents of `outputs`, given those of variables; None where nothing depends on them."""
    found: dict[Any, Any] = dict(tangents)
    for node in toposort(outputs):
        if node not in found:
            tangent = tangent_of(node, [found.get(arg) for arg in node.args])
            if tangent is not None:
                found[node] = tangent
    return [found.get(output) for output in outputs]


def tangent_of(node: Expr, tangents: Sequence[Any]) -> Any:
    """The tangent of one node, given those of its operands; ZERO where it depends on them and does not vary."""
    tangents = tangents[: value_count(node)]
    if all(tangent is None for tangent in tangents):
        return None
    if is_discrete(node) or all(tangent in (None, ZERO) for tangent in tangents):
        return ZERO
    if node.op is PROJECT:
        return tangents[0][node.attr("index")]
    if node.op is AS_WRITTEN:
        return tangents[0]
    tangents = [None if tangent is ZERO else tangent for tangent in tangents]
    if node.op.kind is Kind.ELEMENTWISE and node.op.jvp is None:
        return elementwise_tangent(node, tangents)
    if node.op.jvp is None:
        raise undefined(node)
    missing = [None] * (len(node.args) - len(tangents))
    return node.op.jvp((*tangents, *missing), node, *node.args, **node.attributes)


def elementwise_tangent(node: Expr, tangents: Sequence[Any]) -> Variable | Zero:
    """The sum of the operands' tangents, each times its partial derivative."""
    terms = []
    for partial, tangent in zip(node.op.partials, tangents, strict=True):
        if tangent is None:
            continue
        factor = None if partial is None else partial(node, *node.args)
        if factor is None:
            raise undefined(node)
        if node.type.dtype.kind != "c" and tangent.type.dtype.kind == "c":
            factor = conj(factor)  # the real number |z| changes by the part of the tangent along z
        share = times(Cotangent(tangent), factor)
        if share is not ZERO:
            assert not isinstance(share, Undefined)
            terms.append(of_dtype(share.expression, node.type.dtype))
    if not terms:
        return ZERO
    total = terms[0]
    for term in terms[1:]:
        total = add(total, term)
    return total if total.type.shape == node.type.shape else spread(total, sizes_of(node))  # type: ignore[arg-type]


def undefined(node: Expr) -> NullTypeGradError:
    """The error for a node that has no derivative."""
    return NullTypeGradError(message(f"{node.op.name} has no derivative", [(node.op.name, node)]))
