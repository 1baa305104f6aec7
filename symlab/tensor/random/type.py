"""The types of NumPy's generators as programs for PyTensor ask for them: `random_generator_type("rng")` is an input."""

from __future__ import annotations

from typing import Any

from symlab.core.ops.generator_states import GENERATOR, RANDOM_STATE, GeneratorType
from symlab.core.ops.operators import Variable, variable

__all__ = [
    "RandomGeneratorType", "RandomStateType", "RandomType", "random_generator_type", "random_state_type", "rng",
]  # fmt: skip

random_generator_type, random_state_type = GENERATOR, RANDOM_STATE


class Recognizing(type):
    """The class of classes that only recognize types; calling one gives the type."""

    types: tuple[GeneratorType, ...] = ()

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, GeneratorType) and any(value.legacy is told.legacy for told in cls.types)

    def __call__(cls) -> GeneratorType:
        return cls.types[0]


class RandomType(metaclass=Recognizing):
    """The types of generators of NumPy."""

    types = (GENERATOR, RANDOM_STATE)


class RandomGeneratorType(metaclass=Recognizing):
    """The type of `np.random.Generator`."""

    types = (GENERATOR,)


class RandomStateType(metaclass=Recognizing):
    """The type of `np.random.RandomState`."""

    types = (RANDOM_STATE,)


def rng(name: str | None = None) -> Variable:
    """An input that takes a `np.random.Generator`; a function with it as output gives one."""
    return variable(GENERATOR, name)
