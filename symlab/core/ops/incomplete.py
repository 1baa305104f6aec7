"""Incomplete gamma and beta functions, their inverses, and their derivatives by the shapes.

The first two derivatives by a shape are defined; a third one has none here, and says so.
"""

from __future__ import annotations

from typing import Any

from symlab.core.ir.op import Op
from symlab.core.ops import incomplete_references
from symlab.core.ops.declare import elementwise, special, special_single
from symlab.core.ops.elementwise import exp, log, log1p, sqr
from symlab.core.ops.special import betaln, gammaln, polygamma, psi, psi_difference

EXACT = "symlab.core.ops.exact:"


def density_of_gamma(a: Any, x: Any) -> Any:
    """x^(a-1) exp(-x) / gamma(a)."""
    return exp((a - 1) * log(x) - x - gammaln(a))


def density_of_beta(a: Any, b: Any, x: Any) -> Any:
    """x^(a-1) (1-x)^(b-1) / B(a, b)."""
    return exp((a - 1) * log(x) + (b - 1) * log1p(-x) - betaln(a, b))


def score_of_gamma(a: Any, x: Any) -> Any:
    """The derivative of the logarithm of the density by a."""
    return log(x) - psi(a)


def score_a(a: Any, b: Any, x: Any) -> Any:
    """The derivative of the logarithm of the beta density by a."""
    return log(x) + psi_difference(a, b)


def score_b(a: Any, b: Any, x: Any) -> Any:
    """The derivative of the logarithm of the beta density by b."""
    return log1p(-x) + psi_difference(b, a)


def spread(a: Any) -> Any:
    """The second derivative of the logarithm of gamma."""
    return polygamma(1, a)


gammainc = elementwise(
    "gammainc",
    doc="The regularized lower incomplete gamma function P(a, x).",
    reference="scipy.special:gammainc",
    dtypes=special,
    partials=(lambda y, a, x: gammainc_slope(a, x), lambda y, a, x: density_of_gamma(a, x)),
    exact=EXACT + "gammainc",
    latex=r"P\left({0},{1}\right)",
    domain=(0.1, 9.0),
)

gammaincc = elementwise(
    "gammaincc",
    doc="The regularized upper incomplete gamma function Q(a, x) = 1 - P(a, x).",
    reference="scipy.special:gammaincc",
    dtypes=special,
    partials=(lambda y, a, x: -gammainc_slope(a, x), lambda y, a, x: -density_of_gamma(a, x)),
    exact=EXACT + "gammaincc",
    latex=r"Q\left({0},{1}\right)",
    domain=(0.1, 9.0),
)

betainc = elementwise(
    "betainc",
    doc="The regularized incomplete beta function I_x(a, b).",
    reference=incomplete_references.betainc,
    dtypes=special_single,
    partials=(
        lambda y, a, b, x: betainc_slope_a(a, b, x),
        lambda y, a, b, x: betainc_slope_b(a, b, x),
        lambda y, a, b, x: density_of_beta(a, b, x),
    ),
    exact=EXACT + "betainc",
    latex=r"I_{{{2}}}\left({0},{1}\right)",
    domain=(0.1, 0.9),
)


def quantile_slope_in_order(y: Any, a: Any, p: Any) -> Any:
    """The derivative by a of the x for which P(a, x), or Q(a, x), is p."""
    return -gammainc_slope(a, y) / density_of_gamma(a, y)


gammaincinv = elementwise(
    "gammaincinv",
    doc="The x for which P(a, x) is p.",
    reference="scipy.special:gammaincinv",
    dtypes=special,
    partials=(
        quantile_slope_in_order,
        lambda y, a, p: 1 / density_of_gamma(a, y),
    ),
    exact=EXACT + "gammaincinv",
    latex=r"P^{{-1}}\left({0},{1}\right)",
    domain=(0.2, 0.9),
)

gammainccinv = elementwise(
    "gammainccinv",
    doc="The x for which Q(a, x) is p.",
    reference="scipy.special:gammainccinv",
    dtypes=special,
    partials=(
        quantile_slope_in_order,
        lambda y, a, p: -1 / density_of_gamma(a, y),
    ),
    exact=EXACT + "gammainccinv",
    latex=r"Q^{{-1}}\left({0},{1}\right)",
    domain=(0.2, 0.9),
)

betaincinv = elementwise(
    "betaincinv",
    doc="The x for which I_x(a, b) is p.",
    reference=incomplete_references.betaincinv,
    dtypes=special_single,
    partials=(
        lambda y, a, b, p: -betainc_slope_a(a, b, y) / density_of_beta(a, b, y),
        lambda y, a, b, p: -betainc_slope_b(a, b, y) / density_of_beta(a, b, y),
        lambda y, a, b, p: 1 / density_of_beta(a, b, y),
    ),
    exact=EXACT + "betaincinv",
    latex=r"I^{{-1}}_{{{2}}}\left({0},{1}\right)",
    domain=(0.2, 0.9),
)

