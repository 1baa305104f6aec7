"""Draws from the state of a generator of NumPy: each gives the next state, and what is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, ShapeMismatch, TypeMismatch, message
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, PROJECT, Op
from symlab.core.ops.generator_states import GeneratorType, NumPyGenerator, is_state_type
from symlab.core.ops.generators import numpy_draw
from symlab.core.ops.join import make_vector
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import Number, separated, sizes_of, specify_shape
from symlab.core.seams import seam
from symlab.core.shared import shared
from symlab.tensor.arguments import sizes_from
from symlab.tensor.shaping import common_size
from symlab.tensor.types import dtype_of

Drawn = tuple[Variable, Variable]


def is_state(rng: Any) -> bool:
    """Whether an expression is the state of a generator of NumPy."""
    return isinstance(rng, Variable) and is_state_type(rng.type)


def as_state(rng: Any) -> Variable:
    """The state to draw from: a shared generator, an expression of one, or a new generator where none is given."""
    if rng is None:
        return shared(np.random.default_rng())
    if is_state(rng):
        return rng  # type: ignore[no-any-return]
    if isinstance(rng, NumPyGenerator):
        problem = "a draw takes a generator as a shared variable, which keeps its state"
        raise TypeMismatch(message(problem, (), ["rng=sl.shared(generator)"]))
    tries = ["sl.shared(np.random.default_rng())", "T.random.utils.RandomStream(seed), whose draws are NumPy's"]
    raise TypeMismatch(message(f"{rng!r} is no state of a generator of NumPy", (), tries))


def is_of_kind(state: Variable, legacy: bool) -> bool:
    """Whether a state may be that of a RandomState (`legacy`), or of a Generator."""
    return not isinstance(state.type, GeneratorType) or state.type.legacy is legacy


def next_and_drawn(
    state: Any, distribution: str | Op, sizes: Sequence[Number], operands: Sequence[Any], dtype: Any, trailing: int = 0
) -> Drawn:
    """The next state, and numbers of a distribution; the last `trailing` sizes are those of one draw."""
    template, given = separated(sizes)
    options = {"shape": template, "trailing": trailing, "dtype": dtype_of(dtype).name}
    known = isinstance(distribution, str)
    op, told = (numpy_draw, {**options, "distribution": distribution}) if known else (distribution, options)
    several = op(as_variable(state), *given, *map(as_variable, operands), **told)  # type: ignore[operator]
    return PROJECT(several, index=0), PROJECT(several, index=1)


def not_below(sizes: Sequence[Number], least: int = 0) -> tuple[Number, ...]:
    """Sizes of a draw, of which those that are known now are large enough."""
    if any(isinstance(size, int) and size < least for size in sizes):
        raise InvalidValue(message(f"a size of {tuple(sizes)} is below {least}"))
    return tuple(sizes)


def asked(size: Any) -> tuple[Number, ...]:
    """The sizes that are asked for: none where nothing is asked, or an empty size."""
    if size is None:
        return ()
    if isinstance(size, Variable) and size.ndim == 1:
        if size.op is specify_shape and size.args[0].op is make_vector:
            size = size.args[0]
        folded = size if size.op is CONSTANT else seam("build.rewritten")(size)
        size = constant_value(folded) if folded.op is CONSTANT else size
    return not_below(sizes_from(size))


def front_sizes(operands: Sequence[Variable], cores: Sequence[int]) -> tuple[Number, ...]:
    """The sizes of parameters together, without the last axes that belong to one draw."""
    fronts = [sizes_of(item)[: item.ndim - core] for item, core in zip(operands, cores, strict=True)]
    rank = max(map(len, fronts), default=0)
    padded = [(1,) * (rank - len(front)) + front for front in fronts]
    return tuple(common_size([front[axis] for front in padded]) for axis in range(rank))


def draw_sizes(size: Any, operands: Sequence[Variable], cores: Sequence[int]) -> tuple[Number, ...]:
    """How many draws there are: as many as `size` says, or the parameters together."""
    wanted = asked(size)
    if not wanted:
        return front_sizes(operands, cores)
    for item, core in zip(operands, cores, strict=True):
        if item.ndim - core > len(wanted):
            problem = f"a parameter has {item.ndim - core} axes of draws, and `size` has {len(wanted)}"
            raise ShapeMismatch(message(problem, [(item.name or "parameter", item)]))
    return wanted
