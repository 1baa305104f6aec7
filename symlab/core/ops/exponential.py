"""Exponentials and logarithms to other bases, logarithms of sums, roots."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from symlab.core.ops import references
from symlab.core.ops.compare import eq, isinf, switch
from symlab.core.ops.declare import by_kind, elementwise, floating, real_floating
from symlab.core.ops.elementwise import exp, expm1, log, log1p, sigmoid

EXACT = "symlab.core.ops.exact:"

exp2 = elementwise(
    "exp2",
    doc="2 to the power x.",
    reference=np.exp2,
    dtypes=floating,
    partials=(lambda y, x: y * math.log(2),),
    c=by_kind(f="sl_exp2{f}({0})"),
    exact=lambda x: 2**x,
    latex=r"\operatorname{{exp2}}\left({0}\right)",  # not as the power that it replaces
)

log2 = elementwise(
    "log2",
    doc="The logarithm to base 2.",
    reference=np.log2,
    dtypes=floating,
    partials=(lambda y, x: 1 / math.log(2) / x,),
    c=by_kind(f="sl_log2{f}({0})"),
    exact=EXACT + "log2",
    latex=r"\log_2\left({0}\right)",
    domain=(0.05, 9.0),
)

log10 = elementwise(
    "log10",
    doc="The logarithm to base 10.",
    reference=np.log10,
    dtypes=floating,
    partials=(lambda y, x: 1 / math.log(10) / x,),
    c=by_kind(f="sl_log10{f}({0})"),
    exact="mpmath:log10",
    latex=r"\log_{{10}}\left({0}\right)",
    domain=(0.05, 9.0),
)

cbrt = elementwise(
    "cbrt",
    doc="The cube root, negative for negative numbers.",
    reference=np.cbrt,
    dtypes=real_floating,
    partials=(lambda y, x: 1 / (3 * y * y),),
    c=by_kind(f="sl_cbrt{f}({0})"),
    exact=EXACT + "cbrt",
    latex=r"\sqrt[3]{{{0}}}",
)

log1mexp = elementwise(
    "log1mexp",
    doc="log(1 - exp(x)) of a negative x, without loss at either end.",
    reference=references.log1mexp,
    dtypes=real_floating,
    partials=(lambda y, x: -exp(x) / abs(expm1(x)),),  # -inf at 0, which is reached from below
    c=by_kind(f="sl_log1mexp{f}({0})"),
    exact=EXACT + "log1mexp",
    latex=r"\log\left(1-e^{{{0}}}\right)",
    domain=(-9.0, -0.05),
)


def share(a: Any, b: Any) -> Any:
    """exp(a) / (exp(a) + exp(b)), a half where both are the same infinity."""
    return sigmoid(switch(eq(a, b) & isinf(a), 0, a - b))


logaddexp = elementwise(
    "logaddexp",
    doc="log(exp(a) + exp(b)), without overflow or loss.",
    reference=np.logaddexp,
    dtypes=real_floating,
    partials=(lambda y, a, b: share(a, b), lambda y, a, b: share(b, a)),
    c=by_kind(f="sl_logaddexp{f}({0}, {1})"),
    exact=EXACT + "logaddexp",
    latex=r"\log\left(e^{{{0}}}+e^{{{1}}}\right)",
)

xlogx = elementwise(
    "xlogx",
    doc="x log(x), 0 at 0.",
    reference=references.xlogx,
    dtypes=real_floating,
    partials=(lambda y, x: 1 + log(x),),
    c=by_kind(f="sl_xlogx{f}({0})"),
    exact=EXACT + "xlogx",
    latex=r"{0}\log\left({0}\right)",
    domain=(0.05, 9.0),
)

xlogy0 = elementwise(
    "xlogy0",
    doc="x log(y), 0 where x is 0 and y is not nan.",
    reference=references.xlogy0,
    dtypes=real_floating,
    partials=(lambda y, a, b: log(b), lambda y, a, b: switch(eq(a, 0) & eq(b, 0), 0, a / b)),
    c=by_kind(f="sl_xlogy0{f}({0}, {1})"),
    exact=EXACT + "xlogy0",
    latex=r"{0}\log\left({1}\right)",
    domain=(0.05, 9.0),
)

xlog1py = elementwise(
    "xlog1py",
    doc="x log(1 + y) without loss for a small y, 0 where x is 0 and y is not nan.",
    reference=references.xlog1py,
    dtypes=real_floating,
    partials=(lambda y, a, b: log1p(b), lambda y, a, b: switch(eq(a, 0) & eq(b, -1), 0, a / (1 + b))),
    c=by_kind(f="((({0} == 0) & ({1} == {1})) ? 0 : {0} * sl_log1p{f}({1}))"),
    exact=EXACT + "xlog1py",
    latex=r"{0}\log\left(1+{1}\right)",
    domain=(-0.9, 5.0),
)
