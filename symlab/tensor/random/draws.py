"""What every distribution does: parameters and sizes brought together, a source of bits, a dtype."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from symlab.core.ir.errors import InvalidValue, ShapeMismatch, TypeMismatch, message
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ops.elementwise import cast
from symlab.core.ops.operators import Variable, as_variable, constant
from symlab.core.ops.random import quantile
from symlab.core.ops.shape import Number
from symlab.core.steps import unfolded_steps
from symlab.tensor.arguments import sizes_from
from symlab.tensor.random.domains import checked, surely
from symlab.tensor.random.sources import Source, filled_to, fold_in, word
from symlab.tensor.random.states import front_sizes, is_state, not_below
from symlab.tensor.types import dtype_of


def by_generator(function: Callable[..., Variable]) -> Callable[..., Variable]:
    """A distribution that NumPy draws where `rng` is the state of one of its generators."""
    signature, name = inspect.signature(function), function.__name__

    @functools.wraps(function)
    def draw(*parameters: Any, **options: Any) -> Variable:
        if options.get("rng") is None:
            raise without_source(name)
        if not is_state(options["rng"]):
            try:
                given = signature.bind(*parameters, **options)
            except TypeError as error:
                raise TypeMismatch(message(f"{name}: {error}")) from None
            given.arguments.update(checked(name, given.arguments))
            return function(*given.args, **given.kwargs)
        if name == "gamma" and len(parameters) > 1:
            problem = "the second parameter of gamma is a scale here, and a rate in programs for PyTensor: say which"
            raise TypeMismatch(message(problem, (), ["scale=scale", "T.random.basic.gamma(shape, rate)"]))
        from symlab.tensor.random import basic

        own = {key: options.pop(key) for key in ("name", "return_next_rng") if key in options}
        bound = signature.bind(*parameters, **options)
        bound.apply_defaults()
        told = list(bound.arguments.items())
        first = next((place for place, (key, _) in enumerate(told) if key in ("size", "scale", "rng")), len(told))
        before = [value for _, value in told[:first]]
        return getattr(basic, name)(*before, **dict(told[first:]), **own)  # type: ignore[no-any-return]

    return draw


def without_source(name: str) -> TypeMismatch:
    """The error of a draw that is not told where its numbers come from."""
    tries = [
        "T.random.RandomStream(seed)",
        "T.random.key(seed)",
        "sl.shared(np.random.default_rng(seed))",
        f"T.random.basic.{name}, which then makes a generator of its own",
    ]
    return TypeMismatch(message("a draw needs `rng`", (), tries))


class Stream(Protocol):
    """What hands out sources: a `RandomStream`."""

    def source(self) -> Source:
        """Bits for the next draw."""


@dataclass(frozen=True)
class Draw:
    """One draw: where its bits come from, its sizes, its parameters, the dtype in which it is computed."""

    source: Source
    sizes: tuple[Number, ...]
    parameters: tuple[Variable, ...]
    dtype: str

    def uniform(self, part: int = 0, parts: int = 1) -> Variable:
        """Numbers in [0, 1)."""
        return self.source.uniform(self.sizes, self.dtype, part, parts)

    def inside(self, part: int = 0, parts: int = 1) -> Variable:
        """Numbers in (0, 1)."""
        return self.source.inside(self.sizes, self.dtype, part, parts)

    def by_quantile(self, distribution: str, *parameters: Any, part: int = 0, parts: int = 1) -> Variable:
        """Whole numbers from SciPy's quantiles."""
        probabilities = self.source.inside(self.sizes, "float64", part, parts)
        full = [filled_to(cast(as_variable(item), dtype="float64"), self.sizes) for item in parameters]
        return quantile(probabilities, *full, distribution=distribution, dtype="int64")  # type: ignore[no-any-return]


def source_of(rng: Any) -> Source:
    """The bits for one draw of a `RandomStream`, or of a key that is used for this draw alone.

    In a loop, a key that is the same in every step is folded with the step: draws differ from step to step.
    """
    if hasattr(rng, "source"):
        return rng.source()  # type: ignore[no-any-return]
    found = word(rng)
    for step in unfolded_steps(found):
        found = fold_in(found, step)
    return Source(found, constant(np.uint64(0)))


def together(parameters: Sequence[Variable]) -> tuple[Number, ...]:
    """The sizes of parameters that broadcast."""
    return front_sizes(parameters, [0] * len(parameters))


def sizes_for(size: Any, parameters: Sequence[Variable], ndim: int | None = None, least: int = 0) -> tuple[Number, ...]:
    """The sizes that are asked for, or those of the parameters together; `least` is the least size."""
    if size is None:
        return together(parameters)
    sizes = not_below(sizes_from(size, ndim), least)
    for item in parameters:
        if item.ndim > len(sizes):
            problem = f"a parameter has {item.ndim} axes, and the draw has {len(sizes)}"
            raise ShapeMismatch(message(problem, [(item.name or "parameter", item)]))
    return sizes


def drawn(parameters: Sequence[Any], size: Any, rng: Any, dtype: Any, ndim: int | None = None, scales: int = 0) -> Draw:
    """A draw of floating-point numbers, with parameters in its dtype; the last `scales` of them are not negative."""
    found = dtype_of(dtype).name
    if dtype_of(dtype).kind != "f":
        tries = ["integers, or a cast of the draw"]
        raise TypeMismatch(message(f"a draw of real numbers has no dtype {found}", (), tries))
    nodes = [as_variable(item) for item in parameters]
    nodes = [*nodes[: len(nodes) - scales], *map(scale_of, nodes[len(nodes) - scales :])]
    given = tuple(cast(item, dtype=found) for item in nodes)
    return Draw(source_of(rng), sizes_for(size, given, ndim), given, found)


def scale_of(value: Variable) -> Variable:
    """A scale, which is refused where an element is negative: now if it is known, else at the call."""
    if value.op is not CONSTANT:
        return surely(value, "not negative")
    if np.any(constant_value(value) < 0):
        raise InvalidValue(message("a scale is not negative", [(value.name or "scale", value)]))
    return value


def counted_draw(parameters: Sequence[Any], size: Any, rng: Any, ndim: int | None = None) -> Draw:
    """A draw of whole numbers, with parameters as they are; probabilities are of float64."""
    given = tuple(as_variable(item) for item in parameters)
    return Draw(source_of(rng), sizes_for(size, given, ndim), given, "float64")


def whole(x: Variable, dtype: Any) -> Variable:
    """Whole numbers in a dtype."""
    name = dtype_of(dtype).name
    return x if x.dtype == name else cast(x, dtype=name)  # type: ignore[no-any-return]
