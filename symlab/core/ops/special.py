"""The error function, the gamma function and their relatives."""

from __future__ import annotations

import math
from typing import Any

from symlab.core.ir.op import Op
from symlab.core.ops import gamma_references, normal_references
from symlab.core.ops.compare import gt, switch
from symlab.core.ops.declare import by_kind, elementwise, special, special_single
from symlab.core.ops.elementwise import exp, sqr
from symlab.core.ops.polynomials import polynomial

EXACT = "symlab.core.ops.exact:"
TWO_BY_ROOT_PI = 2 / math.sqrt(math.pi)

erf = elementwise(
    "erf",
    doc="The error function, 2 / sqrt(pi) times the integral of exp(-t^2) over [0, x].",
    reference="scipy.special:erf",
    dtypes=special,
    partials=(lambda y, x: TWO_BY_ROOT_PI * exp(-x * x),),
    c=by_kind(f="sl_erf{f}({0})"),
    exact="mpmath:erf",
)

erfc = elementwise(
    "erfc",
    doc="1 - erf(x), without loss for a large x.",
    reference="scipy.special:erfc",
    dtypes=special,
    partials=(lambda y, x: -TWO_BY_ROOT_PI * exp(-x * x),),
    c=by_kind(f="sl_erfc{f}({0})"),
    exact="mpmath:erfc",
)

# -(1 + 2 x^2) times the slope of erfcx as a polynomial in (x - 3) / (x + 3), from its Chebyshev series at 60 digits.
SCALED_SLOPE = (
    1.0330729401362846, 0.2931660960657809, -0.3243354158460842, 0.08871290516086129, 0.18789032614898848,
    -0.29776004747405377, 0.22537555782987326, -0.0940619629606843, 0.010088652964743537, 0.010789090828632835,
    -0.0044716737588782855, -0.0009236466607190543, 0.000903215099881858, 9.145130067607424e-05,
    -0.00017268708784986574, -1.8615057019941293e-05, 3.3740239053759554e-05, 6.421711901336408e-06,
    -6.448774379625492e-06, -2.1973285749535687e-06, 1.0868952608307588e-06, 6.119750429553063e-07,
    -1.348058374092918e-07, -1.1950711501729528e-07, 7.72976973515904e-09, 1.1945271639101978e-08,
    3.2468596378329343e-10,
)  # fmt: skip


def slope_of_erfcx(y: Any, x: Any) -> Any:
    """2 x erfcx(x) - 2 / sqrt(pi); by a polynomial from x = 1 on, where the two cancel."""
    large = gt(x, 1)
    size = switch(large, x, 1)
    place = 1 - 6 / (3 + size)
    scaled = polynomial(place, coefficients=SCALED_SLOPE)
    return switch(large, -scaled / (1 + 2 * sqr(size)), 2 * x * y - TWO_BY_ROOT_PI)


erfcx = elementwise(
    "erfcx",
    doc="exp(x^2) erfc(x), without overflow of the one or underflow of the other.",
    reference="scipy.special:erfcx",
    dtypes=special,
    partials=(slope_of_erfcx,),
    c=by_kind(f="sl_erfcx{f}({0})"),
    exact=EXACT + "erfcx",
)

erfinv = elementwise(
    "erfinv",
    doc="The number whose `erf` is x.",
    reference="scipy.special:erfinv",
    dtypes=special_single,
    partials=(lambda y, x: exp(y * y) / TWO_BY_ROOT_PI,),
    c=by_kind(f="sl_erfinv{f}({0})"),
    exact="mpmath:erfinv",
    latex=r"\operatorname{{erf}}^{{-1}}\left({0}\right)",
    domain=(-0.95, 0.95),
)

erfcinv = elementwise(
    "erfcinv",
    doc="The number whose `erfc` is x.",
    reference="scipy.special:erfcinv",
    dtypes=special_single,
    partials=(lambda y, x: -exp(y * y) / TWO_BY_ROOT_PI,),
    c=by_kind(f="sl_erfcinv{f}({0})"),
    exact=EXACT + "erfcinv",
    latex=r"\operatorname{{erfc}}^{{-1}}\left({0}\right)",
    domain=(0.05, 1.95),
)

