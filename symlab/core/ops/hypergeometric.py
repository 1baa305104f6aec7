"""Gauss's hypergeometric function, and its derivatives by the parameters, of any order."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

from symlab.core.ir.op import Op
from symlab.core.ops import hypergeometric_references
from symlab.core.ops.declare import elementwise, special

EXACT = "symlab.core.ops.exact:"

hyp2f1: Op = elementwise(
    "hyp2f1",
    doc="Gauss's hypergeometric function F(a, b; c; z), the sum of (a)_n (b)_n / (c)_n z^n / n!.",
    reference="symlab.core.ops.references:hyp2f1",
    dtypes=special,
    partials=(
        lambda y, a, b, c, z: hyp2f1_slope(a, b, c, z, orders=(1, 0, 0)),
        lambda y, a, b, c, z: hyp2f1_slope(a, b, c, z, orders=(0, 1, 0)),
        lambda y, a, b, c, z: hyp2f1_slope(a, b, c, z, orders=(0, 0, 1)),
        lambda y, a, b, c, z: a * b / c * hyp2f1(a + 1, b + 1, c + 1, z),
    ),
    exact=EXACT + "hyp2f1",
    latex=r"{{}}_2F_1\left({0},{1};{2};{3}\right)",
    domain=(0.2, 0.9),
)


def raised(y: Any, place: int) -> Any:
    """The derivative of `hyp2f1_slope` by one more of its first three operands."""
    orders = list(y.attr("orders"))
    orders[place] += 1
    return hyp2f1_slope(*y.args, orders=tuple(orders))


def slope_in_z(y: Any, a: Any, b: Any, c: Any, z: Any) -> Any:
    """The derivative by z: those by parameters of a b / c F(a + 1, b + 1; c + 1; z), by Leibniz's rule."""
    i, j, k = y.attr("orders")
    total: Any = 0
    for p, q, r in product(range(min(i, 1) + 1), range(min(j, 1) + 1), range(k + 1)):
        count = math.comb(i, p) * math.comb(j, q) * math.comb(k, r) * (-1) ** r * math.factorial(r)
        factor = count * (1 if p else a) * (1 if q else b) / c ** (r + 1)
        orders = (i - p, j - q, k - r)
        raised_by_one = a + 1, b + 1, c + 1, z
        value = hyp2f1_slope(*raised_by_one, orders=orders) if any(orders) else hyp2f1(*raised_by_one)
        total = total + factor * value
    return total


hyp2f1_slope: Op = elementwise(
    "hyp2f1_slope",
    doc="The derivative of F(a, b; c; z), `orders` times with respect to a, b and c; for z from -499 to 0.998.",
    reference=hypergeometric_references.hyp2f1_slope,
    dtypes=special,
    partials=(
        lambda y, a, b, c, z: raised(y, 0),
        lambda y, a, b, c, z: raised(y, 1),
        lambda y, a, b, c, z: raised(y, 2),
        slope_in_z,
    ),
    attributes=("orders",),
    ulp=64.0,
    exact=EXACT + "hyp2f1_slope",
    latex=r"D\,{{}}_2F_1\left({0},{1};{2};{3}\right)",
    domain=(0.2, 0.9),
)
