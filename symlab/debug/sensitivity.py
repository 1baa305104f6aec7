"""How much an element changes if the numbers from which, or with which, it is computed change a little."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import mpmath
import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, PROJECT, Kind
from symlab.debug.elements import EXACT, Numbers, Place, Side
from symlab.debug.exact import exact_node, objects

Array = np.ndarray[Any, Any]
FEW = 6  # operands that are moved one by one; more are moved together, at random
PATTERNS = 4
NOISE_BITS = 12  # the last bits, which noise changes
SURE_BITS = 70  # what must remain the same
UNROUNDED = frozenset(
    "neg abs maximum minimum switch sign cast max min eq neq lt le gt ge".split()  # noqa: SIM905
)


# Operands


def unsteadiness(
    side: Side, place: Place, given: Mapping[Expr, Array], numbers: Numbers = EXACT, arguments: bool = True
) -> Any:
    """The change of an element when each operand changes by one unit in its last place; 0 where it has no value.

    Without `arguments` those stay that nothing rounded: what the function was given.
    """
    operands = [node for node in dict.fromkeys(node for node, _ in side.parts(place)) if is_rounded(side, node)]
    if not arguments:
        operands = [node for node in operands if node.op is CONSTANT or node.args]
    here = side.value(place, given, numbers)
    if not mpmath.isfinite(here):
        return mpmath.mpf(0)

    def change(moving: Sequence[Expr], seed: int) -> Any:
        found = neighbours(side, place, given, numbers, moving, seed)
        return max((abs(here - value) for value in found if mpmath.isfinite(value)), default=mpmath.mpf(0))

    if len(operands) <= FEW:
        return sum((change([operand], seed) for seed, operand in enumerate(operands)), mpmath.mpf(0))
    return 3 * max(change(operands, seed) for seed in range(PATTERNS))


def is_isolated(side: Side, place: Place, given: Mapping[Expr, Array], numbers: Numbers = EXACT) -> bool:
    """Whether an infinite element is finite as soon as an operand changes a little: a pole, not a saturation."""
    operands = [node for node in dict.fromkeys(node for node, _ in side.parts(place)) if is_rounded(side, node)]
    return any(
        mpmath.isfinite(value)
        for seed, operand in enumerate(operands)
        for value in neighbours(side, place, given, numbers, [operand], seed)
    )


def neighbours(
    side: Side, place: Place, given: Mapping[Expr, Array], numbers: Numbers, moving: Sequence[Expr], seed: int
) -> Iterator[Any]:
    """The values of an element with some operands moved by a unit, up and down."""
    for sign in (1, -1):
        yield side.value(place, given, replace(numbers, convert=moved(numbers, moving, seed, sign)))


def is_rounded(side: Side, node: Expr) -> bool:
    """Whether a node is given, and its numbers are rounded ones: variables, and constants with many digits."""
    if not side.is_given(node) or node.type.dtype.kind not in "fc":
        return False
    return node.op is not CONSTANT or not bool(np.all(np.rint(constant_value(node) * 4) == constant_value(node) * 4))


def moved(numbers: Numbers, operands: Sequence[Expr], seed: int, sign: int) -> Callable[[Expr, Array], Array]:
    """The same numbers, except that those of some operands are moved by a unit, up or down; 0 by the least number.

    What a library computed of whole matrices has errors of the size of a unit of the largest element.
    """
    generator = np.random.default_rng(seed)

    def convert(node: Expr, array: Array) -> Array:
        value = numbers.convert(node, array)
        if node not in operands:
            return value
        info = np.finfo(array.dtype)
        signs = sign * generator.choice([-1, 1], array.shape)
        steps = numbers.convert(node, signs * np.where(array == 0, float(info.smallest_subnormal), 0.0))
        size = np.nanmax(abs(array), initial=0) * np.ones_like(array) if is_of_matrices(node) else array
        change = numbers.convert(node, size) * numbers.convert(node, signs * float(info.eps))
        return np.asarray(value + change + steps, value.dtype)

    return convert


def is_of_matrices(node: Expr) -> bool:
    """Whether a library computes a node of whole matrices."""
    source = node.args[0] if node.op is PROJECT else node
    return source.op.kind is Kind.CALL and "leading" in source.op.extra


# Digits


def is_reliable(side: Side, place: Place, given: Mapping[Expr, Array]) -> bool:
    """Whether an element has enough digits: it stays what it is when the last bits of all that is rounded change."""
    here = side.value(place, given)
    there = side.value(place, given, replace(EXACT, node=noisy_node))
    if isinstance(here, np.generic | bool):
        return bool(here == there)
    if mpmath.isnan(here) or mpmath.isnan(there):
        return bool(mpmath.isnan(here) and mpmath.isnan(there))
    if mpmath.isinf(here) or mpmath.isinf(there) or here == there:
        return bool(here == there)
    return bool(abs(here - there) <= abs(here) * mpmath.mpf(2) ** -SURE_BITS)


def noisy_node(node: Expr, args: Sequence[Array]) -> Array:
    """One node on exact operands, its last bits changed where it is rounded."""
    value = exact_node(node, args, noisy_node)
    if value.dtype != object or node.op.kind is Kind.STRUCTURAL or node.op.name in UNROUNDED:
        return value
    if node.op.name in ("add", "sub", "mul", "sqr") and all(has_room(node, row) for row in rows(args)):
        return value
    factor = 1 + mpmath.mpf(2) ** (NOISE_BITS - mpmath.mp.prec) * (1 if len(node.op.name) % 2 else -1)
    return objects((item * factor if item is not None else item for item in value.ravel()), value.shape)


def rows(args: Sequence[Array]) -> Iterator[tuple[Any, ...]]:
    """The operands of each element."""
    return zip(*(array.ravel() for array in np.broadcast_arrays(*args)), strict=True)


def has_room(node: Expr, operands: Sequence[Any]) -> bool:
    """Whether a sum or product of numbers has no more bits than are computed with."""
    numbers = [
        operand for operand in operands if isinstance(operand, mpmath.mpf) and operand and mpmath.isfinite(operand)
    ]
    if len(numbers) < 2 and node.op.name in ("add", "sub"):
        return True
    if node.op.name in ("add", "sub"):
        span = max(number.exp + number.bc for number in numbers) - min(number.exp for number in numbers)
    else:
        span = sum(number.bc for number in numbers) * (2 if node.op.name == "sqr" else 1)
    return bool(span + 8 < mpmath.mp.prec)