log_ndtr = elementwise(
    "log_ndtr",
    doc="The logarithm of the normal distribution function, log(erfc(-x / sqrt(2)) / 2), without underflow.",
    reference=normal_references.log_ndtr,
    dtypes=special,
    partials=(lambda y, x: math.sqrt(2 / math.pi) / erfcx(-x / math.sqrt(2)),),
    exact=EXACT + "log_ndtr",
    latex=r"\log\Phi\left({0}\right)",
)

gamma = elementwise(
    "gamma",
    doc="The gamma function, (x - 1)! of whole numbers.",
    reference="scipy.special:gamma",
    dtypes=special,
    partials=(lambda y, x: y * psi(x),),
    c=by_kind(f="sl_tgamma{f}({0})"),
    exact="mpmath:gamma",
    latex=r"\Gamma\left({0}\right)",
    domain=(0.1, 5.0),
)

gammaln = elementwise(
    "gammaln",
    doc="The logarithm of |gamma(x)|.",
    reference="scipy.special:gammaln",
    dtypes=special,
    partials=(lambda y, x: psi(x),),
    c=by_kind(f="sl_lgamma{f}({0})"),
    ulp=8.0,  # near its zeros the C library and SciPy each err by up to 4
    exact=EXACT + "gammaln",
    latex=r"\log\Gamma\left({0}\right)",
    domain=(0.1, 9.0),
)

psi: Op = elementwise(
    "psi",
    doc="The digamma function, the derivative of `gammaln`.",
    reference="scipy.special:psi",
    dtypes=special,
    partials=(lambda y, x: polygamma(1, x),),
    c=by_kind(f="sl_psi{f}({0})"),
    exact="mpmath:digamma",
    latex=r"\psi\left({0}\right)",
    domain=(0.1, 9.0),
)

polygamma: Op = elementwise(
    "polygamma",
    doc="The n-th derivative of `psi`, n a whole number.",
    reference="scipy.special:polygamma",
    dtypes=special,
    partials=(None, lambda y, n, x: polygamma(n + 1, x)),
    exact=EXACT + "polygamma",
    latex=r"\psi^{{({0})}}\left({1}\right)",
    domain=(0.1, 9.0),
)

psi_difference: Op = elementwise(
    "psi_difference",
    doc="psi(x + step) - psi(x), without loss where x is large.",
    reference=gamma_references.psi_difference,
    dtypes=special,
    partials=(
        lambda y, x, step: polygamma(1, x + step) - polygamma(1, x),
        lambda y, x, step: polygamma(1, x + step),
    ),
    exact=EXACT + "psi_difference",
    latex=r"\psi\left({0}+{1}\right)-\psi\left({0}\right)",
    domain=(0.1, 9.0),
)

betaln = elementwise(
    "betaln",
    doc="The logarithm of |B(a, b)|, B(a, b) = gamma(a) gamma(b) / gamma(a + b).",
    reference=gamma_references.betaln,
    dtypes=special,
    partials=(lambda y, a, b: -psi_difference(a, b), lambda y, a, b: -psi_difference(b, a)),
    exact=EXACT + "betaln",
    latex=r"\log B\left({0},{1}\right)",
    domain=(0.1, 9.0),
)

ndtri_exp = elementwise(
    "ndtri_exp",
    doc="The x for which `log_ndtr` is y.",
    reference="scipy.special:ndtri_exp",
    dtypes=special_single,
    partials=(lambda x, y: exp(y + x * x / 2) * math.sqrt(2 * math.pi),),
    exact=EXACT + "ndtri_exp",
    latex=r"\Phi^{{-1}}\left(e^{{{0}}}\right)",
    domain=(-9.0, -0.05),
)

owens_t = elementwise(
    "owens_t",
    doc="The probability that X > h and 0 < Y < a X, for two independent normal variables.",
    reference="scipy.special:owens_t",
    dtypes=special_single,
    partials=(
        lambda y, h, a: exp(-h * h / 2) * erf(a * h / math.sqrt(2)) / -math.sqrt(8 * math.pi),
        lambda y, h, a: exp(h * h * (1 + a * a) / -2) / (2 * math.pi * (1 + a * a)),
    ),
    exact=EXACT + "owens_t",
    latex=r"T\left({0},{1}\right)",
)
