"""Theano's `MRG_RandomStreams`: many streams of L'Ecuyer's MRG31k3p side by side, its numbers for its seeds."""

from __future__ import annotations

import functools
import operator
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ir.op import PROJECT
from symlab.core.ops.bits import invert
from symlab.core.ops.choosing import chosen
from symlab.core.ops.compare import ge, gt, lt
from symlab.core.ops.elementwise import add, cast, log, mul, sqrt, sub, true_div
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.random import MODULI, mrg_uniform
from symlab.core.ops.shape import Number, joined_size, reshaped, separated, shuffled, sizes_of
from symlab.core.ops.trigonometric import cos, sin
from symlab.core.shared import SharedVariable, shared
from symlab.tensor.arguments import only_known, size_from
from symlab.tensor.elementwise import clip
from symlab.tensor.indexing import flatnonzero, subtensor
from symlab.tensor.joining import concatenate
from symlab.tensor.random.draws import sizes_for
from symlab.tensor.reductions import cumsum, sum
from symlab.tensor.types import dtype_of

DEVIATION_WITHIN_TWO = 0.87962566103423978  # of the normal distribution between -2 and 2
__all__ = ["MRG_RandomStreams", "choice_from_uniform", "guess_n_streams", "multinomial_from_uniform"]

Matrix = tuple[tuple[int, ...], ...]
FIRST: Matrix = ((0, 2**22, 2**7 + 1), (1, 0, 0), (0, 1, 0))
SECOND: Matrix = ((2**15, 0, 2**15 + 1), (1, 0, 0), (0, 1, 0))
MOST_STREAMS = 60 * 256


def multiplied(a: Matrix, b: Matrix, modulus: int) -> Matrix:
    """The product of two small matrices of integers."""
    columns = tuple(zip(*b, strict=True))
    return tuple(tuple(dot(row, column) % modulus for column in columns) for row in a)


def dot(row: Sequence[int], column: Sequence[int]) -> int:
    """The sum of products."""
    return functools.reduce(operator.add, map(operator.mul, row, column))


@functools.cache
def jumps(exponent: int) -> tuple[Matrix, Matrix]:
    """The matrices that move the two recurrences on by 2^exponent steps."""
    first, second = FIRST, SECOND
    for _ in range(exponent):
        first, second = multiplied(first, first, MODULI[0]), multiplied(second, second, MODULI[1])
    return first, second


def moved_on(state: Sequence[int], exponent: int) -> list[int]:
    """A state, 2^exponent steps later."""
    found: list[int] = []
    for matrix, modulus, part in zip(jumps(exponent), MODULI, (state[:3], state[3:]), strict=True):
        found += [dot(row, part) % modulus for row in matrix]
    return found


def all_moved_on(states: np.ndarray[Any, Any], exponent: int) -> np.ndarray[Any, Any]:
    """Rows of states, 2^exponent steps later; products of two numbers of 31 bits are reduced before they are added."""
    columns: list[Any] = []
    for matrix, modulus, parts in zip(jumps(exponent), MODULI, (states[:, :3], states[:, 3:]), strict=True):
        columns += [(parts * np.array(row, np.int64) % modulus).sum(axis=1) % modulus for row in matrix]
    return np.stack(columns, axis=1)


