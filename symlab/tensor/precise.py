"""Sums and products as if in twice the precision: nothing is lost where large terms cancel.

Each number is split at one bit of a number far above all of them: the upper parts add up without rounding, and what is
left is small. Every element is treated alike, so that the loops are those of any other sum.

Source: S. M. Rump, T. Ogita, S. Oishi, "Accurate floating-point summation", SIAM J. Sci. Comput. 31 (2008).
"""

from __future__ import annotations

import numpy as np

from symlab.core.ops import reduce
from symlab.core.ops.compare import isfinite, switch
from symlab.core.ops.complexes import complex, imag, real
from symlab.core.ops.elementwise import abs, add, mul, sub
from symlab.core.ops.operators import Variable, cast_to
from symlab.core.ops.passing import as_written, zero_grad
from symlab.core.ops.products import difference_of_products
from symlab.core.ops.shape import joined_size, sizes_of
from symlab.tensor.elementwise import cast

DOUBLE = np.dtype(np.float64)
EPSILON = 2.0**-52
SPLITS = 2  # bits at which numbers are split


def precise_sum(x: Variable, axes: tuple[int, ...], keepdims: bool) -> Variable:
    """The sum over axes, rounded once unless its terms cancel to less than 10^-16 of them."""
    kind = x.type.dtype.kind
    if kind == "c":
        parts = [precise_sum(part(x), axes, keepdims) for part in (real, imag)]
        return complex(*parts)  # type: ignore[no-any-return]
    if kind != "f" or not axes:
        return reduce.sum(x, axes=axes, keepdims=keepdims)  # type: ignore[no-any-return]
    wide = cast_to(x, DOUBLE)
    return cast_to(as_written(sum_of_parts(wide, axes, keepdims), wide), x.type.dtype)


def precise_sum_of_products(a: Variable, b: Variable, axes: tuple[int, ...]) -> Variable:
    """The sum over axes of the products of real numbers, none of which is rounded."""
    first, second = cast_to(a, DOUBLE), cast_to(b, DOUBLE)
    product = mul(first, second)
    lost = difference_of_products(first, second, product, 1)
    lost = zero_grad(switch(isfinite(lost), lost, 0))
    total = add(sum_of_parts(product, axes, False), reduce.sum(lost, axes=axes, keepdims=False))
    return cast_to(as_written(total, first, second), a.type.dtype)


def sum_of_parts(x: Variable, axes: tuple[int, ...], keepdims: bool) -> Variable:
    """The sum of what is above each of two bits, and of the rest; its derivative is that of the sum of x.

    A number x is rounded to a bit of a larger one by adding and subtracting that; the difference is exact.
    """
    room = add(mul(4, cast(joined_size(sizes_of(x)[axis] for axis in axes), "float64")), 4)
    bound = zero_grad(mul(room, reduce.max_or_zero(abs(x), axes=axes, keepdims=True)))
    totals, rest = [], x
    for _ in range(SPLITS):
        below = zero_grad(switch(isfinite(bound), sub(rest, sub(add(bound, rest), bound)), 0))
        totals.append(reduce.sum(sub(rest, below), axes=axes, keepdims=keepdims))
        bound, rest = mul(mul(room, EPSILON), bound), below
    return add(totals[0], add(totals[1], reduce.sum(rest, axes=axes, keepdims=keepdims)))  # type: ignore[no-any-return]
