"""Bessel functions, and their derivatives by the order: of J_v and I_v the first one, of K_v all."""

from __future__ import annotations

from symlab.core.ir.op import Op
from symlab.core.ops import bessel_references
from symlab.core.ops.declare import elementwise, special, special_single
from symlab.core.ops.elementwise import exp, sign

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
    dtypes=special_single,
    partials=(lambda y, v, x: jv_slope(v, x), lambda y, v, x: (jv(v - 1, x) - jv(v + 1, x)) / 2),
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
    dtypes=special_single,
    partials=(lambda y, v, x: exp(x) * ive_slope(v, x), lambda y, v, x: (iv(v - 1, x) + iv(v + 1, x)) / 2),
    exact="mpmath:besseli",
    latex=r"I_{{{0}}}\left({1}\right)",
    domain=(0.1, 9.0),
)

ive: Op = elementwise(
    "ive",
    doc="exp(-|x|) I_v(x), without overflow.",
    reference=bessel_references.ive,
    dtypes=special_single,
    partials=(
        lambda y, v, x: ive_slope(v, x),
        lambda y, v, x: (ive(v - 1, x) + ive(v + 1, x)) / 2 - sign(x) * y,
    ),
    exact=EXACT + "ive",
    latex=r"e^{{-|{1}|}}I_{{{0}}}\left({1}\right)",
    domain=(0.1, 9.0),
)

kv: Op = elementwise(
    "kv",
    doc="The modified Bessel function of the second kind of real order v.",
    reference="scipy.special:kv",
    dtypes=special_single,
    partials=(lambda y, v, x: exp(-x) * kve_slope(1, v, x), lambda y, v, x: (kv(v - 1, x) + kv(v + 1, x)) / -2),
    exact="mpmath:besselk",
    latex=r"K_{{{0}}}\left({1}\right)",
    domain=(0.1, 9.0),
)

kve: Op = elementwise(
    "kve",
    doc="exp(x) K_v(x), without underflow.",
    reference="scipy.special:kve",
    dtypes=special_single,
    partials=(lambda y, v, x: kve_slope(1, v, x), lambda y, v, x: y - (kve(v - 1, x) + kve(v + 1, x)) / 2),
    exact=EXACT + "kve",
    latex=r"e^{{{1}}}K_{{{0}}}\left({1}\right)",
    domain=(0.1, 9.0),
)

jv_slope: Op = elementwise(
    "jv_slope",
    doc="The derivative of J_v(x), the Bessel function of the first kind, by its order; for positive x.",
    reference=bessel_references.jv_slope,
    dtypes=special,
    partials=(None, lambda y, v, x: (jv_slope(v - 1, x) - jv_slope(v + 1, x)) / 2),
    ulp=128.0,
    exact=EXACT + "jv_slope",
    latex=r"\frac{{\partial}}{{\partial {0}}}J_{{{0}}}\left({1}\right)",
    domain=(0.1, 9.0),
)

ive_slope: Op = elementwise(
    "ive_slope",
    doc="exp(-x) times the derivative of I_v(x), the modified Bessel function, by its order; for positive x.",
    reference=bessel_references.ive_slope,
    dtypes=special,
    partials=(None, lambda y, v, x: (ive_slope(v - 1, x) + ive_slope(v + 1, x)) / 2 - y),
    ulp=128.0,
    exact=EXACT + "ive_slope",
    latex=r"e^{{-{1}}}\frac{{\partial}}{{\partial {0}}}I_{{{0}}}\left({1}\right)",
    domain=(0.1, 9.0),
)

kve_slope: Op = elementwise(
    "kve_slope",
    doc="exp(x) times the n-th derivative of K_v(x), the modified Bessel function of the second kind, by its order.",
    reference=bessel_references.kve_slope,
    dtypes=special,
    partials=(
        None,
        lambda y, n, v, x: kve_slope(n + 1, v, x),
        lambda y, n, v, x: y - (kve_slope(n, v - 1, x) + kve_slope(n, v + 1, x)) / 2,
    ),
    ulp=128.0,
    exact=EXACT + "kve_slope",
    latex=r"e^{{{2}}}\frac{{\partial^{{{0}}}}}{{\partial {1}^{{{0}}}}}K_{{{1}}}\left({2}\right)",
    domain=(0.1, 9.0),
)
