"""`RandomVariable`: a distribution as an object that draws from a generator of NumPy, for programs that make their own.

`RandomVariable("normal", 0, [0, 0], "floatX")(0.0, 1.0, size=(3,), rng=rng)` is a draw `x`; `x.owner.outputs` are the
next state of `rng` and `x`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from symlab.core.custom.perform import Op
from symlab.core.custom.records import op_name
from symlab.core.ir.apply import Apply
from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ir.op import Kind, Recipe
from symlab.core.ir.op import Op as Record
from symlab.core.ops.generators import DRAW_FACTS, draw_by_name, draw_type, drawing, seeded
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import GIVEN, Number, sizes_of
from symlab.tensor.random.states import as_state, draw_sizes, next_and_drawn
from symlab.tensor.random.type import random_generator_type, random_state_type

__all__ = ["RandomState", "RandomVariable", "default_rng", "default_supp_shape_from_params"]


def default_supp_shape_from_params(
    ndim_supp: int, dist_params: Sequence[Any], rep_param_idx: int = 0, param_shapes: Sequence[Any] | None = None
) -> tuple[Number, ...]:
    """The sizes of one draw: the last `ndim_supp` of one parameter."""
    if ndim_supp <= 0:
        raise InvalidValue(message(f"ndim_supp is the number of axes of one draw, not {ndim_supp}"))
    given = dist_params[rep_param_idx]
    sizes = param_shapes[rep_param_idx] if param_shapes is not None else shape_of(given)
    if len(sizes) < ndim_supp:
        raise InvalidValue(message(f"Reference parameter {rep_param_idx} has fewer axes than a draw has: {ndim_supp}"))
    return tuple(sizes[-ndim_supp:])


def shape_of(value: Any) -> tuple[Number, ...]:
    """The sizes of an array or expression."""
    return sizes_of(value) if isinstance(value, Variable) else np.shape(value)


def axes_in(signature: str) -> tuple[list[int], int]:
    """How many axes the parameters and the draw have, by a signature such as "(n),(n,n)->(n)"."""
    before, _, after = signature.partition("->")
    count = [len([name for name in core.split(",") if name.strip()]) for core in re.findall(r"\(([^)]*)\)", before)]
    return count, len([name for name in after.strip("() ").split(",") if name.strip()])


class RandomVariable(Op):
    """A distribution: how it is called, how many axes one draw (`ndim_supp`) and its parameters (`ndims_params`) have.

    A class of its own may say `rng_fn(rng, *parameters, size)`, which draws arrays from a generator; without it
    the generator's method of the distribution's name does. `signature`, as "(n),(n,n)->(n)", stands for both counts.
    `dtype` is that of draws ("floatX" too); `inplace` is accepted: what is done in place is decided by the compiler.
    """

    __props__ = ("name", "ndim_supp", "ndims_params", "dtype", "inplace")
    default_output = 1
    name: Any = None
    ndim_supp: Any = None
    ndims_params: Any = None
    dtype: Any = None
    inplace: Any = False
    signature: ClassVar[str | None] = None

    def __init__(
        self,
        name: str | None = None,
        ndim_supp: int | None = None,
        ndims_params: Sequence[int] | None = None,
        dtype: Any = None,
        inplace: bool | None = None,
        signature: str | None = None,
    ) -> None:
        told = signature or type(self).signature
        counts, supp = axes_in(told) if told else (type(self).ndims_params, type(self).ndim_supp)
        self.name = name or type(self).name
        self.ndim_supp = supp if ndim_supp is None else ndim_supp
        counts = counts if ndims_params is None else ndims_params
        if not isinstance(counts, Sequence):
            problem = f"Parameter ndims_params lists the number of axes of each parameter, and {counts!r} is no list"
            raise TypeMismatch(message(problem, (), ["ndims_params=[0, 0]", "signature='(),()->()'"]))
        self.ndims_params = tuple(counts)
        self.dtype = dtype or type(self).dtype
        self.inplace = type(self).inplace if inplace is None else inplace

    def __call__(  # type: ignore[override]
        self,
        *dist_params: Any,
        size: Any = None,
        name: str | None = None,
        rng: Any = None,
        dtype: Any = None,
        return_next_rng: bool = False,
        **options: Any,
    ) -> Any:
        """A draw; with `return_next_rng` the next state and the draw."""
        following, found = self.make_node(rng, size, dtype, *dist_params, **options).outputs
        found.name = name or found.name
        return (following, found) if return_next_rng else found

    def make_node(self, rng: Any, size: Any, dtype: Any, *dist_params: Any) -> Apply:  # type: ignore[override]
        """The node of a draw, whose results are the next state and what is drawn."""
        operands = [as_variable(item) for item in dist_params]
        given = dtype if dtype is not None else self.dtype
        if given is None:
            raise TypeMismatch(message(f"dtype of {self.name} is not told", (), ["dtype='float64'"]))
        sizes = self._infer_shape(size, operands)
        _, found = next_and_drawn(as_state(rng), self.source(), sizes, operands, given, self.trailing(operands))
        return Apply.of(found.args[0], found)

    def source(self) -> Any:
        """What draws: a record that calls `rng_fn`, or the name of a draw of symlab's own."""
        return record_of(self)

    def trailing(self, operands: Sequence[Variable]) -> int:
        """How many of the last axes belong to one draw."""
        return self.ndim_supp  # type: ignore[no-any-return]

    def _supp_shape_from_params(self, dist_params: Sequence[Any], **options: Any) -> tuple[Number, ...]:
        """The sizes of one draw, which classes of their own may find another way."""
        return default_supp_shape_from_params(self.ndim_supp, dist_params, **options)

    def _infer_shape(self, size: Any, dist_params: Sequence[Any], param_shapes: Any = None) -> tuple[Number, ...]:
        """The sizes of all draws."""
        operands = [as_variable(item) for item in dist_params]
        front = draw_sizes(size, operands, self.ndims_params[: len(operands)])
        shapes = {} if param_shapes is None else {"param_shapes": param_shapes}
        return (*front, *(self._supp_shape_from_params(operands, **shapes) if self.ndim_supp else ()))

    def rng_fn(self, rng: Any, *args: Any, **named: Any) -> Any:
        """What a generator draws: the parameters come before the size, which is None for one draw."""
        *given, size = (*args, named["size"]) if "size" in named else args
        parameters = [np.asarray(item) for item in given]
        fronts = [item.shape[: item.ndim - core] for item, core in zip(parameters, self.ndims_params, strict=False)]
        asked = () if size is None else tuple(np.atleast_1d(np.asarray(size, int)).tolist())
        return draw_by_name(self.name)(rng, *parameters, size=asked or np.broadcast_shapes(*fronts))

    def rng_param(self, node: Apply) -> Variable:
        """The state that a draw starts from."""
        return node.inputs[0]  # type: ignore[return-value]

    def size_param(self, node: Apply) -> tuple[Number, ...]:
        """The sizes of all draws, without those of one."""
        sizes = sizes_of(node.outputs[1])  # type: ignore[arg-type]
        return sizes[: len(sizes) - node.node.attr("trailing")]  # type: ignore[no-any-return]

    def dist_params(self, node: Apply) -> list[Any]:
        """The parameters of a draw."""
        return node.inputs[1 + sum(entry == GIVEN for entry in node.node.attr("shape")) :]

    def __str__(self) -> str:
        told = ", ".join(str(getattr(self, name)) for name in type(self).__props__[1:])
        return f"{self.name}_rv{{{told}}}"

    __repr__ = __str__


