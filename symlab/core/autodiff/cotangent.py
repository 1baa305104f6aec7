"""What flows backward: a cotangent, where it is known to be 0, and the marks for what needs no expression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from symlab.core.ir.config import current
from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import AS_WRITTEN, CONSTANT, PROJECT
from symlab.core.ir.types import ArrayType, TupleType
from symlab.core.ops.bits import or_
from symlab.core.ops.branch import IFELSE
from symlab.core.ops.compare import switch
from symlab.core.ops.complexes import real
from symlab.core.ops.elementwise import add, cast, mul, neg
from symlab.core.ops.masking import both, is_number, live
from symlab.core.ops.operators import Variable
from symlab.core.ops.reduce import sum_to
from symlab.core.ops.shape import filled_like, reshaped, sizes_of, specified


class Zero(Enum):
    """The cotangent of what is connected to a cost but has no influence on it, such as an integer."""

    ZERO = "zero"


ZERO = Zero.ZERO


@dataclass(frozen=True)
class Undefined:
    """The cotangent of an operand that a node has no derivative for, and why, if the program says so."""

    node: Expr
    why: str = ""


Choices = tuple[tuple[Expr, bool], ...]  # conditions of `ifelse`, outermost first, and whether each must hold


@dataclass(frozen=True)
class Cotangent:
    """An expression that counts where `support` holds (everywhere if it is None) and is 0 elsewhere.

    The value may be anything outside of the support, nan included, unless it is `clean`. So the operand that a `switch`
    did not choose gets an exact 0, even where its own derivative is infinite: the mask is applied last. And it counts
    under these `choices` only: the `ifelse` that makes them is put last too, so that nothing is computed of the
    derivatives of a branch that was not taken. A walk makes them before it ends.
    """

    value: Variable
    support: Variable | None = None
    clean: bool = True
    choices: Choices = ()

    @property
    def expression(self) -> Variable:
        """The value with zeros in place, under the same choices."""
        if self.support is None or self.clean:
            return self.value
        return switch(self.support, self.value, 0)  # type: ignore[no-any-return]


Flow = Cotangent | Zero | Undefined


def value_count(node: Expr) -> int:
    """How many operands of a node are values; those after them are sizes and places, on which nothing depends."""
    if node.op is AS_WRITTEN:
        return 1
    return int(node.op.extra.get("values", len(node.args)))


def is_discrete(node: Expr) -> bool:
    """Whether a node holds integers or booleans, along which nothing varies."""
    if isinstance(node.type, TupleType):
        return all(item.dtype.kind not in "fc" for item in node.type.items)
    return node.type.dtype.kind not in "fc"


def gradient_type(node: Expr) -> ArrayType:
    """The type of the gradient of a node: its own, or for integers that of real numbers."""
    return node.type.with_dtype(current().floatX) if is_discrete(node) else node.type  # type: ignore[no-any-return]


def split(node: Variable) -> Cotangent:
    """A node as value and support: `switch(c, value, 0)` counts where c holds."""
    support, value = live(node)
    condition, inner = live(value)
    while condition is not None:
        support, value = both(support, condition), inner
        condition, inner = live(value)
    return Cotangent(value, support, support is None)


def number_in(node: Any) -> Any:
    """The value of a constant scalar, or of a Python number; None for any other node."""
    if not isinstance(node, Expr):
        return node
    if node.op is CONSTANT and not node.type.shape:
        return constant_value(node).item()
    return None


def times(flow: Cotangent, partial: Any) -> Flow:
    """A cotangent times a partial derivative, which is an expression or a number."""
    number = number_in(partial)
    if number is not None:
        return scaled(flow, number, partial)
    factor = split(partial)
    support = both(flow.support, factor.support)
    if is_number(factor.value, 1):
        return replace(flow, support=support, clean=flow.clean and support is flow.support)
    return replace(flow, value=mul(flow.value, factor.value), support=support, clean=support is None)


def scaled(flow: Cotangent, number: Any, factor: Any) -> Flow:
    """A cotangent times a number, which may be a node."""
    if number == 0:
        return ZERO
    if number == 1:
        return flow
    return replace(flow, value=neg(flow.value) if number == -1 else mul(flow.value, factor))


def fitted(flow: Cotangent, wanted: ArrayType) -> Cotangent:
    """A cotangent summed over what broadcasting repeated, in the dtype and the known sizes of its operand."""
    shape = flow.value.type.shape
    if shape != wanted.shape:
        repeated = len(shape) != len(wanted.shape) or any(
            size == 1 and found != 1 for size, found in zip(wanted.shape, shape, strict=True)
        )
        if repeated:
            flow = Cotangent(sum_to(flow.expression, wanted.shape), choices=flow.choices)
        flow = replace(flow, value=specified(flow.value, wanted.shape))
    return replace(flow, value=of_dtype(flow.value, wanted.dtype))


def of_dtype(value: Variable, dtype: Any) -> Variable:
    """A value cast to a dtype; of complex numbers the real part counts for real operands."""
    if value.type.dtype == dtype:
        return value
    if value.type.dtype.kind == "c" and dtype.kind != "c":
        value = real(value)
    return value if value.type.dtype == dtype else cast(value, dtype=dtype.name)


def total(flows: Sequence[Flow], node: Expr) -> Flow | None:
    """The sum of what several users of `node` send back; None if nobody sends anything."""
    undefined = next((flow for flow in flows if isinstance(flow, Undefined)), None)
    if undefined is not None:
        return undefined
    known = [flow for flow in flows if isinstance(flow, Cotangent)]
    if not known:
        return ZERO if flows else None
    sums: dict[Choices, Cotangent] = {}
    for flow in known:
        put(sums, flow)
    while len(sums) > 1:
        flow = sums.pop(max(sums, key=len))
        *_, (condition, holds) = flow.choices
        beside = sums.pop((*flow.choices[:-1], (condition, not holds)), None)
        put(sums, chosen_from(flow, beside, node))
    return next(iter(sums.values()))


def put(sums: dict[Choices, Cotangent], flow: Cotangent) -> None:
    """Add a cotangent to those under the same choices."""
    known = sums.get(flow.choices)
    sums[flow.choices] = flow if known is None else added(known, flow)


def added(first: Cotangent, second: Cotangent) -> Cotangent:
    """The sum of two cotangents under the same choices; it counts where either does."""
    if first.support is second.support:
        return replace(first, value=add(first.value, second.value), clean=first.clean and second.clean)
    value = add(first.expression, second.expression)
    if first.support is None or second.support is None:
        return Cotangent(value, choices=first.choices)
    return Cotangent(value, or_(first.support, second.support), True, first.choices)


def chosen_from(flow: Cotangent, other: Cotangent | None, node: Expr) -> Cotangent:
    """A cotangent of `node` out of its last choice; `other` is the one of the branch beside it, if there is one."""
    *outer, (condition, holds) = flow.choices
    beside = None if other is None else other.expression
    (value,) = choice(condition, holds, [(node, flow.expression, beside)])
    return Cotangent(value, choices=tuple(outer))


def choice(condition: Any, holds: bool, rows: Sequence[tuple[Any, Variable, Variable | None]]) -> list[Variable]:
    """An `ifelse` of cotangents of nodes where `condition` holds, or does not, with others (None: 0) beside them."""
    values = [shaped_as(value, node) for node, value, _ in rows]
    beside = [filled_like(node, 0) if other is None else shaped_as(other, node) for node, _, other in rows]
    made = IFELSE(condition, *values, *beside) if holds else IFELSE(condition, *beside, *values)
    return [PROJECT(made, index=place) for place in range(len(rows))]


def shaped_as(value: Variable, node: Variable) -> Variable:
    """A cotangent of `node` with sizes that are said to be those of the node, so that branches are seen to agree."""
    return value if None not in value.type.shape else reshaped(value, sizes_of(node))


def outside(flow: Flow | None, depth: int, node: Expr) -> Flow | None:
    """A cotangent of `node` out of all but its first choices."""
    while isinstance(flow, Cotangent) and len(flow.choices) > depth:
        flow = chosen_from(flow, None, node)
    return flow


def in_common(flows: Sequence[Flow | None]) -> Choices:
    """The choices with which all of these cotangents begin."""
    several = [flow.choices for flow in flows if isinstance(flow, Cotangent)]
    found: list[tuple[Expr, bool]] = []
    for step in zip(*several, strict=False):
        if any(item != step[0] for item in step):
            break
        found.append(step[0])
    return tuple(found)


def settled(flows: Mapping[Expr, Flow]) -> dict[Expr, Flow]:
    """Cotangents of several nodes with their choices made, those under the same choices by one `ifelse`."""
    found = dict(flows)
    while True:
        groups: dict[Choices, dict[Expr, Cotangent]] = {}
        for node, flow in found.items():
            if isinstance(flow, Cotangent):
                groups.setdefault(flow.choices, {})[node] = flow
        choices = max(groups, key=len, default=())
        if not choices:
            return found
        several = groups[choices]
        made = choice(*choices[-1], [(node, flow.expression, None) for node, flow in several.items()])
        found.update((node, Cotangent(value, choices=choices[:-1])) for node, value in zip(several, made, strict=True))
