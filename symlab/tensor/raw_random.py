"""Theano's draws from a state that is passed on: each gives the next state, and what is drawn.

Draws are those of NumPy's older generator, `np.random.RandomState`. New programs take the keys of `T.random`.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from symlab.core.custom.perform import Op
from symlab.core.custom.records import as_types
from symlab.core.ir.apply import Apply
from symlab.core.ir.errors import TypeMismatch, message
from symlab.core.ops.elementwise import cast
from symlab.core.ops.generator_states import RANDOM_STATE, generator_of, state_words
from symlab.core.ops.generators import DRAWS
from symlab.core.ops.operators import Variable, as_variable, constant, variable
from symlab.core.ops.shape import Number, sizes_of
from symlab.tensor.arguments import size_from
from symlab.tensor.indexing import take_along_axis
from symlab.tensor.random.draws import sizes_for, together
from symlab.tensor.random.states import Drawn, next_and_drawn
from symlab.tensor.random.type import RandomStateType, random_state_type

# fmt: off
__all__ = [
    "RandomFunction", "RandomStateType", "binomial", "choice", "multinomial", "normal", "permutation",
    "permutation_helper", "poisson", "random_integers", "random_state_type", "shuffle_row_elements", "state_of",
    "uniform",
]
# fmt: on


def state_of(seed: Any) -> np.ndarray[Any, Any]:
    """The state of a generator with this seed, or of a `np.random.RandomState`."""
    return state_words(seed if isinstance(seed, np.random.RandomState) else np.random.RandomState(seed))


class RandomFunction(Op):
    """A draw that a program describes: `RandomFunction(fn, outtype)(state, size, *parameters)` gives `[next, draw]`.

    `fn(generator, *parameters, size)` draws, or the method of `np.random.RandomState` that is called so; `size` is None
    where an empty one is given. The draw is of type `outtype` and has `ndim_added` axes more than the size. `inplace`
    is accepted: what is done in place is decided by the compiler.
    """

    __props__ = ("fn", "outtype", "inplace", "ndim_added")

    def __init__(self, fn: Any, outtype: Any, inplace: Any = False, ndim_added: int = 0) -> None:
        self.fn, self.outtype, self.inplace, self.ndim_added = fn, outtype, bool(inplace), ndim_added

    def __str__(self) -> str:
        return f"RandomFunction{{{self.fn if isinstance(self.fn, str) else self.fn.__name__}}}"

    @property
    def destroy_map(self) -> dict[int, list[int]]:
        """What Theano's programs ask for: the state is the first operand, and the first result."""
        return {0: [0]} if self.inplace else {}

    def make_node(self, r: Any, shape: Any, *args: Any) -> Apply:
        """The node of a draw of this size."""
        sizes = as_variable(shape) if isinstance(shape, Variable) or np.size(shape) else constant(np.zeros(0, np.int64))
        if sizes.ndim != 1 or sizes.type.dtype.kind not in "iu":
            raise TypeMismatch(message("the size of a draw is a vector of integers", [("shape", sizes)]))
        (type,) = as_types(self.outtype, "outtype")
        return Apply(self, [as_variable(r), sizes, *map(as_variable, args)], [variable(RANDOM_STATE), variable(type)])

    def perform(self, node: Apply, inputs: list[np.ndarray[Any, Any]], output_storage: list[list[Any]]) -> None:
        """Draw, and keep the state after it."""
        state, sizes, *parameters = inputs
        type, generator = node.outputs[1].type, generator_of(state)
        draw = getattr(np.random.RandomState, self.fn) if isinstance(self.fn, str) else self.fn
        wanted = tuple(sizes.tolist())
        found = np.asarray(draw(generator, *parameters, wanted or None), type.dtype)
        if not wanted and not found.ndim:
            found = found.reshape((1,) * type.ndim)
        if found.ndim != type.ndim or (wanted and found.shape[: found.ndim - self.ndim_added] != wanted):
            raise ValueError(
                f"{self} drew an array of shape {found.shape}, where size {wanted} and {self.ndim_added} axes more make"
                f" {type.ndim} axes"
            )
        output_storage[0][0], output_storage[1][0] = state_words(generator), found


def permutation_helper(random_state: np.random.RandomState, n: Any, shape: Any) -> np.ndarray[Any, Any]:
    """The numbers before n in random order, for each place of a shape: a function for `RandomFunction`."""
    return np.asarray(DRAWS["permutation"](random_state, np.asarray(n), size=tuple(shape or ())))


