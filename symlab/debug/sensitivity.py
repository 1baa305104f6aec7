"""How much an element changes if the numbers that it is computed from are not quite what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import mpmath
import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.debug.elements import Numbers, Side
from symlab.debug.exact import as_exact, exact_node

Array = np.ndarray[Any, Any]
FEW = 6  # operands that are moved one by one; more are moved together, at random
PATTERNS = 4


def unsteadiness(side: Side, place: tuple[int, ...], given: Mapping[Expr, Array]) -> Any:
    """The change of an element when each operand changes by one unit in its last place; inf where it loses its value."""
    operands = [node for node in dict.fromkeys(node for node, _ in side.parts(place)) if is_rounded(side, node)]
    here = side.value(place, given)
    total = mpmath.mpf(0)
    if len(operands) <= FEW:
        for seed, operand in enumerate(operands):
            total += distance(here, side.value(place, given, moved([operand], seed)))
        return total
    for seed in range(PATTERNS):
        total = max(total, 3 * distance(here, side.value(place, given, moved(operands, seed))))
    return total


def is_rounded(side: Side, node: Expr) -> bool:
    """Whether a node is given, and its numbers are rounded ones: variables, and constants with many digits."""
    if not side.is_given(node) or node.type.dtype.kind not in "fc":
        return False
    return node.op is not CONSTANT or not bool(np.all(np.rint(constant_value(node) * 4) == constant_value(node) * 4))


def moved(operands: Sequence[Expr], seed: int) -> Numbers:
    """Exact numbers, except that those of some operands are moved by a unit, up or down."""
    generator = np.random.default_rng(seed)

    def convert(node: Expr, array: Array) -> Array:
        exact = as_exact(array)
        if node not in operands:
            return exact
        signs = generator.choice([-1, 1], exact.shape)
        return np.asarray(exact + exact * as_exact(signs * float(np.finfo(array.dtype).eps)), object)

    return Numbers(convert, exact_node)


def distance(first: Any, second: Any) -> Any:
    """How far two numbers are apart; inf unless both are finite."""
    if not mpmath.isfinite(first) or not mpmath.isfinite(second):
        return mpmath.inf
    return abs(mpmath.mpmathify(first) - mpmath.mpmathify(second))

