"""Forms that choose at each point, so that nothing overflows or vanishes."""

from __future__ import annotations

import math

from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import abs, expm1, reciprocal, sqr, sqrt
from symlab.core.ops.trigonometric import hypot
from symlab.core.rewrite.rule import Rule
from symlab.core.saturation.identities.stated import identity


@identity
def root_of_square_less_product(x, y, z):
    """The square and the product overflow or vanish where the root does not."""
    size, scale = abs(x), sqrt(abs(y)) * sqrt(abs(z))
    apart = sqrt(abs(size - scale)) * sqrt(size + scale)
    opposite = ((y > 0) & (z < 0)) | ((y < 0) & (z > 0))
    return (
        sqrt(sqr(x) - y * z),
        switch(opposite, hypot(x, scale), switch(size < scale, math.nan, apart)),
    )


@identity(tolerance=1e-18)
def share_of_expm1(x, y):
    """exp(y x) - 1 is nearly y x, which may vanish, where x is small."""
    small = abs(x * y) < 1e-9
    return x / expm1(y * x), switch(small, reciprocal(y) - x / 2, x / expm1(switch(small, 1, y * x)))


IDENTITIES = tuple(item for item in list(globals().values()) if isinstance(item, Rule))