gammainc_slope: Op = elementwise(
    "gammainc_slope",
    doc="The derivative of P(a, x), the regularized lower incomplete gamma function, with respect to a.",
    reference=incomplete_references.gammainc_slope,
    dtypes=special,
    partials=(
        lambda y, a, x: gammainc_curve(a, x),
        lambda y, a, x: density_of_gamma(a, x) * score_of_gamma(a, x),
    ),
    ulp=128.0,
    exact=EXACT + "gammainc_slope",
    latex=r"\frac{{\partial}}{{\partial {0}}}P\left({0},{1}\right)",
    domain=(0.1, 9.0),
)

gammainc_curve: Op = elementwise(
    "gammainc_curve",
    doc="The second derivative of P(a, x), the regularized lower incomplete gamma function, with respect to a.",
    reference=incomplete_references.gammainc_curve,
    dtypes=special,
    partials=(
        None,
        lambda y, a, x: density_of_gamma(a, x) * (sqr(score_of_gamma(a, x)) - spread(a)),
    ),
    ulp=128.0,
    exact=EXACT + "gammainc_curve",
    latex=r"\frac{{\partial^2}}{{\partial {0}^2}}P\left({0},{1}\right)",
    domain=(0.1, 9.0),
)

betainc_slope_a: Op = elementwise(
    "betainc_slope_a",
    doc="The derivative of I_x(a, b), the regularized incomplete beta function, with respect to a.",
    reference=incomplete_references.betainc_slope_a,
    dtypes=special,
    partials=(
        lambda y, a, b, x: betainc_curve_aa(a, b, x),
        lambda y, a, b, x: betainc_curve_ab(a, b, x),
        lambda y, a, b, x: density_of_beta(a, b, x) * score_a(a, b, x),
    ),
    ulp=128.0,
    exact=EXACT + "betainc_slope_a",
    latex=r"\frac{{\partial}}{{\partial {0}}}I_{{{2}}}\left({0},{1}\right)",
    domain=(0.1, 0.9),
)

betainc_slope_b: Op = elementwise(
    "betainc_slope_b",
    doc="The derivative of I_x(a, b), the regularized incomplete beta function, with respect to b.",
    reference=incomplete_references.betainc_slope_b,
    dtypes=special,
    partials=(
        lambda y, a, b, x: betainc_curve_ab(a, b, x),
        lambda y, a, b, x: betainc_curve_bb(a, b, x),
        lambda y, a, b, x: density_of_beta(a, b, x) * score_b(a, b, x),
    ),
    ulp=128.0,
    exact=EXACT + "betainc_slope_b",
    latex=r"\frac{{\partial}}{{\partial {1}}}I_{{{2}}}\left({0},{1}\right)",
    domain=(0.1, 0.9),
)

betainc_curve_aa: Op = elementwise(
    "betainc_curve_aa",
    doc="The second derivative of I_x(a, b), the regularized incomplete beta function, with respect to a.",
    reference=incomplete_references.betainc_curve_aa,
    dtypes=special,
    partials=(
        None,
        None,
        lambda y, a, b, x: density_of_beta(a, b, x) * (sqr(score_a(a, b, x)) - spread(a) + spread(a + b)),
    ),
    ulp=128.0,
    exact=EXACT + "betainc_curve_aa",
    latex=r"\frac{{\partial^2}}{{\partial {0}^2}}I_{{{2}}}\left({0},{1}\right)",
    domain=(0.1, 0.9),
)

betainc_curve_ab: Op = elementwise(
    "betainc_curve_ab",
    doc="The derivative of I_x(a, b), the regularized incomplete beta function, with respect to a and b.",
    reference=incomplete_references.betainc_curve_ab,
    dtypes=special,
    partials=(
        None,
        None,
        lambda y, a, b, x: density_of_beta(a, b, x) * (score_a(a, b, x) * score_b(a, b, x) + spread(a + b)),
    ),
    ulp=128.0,
    exact=EXACT + "betainc_curve_ab",
    latex=r"\frac{{\partial^2}}{{\partial {0}\,\partial {1}}}I_{{{2}}}\left({0},{1}\right)",
    domain=(0.1, 0.9),
)

betainc_curve_bb: Op = elementwise(
    "betainc_curve_bb",
    doc="The second derivative of I_x(a, b), the regularized incomplete beta function, with respect to b.",
    reference=incomplete_references.betainc_curve_bb,
    dtypes=special,
    partials=(
        None,
        None,
        lambda y, a, b, x: density_of_beta(a, b, x) * (sqr(score_b(a, b, x)) - spread(b) + spread(a + b)),
    ),
    ulp=128.0,
    exact=EXACT + "betainc_curve_bb",
    latex=r"\frac{{\partial^2}}{{\partial {1}^2}}I_{{{2}}}\left({0},{1}\right)",
    domain=(0.1, 0.9),
)
