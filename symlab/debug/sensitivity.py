"""How much an element changes if the numbers that it is computed from are not quite what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import mpmath
import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.debug.elements import Numbers, Place, Side
from symlab.debug.exact import as_exact, exact_node

Array = np.ndarray[Any, Any]
FEW = 6  # operands that are moved one by one; more are moved together, at random
PATTERNS = 4


def unsteadiness(side: Side, place: Place, given: Mapping[Expr, Array]) -> Any:
    """The change of an element when each operand changes by one unit in its last place; 0 where it has no value."""
    operands = [node for node in dict.fromkeys(node for node, _ in side.parts(place)) if is_rounded(side, node)]
    here = side.value(place, given)
    if not mpmath.isfinite(here):
        return mpmath.mpf(0)

    def change(moving: Sequence[Expr], seed: int) -> Any:
        found = (side.value(place, given, moved(moving, seed, sign)) for sign in (1, -1))
        return max((abs(here - value) for value in found if mpmath.isfinite(value)), default=mpmath.mpf(0))

    if len(operands) <= FEW:
        return sum((change([operand], seed) for seed, operand in enumerate(operands)), mpmath.mpf(0))
    return 3 * max(change(operands, seed) for seed in range(PATTERNS))


def is_rounded(side: Side, node: Expr) -> bool:
    """Whether a node is given, and its numbers are rounded ones: variables, and constants with many digits."""
    if not side.is_given(node) or node.type.dtype.kind not in "fc":
        return False
    return node.op is not CONSTANT or not bool(np.all(np.rint(constant_value(node) * 4) == constant_value(node) * 4))


def moved(operands: Sequence[Expr], seed: int, sign: int) -> Numbers:
    """Exact numbers, except that those of some operands are moved by a unit, up or down."""
    generator = np.random.default_rng(seed)

    def convert(node: Expr, array: Array) -> Array:
        exact = as_exact(array)
        if node not in operands:
            return exact
        signs = sign * generator.choice([-1, 1], exact.shape)
        return np.asarray(exact + exact * as_exact(signs * float(np.finfo(array.dtype).eps)), object)

    return Numbers(convert, exact_node)