def simple(state: Any, distribution: str, size: Any, operands: Sequence[Any], ndim: int | None, dtype: Any) -> Drawn:
    """A draw whose size is given, or that of the parameters together."""
    return next_and_drawn(state, distribution, completed(size, [*map(as_variable, operands)], ndim), operands, dtype)


def completed(size: Any, operands: Sequence[Variable], ndim: int | None) -> tuple[Number, ...]:
    """The sizes of a draw, in which -1 stands for that of the parameters along the axis.

    Without a size they are those of the parameters, after axes of size 1 where `ndim` asks for more.
    """
    known = together(operands)
    if size is None:
        return (1,) * ((ndim or 0) - len(known)) + known
    sizes = sizes_for(size, operands, ndim, least=-1)
    behind = (-1,) * (len(sizes) - len(known)) + known
    return tuple(
        given if isinstance(asked, int) and asked == -1 else asked for asked, given in zip(sizes, behind, strict=True)
    )


def uniform(
    state: Any, size: Any = None, low: Any = 0.0, high: Any = 1.0, ndim: int | None = None, dtype: Any = "floatX"
) -> Drawn:
    """Numbers in [low, high), all alike."""
    return simple(state, "uniform", size, [low, high], ndim, dtype)


def normal(
    state: Any, size: Any = None, avg: Any = 0.0, std: Any = 1.0, ndim: int | None = None, dtype: Any = "floatX"
) -> Drawn:
    """Normal numbers with this mean and standard deviation."""
    return simple(state, "normal", size, [avg, std], ndim, dtype)


def binomial(
    state: Any,
    size: Any = None,
    n: Any = 1,
    p: Any = 0.5,
    ndim: int | None = None,
    dtype: Any = "int64",
    prob: Any = None,
) -> Drawn:
    """How many of n trials succeed that each do with probability p."""
    return simple(state, "binomial", size, [n, p if prob is None else prob], ndim, dtype)


def poisson(state: Any, size: Any = None, lam: Any = 1.0, ndim: int | None = None, dtype: Any = "int64") -> Drawn:
    """How many events happen that are expected lam times."""
    return simple(state, "poisson", size, [lam], ndim, dtype)


def random_integers(
    state: Any, size: Any = None, low: Any = 0, high: Any = 1, ndim: int | None = None, dtype: Any = "int64"
) -> Drawn:
    """Whole numbers in [low, high], both included."""
    return simple(state, "random_integers", size, [low, high], ndim, dtype)


def choice(
    state: Any,
    size: Any = 1,
    a: Any = 2,
    replace: bool = True,
    p: Any = None,
    ndim: int | None = None,
    dtype: Any = "int64",
) -> Drawn:
    """Elements of a vector a, or of the numbers before it, by probabilities p; each once unless `replace`.

    A p without axes, as programs for Theano give it, stands for equal probabilities.
    """
    a = as_variable(a)
    kind = "choice" if replace else "choice without replacement"
    operands = [a] if p is None or as_variable(p).ndim == 0 else [a, cast(as_variable(p), dtype="float64")]
    return next_and_drawn(state, kind, sizes_for(size, [], ndim), operands, a.dtype if a.ndim else dtype)


def permutation(state: Any, size: Any = None, n: Any = 1, ndim: int | None = None, dtype: Any = "int64") -> Drawn:
    """The numbers before n in random order, for each place."""
    if ndim not in (None, 0, 1) and (size is None or size == ()):
        raise TypeMismatch(message(f"one permutation has one axis, and ndim={ndim} is asked for", (), ["size="]))
    sizes = () if size is None else sizes_for(size, [], ndim if size else None)
    return next_and_drawn(state, "permutation", [*sizes, size_from(n)], [as_variable(n)], dtype, trailing=1)


def multinomial(
    state: Any, size: Any = None, n: Any = 1, pvals: Any = (0.5, 0.5), ndim: int | None = None, dtype: Any = "int64"
) -> Drawn:
    """How many of n trials fall into each class, by the probabilities in the last axis of `pvals`."""
    trials, rows = as_variable(n), as_variable(pvals)
    front = completed(size, [trials, rows[..., 0]], ndim)
    return next_and_drawn(state, "multinomial", [*front, sizes_of(rows)[-1]], [trials, rows], dtype, trailing=1)


def shuffle_row_elements(state: Any, input: Any) -> Drawn:
    """The elements of each row in a random order of its own."""
    x = as_variable(input)
    sizes = sizes_of(x)
    following, order = permutation(state, sizes[:-1], sizes[-1], builtins.max(x.ndim - 1, 0))
    return following, take_along_axis(x, order, axis=-1)
