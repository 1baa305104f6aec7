"""Variances, covariances and angles from differences: from moments and products alone they cancel."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ops.elementwise import add, cast, mul, neg, reciprocal, sqr, sqrt
from symlab.core.ops.reduce import sum
from symlab.core.ops.shape import size_of
from symlab.core.ops.trigonometric import arccos, arctan2
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.fit import size_along
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed, rule
from symlab.core.rewrite.sorts import Attributes, Scale
from symlab.core.rules.collect import NESTED, term_of, without
from symlab.core.rules.stable_rows import plain

Attrs = tuple[tuple[str, Any], ...]


def count_of(x: Expr, axis, builder: Builder) -> Expr | int:
    """How many elements of x are summed: a number, or the product of sizes of what x is computed from."""
    known, sizes = 1, []
    for place in dict(axis)["axes"]:
        size = x.type.shape[place]
        if size is None:
            sizes.append(own_size(x, place, builder))
        else:
            known *= size
    if not sizes:
        return known
    if known != 1:
        sizes.append(builder.table.constant(known, np.int64))
    return builder.flat(mul, sizes)


def own_size(x: Expr, axis: int, builder: Builder) -> Expr:
    """The size of an axis, in the form in which the rules for sizes leave it."""
    size = builder.apply(size_of, x, axis=axis)
    while size.op is size_of and (found := size_along(size.args[0], size.attr("axis"), builder)) is not None:
        size = builder.constant(found, size) if isinstance(found, int) else found
    return size


def divides_by(factor: Expr, counts: Sequence[Expr | int], power: int) -> bool:
    """Whether a factor is the reciprocal of a count (which is told in several ways), or of a power of it."""
    known = next((count for count in counts if isinstance(count, int)), None)
    if known is not None:
        return bool(np.isclose(number_of(factor), float(known) ** -power, rtol=1e-6))
    divisors = factor.args if factor.op is mul else (factor,)
    return len(divisors) == power and all(is_count(part) and part.args[0].args[0] in counts for part in divisors)


def is_count(node: Expr) -> bool:
    """Whether a node is the reciprocal of an integer."""
    return node.op is reciprocal and node.args[0].op is cast


def number_of(node: Expr) -> float:
    """The value of a number or of the reciprocal of one; nan for anything else."""
    if node.op is reciprocal:
        return 1 / number_of(node.args[0])
    if node.op is mul:
        return reduce(float.__mul__, map(number_of, node.args))
    return float(constant_value(node)) if node.op is CONSTANT and not node.type.shape else float("nan")


def averages(x, r, axis, builder):
    """Whether r is 1 / n, n being the number of elements that are summed."""
    return plain(axis) and divides_by(r, [count_of(x, axis, builder)], 1)


def averages_twice(x, y, r, q, axis, builder):
    """Whether r is 1 / n and q is its square."""
    counts = [count_of(x, axis, builder), count_of(y, axis, builder)]
    return plain(axis) and x.type.ndim == y.type.ndim and divides_by(r, counts, 1) and divides_by(q, counts, 2)


@rule(when=averages, counts={"r": 1})
def variance_of_moments(x, r: Scale, axis: Attributes):
    """The mean of squares and the square of the mean are nearly equal where x varies little."""
    mean = sum(x, axes=axis.axes, keepdims=True) * r
    return (
        sum(sqr(x), attributes=axis) * r - sqr(sum(x, attributes=axis) * r),
        sum(sqr(x - mean), attributes=axis) * r,
    )


@rule(when=averages, counts={"r": 1})
def variance_by_squared_mean(x, r: Scale, axis: Attributes):
    """The mean of squares is nearly the square of the mean where x varies little."""
    mean = sum(x, axes=axis.axes, keepdims=True) * r
    return (
        sum(sqr(x), attributes=axis) * r * reciprocal(sqr(sum(x, attributes=axis) * r)) - 1,
        sum(sqr((x - mean) / mean), attributes=axis) * r,
    )


@rule(when=averages, counts={"r": 1})
def squares_about_mean(x, r: Scale, axis: Attributes):
    """The sum of squares and the square of the sum are nearly in proportion where x varies little."""
    mean = sum(x, axes=axis.axes, keepdims=True) * r
    return (
        sum(sqr(x), attributes=axis) - sqr(sum(x, attributes=axis)) * r,
        sum(sqr(x - mean), attributes=axis),
    )


@rule(when=averages_twice, counts={"r": 1, "q": 2})
def covariance_of_moments(x, y, r: Scale, q: Scale, axis: Attributes):
    """The mean of products and the product of means are nearly equal where x or y varies little."""
    first = x - sum(x, axes=axis.axes, keepdims=True) * r
    second = y - sum(y, axes=axis.axes, keepdims=True) * r
    return (
        sum(x * y, attributes=axis) * r - sum(x, attributes=axis) * sum(y, attributes=axis) * q,
        sum(first * second, attributes=axis) * r,
    )


def moment_of(term: Expr, builder: Builder) -> tuple[tuple[Expr, ...], float, Attrs] | None:
    """A number times the sum of the products of two rows: those rows, the number, how they are summed."""
    base, number = term_of(term, builder)
    if base.op is not sum or not plain(base.attrs):
        return None
    inner = base.args[0]
    rows = (inner.args * 2) if inner.op is sqr else inner.args if inner.op is mul and len(inner.args) == 2 else None
    return None if rows is None else (rows, float(number), base.attrs)


def product_of_sums(term: Expr, rows: Sequence[Expr], attributes: Attrs, builder: Builder) -> float | None:
    """The number by which a term multiplies the sums of two rows; None if it is no such product."""
    base, number = term_of(term, builder)
    totals = [builder.make(sum, (row,), attributes) for row in rows]
    whole = builder.make(sqr, (totals[0],)) if rows[0] is rows[1] else builder.flat(mul, totals)
    return float(number) if base is whole else None


@computed(
    add,
    among=(sum, mul),
    accept=8,
    formula="sum(x * y) - sum(x) * sum(y) / 4 -> sum((x - sum(x) / 4) * (y - sum(y) / 4)) + 0, where there are 4",
    example=lambda x, y: (
        sum(x * y, axes=(0,), keepdims=False)
        - 0.25 * sum(x, axes=(0,), keepdims=False) * sum(y, axes=(0,), keepdims=False)
    ),
)
def moments_about_mean_of_number(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Moments are nearly in proportion where what is summed varies little; a number may be that of the elements."""
    for term in node.args if len(node.args) <= NESTED else ():
        found = moment_of(term, builder)
        if found is None or len(dict(found[2])["axes"]) != 1:
            continue
        rows, number, attributes = found
        for other in without(node.args, term):
            product = product_of_sums(other, rows, attributes, builder)
            count = -number / product if product else 0.0
            if count > 1.5 and abs(count - round(count)) < 1e-6 * count:
                made = about_means(rows, round(count), attributes, builder)
                whole = builder.flat(mul, (builder.constant(number, node), made))
                return builder.flat(add, (whole, *without(without(node.args, term), other)))
    return None


