"""The states of NumPy's generators as arrays: what a `Generator` or `RandomState` remembers, in words of uint32.

The first word says which generator it is, so that a state can be told from any other and made a generator again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ir.types import ArrayType

Array = np.ndarray[Any, Any]
NumPyGenerator = np.random.Generator | np.random.RandomState
WORD = np.dtype(np.uint32)

# Per kind of bits the parts of its state: their path, whether they are words of uint32 or uint64 or one integer, and
# how many words of uint32 they take.
COUNTS = (("has_uint32", "integer", 1), ("uinteger", "integer", 1))
PCG = (("state.state", "integer", 4), ("state.inc", "integer", 4), *COUNTS)
PARTS: Mapping[str, tuple[tuple[str, str, int], ...]] = MappingProxyType(
    {
        "MT19937": (("state.key", "uint32", 624), ("state.pos", "integer", 1)),
        "PCG64": PCG,
        "PCG64DXSM": PCG,
        "Philox": (
            ("state.counter", "uint64", 8), ("state.key", "uint64", 4), ("buffer", "uint64", 8),
            ("buffer_pos", "integer", 1), *COUNTS,
        ),
        "SFC64": (("state.state", "uint64", 8), *COUNTS),
    }
)  # fmt: skip
KINDS = tuple(PARTS)
LEGACY = 256  # added to the first word of a RandomState, which remembers a normal number too
NORMAL = (("has_gauss", "integer", 1), ("gauss", "float64", 2))


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class GeneratorType(ArrayType):
    """The type of a state: words, equal to that of any vector of them, and known to be a generator's."""

    legacy: bool = False

    def __str__(self) -> str:
        return "RandomState" if self.legacy else "Generator"


GENERATOR = GeneratorType(WORD, (None,))
RANDOM_STATE = GeneratorType(WORD, (None,), legacy=True)


def is_state_type(type: Any) -> bool:
    """Whether values of a type can be states of a generator of NumPy."""
    return isinstance(type, ArrayType) and type.dtype == WORD and type.ndim == 1


def is_legacy(words: Array) -> bool:
    """Whether a state is that of a RandomState."""
    return bool(words.size) and int(words[0]) >= LEGACY


def state_words(generator: NumPyGenerator) -> Array:
    """The state of a generator as a vector."""
    legacy = isinstance(generator, np.random.RandomState)
    told: Any = generator.get_state(legacy=False) if legacy else generator.bit_generator.state  # type: ignore[union-attr]
    name = told["bit_generator"]
    if name not in PARTS:
        problem = f"the state of a generator with bits of {name} is not known"
        raise InvalidValue(message(problem, (), ["np.random.default_rng(seed)", f"one of {', '.join(KINDS)}"]))
    first = np.array([KINDS.index(name) + LEGACY * legacy], WORD)
    parts = [words_of(at(told, path), kind, count) for path, kind, count in PARTS[name] + NORMAL * legacy]
    return np.concatenate([first, *parts])


def at(told: Any, path: str) -> Any:
    """The part of a state that lies at a path."""
    for name in path.split("."):
        told = told[name]
    return told


def words_of(value: Any, kind: str, count: int) -> Array:
    """One part of a state as words."""
    if kind == "integer":
        return np.frombuffer(int(value).to_bytes(4 * count, "little"), WORD)
    return np.ascontiguousarray(np.atleast_1d(value), kind).view(WORD)


def part_of(words: Array, kind: str) -> Any:
    """What words say of one part."""
    if kind == "integer":
        return int.from_bytes(words.tobytes(), "little")
    found = np.frombuffer(words.tobytes(), kind)
    return float(found[0]) if kind == "float64" else found.copy()


def words_in(bits: str, legacy: bool) -> int:
    """How many words the state of a generator with such bits has."""
    return 1 + sum(count for *_, count in PARTS[bits] + NORMAL * legacy)


def generator_of(words: Array) -> Any:
    """The generator in a state."""
    kind, legacy = int(words[0]) % LEGACY if words.size else len(KINDS), is_legacy(words)
    parts = PARTS[KINDS[kind]] + NORMAL * legacy if kind < len(KINDS) else ()
    if not parts or words.size != words_in(KINDS[kind], legacy):
        raise ValueError("these words are not the state of a generator of NumPy")
    told: dict[str, Any] = {"bit_generator": KINDS[kind], "state": {}}
    place = 1
    for path, form, count in parts:
        inside, _, name = path.rpartition(".")
        (told[inside] if inside else told)[name] = part_of(words[place : place + count], form)
        place += count
    bits = getattr(np.random, KINDS[kind])(0)
    if not legacy:
        bits.state = told
        return np.random.Generator(bits)
    generator = np.random.RandomState(bits)
    generator.set_state(told)
    return generator
