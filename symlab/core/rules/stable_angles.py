"""Sines, cosines and angles whose differences are small."""

from __future__ import annotations

from symlab.core.ops.elementwise import sqr
from symlab.core.ops.trigonometric import cos, sin
from symlab.core.rewrite.rule import rule


@rule
def one_less_cos(x):
    """cos is nearly 1 where x is small."""
    return 1 - cos(x), 2 * sqr(sin(x / 2))


RULES = (one_less_cos,)
