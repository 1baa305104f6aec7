"""The types of NumPy's generators as programs for PyTensor ask for them: `random_generator_type("rng")` is an input."""

from __future__ import annotations

from typing import Any

from symlab.core.ir.op import INPUT
from symlab.core.ops.generator_states import GENERATOR, RANDOM_STATE, GeneratorType
from symlab.core.ops.operators import Variable
from symlab.core.seams import seam

__all__ = [
    "RandomGeneratorType", "RandomGeneratorVariable", "RandomStateType", "RandomType", "random_generator_type",
    "random_state_type", "rng",
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


class RandomGeneratorVariable(Variable):
    """A generator as an expression; each distribution is a method, `following, x = rng.normal(0, 1)`."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return seam("random.method")(self, name)


def rng(name: str | None = None) -> RandomGeneratorVariable:
    """An input that takes a `np.random.Generator`; a function with it as output gives one."""
    return RandomGeneratorVariable(INPUT, (), (), GENERATOR, name)


def as_generator(state: Variable) -> RandomGeneratorVariable:
    """A state as the variable that has distributions as methods."""
    return RandomGeneratorVariable(state.op, state.args, state.attrs, state.type)  # type: ignore[arg-type]
