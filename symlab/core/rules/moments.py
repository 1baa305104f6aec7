"""Variances, covariances and angles from differences: from moments and products alone they cancel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, Op
from symlab.core.ops.elementwise import add, cast, mul, neg, reciprocal, sqr, sqrt
from symlab.core.ops.reduce import sum
from symlab.core.ops.shape import size_of
from symlab.core.ops.trigonometric import arccos, arctan2
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.fit import size_along
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed, rule
from symlab.core.rewrite.sorts import Attributes, Scale
from symlab.core.rules.collect import NESTED, scaled_base, without
from symlab.core.rules.constants import is_number
from symlab.core.rules.fractions import Split, by, cancel, divided, have_factor, parts_of, without_factor
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


def total_in_example(x: Any) -> Any:
    """The sum of a row."""
    return sum(x, axes=(0,), keepdims=False)


def mean_in_example(x: Any) -> Any:
    """A mean as a sum divided by the size of its own row."""
    return total_in_example(x) / cast(size_of(x, axis=0), dtype=x.type.dtype.name)


def moment_of(term: Expr, builder: Builder) -> tuple[tuple[Expr, ...], float, Attrs] | None:
    """A number times the sum of the products of two rows: those rows, the number, how they are summed."""
    base, number = scaled_base(term, builder)
    if base.op is not sum or not plain(base.attrs):
        return None
    inner = base.args[0]
    rows = (inner.args * 2) if inner.op is sqr else inner.args if inner.op is mul and len(inner.args) == 2 else None
    if rows is None or any(row.type.shape != inner.type.shape for row in rows):
        return None
    return rows, float(number), base.attrs


def product_of_sums(term: Expr, rows: Sequence[Expr], attributes: Attrs, builder: Builder) -> float | None:
    """The number by which a term multiplies the sums of two rows; None if it is no such product."""
    base, number = scaled_base(term, builder)
    totals = [builder.make(sum, (row,), attributes) for row in rows]
    whole = builder.make(sqr, (totals[0],)) if rows[0] is rows[1] else builder.flat(mul, totals)
    return float(number) if base is whole else None


@computed(
    add,
    among=(sum, mul),
    accept=8,
    formula="sum(x * y) - sum(x) * sum(y) / 4 -> sum((x - sum(x) / 4) * (y - sum(y) / 4)) + 0, where there are 4",
    example=lambda x, y: total_in_example(x * y) - 0.25 * total_in_example(x) * total_in_example(y),
)
def moments_about_mean_of_number(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Moments are nearly in proportion where what is summed varies little; a number may be that of the elements."""
    if len(node.args) > NESTED or not have_factor(node.args, sum):
        return None
    for term in node.args:
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
    share = builder.constant(1 / count, rows[0])
    there = builder.apply(cast, own_size(rows[0], dict(attributes)["axes"][0], builder), dtype=rows[0].type.dtype.name)
    apart = builder.flat(add, (builder.constant(count, there), builder.make(neg, (there,))))
    totals = [builder.make(sum, (row,), attributes) for row in rows]
    rest = builder.flat(mul, (*totals, share, share, apart))
    return builder.flat(add, (about_own_means(rows, share, attributes, builder), rest))


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