def record_of(variable: RandomVariable) -> Record:
    """The record of a distribution that a program describes."""

    def draw(generator: Any, *operands: Any, size: Any) -> Any:
        return variable.rng_fn(generator, *operands, size or None)

    facts, name = {**DRAW_FACTS, "python": True, "made": variable}, str(variable.name)
    return Record(
        op_name(name), Kind.CALL, type(variable).__doc__ or "", drawing(draw, name), draw_type,
        home=type(variable).__module__, extra=MappingProxyType(facts), recipe=Recipe(record_of, (variable,)),
    )  # fmt: skip


class GeneratorMaker:
    """Makes the state of a generator from a seed, at each call a new one where there is no seed."""

    def __init__(self, random_type: Any, legacy: bool, called: Callable[..., Any]) -> None:
        self.random_type, self.legacy = random_type, legacy
        self.__doc__ = f"The state of `np.random.{called.__name__}(seed)`; without a seed a new one in each call."

    def __call__(self, seed: Any = None) -> Variable:
        """The state with this seed."""
        return seeded(*([] if seed is None else [as_variable(seed)]), legacy=self.legacy)  # type: ignore[no-any-return]


RandomState = GeneratorMaker(random_state_type, True, np.random.RandomState)
default_rng = GeneratorMaker(random_generator_type, False, np.random.default_rng)
