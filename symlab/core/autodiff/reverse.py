"""Reverse mode: one walk from the cost back, by identity of typed nodes, linear in the size of the graph."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from symlab.core.autodiff.cotangent import (
    ZERO,
    Cotangent,
    Flow,
    Undefined,
    Zero,
    fitted,
    gradient_type,
    in_common,
    is_discrete,
    outside,
    settled,
    split,
    times,
    total,
    value_count,
)
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.op import AS_WRITTEN, PROJECT, Kind
from symlab.core.ir.types import TupleType
from symlab.core.ops import passing, reduce
from symlab.core.ops.branch import IFELSE
from symlab.core.ops.compare import neq
from symlab.core.ops.complexes import conj
from symlab.core.ops.elementwise import cast
from symlab.core.ops.operators import Variable
from symlab.core.ops.shape import sizes_of, spread


@dataclass(frozen=True)
class Sweep:
    """What one walk found: the nodes in order, those that the cost reaches back to, and the flow of those wanted."""

    order: Sequence[Expr]
    reached: Collection[Expr]
    flows: Mapping[Expr, Flow]


def sweep(
    seeds: Mapping[Variable, Flow],
    wanted: Iterable[Variable],
    known: Mapping[Variable, Flow | None],
    held: Collection[Expr] = (),
) -> Sweep:
    """Walk back from `seeds` and `known` (whose flow is not what the walk would find) to the nodes that are wanted."""
    wanted, held = set(wanted), frozenset(held)
    order = toposort([*seeds, *known])
    leads = leading(order, wanted, held)
    received: dict[Expr, list[Any]] = {node: [flow] for node, flow in seeds.items() if node in leads}
    reached: set[Expr] = set()
    flows: dict[Expr, Flow] = {}
    for node in reversed(order):
        found = received.pop(node, [])
        flow = known[node] if node in known else collected(node, found)  # type: ignore[index]
        if flow is None or node not in leads:
            continue
        reached.add(node)
        if node in wanted:
            flows[node] = flow
        if node in held:
            continue
        if is_discrete(node) and isinstance(flow, Cotangent):
            flow = ZERO
        for operand, share in shares(node, flow, leads, wanted):
            received.setdefault(operand, []).append(share)
    return Sweep(order, reached, settled(flows))


def leading(order: Iterable[Expr], wanted: Collection[Expr], held: Collection[Expr]) -> set[Expr]:
    """The nodes through which a wanted one is reached; nothing is reached through what is held constant."""
    leads: set[Expr] = set()
    for node in order:
        if node in wanted or (node not in held and any(arg in leads for arg in node.args)):
            leads.add(node)
    return leads


def collected(node: Expr, found: Sequence[Any]) -> Any:
    """The flow of a node from its users; for one with several results, a tuple of theirs."""
    if not isinstance(node.type, TupleType):
        return total(found, node)
    if not any(isinstance(item, tuple) for item in found):
        return ZERO if found else None
    found = [item for item in found if isinstance(item, tuple)]
    places = range(len(node.type.items))
    return tuple(total([flow for at, flow in found if at == place], PROJECT(node, index=place)) for place in places)


def shares(node: Expr, flow: Any, leads: Collection[Expr], wanted: Collection[Expr] = ()) -> Iterator[tuple[Expr, Any]]:
    """What each operand that leads on gets of a node's flow; sizes and places get nothing.

    Integers get a zero, unless they are wanted and are taken as real numbers here: those have a gradient.
    """
    operands = [pair for pair in connected(node, flow) if pair[1] in leads]
    varying = [pair for pair in operands if not is_discrete(pair[1]) or (node.op is cast and pair[1] in wanted)]
    nothing = flow if isinstance(flow, Undefined) and is_discrete(node) else ZERO
    places = {place for place, _ in varying}
    yield from ((arg, nothing) for place, arg in operands if place not in places)
    if not varying:
        return
    if node.op is PROJECT:
        yield node.args[0], (node.attr("index"), flow)
    elif node.op is IFELSE:
        yield from branch_shares(node, flow, varying)
    elif (spoiled := undefined_parts(node, flow)) and "connects" in node.op.extra:
        yield from apart(node, flow, spoiled, leads, wanted)
    elif spoiled:
        yield from ((arg, flow[spoiled[0]]) for _, arg in varying)
    elif isinstance(flow, (Undefined, Zero)) or no_influence(flow):
        yield from ((arg, flow if isinstance(flow, Undefined) else ZERO) for _, arg in varying)
    elif node.op.kind is Kind.ELEMENTWISE and node.op.vjp is None:
        yield from ((arg, elementwise_share(node, flow, place)) for place, arg in varying)
    elif node.op is not AS_WRITTEN and node.op.vjp is None:
        yield from ((arg, Undefined(node)) for _, arg in varying)
    else:
        yield from stated_shares(node, flow, varying)


def branch_shares(node: Expr, flow: Any, operands: Sequence[tuple[int, Expr]]) -> Iterator[tuple[Expr, Flow]]:
    """The flow to the values of the branches of a choice, which counts where that branch is taken."""
    condition, half = node.args[0], len(node.args) // 2
    for place, arg in operands:
        part = flow[(place - 1) % half] if isinstance(flow, tuple) else flow
        taken = place <= half
        if isinstance(part, Cotangent) and (condition, not taken) not in part.choices:
            share = fitted(part, arg.type)
            known = (condition, taken) in part.choices
            yield arg, share if known else replace(share, choices=(*part.choices, (condition, taken)))
        elif part is not None:
            yield arg, part if isinstance(part, Undefined) else ZERO


def connected(node: Expr, flow: Any) -> list[tuple[int, Expr]]:
    """The values among the operands, without those on which, as the op states it, no result with a flow depends."""
    operands = list(enumerate(node.args[: value_count(node)]))
    stated = node.op.extra.get("connects")
    if stated is None:
        return operands
    told = [at for at, part in enumerate(flow) if part is not None] if isinstance(flow, tuple) else [0]
    rows = stated(node)
    return [(place, arg) for place, arg in operands if place >= len(rows) or any(rows[place][at] for at in told)]


def undefined_parts(node: Expr, flow: Any) -> list[int]:
    """The results without a derivative, among several: any operand may be what they come from."""
    if not isinstance(flow, tuple):
        return []
    parts = enumerate(flow)
    return [at for at, part in parts if isinstance(part, Undefined) and not is_discrete(PROJECT(node, index=at))]


def apart(
    node: Expr, flow: Any, spoiled: Sequence[int], leads: Collection[Expr], wanted: Collection[Expr]
) -> Iterator[tuple[Expr, Any]]:
    """The flow from results without a derivative to the operands connected to them, and from the others to the rest."""
    only = tuple(part if at in spoiled else None for at, part in enumerate(flow))
    bad = dict(connected(node, only))
    yield from ((arg, flow[spoiled[0]]) for arg in bad.values() if arg in leads)
    rest = tuple(None if at in spoiled else part for at, part in enumerate(flow))
    yield from (pair for pair in shares(node, rest, leads, wanted))


def no_influence(flow: Any) -> bool:
    """Whether no result of a node with several has a cotangent."""
    return isinstance(flow, tuple) and not any(isinstance(part, Cotangent) for part in flow)


def elementwise_share(node: Expr, flow: Cotangent, place: int) -> Flow:
    """The flow to one operand of an elementwise node."""
    partial = node.op.partials[place]
    factor = None if partial is None else partial(node, *node.args)
    if factor is None:
        return Undefined(node)
    if node.type.dtype.kind == "c" and isinstance(factor, Variable) and factor.type.dtype.kind == "c":
        factor = conj(factor)  # slopes in the real and the imaginary part flow backward as one complex number
    share = times(flow, factor)
    return fitted(share, gradient_type(node.args[place])) if isinstance(share, Cotangent) else share


def stated_shares(node: Expr, flow: Any, operands: Sequence[tuple[int, Expr]]) -> Iterator[tuple[Expr, Flow]]:
    """The flow to the operands of a node that states its derivative as a whole."""
    parts = flow if isinstance(flow, tuple) else (flow,)
    choices = in_common(parts)
    if len(parts) > 1:
        parts = tuple(outside(part, len(choices), PROJECT(node, index=at)) for at, part in enumerate(parts))
    expressions = tuple(part.expression if isinstance(part, Cotangent) else None for part in parts)
    found = operand_cotangents(node, expressions if isinstance(flow, tuple) else expressions[0])
    supports = carried(node, flow, operands)
    for place, arg in operands:
        if isinstance(found[place], Undefined):
            yield arg, found[place]
        elif found[place] is not None:
            share = replace(fitted(split(found[place]), arg.type), choices=choices)
            inherits = share.support is None and supports[place] is not None
            yield arg, Cotangent(share.value, supports[place], choices=choices) if inherits else share


def operand_cotangents(node: Expr, cotangent: Any) -> Sequence[Any]:
    """The cotangents of the operands; None where there is no dependence."""
    if node.op is AS_WRITTEN:
        return (cotangent,)
    assert node.op.vjp is not None
    return node.op.vjp(cotangent, node, *node.args, **node.attributes)  # type: ignore[no-any-return]


def carried(node: Expr, flow: Any, operands: Sequence[tuple[int, Expr]]) -> Sequence[Variable | None]:
    """Where the operands' cotangents count: a node may only move or add the elements of one that has a support."""
    nowhere: Sequence[Variable | None] = [None] * len(node.args)
    moves = node.op.kind is Kind.STRUCTURAL or node.op is reduce.sum or node.op is AS_WRITTEN
    if not moves or isinstance(flow, tuple) or flow.support is None or not any(arg.args for _, arg in operands):
        return nowhere
    if node.op in (passing.copy, AS_WRITTEN):
        return [flow.support] * len(node.args)
    indicator = spread(cast(flow.support, dtype=flow.value.dtype), sizes_of(node))  # type: ignore[arg-type]
    return [None if share is None else neq(share, 0) for share in operand_cotangents(node, indicator)]