@computed(
    add,
    among=(sum, mul),
    accept=8,
    formula="c * sum(x^2) + c * sum(y^2) - 2 * c * sum(x * y) -> c * sum((x - y)^2)",
    example=lambda x, y: total_in_example(sqr(x)) + total_in_example(sqr(y)) - 2 * total_in_example(x * y),
)
def squared_distance(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Sums of squares and of products are nearly equal where x is nearly y."""
    found = [(term, *part) for term in node.args if (part := summed_rows(term))] if len(node.args) <= NESTED else []
    squares = {total.args[0].args[0]: (term, total, scale) for term, total, scale in found if is_sum_of(sqr, total)}
    for term, total, scale in found:
        rows = total.args[0].args if is_sum_of(mul, total) else ()
        if len(rows) != 2 or rows[0].type.shape != rows[1].type.shape or not all(row in squares for row in rows):
            continue
        first, second = (squares[row] for row in rows)
        scale, *others = (of_one_size(part, rows, builder) for part in (scale, first[2], second[2]))
        twice = scale._replace(sign=-scale.sign, factors=[*scale.factors, builder.constant(0.5, node)])
        same = total.attrs == first[1].attrs == second[1].attrs
        if same and all(cancel(other._replace(sign=-other.sign), twice) for other in others):
            step = builder.flat(add, (rows[0], builder.make(neg, (rows[1],))))
            apart = builder.make(sum, (builder.make(sqr, (step,)),), total.attrs)
            whole = builder.flat(mul, (*first[2].factors, *divided(first[2].below, builder), apart))
            signed = whole if first[2].sign > 0 else builder.make(neg, (whole,))
            return builder.flat(add, (signed, *without(without(without(node.args, term), first[0]), second[0])))
    return None


def summed_rows(term: Expr) -> tuple[Expr, Split] | None:
    """The sum of rows that is a factor of a term, and the rest of it."""
    part = parts_of(term)
    total = next((factor for factor in part.factors if factor.op is sum and plain(factor.attrs)), None)
    return None if total is None else (total, without_factor(part, total))


@computed(
    add,
    among=(mul, neg),
    accept=8,
    formula="sum(x * y) / n - sum(x) / n * (sum(y) / m) -> sum((x - mean(x)) * (y - mean(y))) / n, where m is n",
    example=lambda x, y: mean_in_example(x * y) - mean_in_example(x) * mean_in_example(y),
)
def covariance_of_moments(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The mean of products and the product of means are nearly equal where x or y varies little."""
    if len(node.args) > NESTED or not have_factor(node.args, sum):
        return None
    for term in node.args:
        found = summed_rows(term)
        if found is None or not is_sum_of(mul, found[0]) or len(dict(found[0].attrs)["axes"]) != 1:
            continue
        (total, scale), rows = found, found[0].args[0].args
        if len(rows) != 2 or rows[0].type.shape != rows[1].type.shape:
            continue
        sums = [builder.make(sum, (row,), total.attrs) for row in rows]
        share = share_of_one(rows[0], total.attr("axes")[0], builder)
        for other in without(node.args, term):
            part = parts_of(other)
            if not all(one in part.factors for one in sums):
                continue
            rest = of_one_size(without_factor(without_factor(part, sums[0]), sums[1]), rows, builder)
            mine = by(of_one_size(scale, rows, builder), parts_of(share))
            if cancel(mine, rest, 8 * float(np.finfo(node.type.dtype).eps)):
                made = about_own_means(rows, share, total.attrs, builder)
                whole = builder.flat(mul, (*scale.factors, *divided(scale.below, builder), made))
                signed = whole if scale.sign > 0 else builder.make(neg, (whole,))
                return builder.flat(add, (signed, *without(without(node.args, term), other)))
    return None


def share_of_one(row: Expr, axis: int, builder: Builder) -> Expr:
    """1 / n where a row has n elements."""
    size = own_size(row, axis, builder)
    if is_number(size):
        return builder.constant(1 / constant_value(size).item(), row)
    return builder.make(reciprocal, (builder.apply(cast, size, dtype=row.type.dtype.name),))


def about_own_means(rows: Sequence[Expr], share: Expr, attributes: Attrs, builder: Builder) -> Expr:
    """The sum of products of rows less their means, which are their sums times a share."""
    kept, steps = tuple(sorted((dict(attributes) | {"keepdims": True}).items())), []
    for row in rows:
        mean = builder.flat(mul, (builder.make(sum, (row,), kept), share))
        steps.append(builder.flat(add, (row, builder.make(neg, (mean,)))))
    inner = builder.make(sqr, (steps[0],)) if rows[0] is rows[1] else builder.flat(mul, steps)
    return builder.make(sum, (inner,), attributes)


def of_one_size(scale: Split, rows: Sequence[Expr], builder: Builder) -> Split:
    """A factor in which the sizes of several rows that are multiplied are that of the first."""
    below: Counter[Expr] = Counter()
    for divisor, count in scale.below.items():
        size = divisor.args[0] if divisor.op is cast else divisor
        if size.op is size_of and size.args[0] in rows:
            divisor = builder.remade(divisor, (builder.make(size_of, (rows[0],), size.attrs),))
        below[divisor] += count
    return scale._replace(below=below)


def is_sum_of(op: Op, total: Expr) -> bool:
    """Whether a node is a sum of what has this op."""
    return total.args[0].op is op


RULES = (
    squared_distance,
    variance_of_moments,
    variance_by_squared_mean,
    squares_about_mean,
    covariance_of_moments,
    moments_about_mean_of_number,
    angle_of_rows,
)