class MRG_RandomStreams:
    """Draws from streams of MRG31k3p, which lie 2^72 steps apart; draws lie 2^134 steps apart."""

    def __init__(self, seed: Any = 12345) -> None:
        self.state_updates: list[tuple[SharedVariable, Variable]] = []
        self.set_rstate(seed)
        self.default_instance_seed = seed

    def set_rstate(self, seed: Any) -> None:
        """Take a seed: one integer, or the six of a state."""
        if isinstance(seed, (int, np.integer)):
            if not 0 < seed < MODULI[1]:
                raise InvalidValue(message(f"a seed lies above 0 and below {MODULI[1]}, and is not {seed}"))
            self.rstate = [int(seed)] * 6
            return
        state = [int(part) for part in seed]
        first, second = state[:3], state[3:]
        right = len(state) == 6 and any(first) and any(second)
        if not right or max(first) >= MODULI[0] or max(second) >= MODULI[1] or min(state) < 0:
            problem = f"a state is six integers, three below {MODULI[0]} and three below {MODULI[1]}, neither all 0"
            raise InvalidValue(message(problem))
        self.rstate = state

    def seed(self, seed: Any = None) -> None:
        """Start all draws made so far anew."""
        self.set_rstate(self.default_instance_seed if seed is None else seed)
        for state, _ in self.state_updates:
            state.set_value(self.substreams(len(state.get_value(borrow=True))))

    def inc_rstate(self) -> None:
        """Move on to the streams of the next draw."""
        self.rstate = moved_on(self.rstate, 134)

    def substreams(self, count: int) -> np.ndarray[Any, Any]:
        """The states of so many streams; the next draw has others."""
        found, doubled = np.array([self.rstate], np.int64), 0
        while len(found) < count:
            found = np.concatenate([found, all_moved_on(found, 72 + doubled)])
            doubled += 1
        self.inc_rstate()
        return found[:count].astype(np.int32)

    def get_substream_rstates(
        self, n_streams: int, dtype: Any = "float64", inc_rstate: bool = True
    ) -> np.ndarray[Any, Any]:
        """The states of so many streams, one a row; with `inc_rstate` the next draw has others."""
        before = self.rstate
        found = self.substreams(n_streams)
        self.rstate = self.rstate if inc_rstate else before
        return found

    def updates(self) -> list[tuple[SharedVariable, Variable]]:
        """The state of each draw so far with its next value, for functions with `no_default_updates`."""
        return list(self.state_updates)

    # Theano counts streams by sizes that are Python's numbers; those of normal, multinomial and choice it computes.

    def uniform(
        self, size: Any, low: Any = 0.0, high: Any = 1.0, ndim: int | None = None, dtype: Any = "floatX",
        nstreams: int | None = None, **options: Any,
    ) -> Variable:  # fmt: skip
        """Numbers in (low, high), all alike."""
        only_known(options, "uniform", "target")
        return self.between(sizes_for(size, [], ndim), low, high, dtype, nstreams or streams_of(size))

    def between(
        self, sizes: Sequence[Number], low: Any, high: Any, dtype: Any = "floatX", nstreams: int | None = None
    ) -> Variable:
        """Numbers in (low, high) in an array of these sizes."""
        name = dtype_of(dtype).name
        state = shared(self.substreams(guess_n_streams(sizes) if nstreams is None else nstreams), name="streams")
        template, given = separated(sizes)
        several = mrg_uniform(state, *given, shape=template, dtype=name)
        state.default_update = PROJECT(several, index=0)
        self.state_updates.append((state, state.default_update))
        found: Variable = PROJECT(several, index=1)
        if isinstance(low, (int, float)) and isinstance(high, (int, float)) and (low, high) == (0, 1):
            return found
        least, most = (cast(as_variable(bound), dtype=name) for bound in (low, high))
        return add(least, mul(found, sub(most, least)))  # type: ignore[no-any-return]

    def normal(
        self, size: Any, avg: Any = 0.0, std: Any = 1.0, ndim: int | None = None, dtype: Any = "floatX",
        nstreams: int | None = None, truncate: bool = False, **options: Any,
    ) -> Variable:  # fmt: skip
        """Normal numbers with this mean and standard deviation (Box and Muller 1958)."""
        only_known(options, "normal", "target")
        name, sizes = dtype_of(dtype).name, sizes_for(size, [], ndim)
        total = joined_size(sizes)
        half = (total + 1) // 2
        uniform = self.between([half * 2], 0.0, 1.0, name, nstreams or MOST_STREAMS)
        length = sqrt(mul(log(uniform[:half]), -2.0))
        angle = mul(uniform[half:], 2 * np.pi)
        parts = [(mul(length, turn), turn) for turn in (cos(angle), sin(angle))]
        both = self.within_two(parts, name, nstreams) if truncate else concatenate([numbers for numbers, _ in parts])
        found = reshaped(subtensor(both, slice(None, total)), sizes)
        return add(mul(found, cast(as_variable(std), dtype=name)), cast(as_variable(avg), dtype=name))  # type: ignore[no-any-return]

    def within_two(self, parts: Sequence[tuple[Variable, Variable]], dtype: str, nstreams: int | None) -> Variable:
        """The numbers between -2 and 2; then, for those beyond, as many of the same angles with new lengths below 2."""
        beyond = [gt(abs(numbers), 2) for numbers, _ in parts]
        places = [flatnonzero(far) for far in beyond]
        first, second = (sizes_of(place)[0] for place in places)
        uniform = self.between([add(as_variable(first), second)], 1 / np.e**2, 1.0, dtype, nstreams or MOST_STREAMS)
        length = sqrt(mul(log(uniform), -2.0))
        lengths = subtensor(length, slice(None, first)), subtensor(length, slice(first, None))
        found: list[Variable] = []
        for (numbers, turn), far, place, new in zip(parts, beyond, places, lengths, strict=True):
            found += [numbers[flatnonzero(invert(far))], mul(new, turn[place])]
        return concatenate(found)

    def truncated_normal(
        self, size: Any, avg: Any = 0.0, std: Any = 1.0, ndim: int | None = None, dtype: Any = "floatX",
        nstreams: int | None = None, **options: Any,
    ) -> Variable:  # fmt: skip
        """Normal numbers of which only those within two standard deviations are kept; `std` is theirs."""
        only_known(options, "truncated_normal", "target")
        return self.normal(size, avg, true_div(std, DEVIATION_WITHIN_TWO), ndim, dtype, nstreams, truncate=True)

    def binomial(
        self, size: Any = None, n: int = 1, p: Any = 0.5, ndim: int | None = None, dtype: Any = "int64",
        nstreams: int | None = None, prob: Any = None, **options: Any,
    ) -> Variable:  # fmt: skip
        """1 with probability p, else 0 (n is 1)."""
        only_known(options, "binomial", "target")
        if n != 1:
            raise InvalidValue(message(f"binomial of these streams has one trial, not {n}", (), ["T.random.binomial"]))
        p = as_variable(p if prob is None else prob)
        sizes = sizes_for(size, [p], ndim)
        floating = p.dtype if p.type.dtype.kind == "f" and p.ndim else "floatX"
        drawn = self.between(sizes, 0.0, 1.0, floating, nstreams or streams_of(size))
        return cast(lt(drawn, p), dtype=dtype_of(dtype).name)  # type: ignore[no-any-return]

    def multinomial(
        self, size: Any = None, n: int = 1, pvals: Any = None, ndim: int | None = None, dtype: Any = "int64",
        nstreams: int | None = None, **options: Any,
    ) -> Variable:  # fmt: skip
        """How many of n trials fall into each class, by the probabilities in each row of the matrix `pvals`."""
        only_known(options, "multinomial", "target")
        p = matrix_of(pvals)
        count = size_from(n)
        uniform = self.between([sizes_of(p)[0] * count], 0.0, 1.0, p.dtype, nstreams or MOST_STREAMS)
        return multinomial_from_uniform(p, uniform, count, dtype)

    def choice(
        self, size: Any = 1, a: Any = None, replace: bool = True, p: Any = None, ndim: int | None = None,
        dtype: Any = "int64", nstreams: int | None = None, **options: Any,
    ) -> Variable:  # fmt: skip
        """Different classes for each row of the matrix `p` of probabilities: `size` of them."""
        only_known(options, "choice", "target")
        if replace or a is not None:
            tries = ["T.random.choice", "replace=False, with probabilities p and no a"]
            raise InvalidValue(message("choice of these streams is without replacement", (), tries))
        rates, count = matrix_of(p), size_from(size)
        total = sizes_of(rates)[0] * count
        uniform = self.between([total], 0.0, 1.0, rates.dtype, nstreams or MOST_STREAMS)
        return choice_from_uniform(rates, uniform, count, dtype)

    def multinomial_wo_replacement(
        self, size: Any = None, n: int = 1, pvals: Any = None, ndim: int | None = None, dtype: Any = "int64",
        nstreams: int | None = None, **options: Any,
    ) -> Variable:  # fmt: skip
        """`choice` of n classes, under its older name, with a warning."""
        only_known(options, "multinomial_wo_replacement", "target")
        told = "multinomial_wo_replacement is the older name of choice(size=n, replace=False, p=pvals)"
        warnings.warn(told, DeprecationWarning, stacklevel=2)
        return self.choice(n, None, False, pvals, ndim, dtype, nstreams)