def about_means(rows: Sequence[Expr], count: int, attributes: Attrs, builder: Builder) -> Expr:
    """sum(x y) - sum(x) sum(y) / count: the moment about what are means if there are as many elements."""
    known = dict(attributes)
    kept = tuple(sorted((known | {"keepdims": True}).items()))
    share = builder.constant(1 / count, rows[0])
    steps = []
    for row in rows:
        mean = builder.flat(mul, (builder.make(sum, (row,), kept), share))
        steps.append(builder.flat(add, (row, builder.make(neg, (mean,)))))
    inner = builder.make(sqr, (steps[0],)) if rows[0] is rows[1] else builder.flat(mul, steps)
    there = builder.apply(cast, own_size(rows[0], known["axes"][0], builder), dtype=rows[0].type.dtype.name)
    apart = builder.flat(add, (builder.constant(count, there), builder.make(neg, (there,))))
    totals = [builder.make(sum, (row,), attributes) for row in rows]
    rest = builder.flat(mul, (*totals, share, share, apart))
    return builder.flat(add, (builder.make(sum, (inner,), attributes), rest))


@rule(when=plain)
def angle_of_rows(x, y, axis: Attributes):
    """The cosine of a small angle is nearly 1."""
    step = y - x
    along = sum(x * step, axes=axis.axes, keepdims=True) / sum(sqr(x), axes=axis.axes, keepdims=True)
    lengths = sqrt(sum(sqr(x), attributes=axis)), sqrt(sum(sqr(y), attributes=axis))
    across = sqrt(sum(sqr(step - x * along), attributes=axis))
    return (
        arccos(sum(x * y, attributes=axis) * reciprocal(lengths[0]) * reciprocal(lengths[1])),
        arctan2(lengths[0] * across, sum(x * y, attributes=axis)),
    )


@rule(when=plain)
def squared_distance(x, y, axis: Attributes):
    """Sums of squares and of products are nearly equal where x is nearly y."""
    return (
        sum(sqr(x), attributes=axis) + sum(sqr(y), attributes=axis) - 2 * sum(x * y, attributes=axis),
        sum(sqr(x - y), attributes=axis),
    )


RULES = (
    squared_distance,
    variance_of_moments,
    variance_by_squared_mean,
    squares_about_mean,
    covariance_of_moments,
    moments_about_mean_of_number,
    angle_of_rows,
)
