"""One case or more for every op that is not elementwise: operands, attributes, and what NumPy says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import scipy.special

from symlab.core.ops import (
    agreement,
    create,
    cumulative,
    gather,
    index,
    join,
    linalg,
    nn,
    passing,
    reduce,
    repetition,
    search,
    shape,
    sort,
)
from tests.core.ops.case import ANY, FLOATS, NUMBERS, ORDERED, Array, Case, numbers, scalar, turned
from tests.core.ops.matrix_cases import matrix_cases
from tests.core.ops.random_cases import random_cases
from tests.core.ops.signal_cases import signal_cases


def reductions() -> Iterator[Case]:
    def total(function: Any) -> Callable[..., Any]:
        def compute(x: Array, axes: Any, keepdims: bool) -> Array:
            wide = np.float32 if x.dtype == np.float16 else None
            found = function(x, axis=axes, keepdims=keepdims, dtype=wide)
            return found.astype(np.float16) if wide else found

        return compute

    def placed(function: Any) -> Callable[..., Any]:
        return lambda x, axes, keepdims: function(x, axis=axes[0] if len(axes) == 1 else None, keepdims=keepdims)

    table = [
        (reduce.sum, total(np.sum), ANY),
        (reduce.prod, total(np.prod), ANY),
        (reduce.max, lambda x, axes, keepdims: np.max(x, axis=axes, keepdims=keepdims), ORDERED),
        (reduce.min, lambda x, axes, keepdims: np.min(x, axis=axes, keepdims=keepdims), ORDERED),
        (reduce.any, lambda x, axes, keepdims: np.any(x, axis=axes, keepdims=keepdims), ANY),
        (reduce.all, lambda x, axes, keepdims: np.all(x, axis=axes, keepdims=keepdims), ANY),
        (reduce.argmax, placed(np.argmax), ORDERED),
        (reduce.argmin, placed(np.argmin), ORDERED),
        (reduce.max_or_zero, lambda x, axes, keepdims: np.max(x, axis=axes, keepdims=keepdims, initial=0), ORDERED),
    ]
    for op, function, dtypes in table:
        smooth = op.vjp is not None
        for axes, keepdims in [((0,), False), ((1,), True), ((0, 1), False), ((0, 1), True)]:
            attributes = {"axes": axes, "keepdims": keepdims}
            yield Case(op, (turned(numbers(3, 4)),), function, attributes, dtypes, differentiable=smooth)
        if op not in (reduce.argmax, reduce.argmin):
            for x, axes in [(numbers(2, 3, 2), (0, 2)), (numbers(3), ()), (np.array(1.5), ())]:
                attributes = {"axes": axes, "keepdims": not x.ndim}
                yield Case(op, (x,), function, attributes, dtypes, differentiable=smooth)
    for op, function, dtypes in table[:2] + table[4:6] + table[-1:]:
        attributes = {"axes": (0,), "keepdims": False}
        yield Case(op, (np.zeros((0, 3)),), function, attributes, dtypes, differentiable=op.vjp is not None)
    zeros = np.array([[0.0, 2.0, -3.0], [0.0, 0.0, 2.0], [1.5, 2.0, 3.0]])
    prod = table[1][1]
    yield Case(reduce.prod, (zeros,), prod, {"axes": (1,), "keepdims": False}, note="zeros")
    yield Case(
        reduce.prod, (numbers(2, 3),), lambda x, axes, keepdims, nonzero: prod(x, axes, keepdims),
        {"axes": (1,), "keepdims": True, "nonzero": True},
    )  # fmt: skip
    yield Case(
        reduce.sum, (numbers(2, 3),),
        lambda x, axes, keepdims, acc_dtype: np.sum(x, axis=axes, keepdims=keepdims, dtype=acc_dtype).astype(x.dtype),
        {"axes": (1,), "keepdims": False, "acc_dtype": "float64"}, ("float32", "float64"),
    )  # fmt: skip


def shapes() -> Iterator[Case]:
    x = numbers(2, 3, 4)
    yield Case(shape.size_of, (x,), lambda x, axis: np.int64(x.shape[axis]), {"axis": 1}, differentiable=False)
    for sizes in [(4, 6), (-1,), (2, -1, 2), (1, 24, 1)]:
        yield Case(shape.reshape, (turned(x),), lambda x, shape: x.reshape(shape), {"shape": sizes})
    yield Case(shape.reshape, (numbers(1),), lambda x, shape: x.reshape(shape), {"shape": ()})
    yield Case(shape.reshape, (np.zeros((0, 3)),), lambda x, shape: x.reshape(shape), {"shape": (3, 0, 2)})
    yield Case(
        shape.reshape, (x, scalar(6)), lambda x, n, shape: x.reshape(int(n), -1), {"shape": ("?", -1)}
    )  # fmt: skip
    yield Case(shape.dimshuffle, (x,), lambda x, pattern: x.transpose(2, 0, 1), {"pattern": (2, 0, 1)})
    yield Case(shape.dimshuffle, (x,), lambda x, pattern: x[:, None, :, :, None], {"pattern": (0, "x", 1, 2, "x")})
    yield Case(shape.dimshuffle, (numbers(3, 1, 2),), lambda x, pattern: x[:, 0].T, {"pattern": (2, 0)})
    yield Case(shape.dimshuffle, (np.array(2.0),), lambda x, pattern: x[None], {"pattern": ("x",)})
    yield Case(shape.broadcast_to, (numbers(3, 1),), np.broadcast_to, {"shape": (2, 3, 4)})
    yield Case(shape.broadcast_to, (np.array(2.0),), np.broadcast_to, {"shape": (0, 2)})
    yield Case(
        shape.broadcast_to, (numbers(1, 3), scalar(4)), lambda x, n, shape: np.broadcast_to(x, (2, n, 3)),
        {"shape": (2, "?", 3)},
    )  # fmt: skip
    yield Case(shape.specify_shape, (x,), lambda x, shape: x, {"shape": (2, None, 4)})
    yield Case(shape.unbroadcast, (numbers(1, 3),), lambda x, axes: x, {"axes": (0,)})


def indexing() -> Iterator[Case]:
    x = numbers(4, 5, seed=1)

    def sliced(*entries: Any) -> dict[str, Any]:
        return {"index": entries}

    def at(entries: Any) -> Any:
        return tuple(slice(*entry) if isinstance(entry, tuple) else entry for entry in entries)

    plain = [
        ((None, None, 1), (1, 4, 1)), ((None, None, -1), (None, None, 2)), (2, (None, None, 1)), (-1, -2),
        ((3, 1, 1), (-2, None, 1)), ((None, None, 1), (-3, 1, -1)),
    ]  # fmt: skip
    for entries in plain:
        yield Case(index.slice, (x,), lambda x, index: x[at(index)], sliced(*entries))
        target = x[at(entries)]
        for op in (index.set_slice, index.inc_slice):
            expected = written(op is index.inc_slice, at)
            yield Case(op, (x, numbers(*target.shape, seed=2)), expected, sliced(*entries), NUMBERS, values=2)
    yield Case(index.slice, (np.array(1.0),), lambda x, index: x[()], sliced())
    yield Case(
        index.slice, (x, scalar(1), scalar(4)), lambda x, i, j, index: x[i, :j], sliced("?", (None, "?", 1))
    )  # fmt: skip
    yield Case(
        index.inc_slice, (x, np.array(1.5), scalar(-3)), lambda x, v, i, index: added(x, v, np.s_[i:, 2]),
        sliced(("?", None, 1), 2), NUMBERS, values=2,
    )  # fmt: skip
    yield Case(
        index.set_slice, (x, numbers(1, 2)), lambda x, v, index: replaced(x, v, np.s_[1:3, 2:4]),
        sliced((1, 3, 1), (2, 4, 1)), NUMBERS, values=2, note="broadcast",
    )  # fmt: skip


def added(x: Array, value: Array, place: Any) -> Array:
    result = x.copy()
    np.add.at(result, place, value)
    return result


def replaced(x: Array, value: Array, place: Any) -> Array:
    result = x.copy()
    result[place] = value
    return result


def written(increment: bool, read: Callable[[Any], Any]) -> Callable[..., Array]:
    return lambda x, value, index: (added if increment else replaced)(x, value, read(index))


def gathering() -> Iterator[Case]:
    x = numbers(4, 3, 5, seed=1)
    rows, columns = np.array([2, 0, -1, 2]), np.array([[1], [2]])
    table = [
        ((0,), (rows,), lambda i: np.s_[i]),
        ((1,), (columns,), lambda i: np.s_[:, i]),
        ((2,), (np.array(-2, np.int8),), lambda i: np.s_[:, :, i]),
        ((0, 1), (rows, np.array([0, 1, 2, 0], np.uint8)), lambda i, j: np.s_[i, j]),
        ((0, 2), (rows, columns), lambda i, j: np.s_[i, :, j]),
        ((1,), (np.zeros(0, np.int64),), lambda i: np.s_[:, i]),
    ]
    for axes, indices, place in table:
        attributes = {"axes": axes}
        yield Case(gather.take, (x, *indices), lambda x, *i, axes, place=place: x[place(*i)], attributes)
        value = numbers(*x[place(*indices)].shape, seed=3)
        for op, function in ((gather.set_take, replaced), (gather.inc_take, added)):
            expected = lambda x, v, *i, axes, at=place, write=function: write(x, v, at(*i))  # noqa: E731
            yield Case(op, (x, value, *indices), expected, attributes, NUMBERS, values=2)
    yield Case(gather.nonzero, (np.array([[0.0, 2.0], [3.0, 0.0]]),), np.nonzero, differentiable=False)


def joining() -> Iterator[Case]:
    parts = numbers(2, 3), numbers(1, 3, seed=1), numbers(0, 3)
    yield Case(join.join, parts, lambda *parts, axis: np.concatenate(parts), {"axis": 0}, values=3)
    yield Case(join.join, (turned(numbers(2, 3)),) * 2, lambda *p, axis: np.concatenate(p, 1), {"axis": 1}, values=2)
    scalars = tuple(np.array(value) for value in (1.0, -2.0, 3.0))
    yield Case(join.make_vector, scalars, lambda *parts: np.array(parts), values=3)
    yield Case(
        repetition.places_repeated,
        (np.array([2, 0, 3]),),
        lambda n: np.repeat(np.arange(3), n),
        dtypes=("int8", "int64"),
        differentiable=False,
    )


def creating() -> Iterator[Case]:
    for bounds in [(0, 5, 1), (5, -3, -2), (3, 3, 1), (0.0, 1.0, 0.25)]:
        dtype = "float32" if isinstance(bounds[0], float) else "int64"
        expected = lambda bounds, dtype: np.arange(*bounds, dtype=dtype)  # noqa: E731
        yield Case(create.arange, (), expected, {"bounds": bounds, "dtype": dtype}, ("int64",), differentiable=False)
    yield Case(
        create.arange, (scalar(4),), lambda n, bounds, dtype: np.arange(n), {"bounds": (0, "?", 1), "dtype": "int64"},
        ("int64",), differentiable=False,
    )  # fmt: skip
    yield Case(
        create.arange, (np.array(0.3), np.array(0.7)), lambda a, s, bounds, dtype: np.arange(a, 4.0, s),
        {"bounds": ("?", 4.0, "?"), "dtype": "float64"}, ("float64",), values=2,
    )  # fmt: skip


def running() -> Iterator[Case]:
    for function in (np.cumsum, np.cumprod):
        op = getattr(cumulative, function.__name__)

        def expected(x: Array, axis: int, function: Any = function) -> Array:
            wide = np.float32 if x.dtype == np.float16 else None
            found = function(x, axis=axis, dtype=wide)
            return found.astype(np.float16) if wide else found

        yield Case(op, (turned(numbers(3, 4)),), expected, {"axis": 0}, ANY)
        yield Case(op, (numbers(2, 3),), expected, {"axis": 1}, ANY)
        yield Case(op, (np.zeros((0, 2)),), expected, {"axis": 0}, ANY)
    yield Case(cumulative.cumprod, (np.array([2.0, 0.0, 3.0, 0.0, 1.0]),), expected, {"axis": 0}, ANY, note="zeros")
    for axis in (0, 1):
        yield Case(cumulative.logcumsumexp, (numbers(3, 4),), running_logsumexp, {"axis": axis}, FLOATS)
    for op, ufunc in ((cumulative.cummax, np.maximum), (cumulative.cummin, np.minimum)):
        expected_extreme = lambda x, axis, f=ufunc: f.accumulate(x, axis=axis)  # noqa: E731
        for sizes, axis in (((4, 3), 0), ((2, 5), 1), ((0, 2), 0)):
            yield Case(op, (turned(numbers(*sizes)),), expected_extreme, {"axis": axis}, ORDERED)
    factors, terms = numbers(3, 4), numbers(3, 4, seed=1)
    yield Case(cumulative.recurrence, (factors, terms), one_by_one, {"axis": 1}, FLOATS, values=2)
    for function in (np.sort, np.argsort):
        op = getattr(sort, function.__name__)
        expected_order = lambda x, axis, f=function: f(x, axis=axis, kind="stable")  # noqa: E731
        yield Case(op, (turned(numbers(4, 3)),), expected_order, {"axis": 0}, ORDERED, differentiable=op is sort.sort)
        yield Case(op, (numbers(2, 5),), expected_order, {"axis": 1}, ORDERED, differentiable=op is sort.sort)


def running_logsumexp(x: Array, axis: int) -> Array:
    """log(cumsum(exp(x))) of moderate numbers."""
    return np.log(np.cumsum(np.exp(x.astype(np.float64)), axis=axis)).astype(x.dtype)


def one_by_one(factors: Array, terms: Array, axis: int) -> Array:
    result = terms.copy()
    for place in range(1, terms.shape[1]):
        result[:, place] = factors[:, place] * result[:, place - 1] + terms[:, place]
    return result


def row_functions() -> Iterator[Case]:
    def near(function: Any) -> Callable[..., Any]:
        def compute(x: Array, axes: Any, **options: Any) -> Array:
            return np.asarray(function(x.astype(np.float64), axis=axes, **options)).astype(x.dtype)

        return compute

    x = numbers(3, 4)
    for axes in [(1,), (0,), (0, 1)]:
        yield Case(nn.softmax, (turned(x),), near(scipy.special.softmax), {"axes": axes}, FLOATS)
        probabilities = scipy.special.softmax(x, axes)
        rows = probabilities, numbers(3, 4, seed=1)
        yield Case(nn.softmax_slope, rows, slope, {"axes": axes}, FLOATS, values=2, free=False)
        yield Case(nn.log_softmax, (x,), near(scipy.special.log_softmax), {"axes": axes}, FLOATS)
        for keepdims in (False, True):
            attributes = {"axes": axes, "keepdims": keepdims}
            yield Case(nn.logsumexp, (x,), near(scipy.special.logsumexp), attributes, FLOATS)
            yield Case(nn.negative_entropy, (x,), near(negative_entropy), attributes, FLOATS)


def negative_entropy(x: Array, axis: Any, keepdims: bool) -> Array:
    """The sum of p log(p), p being softmax."""
    shares = scipy.special.softmax(x, axis)
    return np.asarray(np.sum(shares * np.log(shares), axis, keepdims=keepdims))


def slope(y: Array, t: Array, axes: Any) -> Array:
    y, t, dtype = y.astype(np.float64), t.astype(np.float64), y.dtype
    return (y * (t - np.sum(y * t, axes, keepdims=True))).astype(dtype)


def searching() -> Iterator[Case]:
    row, values = np.array([1.0, 2.0, 2.0, 5.0]), np.array([[2.0, 0.0], [5.0, 9.0]])
    for side in ("left", "right"):
        expected = np.searchsorted
        yield Case(search.searchsorted, (row, values), expected, {"side": side}, ORDERED[1:], 2, differentiable=False)
    x = np.array([3, 1, 3, 0, 1, 3])
    parts = lambda x: np.unique(x, return_index=True, return_inverse=True, return_counts=True)  # noqa: E731
    yield Case(search.unique, (x,), lambda x: tuple(parts(x)), {}, ORDERED, differentiable=False)
    counts = lambda x, minlength: np.bincount(x, minlength=minlength)  # noqa: E731
    sizes, starts = np.array([3, 4]), np.array([0, 2, 2, 3])
    yield Case(
        repetition.segments,
        (starts, numbers(3)),
        lambda *_: np.array([0, 0, 2]),
        {},
        ("int32", "int64"),
        1,
        differentiable=False,
    )
    yield Case(agreement.within, (np.abs(numbers(2, 3)),), lambda x, domain: x, {"domain": "not negative"}, NUMBERS)
    yield Case(agreement.agreed, (numbers(3), sizes, sizes), lambda x, *sizes: x, {}, NUMBERS, 1)
    yield Case(search.bincount, (x,), counts, {"minlength": 6}, ("int8", "int64"), differentiable=False)


def products() -> Iterator[Case]:
    v, w, m, n = numbers(3), numbers(3, seed=1), numbers(2, 3), turned(numbers(3, 4))
    for first, second in [(v, w), (m, v), (v, n), (m, n), (np.zeros((2, 0)), np.zeros((0, 3)))]:
        yield Case(linalg.dot, (first, second), np.dot, {}, NUMBERS, values=2)
    stack = numbers(2, 2, 3), numbers(2, 3, 4, seed=1)
    yield Case(linalg.matmul, stack, np.matmul, {}, NUMBERS, values=2)
    yield Case(linalg.matmul, (m, stack[1]), np.matmul, {}, NUMBERS, values=2)
    yield Case(linalg.matmul, (numbers(4, 1, 2, 3), numbers(1, 2, 3, 2)), np.matmul, {}, NUMBERS, values=2)


def passing_on() -> Iterator[Case]:
    x = numbers(2, 3)
    yield Case(passing.copy, (x,), lambda x: x)
    for op, attributes in [
        (passing.disconnected_grad, {}),
        (passing.assume, {"low": -9.0, "high": 9.0, "integer": False}),
        (passing.zero_grad, {}),
        (passing.undefined_grad, {}),
        (passing.grad_clip, {"lower": -1.0, "upper": 1.0}),
        (passing.grad_scale, {"factor": 2.0}),
    ]:
        yield Case(op, (x,), lambda x, **attributes: x, attributes, differentiable=False)


CASES = [
    *reductions(), *shapes(), *indexing(), *gathering(), *joining(), *creating(), *running(), *row_functions(),
    *products(), *matrix_cases(), *random_cases(), *signal_cases(), *searching(),
    *passing_on(),
]  # fmt: skip
