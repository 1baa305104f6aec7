"""Sums, products and extremes over axes: one for several, and of what is known without folding."""

from __future__ import annotations

import math
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ops import reduce
from symlab.core.ops.elementwise import cast, exp, expm1, mul, neg, reciprocal, sigmoid, softplus, tanh
from symlab.core.ops.index import WHOLE
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.nn import log_softmax, softmax
from symlab.core.ops.shape import GIVEN, broadcast_to, dimshuffle, reshape, with_new_axes
from symlab.core.ops.sort import sort
from symlab.core.ops.special import erf
from symlab.core.ops.trigonometric import arcsinh, arctan, sinh
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.parts import BACKWARDS
from symlab.core.rewrite.rule import computed
from symlab.core.rewrite.sorts import Matrix
from symlab.core.rules.shapes import ALL, FOLDS

GROWING = (exp, expm1, tanh, sigmoid, softplus, arctan, arcsinh, sinh, erf)  # functions that grow with their operand
EXTREMES = (reduce.max, reduce.min)
PLACES = (reduce.argmax, reduce.argmin)
TURNED = {
    reduce.sum: reduce.sum, reduce.max: reduce.min, reduce.min: reduce.max, reduce.argmax: reduce.argmin,
    reduce.argmin: reduce.argmax,
}  # fmt: skip


def with_axes(node: Expr, axes: tuple[int, ...]) -> tuple[tuple[str, Any], ...]:
    """The attributes of a reduction over other axes."""
    return tuple((name, axes if name == "axes" else value) for name, value in node.attrs)


def example_of_folds(x: Matrix) -> Any:
    """A sum of sums of rows."""
    return reduce.sum(reduce.sum(x, axes=(1,), keepdims=False), axes=(0,), keepdims=False)


