"""Bessel functions. Their derivatives in the order are not defined here."""

from __future__ import annotations

from symlab.core.ir.op import Op
from symlab.core.ops.declare import elementwise, special
from symlab.core.ops.elementwise import sign

EXACT = "symlab.core.ops.exact:"

j0 = elementwise(
    "j0",
    doc="The Bessel function of the first kind of order 0.",
    reference="scipy.special:j0",
    dtypes=special,
    partials=(lambda y, x: -j1(x),),
    exact="mpmath:j0",
    latex=r"J_0\left({0}\right)",
)

j1: Op = elementwise(
    "j1",
    doc="The Bessel function of the first kind of order 1.",
    reference="scipy.special:j1",
    dtypes=special,
    partials=(lambda y, x: (j0(x) - jv(2, x)) / 2,),
    exact="mpmath:j1",
    latex=r"J_1\left({0}\right)",
)

jv: Op = elementwise(
    "jv",
    doc="The Bessel function of the first kind of real order v.",
    reference="scipy.special:jv",
    dtypes=special,
    partials=(None, lambda y, v, x: (jv(v - 1, x) - jv(v + 1, x)) / 2),
    exact="mpmath:besselj",
    latex=r"J_{{{0}}}\left({1}\right)",
    domain=(0.1, 9.0),
)

i0 = elementwise(
    "i0",
    doc="The modified Bessel function of the first kind of order 0.",
    reference="scipy.special:i0",
    dtypes=special,
    partials=(lambda y, x: i1(x),),
    exact=EXACT + "i0",
    latex=r"I_0\left({0}\right)",
)

i1: Op = elementwise(
    "i1",
    doc="The modified Bessel function of the first kind of order 1.",
    reference="scipy.special:i1",
    dtypes=special,
    partials=(lambda y, x: (i0(x) + iv(2, x)) / 2,),
    exact=EXACT + "i1",
    latex=r"I_1\left({0}\right)",
)

iv: Op = elementwise(
    "iv",
    doc="The modified Bessel function of the first kind of real order v.",
    reference="scipy.special:iv",
    dtypes=special,
    partials=(None, lambda y, v, x: (iv(v - 1, x) + iv(v + 1, x)) / 2),
    exact="mpmath:besseli",
    latex=r"I_{{{0}}}\left({1}\right)",
    domain=(0.1, 9.0),
)

ive: Op = elementwise(
    "ive",
    doc="exp(-|x|) I_v(x), without overflow.",
    reference="scipy.special:ive",
    dtypes=special,
    partials=(None, lambda y, v, x: (ive(v - 1, x) + ive(v + 1, x)) / 2 - sign(x) * y),
    exact=EXACT + "ive",
    latex=r"e^{{-|{1}|}}I_{{{0}}}\left({1}\right)",
    domain=(0.1, 9.0),
)

kv: Op = elementwise(
    "kv",
    doc="The modified Bessel function of the second kind of real order v.",
    reference="scipy.special:kv",
    dtypes=special,
    partials=(None, lambda y, v, x: (kv(v - 1, x) + kv(v + 1, x)) / -2),
    exact="mpmath:besselk",
    latex=r"K_{{{0}}}\left({1}\right)",
    domain=(0.1, 9.0),
)

kve: Op = elementwise(
    "kve",
    doc="exp(x) K_v(x), without underflow.",
    reference="scipy.special:kve",
    dtypes=special,
    partials=(None, lambda y, v, x: y - (kve(v - 1, x) + kve(v + 1, x)) / 2),
    exact=EXACT + "kve",
    latex=r"e^{{{1}}}K_{{{0}}}\left({1}\right)",
    domain=(0.1, 9.0),
)
