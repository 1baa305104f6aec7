"""Where random bits come from: keys, and the places of a draw's elements in a stream."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ops.bits import right_shift
from symlab.core.ops.create import counted
from symlab.core.ops.elementwise import add, cast, mul
from symlab.core.ops.operators import Variable, as_variable, constant
from symlab.core.ops.random import philox
from symlab.core.ops.shape import Number, padded_left, spread, with_new_axes

WORD = "uint64"


def mixed(seed: int | None) -> int:
    """A key of 64 bits from any seed; from the system's randomness if there is none."""
    if seed is None:
        return secrets.randbits(64)
    if not isinstance(seed, (int, np.integer)) or seed < 0:
        raise InvalidValue(message(f"a seed is an integer that is not negative, not {seed!r}"))
    return int(np.random.SeedSequence(int(seed)).generate_state(1, np.uint64)[0])


def word(value: Any) -> Variable:
    """A number of uint64."""
    if isinstance(value, Variable):
        if value.type.dtype.kind not in "iu":
            raise TypeMismatch(message("a key is an integer", [(value.name or "key", value)]))
        return value if value.dtype == WORD else cast(value, dtype=WORD)  # type: ignore[no-any-return]
    return constant(np.uint64(value))


def key(seed: Any = None) -> Variable:
    """A key for explicit draws: the same seed gives the same key, None a new one each time."""
    return word(seed) if isinstance(seed, Variable) else constant(np.uint64(mixed(seed)))


def fold_in(key: Any, number: Any) -> Variable:
    """A new key, from a key and a number such as the step of a loop; also arrays of numbers, for as many keys."""
    return philox(word(key), constant(np.uint64(2**64 - 1)), word(as_variable(number)))  # type: ignore[no-any-return]


def split(key: Any, number: Any = 2) -> Variable:
    """A vector of so many new keys from one."""
    from symlab.tensor.arguments import size_from

    return fold_in(key, counted(size_from(number)))


@dataclass(frozen=True)
class Source:
    """Bits for one draw: a key and the number of the stream."""

    key: Variable
    stream: Variable

    def bits(self, sizes: Sequence[Number], part: int = 0, parts: int = 1) -> Variable:
        """64 bits for each element of an array; `part` tells apart the words of a draw that needs several."""
        place = constant(np.uint64(part))
        step: Number = parts
        for axis in reversed(range(len(sizes))):
            count = cast(
                with_new_axes(counted(sizes[axis]), [a for a in range(len(sizes)) if a != axis], len(sizes)), dtype=WORD
            )
            place = add(place, mul(count, word(step)))
            step = step * sizes[axis]
        full = padded_left(place, len(sizes))
        return philox(self.key, self.stream, full if sizes else place)  # type: ignore[no-any-return]

    def uniform(self, sizes: Sequence[Number], dtype: str = "float64", part: int = 0, parts: int = 1) -> Variable:
        """Numbers in [0, 1): 53 bits of them, 24 for float32, 11 for float16, of which none is rounded."""
        kept = {"float32": 24, "float16": 11}.get(dtype, 53)
        wide = "float32" if kept <= 24 else "float64"
        whole = cast(right_shift(self.bits(sizes, part, parts), word(64 - kept)), dtype=wide)
        found = mul(whole, constant(2.0**-kept, dtype=wide))
        return found if wide == dtype else cast(found, dtype=dtype)  # type: ignore[no-any-return]

    def inside(self, sizes: Sequence[Number], dtype: str = "float64", part: int = 0, parts: int = 1) -> Variable:
        """Numbers in (0, 1), neither 0 nor 1, symmetric about 1/2: for functions that are infinite at the ends."""
        kept = 23 if dtype in ("float32", "float16") else 52
        wide = "float32" if kept == 23 else "float64"
        whole = cast(right_shift(self.bits(sizes, part, parts), word(64 - kept)), dtype=wide)
        return mul(add(whole, constant(0.5, dtype=wide)), constant(2.0**-kept, dtype=wide))  # type: ignore[no-any-return]


def filled_to(x: Variable, sizes: Sequence[Number]) -> Variable:
    """A parameter broadcast to the shape of a draw."""
    return spread(padded_left(x, len(sizes)), sizes)
