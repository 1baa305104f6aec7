"""Shared variables whose values are generators of NumPy, and functions that give such values back."""

from __future__ import annotations

from typing import Any

import numpy as np

from symlab.core.backends.c.callobject import PythonCell
from symlab.core.containers import Container
from symlab.core.delegating import Delegating
from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ir.expr import Attributes
from symlab.core.ir.op import SHARED, Op
from symlab.core.ir.types import ArrayType
from symlab.core.ops.generator_states import (
    GENERATOR,
    RANDOM_STATE,
    GeneratorType,
    NumPyGenerator,
    generator_of,
    state_words,
)
from symlab.core.request import Request
from symlab.core.seams import seam
from symlab.core.shared import ByPlace, SharedVariable


class GeneratorSharedVariable(SharedVariable):
    """A shared variable that holds the state of a generator of NumPy, and is seen as that generator."""

    __slots__ = ("shown",)

    shown: tuple[np.ndarray[Any, Any], NumPyGenerator] | None  # a state, and the object by which it was given or read

    def __init__(
        self,
        op: Op,
        args: tuple[Any, ...] = (),
        attrs: Attributes = (),
        type: ArrayType | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(op, args, attrs, type, name)
        self.shown = None

    def get_value(self, borrow: bool = False, return_internal_type: bool = False) -> Any:
        """A generator in the current state: a new one, or with `borrow` one object while the state is the same.

        Seeding it or drawing from it changes no function; `set_value` does.
        """
        words = self.cell.get_value(borrow=True)
        if not borrow:
            return generator_of(words)
        if self.shown is None or not np.array_equal(self.shown[0], words):
            self.shown = words.copy(), generator_of(words)
        return self.shown[1]

    def set_value(self, value: Any = None, borrow: bool = False, *, seed: Any = None) -> None:
        """Go on as this generator would, or as a new one with a seed; `borrow` hands the same object out again."""
        if seed is not None:
            if value is not None:
                raise InvalidValue(message("a generator is given, or the seed of a new one, not both"))
            kind = np.random.RandomState if self.type is RANDOM_STATE else np.random.default_rng
            value, borrow = kind(seed), True
        if isinstance(value, NumPyGenerator):
            words = state_words(value)
        else:
            words = np.array(value, copy=True)
            generator_of(words) if words.dtype == np.uint32 and words.ndim == 1 else refuse(value)
        self.cell.set_value(words, borrow=False)
        self.shown = (words, value) if borrow and isinstance(value, NumPyGenerator) else None

    @property
    def container(self) -> Container:
        """The place of the value, which gives the one object that `get_value(borrow=True)` gives."""
        return Container(Borrowed(self), 0)

    def __str__(self) -> str:
        return self.name or f"{type(self).__name__}({self.get_value(borrow=True)})"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in SharedVariable.__slots__ or name == "shown":
            raise AttributeError(name)
        return seam("random.method")(self, name)


class RandomGeneratorSharedVariable(GeneratorSharedVariable):
    """A shared `np.random.Generator`."""

    __slots__ = ()


class RandomStateSharedVariable(GeneratorSharedVariable):
    """A shared `np.random.RandomState`."""

    __slots__ = ()


class Borrowed(ByPlace):
    """A shared generator as its container sees it."""

    def __getitem__(self, key: int) -> Any:
        return self.variable.get_value(borrow=True)


def refuse(value: Any) -> None:
    """Raise for what is no generator."""
    tries = ["np.random.default_rng(seed)", "np.random.RandomState(seed)"]
    raise TypeMismatch(message(f"{value!r} is no generator of NumPy", (), tries))


def shared_generator(
    value: NumPyGenerator, name: str | None, strict: bool, allow_downcast: bool | None, borrow: bool
) -> SharedVariable:
    """A shared variable with the state of a generator."""
    legacy = isinstance(value, np.random.RandomState)
    kind = RandomStateSharedVariable if legacy else RandomGeneratorSharedVariable
    variable = kind(SHARED, (), (), RANDOM_STATE if legacy else GENERATOR, name)
    variable.cell = PythonCell(state_words(value))
    variable.strict, variable.allow_downcast = strict, allow_downcast
    variable.set_value(value, borrow=borrow)
    return variable


class GeneratorsGiven(Delegating, to="front"):
    """A function in front of one whose results have states of generators among them, which it gives as generators."""

    def __init__(self, front: Any, request: Request) -> None:
        self.front = front
        self.places = [isinstance(item.type, GeneratorType) for item in request.outputs]
        self.layout = request.layout

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """The results, states as generators."""
        if self.signature.asks_for_subset(keywords):
            return self.front(*args, **keywords)  # a function of its own, which gives generators too
        found = self.front(*args, **keywords)
        if self.layout == "s":
            return generator_of(found)
        if self.layout == "d":
            pairs = zip(found.items(), self.places, strict=True)
            return {key: generator_of(value) if told else value for (key, value), told in pairs}
        return [generator_of(value) if told else value for value, told in zip(found, self.places, strict=True)]

    def __getitem__(self, key: Any) -> Any:
        return self.front[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.front[key] = value


def with_generators(front: Any, request: Request) -> Any:
    """The function as it is called: in front of it what makes generators of states, where it gives any."""
    given = any(isinstance(item.type, GeneratorType) for item in request.outputs)
    return GeneratorsGiven(front, request) if given else front
