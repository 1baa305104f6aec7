"""Forward mode: one walk from the variables to the expressions, carrying tangents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from symlab.core.autodiff.cotangent import ZERO, Cotangent, Undefined, of_dtype, times
from symlab.core.ir.errors import NullTypeGradError, message
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.op import AS_WRITTEN, PROJECT, Kind
from symlab.core.ir.types import TupleType
from symlab.core.ops.elementwise import add
from symlab.core.ops.operators import Variable
from symlab.core.ops.shape import sizes_of, spread


def push(outputs: Sequence[Variable], tangents: Mapping[Variable, Variable]) -> list[Variable | None]:
    """The tangents of `outputs`, given those of variables; None where nothing depends on them."""
    found: dict[Any, Any] = dict(tangents)
    for node in toposort(outputs):
        if node not in found:
            tangent = tangent_of(node, [found.get(arg) for arg in node.args])
            if tangent is not None:
                found[node] = tangent
    return [found.get(output) for output in outputs]


def tangent_of(node: Expr, tangents: Sequence[Any]) -> Any:
    """The tangent of one node, given those of its operands."""
    if all(tangent is None for tangent in tangents):
        return None
    if node.op is PROJECT:
        return tangents[0][node.attr("index")]
    if node.op is AS_WRITTEN:
        return tangents[0]
    items = node.type.items if isinstance(node.type, TupleType) else (node.type,)
    if all(item.dtype.kind not in "fc" for item in items):
        return None
    if node.op.kind is Kind.ELEMENTWISE and node.op.jvp is None:
        return elementwise_tangent(node, tangents)
    if node.op.jvp is None:
        raise undefined(node)
    return node.op.jvp(tangents, node, *node.args, **node.attributes)


def elementwise_tangent(node: Expr, tangents: Sequence[Any]) -> Variable | None:
    """The sum of the operands' tangents, each times its partial derivative."""
    terms = []
    for partial, tangent in zip(node.op.partials, tangents, strict=True):
        if tangent is None:
            continue
        if partial is None:
            raise undefined(node)
        share = times(Cotangent(tangent), partial(node, *node.args))
        if share is not ZERO:
            assert not isinstance(share, Undefined)
            terms.append(of_dtype(share.expression, node.type.dtype))
    if not terms:
        return None
    total = terms[0]
    for term in terms[1:]:
        total = add(total, term)
    return total if total.type.shape == node.type.shape else spread(total, sizes_of(node))  # type: ignore[arg-type]


def undefined(node: Expr) -> NullTypeGradError:
    """The error for a node that has no derivative."""
    return NullTypeGradError(message(f"{node.op.name} has no derivative", [(node.op.name, node)]))
