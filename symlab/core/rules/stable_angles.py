"""Sines, cosines and angles whose differences are small."""

from __future__ import annotations

from symlab.core.ops.compare import gt, switch
from symlab.core.ops.elementwise import log, log1p, reciprocal, sqr
from symlab.core.ops.trigonometric import arctan, arctan2, cos, sin
from symlab.core.rewrite.rule import rule


@rule
def one_less_cos(x):
    """cos is nearly 1 where x is small."""
    return 1 - cos(x), 2 * sqr(sin(x / 2))


@rule
def difference_of_arctans(x):
    """The arc tangents of neighbours are nearly equal where x is large."""
    return arctan(1 + x) - arctan(x), arctan2(1, 1 + x * (1 + x))


RULES = (one_less_cos, difference_of_arctans)
