"""Functions that change nothing: rounding of what is whole, signs of signs, conjugates of real numbers, all bits."""

from __future__ import annotations

from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ops.bits import and_, invert, or_, xor
from symlab.core.ops.compare import isfinite, isinf, isnan, switch
from symlab.core.ops.complexes import conj
from symlab.core.ops.elementwise import abs, cast, reciprocal, sign
from symlab.core.ops.rounding import (
    ceil,
    floor,
    floor_div,
    mod,
    round_half_away_from_zero,
    round_half_to_even,
    trunc,
)
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed, rule
from symlab.core.rules.constants import is_number
from symlab.core.rules.shapes import ALL

ROUNDING = (floor, ceil, trunc, round_half_to_even, round_half_away_from_zero)


def whole_numbers(x: Any) -> Any:
    """Numbers as integers."""
    return cast(x, dtype="int64")


@computed(*ROUNDING, exact=True, kinds="f", formula="floor(ceil(x)) -> ceil(x)", example=lambda x: floor(ceil(x)))
def rounding_of_whole(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A whole number is not rounded."""
    (x,) = node.args
    return x if x.type == node.type and facts.integral(x) else None


@rule(exact=True)
def sign_of_sign(x):
    """A sign is its own sign."""
    return sign(sign(x)), sign(x)


@rule(assuming=("nonzero", "finite"))
def size_by_number(x):
    """A number's size over the number is its sign."""
    return abs(x) * reciprocal(x), sign(x)


@rule
def number_by_its_sign(x):
    """A number times its sign is its size."""
    return x * sign(x), abs(x)


@computed(isnan, isinf, isfinite, exact=True, kinds="b", formula="isnan(n) -> False",
          example=lambda x: switch(isnan(whole_numbers(x)), x, 2 * x))  # fmt: skip
def whole_is_finite(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """An integer is neither infinite nor nan."""
    whole = node.args[0].type.dtype.kind in "iub"
    return builder.constant(node.op is isfinite, node) if whole else None


@computed(conj, exact=True, kinds=ALL, formula="conj(conj(x)) -> x", example=lambda x: conj(x) * 2.0)
def conjugate_of_real(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A real number is its own conjugate, and two conjugates are none."""
    (x,) = node.args
    if x.type.dtype.kind != "c":
        return x
    return x.args[0] if x.op is conj else None


@computed(floor_div, mod, among=(CONSTANT,), exact=True, kinds="iu", formula="n // 1 -> n",
          example=lambda x: floor_div(whole_numbers(x), 1))  # fmt: skip
def division_by_one(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """An integer over 1 is that integer, and leaves nothing."""
    n, one = node.args
    if not is_number(one) or constant_value(one) != 1 or n.type != node.type:
        return None
    return n if node.op is floor_div else builder.constant(0, node)


@computed(and_, or_, xor, among=(CONSTANT,), exact=True, kinds="iu", formula="n & -1 -> n",
          example=lambda x: or_(whole_numbers(x), 0))  # fmt: skip
def known_bits(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Bits that are all 0, or all 1, say everything or nothing."""
    number = next((arg for arg in node.args if is_number(arg)), None)
    if number is None:
        return None
    other = node.args[0] if node.args[1] is number else node.args[1]
    value = int(constant_value(number))
    full = value in (-1, int(np.iinfo(node.type.dtype).max)) if node.type.dtype.kind == "u" else value == -1
    if other.type != node.type or (value and not full):
        return None
    if node.op is xor:
        return builder.make(invert, (other,)) if full else other
    return other if full == (node.op is and_) else builder.constant(value, node)


RULES = (
    rounding_of_whole,
    sign_of_sign,
    size_by_number,
    number_by_its_sign,
    whole_is_finite,
    conjugate_of_real,
    division_by_one,
    known_bits,
)
