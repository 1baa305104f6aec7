"""The types of NumPy's generators as programs for PyTensor ask for them: `random_generator_type("rng")` is an input."""

from __future__ import annotations

from typing import Any

import numpy as np

from symlab.core.ir.errors import SymlabError, TypeMismatch, message
from symlab.core.ops.generator_states import (
    GENERATOR,
    KINDS,
    RANDOM_STATE,
    GeneratorType,
    NumPyGenerator,
    is_state_type,
    state_words,
)
from symlab.core.ops.operators import Variable, variable

__all__ = [
    "RandomGeneratorType", "RandomStateType", "RandomType", "random_generator_type", "random_state_type", "rng",
]  # fmt: skip


class OfGenerators(type):
    """The class of classes of types: the types of variables are instances of them."""

    def __instancecheck__(cls, value: Any) -> bool:
        legacy = cls.__dict__.get("legacy")
        if isinstance(value, GeneratorType):
            return legacy is None or value.legacy is legacy
        return super().__instancecheck__(value) or (legacy is None and is_state_type(value))


class RandomType(metaclass=OfGenerators):
    """The type of a generator of NumPy; values are told by `filter`, `is_valid_value` and `values_eq`."""

    kind: type[Any] = np.random.Generator

    def __call__(self, name: str | None = None) -> Variable:
        """An input that takes a generator."""
        return variable(RANDOM_STATE if isinstance(self, RandomStateType) else GENERATOR, name)

    def filter(self, data: Any, strict: bool = False, allow_downcast: bool | None = None) -> Any:
        """`data` if it is such a generator, or unless `strict` the dict of its state."""
        if isinstance(data, self.kind) or (not strict and isinstance(data, dict) and self.is_state(data)):
            return data
        raise TypeMismatch(message(f"{data!r} is no {self.kind.__name__}, nor the state of one"))

    def is_valid_value(self, data: Any, strict: bool = True) -> bool:
        """Whether `data` is a value of this type."""
        try:
            self.filter(data, strict)
        except TypeMismatch:
            return False
        return True

    def is_state(self, data: dict[str, Any]) -> bool:
        """Whether a dict is the state of such a generator."""
        try:
            self.made(data)
        except (SymlabError, KeyError, TypeError, ValueError, AttributeError):
            return False
        return True

    def made(self, data: Any) -> NumPyGenerator:
        """The generator itself, or the one whose state a dict is."""
        if not isinstance(data, dict):
            return data  # type: ignore[no-any-return]
        name = str(data["bit_generator"])
        bits = getattr(np.random, name)(0) if name in KINDS else None
        if self.kind is np.random.RandomState:
            generator = np.random.RandomState(bits)
            generator.set_state(data)
            return generator
        bits.state = data
        return np.random.Generator(bits)

    def values_eq(self, a: Any, b: Any) -> bool:
        """Whether two generators, or the dicts of their states, are in one state."""
        return bool(np.array_equal(*(state_words(self.made(item)) for item in (a, b))))

    @staticmethod
    def may_share_memory(a: Any, b: Any) -> bool:
        """Whether two generators draw from the same bits."""
        return a._bit_generator is b._bit_generator  # type: ignore[no-any-return]

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return type(self).__name__


class RandomStateType(RandomType):
    """The type of `np.random.RandomState`."""

    legacy = True
    kind = np.random.RandomState


class RandomGeneratorType(RandomType):
    """The type of `np.random.Generator`."""

    legacy = False


random_state_type = RandomStateType()
random_generator_type = RandomGeneratorType()


def rng(name: str | None = None) -> Variable:
    """An input that takes a `np.random.Generator`; a function with it as output gives one."""
    return random_generator_type(name)