@computed(*FOLDS, among=FOLDS, kinds=ALL, formula="sum(sum(x, axis=1)) -> sum(x)", example=example_of_folds)
def fold_of_fold(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What is folded axis by axis is folded at once."""
    inner = node.args[0]
    alike = {name: value for name, value in node.attrs if name != "axes"}
    if inner.op is not node.op or inner in builder.shared or inner.type.dtype != inner.args[0].type.dtype:
        return None
    if alike != {name: value for name, value in inner.attrs if name != "axes"}:
        return None
    outer, first, rank = node.attr("axes"), inner.attr("axes"), inner.args[0].type.ndim
    kept = range(rank) if node.attr("keepdims") else [axis for axis in range(rank) if axis not in first]
    axes = tuple(sorted({*first, *(kept[axis] for axis in outer)}))
    return builder.make(node.op, inner.args, with_axes(node, axes))


def example_of_turned(x: Matrix) -> Any:
    """The sum of a matrix whose axes are moved."""
    return reduce.sum(dimshuffle(x, pattern=(1, 0)), axes=(0, 1), keepdims=False)


@computed(*FOLDS, among=(dimshuffle,), kinds=ALL, formula="sum(x.T) -> sum(x)", example=example_of_turned)
def fold_of_dimshuffle(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Axes that are folded need not be moved first."""
    inner, axes = node.args[0], node.attr("axes")
    pattern, x = inner.attr("pattern"), inner.args[0]
    folded = {pattern[axis] for axis in axes} - {"x"}
    kept = [axis for place, axis in enumerate(pattern) if place not in axes]
    if node.attr("keepdims") or not folded or "x" in kept or len(folded) + len(kept) < x.type.ndim:
        return None
    return builder.make(node.op, (x,), with_axes(node, tuple(sorted(folded)))) if kept == sorted(kept) else None


@computed(*TURNED, among=(neg,), exact=True, kinds="fi", formula="max(-x) -> -min(x)",
          example=lambda x: reduce.max(-x, axes=(0,), keepdims=False))  # fmt: skip
def fold_of_opposite(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A change of sign goes after a sum, and makes the largest element of the smallest."""
    inner = node.args[0]
    whole = inner.type.dtype.kind != "f"  # the smallest integer has no opposite
    if inner in builder.shared or (whole and (node.op is not reduce.sum or inner.type.dtype != node.type.dtype)):
        return None
    result = builder.make(TURNED[node.op], inner.args, node.attrs)
    return result if node.op in PLACES else builder.make(neg, (result,))


def is_same_along(node: Expr, axes: tuple[int, ...], rank: int) -> bool:
    """Whether an operand of a product is the same along all of these axes."""
    lead = rank - node.type.ndim
    return all(axis < lead or node.type.shape[axis - lead] == 1 for axis in axes)


def example_of_factor(x: Any) -> Any:
    """Numbers that are all multiplied by one of them."""
    return reduce.sum(x * reduce.max(x, axes=(0,), keepdims=False), axes=(0,), keepdims=False)


@computed(reduce.sum, among=(mul,), assuming=("finite", "no_overflow"), kinds="fc", formula="sum(c * x) -> c * sum(x)",
          example=example_of_factor)  # fmt: skip
def factor_of_sum(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A factor that all terms have in common is multiplied once."""
    product, axes = node.args[0], node.attr("axes")
    rank = product.type.ndim
    if product in builder.shared or not axes or node.attr("acc_dtype") is not None:
        return None
    common = [arg for arg in product.args if is_same_along(arg, axes, rank)]
    rest = [arg for arg in product.args if arg not in common]
    sizes = {arg.type.ndim: arg.type.shape for arg in rest}
    if not common or not rest or sizes.get(rank) != product.type.shape:
        return None
    infinite = may_be_empty(node) and any(may_be_infinite(facts, factor) for factor in common)
    if infinite or all(arg.op is reciprocal for arg in rest):
        return None
    total = builder.make(node.op, (builder.kept(product, rest),), node.attrs)
    return builder.flat(mul, [*(folded_like(arg, node, builder) for arg in common), total])


def may_be_empty(node: Expr) -> bool:
    """Whether a reduction may fold no element at all."""
    shape = node.args[0].type.shape
    return any(not shape[axis] for axis in node.attr("axes"))


def may_be_infinite(facts: Facts, factor: Expr) -> bool:
    """Whether a factor may divide by 0: the sum of nothing is 0, and infinity times that is nan."""
    if factor.op is not reciprocal:
        return False
    return not facts.positive(factor.args[0]) and not facts.negative(factor.args[0])


def folded_like(arg: Expr, node: Expr, builder: Builder) -> Expr:
    """A factor without the axes that a reduction takes away."""
    if node.attr("keepdims"):
        return arg
    lead = node.args[0].type.ndim - arg.type.ndim
    kept = tuple(axis for axis in range(arg.type.ndim) if axis + lead not in node.attr("axes"))
    return arg if len(kept) == arg.type.ndim else builder.apply(dimshuffle, arg, pattern=kept)


def example_of_repeated(x: Matrix) -> Any:
    """The sum of a vector that was repeated."""
    row = reduce.max(x, axes=(0,), keepdims=False)
    return reduce.sum(broadcast_to(with_new_axes(row, [0], 2), shape=(6, 8)), axes=(0,), keepdims=False)


@computed(reduce.sum, among=(broadcast_to,), assuming="finite", kinds="fiu", example=example_of_repeated,
          formula="sum(broadcast_to(x, n)) -> n * x")  # fmt: skip
def sum_of_repeated(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What is repeated is multiplied by how often."""
    inner, axes = node.args[0], node.attr("axes")
    x, rank = inner.args[0], inner.type.ndim
    lead = rank - x.type.ndim
    if node.attr("keepdims") or x.type.dtype != node.type.dtype or not is_same_along(x, axes, rank):
        return None
    sizes = sizes_given(inner)
    counts = [sizes[axis] for axis in axes]
    rest = [size for axis, size in enumerate(sizes) if axis not in axes]
    kept = tuple(axis for axis in range(x.type.ndim) if axis + lead not in axes)
    value = x if len(kept) == x.type.ndim else builder.apply(dimshuffle, x, pattern=kept)
    numbers = [
        builder.apply(cast, size, dtype=node.type.dtype.name)
        if isinstance(size, Expr)
        else builder.constant(size, node)
        for size in counts
    ]
    value = builder.flat(mul, [*numbers, value])
    template = tuple(GIVEN if isinstance(size, Expr) else size for size in rest)
    given = [size for size in rest if isinstance(size, Expr)]
    return builder.apply(broadcast_to, value, *given, shape=template) if rest else value


def sizes_given(node: Expr) -> list[Any]:
    """The sizes to which a node is repeated, numbers or nodes."""
    given = iter(node.args[1:])
    return [next(given) if size == GIVEN else size for size in node.attr("shape")]


@computed(*PLACES, among=(*GROWING, softmax, log_softmax), kinds="i", formula="argmax(exp(x)) -> argmax(x)",
          example=lambda x: reduce.argmax(exp(x), axes=(0,), keepdims=False))  # fmt: skip
def place_in_growing(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Where a function that grows is largest its operand is."""
    inner = node.args[0]
    if inner.op in (softmax, log_softmax) and not set(node.attr("axes")) <= set(inner.attr("axes")):
        return None
    return builder.make(node.op, inner.args, node.attrs)


@computed(*EXTREMES, among=GROWING, formula="max(exp(x)) -> exp(max(x))",
          example=lambda x: reduce.max(exp(x), axes=(0,), keepdims=False))  # fmt: skip
def extreme_of_growing(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The largest value of a function that grows is that of the largest operand."""
    inner = node.args[0]
    if inner in builder.shared:
        return None
    return builder.make(inner.op, (builder.make(node.op, inner.args, node.attrs),), inner.attrs)


@computed(reduce.prod, among=(neg,), kinds="fc", formula="prod(-x) -> (-1)**n * prod(x)",
          example=lambda x: reduce.prod(-x, axes=(0,), keepdims=False))  # fmt: skip
def prod_of_opposite(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Signs of factors are one sign of the product (numbers are not: their powers overflow where it does not)."""
    inner, axes = node.args[0], node.attr("axes")
    sizes = [inner.type.shape[axis] for axis in axes]
    if inner in builder.shared or None in sizes:
        return None
    product = builder.make(node.op, inner.args, node.attrs)
    return builder.make(neg, (product,)) if math.prod(size or 0 for size in sizes) % 2 else product


def example_of_reshaped(x: Matrix) -> Any:
    """The sum of all elements in one row."""
    return reduce.sum(reshape(x, shape=(-1,)), axes=(0,), keepdims=False)


@computed(*FOLDS, among=(reshape, slice_op, sort), kinds=ALL, formula="sum(reshape(x)) -> sum(x)", accept=32,
          example=example_of_reshaped)  # fmt: skip
def fold_in_any_order(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What is folded completely may have any shape and order."""
    inner, axes = node.args[0], node.attr("axes")
    if inner.op is slice_op:
        index = inner.attr("index")
        backwards = all(entry == WHOLE or (entry == BACKWARDS and axis in axes) for axis, entry in enumerate(index))
        return builder.make(node.op, (inner.args[0],), node.attrs) if backwards and BACKWARDS in index else None
    if inner.op is sort:
        return builder.make(node.op, inner.args, node.attrs) if inner.attr("axis") in axes else None
    whole = len(axes) == inner.type.ndim and not node.attr("keepdims") and inner.args[0].type.ndim
    return (
        builder.make(node.op, inner.args[:1], with_axes(node, tuple(range(inner.args[0].type.ndim)))) if whole else None
    )


RULES = (
    fold_of_fold,
    fold_in_any_order,
    prod_of_opposite,
    fold_of_dimshuffle,
    fold_of_opposite,
    sum_of_repeated,
    place_in_growing,
    extreme_of_growing,
)
FACTORS = (factor_of_sum,)
