"""What is computed in a narrow dtype and then widened is computed in the wide one: formulas are seen whole."""

from __future__ import annotations

from symlab.core.ir.expr import Expr
from symlab.core.ops.elementwise import add, cast, exp, mul, neg, reciprocal, sqr
from symlab.core.ops.rounding import floor
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed

ARITHMETIC = (add, mul, neg, reciprocal, sqr)
DEPTH = 8  # an exponent is a short formula


@computed(
    cast,
    among=(exp,),
    assuming="real_algebra",
    formula="cast(exp(x), dtype) -> exp(cast(x, dtype))",
    example=lambda x: cast(exp(cast(floor(x), dtype="float32")), dtype="float64"),
)
def widened_exp(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """exp overflows, vanishes and rounds in the narrow dtype, before what the wide one holds is made of it."""
    inner = node.args[0]
    if not is_widening(node):
        return None
    return builder.apply(exp, widened(inner.args[0], node, builder, DEPTH))


def is_widening(node: Expr) -> bool:
    """Whether a cast goes to a larger dtype of real numbers."""
    old, new = node.args[0].type.dtype, node.type.dtype
    return bool(old.kind == new.kind == "f" and old.itemsize < new.itemsize)


def widened(x: Expr, like: Expr, builder: Builder, depth: int) -> Expr:
    """A short formula computed in the dtype of another node, down to its variables."""
    dtype = like.type.dtype.name
    if x.op in ARITHMETIC and depth:
        return builder.make(x.op, tuple([widened(arg, like, builder, depth - 1) for arg in x.args]))
    if x.op is cast and is_widening(x) and x.args[0].type.dtype.kind == "f":
        return builder.apply(cast, x.args[0], dtype=dtype)
    return builder.apply(cast, x, dtype=dtype)


RULES = (widened_exp,)
