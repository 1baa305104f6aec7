"""Arrays one after the other: joined once, or not at all."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import Op
from symlab.core.ops import reduce
from symlab.core.ops.bits import and_, or_
from symlab.core.ops.elementwise import add, mul
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.join import join, make_vector
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed
from symlab.core.rewrite.sorts import Matrix
from symlab.core.rules.shapes import ALL

# Folds that have a value for no element, and how two of them go together.
COMBINED: Mapping[Op, Op] = MappingProxyType({reduce.sum: add, reduce.prod: mul, reduce.any: or_, reduce.all: and_})


@computed(join, exact=True, kinds=ALL, formula="join(join(x, y), z) -> join(x, y, z)",
          example=lambda x, y: join(join(x, y, axis=0), x, axis=0))  # fmt: skip
def join_of_join(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What is joined step by step is joined at once; one array alone is that array."""
    if len(node.args) == 1:
        return node.args[0]
    parts: list[Expr] = []
    for arg in node.args:
        opened = arg.op is join and arg.attrs == node.attrs and arg not in builder.shared
        parts.extend(arg.args if opened else (arg,))
    return builder.make(join, tuple(parts), node.attrs) if len(parts) > len(node.args) else None


def example_of_fold(x: Matrix) -> Any:
    """The sum of all that was joined."""
    return reduce.sum(join(x, 2.0 * x, axis=0), axes=(0,), keepdims=False)


@computed(*COMBINED, of=(join,), kinds=ALL, formula="sum(join(x, y)) -> sum(x) + sum(y)", accept=16,
          example=example_of_fold)  # fmt: skip
def fold_of_join(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What is folded over the axis along which it was joined need not be joined."""
    inner, axes = node.args[0], node.attr("axes")
    combine, rank = COMBINED[node.op], inner.type.ndim
    if inner in builder.shared or inner.attr("axis") not in axes or node.attr("acc_dtype") is not None:
        return None
    others = [axis for axis in range(rank) if axis != inner.attr("axis")]
    if len({tuple(part.type.shape[axis] == 1 for axis in others) for part in inner.args}) > 1:
        return None
    parts = [builder.make(node.op, (part,), node.attrs) for part in inner.args]
    if combine.flat:
        return builder.flat(combine, parts)
    return functools.reduce(lambda first, second: builder.apply(combine, first, second), parts)


def example_of_vector(x: Any) -> Any:
    """The sum of numbers in a vector."""
    first = reduce.max(x, axes=(0,), keepdims=False)
    return reduce.sum(make_vector(first, 2.0 * first), axes=(0,), keepdims=False) * x


@computed(reduce.sum, reduce.prod, of=(make_vector,), kinds="fciu", formula="sum([x, y]) -> x + y",
          example=example_of_vector)  # fmt: skip
def fold_of_vector(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Numbers are added as they are, not as a vector."""
    inner = node.args[0]
    if inner in builder.shared or node.attr("keepdims") or node.type.dtype != inner.type.dtype or not node.attr("axes"):
        return None
    return builder.flat(COMBINED[node.op], inner.args)


@computed(join, exact=True, kinds=ALL, formula="join(x, []) -> x",
          example=lambda x: join(x, slice_op(x, index=((0, 0, 1),)), axis=0))  # fmt: skip
def join_with_nothing(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What has no element is not joined."""
    axis = node.attr("axis")
    parts = tuple(arg for arg in node.args if arg.type.shape[axis] != 0)
    others = {tuple(size for place, size in enumerate(arg.type.shape) if place != axis) for arg in node.args}
    if not parts or len(parts) == len(node.args) or any(None in sizes for sizes in others):
        return None  # the sizes along other axes are compared when it is computed
    return builder.make(join, parts, node.attrs)


def example_of_vectors(x: Any) -> Any:
    """Vectors of numbers, joined."""
    first = reduce.max(x, axes=(0,), keepdims=False)
    return join(make_vector(first, 2.0 * first), make_vector(3.0 * first), axis=0)


@computed(
    join, of=(make_vector,), exact=True, kinds=ALL, formula="join([x], [y]) -> [x, y]", example=example_of_vectors
)
def join_of_vectors(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Vectors of numbers are made at once."""
    if any(arg.op is not make_vector or arg in builder.shared for arg in node.args):
        return None
    return builder.make(make_vector, tuple(item for arg in node.args for item in arg.args), node.args[0].attrs)


RULES = (join_with_nothing, join_of_vectors, join_of_join, fold_of_join, fold_of_vector)
