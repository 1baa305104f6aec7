"""The states of NumPy's generators as arrays: what a `Generator` or `RandomState` remembers, in words of uint32.

The first word says which generator it is, so that a state can be told from any other and made a generator again.
"""

from __future__ import annotations

import operator
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, SymlabError, TypeMismatch, message
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


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True, repr=False)
class GeneratorType(ArrayType):
    """The type of a state: words, equal to that of any vector of them, and known to be a generator's.

    Asked about values it tells of generators, and of the dicts that say what state one is in.
    """

    legacy: bool = False

    def __str__(self) -> str:
        return "RandomState" if self.legacy else "Generator"

    def __repr__(self) -> str:
        return "RandomStateType" if self.legacy else "RandomGeneratorType"

    def filter(self, data: Any, strict: bool = False, allow_downcast: bool | None = None) -> Any:
        """`data` if it is such a generator, or unless `strict` the dict of its state or its words."""
        kind = np.random.RandomState if self.legacy else np.random.Generator
        if isinstance(data, kind) or (not strict and is_state(data, self.legacy)):
            return data
        raise TypeMismatch(message(f"{data!r} is no {kind.__name__}, nor the state of one"))

    def values_eq(self, a: Any, b: Any) -> bool:
        """Whether two generators, or what is told of their states, are in one state."""
        return bool(np.array_equal(words_told(a, self.legacy), words_told(b, self.legacy)))

    def values_eq_approx(self, a: Any, b: Any, *options: Any, **others: Any) -> bool:
        """As `values_eq`: a state is not near another."""
        return self.values_eq(a, b)

    @staticmethod
    def may_share_memory(a: Any, b: Any) -> bool:
        """Whether two generators draw from the same bits."""
        bits = (getattr(item, "_bit_generator", item) for item in (a, b))
        return operator.is_(*bits)


def is_state(data: Any, legacy: bool) -> bool:
    """Whether a dict, or words, are the state of such a generator."""
    try:
        return is_legacy(words_told(data, legacy)) is legacy
    except (SymlabError, KeyError, TypeError, ValueError, AttributeError):
        return False


def words_told(data: Any, legacy: bool) -> Array:
    """The words of a generator, of a dict that tells its state, or of words themselves."""
    if isinstance(data, NumPyGenerator):
        return state_words(data)
    if not isinstance(data, dict):
        return state_words(generator_of(np.asarray(data, WORD)))
    bits = getattr(np.random, str(data["bit_generator"]))(0)
    return state_words(in_state(np.random.RandomState(bits) if legacy else np.random.Generator(bits), data))


def words_given(name: str, type: GeneratorType, value: Any) -> Array:
    """The words of what is given as a generator; `name` is how it is called in errors."""
    kind, other = (np.random.RandomState, "Generator") if type.legacy else (np.random.Generator, "RandomState")
    if isinstance(value, kind) or (not isinstance(value, NumPyGenerator) and is_state(value, type.legacy)):
        return words_told(value, type.legacy)
    given = f"a {other}" if isinstance(value, NumPyGenerator) else f"of type {value.__class__.__name__}"
    hint = "np.random.RandomState(seed)" if type.legacy else "np.random.default_rng(seed)"
    raise TypeMismatch(message(f"{name} must be a {type} of NumPy, and is {given}", (), [hint]))


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
    """A new generator in a state."""
    told = told_by(words)
    bits = getattr(np.random, told["bit_generator"])(0)
    return in_state(np.random.RandomState(bits) if is_legacy(words) else np.random.Generator(bits), told)


def told_by(words: Array) -> dict[str, Any]:
    """What words say of a state, as NumPy tells it."""
    are_words = words.ndim == 1 and words.size > 0 and words.dtype == WORD
    kind, legacy = int(words[0]) % LEGACY if are_words else len(KINDS), are_words and is_legacy(words)
    parts = PARTS[KINDS[kind]] + NORMAL * legacy if kind < len(KINDS) else ()
    if not parts or words.size != words_in(KINDS[kind], legacy):
        raise ValueError("these words are not the state of a generator of NumPy")
    told: dict[str, Any] = {"bit_generator": KINDS[kind], "state": {}}
    place = 1
    for path, form, count in parts:
        inside, _, name = path.rpartition(".")
        (told[inside] if inside else told)[name] = part_of(words[place : place + count], form)
        place += count
    return told


def in_state(generator: Any, told: dict[str, Any]) -> Any:
    """A generator that is put into a state."""
    if isinstance(generator, np.random.RandomState):
        generator.set_state(told)
    else:
        generator.bit_generator.state = told
    return generator


_kept = threading.local()  # per thread a generator of each kind: to make one costs more than to draw from it


def working_generator(words: Array) -> Any:
    """A generator in a state, for one draw: the next one in this thread takes the same object."""
    generators: dict[int, Any] = vars(_kept).setdefault("generators", {})
    told = told_by(words)
    kind = int(words[0])
    if kind not in generators:
        generators[kind] = generator_of(words)
    return in_state(generators[kind], told)
