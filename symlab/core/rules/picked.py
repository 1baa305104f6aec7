"""One element of softmax and of its logarithm, however it is written: exp(x[1]) / sum(exp(x)), x[0] - logsumexp(x)."""

from __future__ import annotations

from collections.abc import Iterator

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import Kind
from symlab.core.ops.elementwise import add, exp, expm1, mul, neg, reciprocal
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.nn import log_softmax, logsumexp, softmax
from symlab.core.ops.reduce import sum as sum_op
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed, rule
from symlab.core.rewrite.sorts import Attributes, Row
from symlab.core.rules.collect import NESTED, without
from symlab.core.rules.indexing import entries, part_of_operand
from symlab.core.rules.stable_rows import picks_in_rows

DEPTH = 6  # of formulas in which elements are looked for


def slices_in(node: Expr, depth: int = DEPTH) -> Iterator[Expr]:
    """The slices of which a formula is made."""
    if node.op is slice_op and len(node.args) == 1:
        yield node
    elif node.op.kind is Kind.ELEMENTWISE and depth and len(node.args) <= NESTED:
        for arg in node.args:
            yield from slices_in(arg, depth - 1)


def pushed(node: Expr, builder: Builder, depth: int = DEPTH) -> Expr:
    """A formula in which slices stand as far inside as they can."""
    if node.op is slice_op and node.args[0].op.kind is Kind.ELEMENTWISE and depth:
        inner, wanted = node.args[0], entries(node, node.args[1:])
        parts = [part_of_operand(arg, wanted, inner.type.shape, builder) for arg in inner.args]
        return builder.remade(inner, tuple([pushed(part, builder, depth - 1) for part in parts]))
    return node


def index_of(part: Expr, rows: Expr, fold: Expr, builder: Builder) -> tuple[tuple[str, object], ...] | None:
    """The index with which a node is the part of rows that a fold is over; None if it is none."""
    if dict(fold.attrs).get("keepdims", True):
        return None
    for found in slices_in(part):
        if found.args[0].type.ndim == rows.type.ndim and picks_in_rows(fold.attrs, found.attrs):
            whole = builder.make(slice_op, (rows,), found.attrs)
            if whole is part or pushed(whole, builder) is pushed(part, builder):
                return found.attrs
    return None


@computed(
    add,
    among=(neg,),
    accept=8,
    formula="x[0] / y - logsumexp(x / y) -> log_softmax(x / y)[0]",
    example=lambda x: slice_op(x, index=(0,)) * 2 - logsumexp(x * 2, axes=(0,), keepdims=False),
)
def picked_less_logsumexp(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The logarithm of the sum is nearly the largest element."""
    for total in node.args if len(node.args) <= NESTED else ():
        if total.op is not neg or total.args[0].op is not logsumexp:
            continue
        (rows,) = (fold := total.args[0]).args
        for part in without(node.args, total):
            index = index_of(part, rows, fold, builder)
            if index is not None:
                logarithms = builder.make(log_softmax, (rows,), (("axes", fold.attr("axes")),))
                picked = builder.make(slice_op, (logarithms,), index)
                rest = tuple(without(without(node.args, total), part))
                return builder.acted(node, picked, rest) if rest else picked
    return None


@computed(
    mul,
    among=(exp,),
    accept=8,
    formula="exp(x[1]) / sum(exp(x)) -> softmax(x)[1]",
    example=lambda x: exp(slice_op(x, index=(1,))) / sum_op(exp(x), axes=(0,), keepdims=False),
)
def picked_of_softmax(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """exp overflows in numerator and denominator where softmax is nearly 1."""
    for below in node.args if len(node.args) <= NESTED else ():
        fold = below.args[0] if below.op is reciprocal else below
        if fold is below or fold.op is not sum_op or fold.args[0].op is not exp:
            continue
        rows = fold.args[0].args[0]
        for above in node.args:
            index = index_of(above.args[0], rows, fold, builder) if above.op is exp else None
            if index is not None:
                shares = builder.make(softmax, (rows,), (("axes", fold.attr("axes")),))
                picked = builder.make(slice_op, (shares,), index)
                rest = tuple(without(without(node.args, below), above))
                return builder.acted(node, picked, rest) if rest else picked
    return None


@rule
def one_less_softmax(x: Row, rows: Attributes):
    """softmax is nearly 1 where its logarithm is nearly 0."""
    return 1 - softmax(x, attributes=rows), -expm1(log_softmax(x, attributes=rows))


@rule(serves="one_less_softmax")
def one_less_picked_softmax(x: Row, rows: Attributes, index: Attributes):
    """softmax is nearly 1 where its logarithm is nearly 0."""
    return (
        1 - slice_op(softmax(x, attributes=rows), attributes=index),
        -expm1(slice_op(log_softmax(x, attributes=rows), attributes=index)),
    )


RULES = (picked_less_logsumexp, picked_of_softmax, one_less_softmax, one_less_picked_softmax)
