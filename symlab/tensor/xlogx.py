"""x log(x) and x log(y) with 0 log(0) = 0, where Theano's programs look for them."""

from __future__ import annotations

from symlab.core.ops.exponential import xlogx, xlogy0

__all__ = ["xlogx", "xlogy0"]
