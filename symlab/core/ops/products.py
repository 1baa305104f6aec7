"""Sums and quotients of products whose parts overflow, vanish or cancel although the whole does not."""

from __future__ import annotations

from symlab.core.ir.op import Op
from symlab.core.ops import product_references
from symlab.core.ops.declare import by_kind, elementwise, real_floating
from symlab.core.ops.elementwise import sqr

difference_of_products: Op = elementwise(
    "difference_of_products",
    doc="a b - c d, with the rounding errors of both products taken back (Kahan).",
    reference=product_references.difference_of_products,
    dtypes=real_floating,
    partials=(
        lambda y, a, b, c, d: b,
        lambda y, a, b, c, d: a,
        lambda y, a, b, c, d: -d,
        lambda y, a, b, c, d: -c,
    ),
    c=by_kind(f="sl_difference_of_products{f}({0}, {1}, {2}, {3})"),
    exact=lambda a, b, c, d: a * b - c * d,
    latex="{0}{1}-{2}{3}",
)

product_over: Op = elementwise(
    "product_over",
    doc="a b / c, although a b overflows or vanishes.",
    reference=product_references.product_over,
    dtypes=real_floating,
    partials=(lambda y, a, b, c: b / c, lambda y, a, b, c: a / c, lambda y, a, b, c: -y / c),
    c=by_kind(f="sl_product_over{f}({0}, {1}, {2})"),
    exact=lambda a, b, c: a * b / c,
    latex=r"\frac{{{0}{1}}}{{{2}}}",
    domain=(0.1, 9.0),
)

triangle_product: Op = elementwise(
    "triangle_product",
    doc="(a + b + c)(b + c - a)(a + c - b)(a + b - c), 16 times the squared area of a triangle (Kahan).",
    reference=product_references.triangle_product,
    dtypes=real_floating,
    partials=(
        lambda y, a, b, c: 4 * a * (sqr(b) + sqr(c) - sqr(a)),
        lambda y, a, b, c: 4 * b * (sqr(a) + sqr(c) - sqr(b)),
        lambda y, a, b, c: 4 * c * (sqr(a) + sqr(b) - sqr(c)),
    ),
    exact=lambda a, b, c: (a + b + c) * (b + c - a) * (a + c - b) * (a + b - c),
)
