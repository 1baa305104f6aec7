"""Rounding, division with a remainder, and the parts of a floating-point number."""

from __future__ import annotations

import numpy as np

from symlab.core.ir.op import Op
from symlab.core.ops import references
from symlab.core.ops.compare import switch
from symlab.core.ops.declare import by_kind, elementwise, predicate, real_arithmetic, real_floating, rounded

EXACT = "symlab.core.ops.exact:"
WHOLE = {"i": "({0})", "u": "({0})", "b": "({0})"}

floor = elementwise(
    "floor",
    doc="The largest whole number that is not larger than x; integers as they are.",
    reference=np.floor,
    dtypes=rounded,
    partials=(lambda y, x: 0,),
    c=by_kind(WHOLE, f="sl_floor{f}({0})"),
    exact="mpmath:floor",
    latex=r"\left\lfloor {0} \right\rfloor",
)

ceil = elementwise(
    "ceil",
    doc="The smallest whole number that is not smaller than x; integers as they are.",
    reference=np.ceil,
    dtypes=rounded,
    partials=(lambda y, x: 0,),
    c=by_kind(WHOLE, f="sl_ceil{f}({0})"),
    exact="mpmath:ceil",
    latex=r"\left\lceil {0} \right\rceil",
)

trunc = elementwise(
    "trunc",
    doc="x without its fraction, toward 0; integers as they are.",
    reference=np.trunc,
    dtypes=rounded,
    partials=(lambda y, x: 0,),
    c=by_kind(WHOLE, f="sl_trunc{f}({0})"),
    exact=EXACT + "trunc",
)

round_half_to_even = elementwise(
    "round_half_to_even",
    doc="The nearest whole number, halves to the even one; integers as they are.",
    reference=references.round_half_to_even,
    dtypes=rounded,
    partials=(lambda y, x: 0,),
    c=by_kind(WHOLE, f="sl_rint{f}({0})"),
    exact="mpmath:nint",
)

round_half_away_from_zero = elementwise(
    "round_half_away_from_zero",
    doc="The nearest whole number, halves away from 0; integers as they are.",
    reference=references.round_half_away_from_zero,
    dtypes=rounded,
    partials=(lambda y, x: 0,),
    c=by_kind(WHOLE, f="round{f}({0})"),
    exact=EXACT + "round_half_away_from_zero",
)

floor_div = elementwise(
    "floor_div",
    doc="The quotient rounded down; integers by 0 give 0.",
    reference=np.floor_divide,
    dtypes=real_arithmetic,
    partials=(lambda y, a, b: 0, lambda y, a, b: 0),
    c=by_kind(
        f="sl_floor_divide{f}({0}, {1})", i="(({t})sl_int_floor_div({0}, {1}))", u="(({t})sl_uint_floor_div({0}, {1}))"
    ),
    exact=EXACT + "floor_div",
    latex=r"\left\lfloor \frac{{{0}}}{{{1}}} \right\rfloor",
    infix="//",
)

mod = elementwise(
    "mod",
    doc="The remainder of `floor_div`, with the sign of b; integers by 0 give 0.",
    reference=np.mod,
    dtypes=real_arithmetic,
    partials=(lambda y, a, b: 1, lambda y, a, b: -floor_div(a, b)),
    c=by_kind(f="sl_mod{f}({0}, {1})", i="(({t})sl_int_mod({0}, {1}))", u="(({t})sl_uint_mod({0}, {1}))"),
    exact=EXACT + "mod",
    latex=r"{0} \bmod {1}",
    infix="%",
)

fmod = elementwise(
    "fmod",
    doc="The remainder of the quotient rounded toward 0, with the sign of a; integers by 0 give 0.",
    reference=np.fmod,
    dtypes=real_arithmetic,
    partials=(lambda y, a, b: 1, lambda y, a, b: -trunc(a / b)),
    c=by_kind(f="fmod{f}({0}, {1})", i="(({t})sl_int_fmod({0}, {1}))", u="(({t})sl_uint_mod({0}, {1}))"),
    exact=EXACT + "fmod",
)

copysign = elementwise(
    "copysign",
    doc="The magnitude of a with the sign of b.",
    reference=np.copysign,
    dtypes=real_floating,
    partials=(lambda y, a, b: switch(signbit(a) ^ signbit(b), -1, 1), lambda y, a, b: 0),
    c=by_kind(f="copysign{f}({0}, {1})"),
    exact=EXACT + "copysign",
)

nextafter = elementwise(
    "nextafter",
    doc="The floating-point number next to a in the direction of b.",
    reference=np.nextafter,
    dtypes=real_floating,
    partials=(lambda y, a, b: 1, lambda y, a, b: 0),
)

signbit: Op = elementwise(
    "signbit",
    doc="Whether the sign is set: x < 0, or x is -0.0.",
    reference=references.signbit,
    dtypes=predicate,
    partials=(None,),
    c=by_kind(f="(signbit({0}) != 0)", i="({0} < 0)", u="0", b="0"),
    exact=EXACT + "signbit",
)
