"""An axis that only the call knows: what is computed along each one, of which the call chooses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symlab.core.custom.watch import CheckAndRaise
from symlab.core.ifelse import ifelse
from symlab.core.ir.errors import InvalidAxis, ShapeMismatch, TypeMismatch, message
from symlab.core.ops.bits import and_
from symlab.core.ops.compare import eq, ge, lt
from symlab.core.ops.operators import Variable, constant
from symlab.tensor.arguments import axis_of, known_axis


def along_axis(axis: Any, rank: int, compute: Callable[[int], Any], x: Any = None) -> Any:
    """`compute(place)` along an axis of `rank` many; all of them, and one chosen by the call, if only it knows which.

    The call computes along no other axis. One that is out of range raises IndexError there, and one along which sizes
    do not fit raises ShapeMismatch.
    """
    axis = known_axis(axis)
    if not isinstance(axis, Variable):
        return compute(axis_of(axis, rank, x))
    if axis.ndim or axis.type.dtype.kind not in "iu":
        raise TypeMismatch(message("an axis is an integer", [(axis.name or "axis", axis)]))
    found, refused = {}, None
    for place in range(rank):
        try:
            found[place] = compute(place)
        except ShapeMismatch as error:
            refused = error
    if not found:
        raise refused or TypeMismatch(message("a scalar has no axis", [(axis.name or "axis", axis)]))
    *others, last = found
    there = and_(ge(axis, -rank), lt(axis, rank))
    among = CheckAndRaise(InvalidAxis, f"the call chose an axis that is none of the {rank} of the array")
    place = constant(np.arange(rank))[among(axis, there)]  # counted from the front
    chosen = found[last]
    if not others:
        chosen = [among(part, there) for part in chosen] if isinstance(chosen, list) else among(chosen, there)
    if len(found) < rank:
        fits = constant(np.isin(np.arange(rank), list(found)))[axis]
        check = CheckAndRaise(ShapeMismatch, str(refused).splitlines()[0])
        chosen = [check(part, fits) for part in chosen] if isinstance(chosen, list) else check(chosen, fits)
    for number in reversed(others):
        chosen = ifelse(eq(place, number), found[number], chosen)
    return chosen