def streams_of(size: Any) -> int | None:
    """All streams where a size is a number of NumPy's, which Theano does not count by; else as the sizes say."""
    several = size if isinstance(size, (list, tuple)) else ()
    return MOST_STREAMS if any(isinstance(item, np.integer) for item in several) else None


def guess_n_streams(size: Any, warn: bool = False) -> int:
    """How many streams a draw has: one for six elements, at most 15360; as many if the size is not known."""
    known = isinstance(size, (list, tuple)) and all(isinstance(item, int) for item in size)
    total = joined_size(size) if known else None
    if not isinstance(total, int):
        return MOST_STREAMS
    return min(total // 6 if total > 6 else max(total, 1), MOST_STREAMS)


def multinomial_from_uniform(pvals: Any, unis: Any, n: Any = 1, dtype: Any = None) -> Variable:
    """How many of n trials fall into each class of each row, by one uniform number for each trial, row after row."""
    p, count = matrix_of(pvals), size_from(n)
    rows, classes = sizes_of(p)
    uniform = reshaped(as_variable(unis), [count, rows])
    last = ge(shuffled(uniform, (0, 1, "x")), shuffled(cumsum(p, axis=-1), ("x", 0, 1)))
    place = clip(sum(last, axis=-1), 0, sub(as_variable(classes), 1))
    from symlab.tensor.nnet import to_one_hot

    found = sum(to_one_hot(place, classes, "int64"), axis=0)
    return cast(found, dtype=p.dtype if dtype is None else dtype_of(dtype).name)  # type: ignore[no-any-return]


def choice_from_uniform(pvals: Any, unis: Any, n: Any = 1, dtype: Any = "int64", replace: bool = False) -> Variable:
    """n classes of each row, by one uniform number for each choice, row after row; different ones unless `replace`."""
    template, given = separated([size_from(n)])
    found = chosen(matrix_of(pvals), as_variable(unis), *given, shape=template, replace=replace)
    return cast(found, dtype=dtype_of(dtype).name)  # type: ignore[no-any-return]


def matrix_of(pvals: Any) -> Variable:
    """Probabilities as a matrix of floating-point numbers."""
    p = as_variable(pvals)
    if p.ndim != 2 or p.type.dtype.kind != "f":
        raise TypeMismatch(message("probabilities are a matrix of floating-point numbers", [(p.name or "pvals", p)]))
    return p
