"""Logic of booleans and bits of integers."""

from __future__ import annotations

import operator

import numpy as np

from symlab.core.ops.declare import bits, by_kind, elementwise, integers, shifted

and_ = elementwise(
    "and",
    doc="a and b of booleans, bit by bit of integers.",
    reference=np.bitwise_and,
    dtypes=bits,
    partials=(None, None),
    c=by_kind(integers("({0} & {1})"), b="({0} & {1})"),
    exact=operator.and_,
    latex=r"{0} \wedge {1}",
    infix="&",
)

or_ = elementwise(
    "or",
    doc="a or b of booleans, bit by bit of integers.",
    reference=np.bitwise_or,
    dtypes=bits,
    partials=(None, None),
    c=by_kind(integers("({0} | {1})"), b="({0} | {1})"),
    exact=operator.or_,
    latex=r"{0} \vee {1}",
    infix="|",
)

xor = elementwise(
    "xor",
    doc="Either a or b but not both, bit by bit of integers.",
    reference=np.bitwise_xor,
    dtypes=bits,
    partials=(None, None),
    c=by_kind(integers("({0} ^ {1})"), b="({0} ^ {1})"),
    exact=operator.xor,
    latex=r"{0} \oplus {1}",
    infix="^",
)

invert = elementwise(
    "invert",
    doc="Not x of booleans, bit by bit of integers.",
    reference=np.invert,
    dtypes=bits,
    partials=(None,),
    c=by_kind(integers("(~({0}))"), b="(!({0}))"),
    latex=r"\neg {0}",
)

left_shift = elementwise(
    "left_shift",
    doc="a 2^b of integers, without the bits that no longer fit.",
    reference=np.left_shift,
    dtypes=shifted,
    partials=(None, None),
    c=by_kind(integers("((uint64_t)({1}) < 8 * sizeof({t}) ? (uint64_t)({0}) << ({1}) : 0)")),
    latex=r"{0} \ll {1}",
    infix="<<",
)

right_shift = elementwise(
    "right_shift",
    doc="a / 2^b of integers, rounded down.",
    reference=np.right_shift,
    dtypes=shifted,
    partials=(None, None),
    c=by_kind(integers("((uint64_t)({1}) < 8 * sizeof({t}) ? {0} >> ({1}) : -({0} < 0))")),
    latex=r"{0} \gg {1}",
    infix=">>",
)
