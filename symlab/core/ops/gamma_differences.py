"""Sums of logarithms of gamma, which cancel far out where they are subtracted."""

from __future__ import annotations

from symlab.core.ir.op import Op
from symlab.core.ops import gamma_references
from symlab.core.ops.compare import switch
from symlab.core.ops.declare import elementwise, special
from symlab.core.ops.elementwise import log, log1p, reciprocal, sqr
from symlab.core.ops.special import psi, psi_difference

EXACT = "symlab.core.ops.exact:"

gammaln_difference: Op = elementwise(
    "gammaln_difference",
    doc="gammaln(x + step) - gammaln(x), without loss where x is large.",
    reference=gamma_references.gammaln_difference,
    dtypes=special,
    partials=(lambda y, x, step: psi_difference(x, step), lambda y, x, step: psi(x + step)),
    ulp=16.0,
    exact=EXACT + "gammaln_difference",
    latex=r"\log\frac{{\Gamma\left({0}+{1}\right)}}{{\Gamma\left({0}\right)}}",
    domain=(0.1, 9.0),
)


def slope_in_count(y: object, k: object, m: object) -> object:
    """log(m) - psi(k + 1), for a large k by the series of psi."""
    far = k > 30  # type: ignore[operator]
    count = switch(far, k, 30)
    inverse = sqr(reciprocal(count))
    series = (1 / 12 - inverse * (1 / 120 - inverse / 252)) * inverse
    near = log(m) - psi(switch(far, 1, k) + 1)
    return switch(far, log1p((m - count) / count) - 0.5 / count + series, near)


poisson_log_probability: Op = elementwise(
    "poisson_log_probability",
    doc="k log(m) - m - gammaln(k + 1), the logarithm of the probability of k where m are expected.",
    reference=gamma_references.poisson_log_probability,
    dtypes=special,
    partials=(slope_in_count, lambda y, k, m: (k - m) / m),
    ulp=16.0,
    exact=EXACT + "poisson_log_probability",
    latex=r"\log\operatorname{{Poisson}}\left({0};{1}\right)",
    domain=(0.1, 9.0),
)
