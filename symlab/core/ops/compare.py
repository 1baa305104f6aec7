"""Comparisons, predicates and the choice between two values."""

from __future__ import annotations

import operator

import numpy as np

from symlab.core.ir.op import Op
from symlab.core.ops.declare import by_kind, choice, comparison, elementwise, ordering, predicate

EXACT = "symlab.core.ops.exact:"

lt = elementwise(
    "lt",
    doc="Whether a < b.",
    reference=np.less,
    dtypes=ordering,
    partials=(None, None),
    c="({0} < {1})",
    exact=operator.lt,
    infix="<",
)

le = elementwise(
    "le",
    doc="Whether a <= b.",
    reference=np.less_equal,
    dtypes=ordering,
    partials=(None, None),
    c="({0} <= {1})",
    exact=operator.le,
    latex=r"{0} \le {1}",
    infix="<=",
)

gt = elementwise(
    "gt",
    doc="Whether a > b.",
    reference=np.greater,
    dtypes=ordering,
    partials=(None, None),
    c="({0} > {1})",
    exact=operator.gt,
    infix=">",
)

ge = elementwise(
    "ge",
    doc="Whether a >= b.",
    reference=np.greater_equal,
    dtypes=ordering,
    partials=(None, None),
    c="({0} >= {1})",
    exact=operator.ge,
    latex=r"{0} \ge {1}",
    infix=">=",
)

eq = elementwise(
    "eq",
    doc="Whether a equals b (`==` between expressions compares their identity).",
    reference=np.equal,
    dtypes=comparison,
    partials=(None, None),
    c="({0} == {1})",
    exact=operator.eq,
    latex="{0} = {1}",
    infix="==",
)

neq = elementwise(
    "neq",
    doc="Whether a differs from b.",
    reference=np.not_equal,
    dtypes=comparison,
    partials=(None, None),
    c="({0} != {1})",
    exact=operator.ne,
    latex=r"{0} \ne {1}",
    infix="!=",
)

isnan = elementwise(
    "isnan",
    doc="Whether x is not a number.",
    reference=np.isnan,
    dtypes=predicate,
    partials=(None,),
    c=by_kind(f="isnan({0})", i="0", u="0", b="0"),
    exact="mpmath:isnan",
)

isinf = elementwise(
    "isinf",
    doc="Whether x is infinite, of either sign.",
    reference=np.isinf,
    dtypes=predicate,
    partials=(None,),
    c=by_kind(f="isinf({0})", i="0", u="0", b="0"),
    exact="mpmath:isinf",
)

isfinite = elementwise(
    "isfinite",
    doc="Whether x is neither infinite nor nan.",
    reference=np.isfinite,
    dtypes=predicate,
    partials=(None,),
    c=by_kind(f="isfinite({0})", i="1", u="1", b="1"),
    exact="mpmath:isfinite",
)

switch: Op = elementwise(
    "switch",
    doc="a where the condition holds, b elsewhere; the operand that is not chosen has a derivative of exactly 0.",
    reference=np.where,
    dtypes=choice,
    partials=(
        None,
        lambda y, condition, a, b: switch(condition, 1, 0),
        lambda y, condition, a, b: switch(condition, 0, 1),
    ),
    c="({0} ? {1} : {2})",
    exact=lambda condition, a, b: a if condition else b,
    latex=r"\begin{{cases}}{1}&{0}\\{2}&\text{{otherwise}}\end{{cases}}",
)
