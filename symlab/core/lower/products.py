"""Matrix products: which are one call of a library, with what is added to them and what scales them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symlab.core.ir.expr import Expr, toposort, users
from symlab.core.ir.graph import Table
from symlab.core.ir.op import Kind, Op
from symlab.core.lower.facts import Facts
from symlab.core.lower.sizes import Size, Sizes, add, multiply, row_major
from symlab.core.lower.structure import VIEWS, along, keeps_order
from symlab.core.ops.elementwise import mul as PRODUCT
from symlab.core.ops.elementwise import neg as NEGATIVE

# c + sign * (a b) * scalars: operands c, a, b, then the scalars; attribute `sign`.
PRODUCT_ADDED = Op(
    "product_added", Kind.CALL, "A product of matrices, scaled and added to a third.", home=__name__
)  # fmt: skip


# sign * (a b) * scalars: operands a, b, then the scalars; attribute `sign`.
PRODUCT_SCALED = Op("product_scaled", Kind.CALL, "A product of matrices, scaled.", home=__name__)


@dataclass(frozen=True, slots=True)
class Operand:
    """Elements in the memory of a node: an offset, and a stride for each axis."""

    base: Expr
    offset: Size
    strides: Sizes


def operand(facts: Facts, node: Expr) -> Operand:
    """A matrix, vector or stack as a routine reads it: through views if rows or columns stay whole, else copied."""
    seen = looked_through(facts, node)
    if all(usable(facts, stride) for stride in seen.strides) and 1 in seen.strides[-2:]:
        return seen
    if len(seen.strides) == 1 and usable(facts, seen.strides[0]):
        return seen
    return Operand(node, 0, row_major(facts.shapes[node]))


def usable(facts: Facts, stride: Size) -> bool:
    """Whether a routine can step so."""
    return stride != 0 and facts.table.not_negative(stride)


def looked_through(facts: Facts, node: Expr) -> Operand:
    """What lies behind views."""
    at = tuple(along(axis) for axis in range(len(node.type.shape)))
    rank = len(at)
    strides = row_major(facts.shapes[node])
    while node.op.name in VIEWS:
        source = VIEWS[node.op.name](facts, node, at)
        strides = row_major(facts.shapes[node])
        if source is None:
            while keeps_order(node):
                node = node.args[0]
            break
        node, at = node.args[0], source
        strides = row_major(facts.shapes[node])
    offset: Size = 0
    steps: list[Size] = [0] * rank
    for (axis, step, start), stride in zip(at, strides):
        offset = add(offset, multiply(start, stride))
        if axis >= 0:
            steps[axis] = add(steps[axis], multiply(step, stride))
    return Operand(node, offset, tuple(steps))


# Products with what is added to them


def absorb(table: Table, roots: Sequence[Expr], exact: frozenset[Expr]) -> dict[Expr, Expr]:
    """For each sum that is one call, the node that stands for the call; only where the product has no other reader.

    What is the operand of a formula is left to the formula's kernel if it is scaled alone, or its negative is needed.
    """
    count, nodes = users(roots), toposort(roots)
    fused = {arg for node in nodes if node.op.kind is Kind.ELEMENTWISE for arg in node.args}
    found: dict[Expr, Expr] = {}
    for node in nodes:
        if node in exact:
            continue
        if node.op.name in ("add", "sub") and len(node.args) == 2:
            call = next(calls(table, node, count, node in fused), None)
        else:
            alone = node not in fused and node.op.name in ("mul", "neg")
            call = (scaled(table, node, count) or scaled_sum(table, node, count)) if alone else None
        if call is not None:
            found[node] = call
    return found


def calls(table: Table, node: Expr, count: Counter[Expr], fused: bool) -> Iterator[Expr]:
    """The calls that a sum of two operands can be."""
    first, second = node.args
    yield from call_of(table, node, first, second, -1 if node.op.name == "sub" else 1, count)
    if node.op.name == "add":
        yield from call_of(table, node, second, first, 1, count)
    elif not fused and first.op.name in ("dot", "matmul", "mul", "neg"):  # its negative is added
        opposite = table.intern(NEGATIVE, (second,), (), second.type)
        yield from call_of(table, node, opposite, first, 1, count)


def scaled_sum(table: Table, node: Expr, count: Counter[Expr]) -> Expr | None:
    """The call for a scaled sum of two operands, each of which is scaled."""
    inner, scalars, sign = without_scale(node, 1, count, outermost=True)
    if inner is None or count[inner] != 1 or inner.op.name not in ("add", "sub") or len(inner.args) != 2:
        return None

    def scaled_part(part: Expr, sign: int) -> Expr:
        for scalar in scalars:
            part = table.intern(PRODUCT, (scalar, part), (), node.type)
        return table.intern(NEGATIVE, (part,), (), node.type) if sign < 0 else part

    first, second = inner.args
    other_sign = -sign if inner.op.name == "sub" else sign
    for added, added_sign, term, term_sign in ((first, sign, second, other_sign), (second, other_sign, first, sign)):
        product, own, product_sign = scaled_product(term, term_sign, count)
        if product is None or not added.type.shape == node.type.shape == product.type.shape or 1 in node.type.shape:
            continue
        args = (scaled_part(added, added_sign), *product.args, *own, *scalars)
        return table.intern(PRODUCT_ADDED, args, (("sign", product_sign),), node.type)
    return None


def call_of(table: Table, node: Expr, added: Expr, term: Expr, sign: int, count: Counter[Expr]) -> Iterator[Expr]:
    """The call for `added + sign * term`, if the term is a scaled product of the same shape."""
    product, scalars, sign = scaled_product(term, sign, count)
    if product is not None and added.type.shape == node.type.shape == product.type.shape and 1 not in node.type.shape:
        args = (added, *product.args, *scalars)
        yield table.intern(PRODUCT_ADDED, args, (("sign", sign),), node.type)


def scaled(table: Table, node: Expr, count: Counter[Expr]) -> Expr | None:
    """The call for a scaled product."""
    product, scalars, sign = scaled_product(node, 1, count, outermost=True)
    if product is None or product.type.shape != node.type.shape:
        return None
    return table.intern(PRODUCT_SCALED, (*product.args, *scalars), (("sign", sign),), node.type)


def scaled_product(
    term: Expr, sign: int, count: Counter[Expr], outermost: bool = False
) -> tuple[Expr | None, list[Expr], int]:
    """A term as a product of matrices that nothing else reads, what scales it, and its sign."""
    inner, scalars, sign = without_scale(term, sign, count, outermost)
    if inner is None or count[inner] != 1 or inner.op.name not in ("dot", "matmul"):
        return None, scalars, sign
    return (inner if inner.type.dtype.char in "fd" else None), scalars, sign


def without_scale(
    term: Expr, sign: int, count: Counter[Expr], outermost: bool = False
) -> tuple[Expr | None, list[Expr], int]:
    """A term without the numbers that scale it, these, and its sign; None where there is more than that."""
    scalars: list[Expr] = []
    while (outermost or count[term] == 1) and term.op.name in ("neg", "mul"):
        arrays = [arg for arg in term.args if arg.type.shape]
        if len(arrays) != 1:
            return None, [], sign
        scalars += [arg for arg in term.args if not arg.type.shape]
        sign = -sign if term.op.name == "neg" else sign
        (term,), outermost = arrays, False
    return term, scalars, sign
