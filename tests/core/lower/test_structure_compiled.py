"""Reductions, views, parts and products compiled, against the reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from symlab.core.ir.graph import Graph
from symlab.core.lower.kernel import Kernel
from symlab.core.lower.program import KernelCall
from symlab.core.ops import create, gather, index, join, linalg, nn, reduce, shape, sort
from symlab.core.ops import elementwise as e
from symlab.core.ops import exponential as ex
from symlab.core.ops.operators import Variable, constant
from tests.core.lower.harness import agree, compiled, variable

RNG = np.random.default_rng(5)
Case = tuple[Sequence[Any], Callable[..., Any]]  # values of the inputs (of unknown sizes), and what is computed of them


def normal(*sizes: int) -> np.ndarray[Any, Any]:
    return RNG.normal(size=sizes)


def turned(x: Variable) -> Variable:
    return shape.dimshuffle(x, pattern=tuple(range(x.ndim))[::-1])


def column(x: Variable) -> Variable:
    return shape.dimshuffle(x, pattern=(0, "x"))


def part(x: Variable, *entries: Any) -> Variable:
    return index.slice(x, index=entries)


def softmax(x: Variable, *axes: int) -> Variable:
    return nn.softmax(x, axes=axes)


def total(x: Variable, *axes: int, keepdims: bool = False) -> Variable:
    return reduce.sum(x, axes=axes, keepdims=keepdims)


def mean(x: Variable, axis: int) -> Variable:
    return total(x, axis, keepdims=True) / e.cast(shape.size_of(x, axis=axis), dtype="float64")


def layer_norm(x: Variable, gain: Variable) -> Variable:
    centred = x - mean(x, 1)
    return gain * centred / e.sqrt(mean(centred * centred, 1) + 1e-5)


def shares(y: Variable) -> Variable:
    return y / total(y, 1, keepdims=True)


def differences(y: Variable) -> Variable:
    return part(y, (1, None, 1)) - part(y, (None, -1, 1))


def three(y: Variable) -> tuple[Variable, ...]:
    return y, y, total(y, 0)


def gru_like(x: Variable, w: Variable) -> tuple[Variable, ...]:
    z = e.tanh(linalg.dot(x, w))
    return z, linalg.dot(turned(x), z * (1 - z * z))


A, B, V, U = normal(7, 5), normal(7, 5), normal(5), normal(7)
CUBE = normal(3, 4, 5)
WHOLE = (None, None, 1)
CASES: dict[str, Case] = {
    "sum of all": ([A], lambda x: total(x, 0, 1)),
    "sum of rows": ([A], lambda x: total(x, 1)),
    "sum of columns": ([A], lambda x: total(x, 0)),
    "sum, axes kept": ([CUBE], lambda x: (total(x, 0, 2, keepdims=True), total(x, 1), total(x, 2), total(x, 0))),
    "sum of a middle axis of a transpose": ([CUBE], lambda x: total(turned(x), 1)),
    "sum of nothing": ([normal(0, 5)], lambda x: (total(x, 0), total(x, 1), total(x, 0, 1))),
    "sum over no axes": ([A], total),
    "sum of a long vector": ([normal(100_003)], lambda x: total(x, 0)),
    "sum of long columns": ([normal(300, 700)], lambda x: (total(x, 0), total(x * 2, 0, 1), total(x, 1))),
    "sum of a scalar": ([1.5], total),
    "products, extremes": (
        [A],
        lambda x: tuple(
            op(x, axes=a, keepdims=k)
            for op in (reduce.prod, reduce.max, reduce.min)
            for a in ((0,), (1,), (0, 1))
            for k in (True, False)
        ),
    ),
    "extremes with nan": (
        [np.where(A > 0.7, np.nan, A)],
        lambda x: (reduce.max(x, axes=(0,), keepdims=False), reduce.min(x, axes=(0, 1), keepdims=True)),
    ),
    "places": (
        [A],
        lambda x: (reduce.argmax(x, axes=(1,), keepdims=False), reduce.argmin(x, axes=(0, 1), keepdims=True)),
    ),
    "any and all": (
        [A],
        lambda x: (
            reduce.any(x > 1, axes=(1,), keepdims=False),
            reduce.all(x > -1, axes=(0,), keepdims=True),
            total(x > 0, 1),
        ),
    ),
    "reduction and its epilogue": ([A], lambda x: e.sqrt(total(x * x, 1)) + 1),
    "softmax of rows": ([A], lambda x: softmax(x, 1)),
    "softmax of columns": ([A], lambda x: softmax(x, 0)),
    "softmax of all": ([A], lambda x: softmax(x, 0, 1)),
    "softmax of long rows": ([normal(3, 9001)], lambda x: (softmax(x, 1), nn.log_softmax(x, axes=(1,)))),
    "softmax of empty rows": ([normal(3, 0)], lambda x: softmax(x, 1)),
    "logsumexp": (
        [A],
        lambda x: (nn.logsumexp(x, axes=(1,), keepdims=False), nn.logsumexp(x, axes=(0, 1), keepdims=True)),
    ),
    "layer norm": ([A, V], layer_norm),
    "softmax of a cube": ([CUBE], lambda x: (softmax(x, 1), softmax(x, 0, 2), softmax(x, 2))),
    "row sums and column sums of one": ([A], lambda x: (total(ex.exp2(x), 0), total(ex.exp2(x), 1))),
    "normalized rows, twice": (
        [A],
        lambda x: shares(shares(e.exp(x))),
    ),
    "broadcast of a reduction": ([A, U], lambda x, u: x * shape.dimshuffle(total(x, 1) * u, pattern=(0, "x"))),
    "x + x.T": ([normal(6, 6)], lambda x: e.exp(x) + turned(e.exp(x))),
    "views": (
        [CUBE],
        lambda x: (
            turned(x),
            shape.dimshuffle(x, pattern=(1, "x", 0, 2)) + 1,
            part(x, 1, (None, None, -1), (1, None, 2)),
        ),
    ),
    "views of views": (
        [CUBE],
        lambda x: part(turned(part(x, WHOLE, (1, 3, 1), WHOLE)), (None, None, -2), 0, (-2, None, 1)) * 2,
    ),
    "differences": ([V], lambda x: differences(e.exp(x))),
    "slices beyond the end": (
        [V],
        lambda x: (part(x, (3, 100, 1)), part(x, (-100, 2, 1)), part(x, (4, 2, 1)), part(x, (-1, -100, -1))),
    ),
    "indices from the end": ([A], lambda x: (part(x, -1, WHOLE), part(x, WHOLE, -2), part(x, 0, -1))),
    "slices by given numbers": (
        [A, np.int64(2), np.int64(-1)],
        lambda x, i, j: (
            index.slice(x, i, j, index=(("?", "?", 1), WHOLE)),
            index.slice(x, j, i, index=("?", "?")),
            index.slice(x, i, index=(WHOLE, (None, "?", -1))),
        ),
    ),
    "reshape": (
        [CUBE],
        lambda x: (
            shape.reshape(x, shape=(-1, 5)),
            shape.reshape(e.exp(x), shape=(3, 20)) * 2,
            shape.reshape(turned(x), shape=(60,)),
        ),
    ),
    "reshape by given numbers": ([CUBE, np.int64(6)], lambda x, n: shape.reshape(x, n, shape=("?", -1)) + 1),
    "reshape that moves nothing": ([A], lambda x: shape.reshape(x, shape.size_of(x, axis=0), shape=("?", 1, -1)) + 1),
    "reshape between": ([A], lambda x: total(shape.reshape(e.exp(x), shape=(-1,)) * 3, 0)),
    "broadcast_to": (
        [V, np.int64(4)],
        lambda x, n: (
            shape.broadcast_to(x, n, shape.size_of(x, axis=0), shape=("?", "?")),
            total(shape.broadcast_to(x, n, shape.size_of(x, axis=0), shape=("?", "?")), 0, 1),
        ),
    ),
    "filled": ([A], lambda x: (shape.filled_like(x, 3), shape.filled_like(x, 0) + x)),
    "sizes": (
        [A],
        lambda x: (
            shape.size_of(x, axis=1),
            x / e.cast(shape.size_of(x, axis=0), dtype="float64"),
            join.make_vector(shape.size_of(x, axis=0), shape.size_of(x, axis=1)),
        ),
    ),
    "specified": ([A], lambda x: shape.specify_shape(x, shape=(7, None)) * shape.specify_shape(x, shape=(None, 5))),
    "join": (
        [A, B],
        lambda x, y: (
            join.join(x, e.exp(y), axis=0),
            join.join(x, y, x, axis=1),
            join.join(turned(x), turned(y), axis=1) * 2,
        ),
    ),
    "join of one": ([A], lambda x: join.join(x, axis=0)),
    "vector of scalars": ([1.0, 2.0], lambda x, y: join.make_vector(x, y, x * y) + 1),
    "set a part": (
        [A, V],
        lambda x, v: (
            index.set_slice(x, v * 2, index=(2, WHOLE)),
            index.set_slice(x, constant(0.0), index=((1, 4, 1), (None, None, 2))),
        ),
    ),
    "increment a part": (
        [A, B],
        lambda x, y: (
            index.inc_slice(x, part(y, (1, None, 2), WHOLE), index=((1, None, 2), WHOLE)),
            index.inc_slice(x * 2, y, index=(WHOLE, WHOLE)),
        ),
    ),
    "parts in turn": (
        [A, V],
        lambda x, v: index.inc_slice(index.set_slice(e.exp(x), v, index=(1, WHOLE)), v, index=(-1, WHOLE)),
    ),
    "a part from the same array": ([V], lambda x: index.set_slice(x, part(x, (None, -1, 1)), index=((1, None, 1),))),
    "arange": (
        [np.int64(7)],
        lambda n: (
            create.arange(bounds=(0, 10, 3), dtype="int64"),
            create.arange(n, bounds=(2, "?", 2), dtype="int64"),
            create.arange(n, bounds=("?", 0, -1), dtype="int64"),
            create.arange(bounds=(0.5, 3.2, 0.3), dtype="float64"),
            create.arange(bounds=(0.5, 3.2, 0.3), dtype="float32"),
        ),
    ),
    "arange in a formula": ([A], lambda x: x + e.cast(create.arange(bounds=(0, 5, 1), dtype="int64"), dtype="float64")),
    "products": (
        [A, B, V, U],
        lambda x, y, v, u: (
            linalg.dot(x, turned(y)),
            linalg.dot(turned(x), y),
            linalg.dot(x, v),
            linalg.dot(u, x),
            linalg.dot(turned(x), u),
            linalg.dot(v, v),
            linalg.dot(turned(y), turned(turned(x))),
        ),
    ),
    "large products": (
        [normal(70, 50), normal(50, 60), normal(50)],
        lambda x, y, v: (
            linalg.dot(x, y),
            linalg.dot(turned(y), turned(x)),
            linalg.dot(x, v),
            linalg.dot(v, y),
            linalg.dot(part(x, (None, None, 2), (3, 40, 1)), part(y, (3, 40, 1), (None, None, -1))),
        ),
    ),
    "empty products": (
        [normal(3, 0), normal(0, 4)],
        lambda x, y: (linalg.dot(x, y), linalg.dot(part(x, (0, 0, 1), WHOLE), y)),
    ),
    "products of integers": (
        [RNG.integers(-9, 9, (5, 4)), RNG.integers(-9, 9, (4, 6))],
        lambda x, y: (
            linalg.dot(x, y),
            linalg.dot(turned(y), turned(x)),
            linalg.dot(e.cast(x, dtype="int8"), e.cast(y, dtype="int8")),
        ),
    ),
    "products of booleans": ([A > 0, B.T > 0], linalg.dot),
    "products of float32": ([A.astype("float32"), B.T.astype("float32")], linalg.dot),
    "products of complex numbers": ([A + 1j, B.T + 2j], linalg.dot),
    "stacks": (
        [CUBE, normal(3, 5, 2), normal(5, 4)],
        lambda x, y, z: (
            linalg.matmul(x, y),
            linalg.matmul(x, z),
            linalg.matmul(turned(z), shape.dimshuffle(x, pattern=(0, 2, 1))),
        ),
    ),
    "scaled products": (
        [normal(50, 60), normal(60, 40), normal(50, 40), 0.3],
        lambda x, y, z, s: (z - s * linalg.dot(x, y), s * linalg.dot(x, y * 2) + z, z + linalg.dot(x, y + 1)),
    ),
    "scaled products with vectors": (
        [normal(50, 60), normal(60), normal(50), 0.3],
        lambda x, y, z, s: (z - s * linalg.dot(x, y), z + linalg.dot(x, y * y)),
    ),
    "product and what follows": ([A, normal(5, 5)], gru_like),
    "gather": (
        [A, np.array([3, 0, 3, 6])],
        lambda x, i: (gather.take(x, i, axes=(0,)) * 2, gather.inc_take(x, gather.take(x, i, axes=(0,)), i, axes=(0,))),
    ),
    "gather from the end": ([CUBE, np.array([[-1, 0], [2, -3]])], lambda x, i: gather.take(x, i, axes=(1,))),
    "gather by two": (
        [CUBE, np.array([0, 2, 2, 1]), np.array([3, -1, 0, 0], "int8")],
        lambda x, i, j: (
            gather.take(x, i, j, axes=(0, 1)),
            gather.take(x, i, j, axes=(0, 2)),
            gather.take(turned(x), j, i, axes=(1, 2)) * 2,
        ),
    ),
    "the labels' part": (
        [A, np.array([0, 1, 4, 4, 2, 3, 0])],
        lambda x, y: total(
            gather.take(
                nn.log_softmax(x, axes=(1,)),
                create.arange(shape.size_of(x, axis=0), bounds=(0, "?", 1), dtype="int64"),
                y,
                axes=(0, 1),
            ),
            0,
        ),
    ),
    "scatter": (
        [A, np.array([0, 0, 6, -1]), normal(4, 5), V],
        lambda x, i, v, w: (
            gather.inc_take(x, v * 2, i, axes=(0,)),
            gather.set_take(x, w, i, axes=(0,)),
            gather.set_take(x, v, i, axes=(0,)),
            gather.inc_take(e.exp(x), e.exp(v), i, axes=(0,)),
        ),
    ),
    "scatter by two": (
        [A, np.array([0, 0, 6, -1]), np.array([1, 1, 2, 0]), normal(4)],
        lambda x, i, j, v: (
            gather.inc_take(shape.filled_like(x, 0), v, i, j, axes=(0, 1)),
            gather.set_take(x, constant(9.0), i, j, axes=(0, 1)),
        ),
    ),
    "scatter of what a row gives": (
        [A, np.array([0, 2, 2]), A[:, 0]],
        lambda x, i, v: (
            gather.inc_take(x, column(e.sqr(v)), i, axes=(1,)),
            gather.set_take(x, column(e.exp(v) + total(x, 1)), i, axes=(1,)),
            gather.inc_take(
                shape.filled_like(x, 0), column(total(x, 1)), create.counted(shape.size_of(i, axis=0)), axes=(1,)
            ),
        ),
    ),
    "scatter to what a row gives": (
        [A, A[:, 0]],
        lambda x, v: gather.inc_take(
            x,
            e.sqr(v),
            create.counted(shape.size_of(x, axis=0)),
            reduce.argmax(x, axes=(1,), keepdims=False),
            axes=(0, 1),
        ),
    ),
    "gather by what is computed": (
        [A],
        lambda x: gather.take(x, reduce.argmax(x, axes=(0,), keepdims=False), axes=(0,)),
    ),
    "sort": ([A], lambda x: sort.sort(x + 1, axis=0)),
    "one result twice": ([A], lambda x: three(e.exp(x))),
    "inputs as results": ([A, B], lambda x, y: (x, turned(y), x, shape.reshape(y, shape=(-1,)))),
    "constants as results": (
        [A],
        lambda x: (
            constant(2.5),
            constant(np.arange(6.0).reshape(2, 3)),
            x * constant(np.ones((7, 1))) + constant(np.arange(5)),
        ),
    ),
    "a large constant": ([normal(100, 200)], lambda x: x + constant(np.arange(20000.0).reshape(100, 200))),
    "special numbers": (
        [A],
        lambda x: (
            x + constant(np.nan),
            x * constant(-np.inf),
            e.maximum(x, constant(-0.0)),
            e.cast(x, dtype="float32") * constant(np.float32(np.inf)),
        ),
    ),
    "float16": ([A.astype("float16")], lambda x: (total(x * x, 1), softmax(x, 1), e.exp(x) + 1)),
    "small integers": ([np.array([100, 120, -128], "int8")], lambda x: (x + x, x * x, total(x, 0), -x, e.abs(x))),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("together", [True, False], ids=["fused", "apart"])
def test_a_graph_compiled(name: str, together: bool) -> None:
    values, compute = CASES[name]
    values = [np.asarray(value) for value in values]
    inputs = [variable((None,) * value.ndim, value.dtype) for value in values]
    results = compute(*inputs)
    graph = Graph.of(inputs, results if isinstance(results, tuple) else [results])
    agree(graph, values, together=together)


def test_elements_that_never_meet_are_scattered_in_any_order() -> None:
    x, j, v = variable((None, None)), variable((None,), "int64"), variable((None,))
    rows = create.counted(shape.size_of(j, axis=0))
    for indices, in_order in (((rows, j), False), ((j, rows), False), ((j, j), True)):
        graph = Graph.of([x, v, j], [gather.inc_take(x, v, *indices, axes=(0, 1))])
        binary = agree(graph, [normal(5, 5), normal(5), np.array([1, 3, 1, -1, 1])])
        assert any(kernel.ordered for kernel in kernels_of(binary)) == in_order
    shared_by_all = create.counted(constant(1))
    graph = Graph.of([x, v, j], [gather.inc_take(x, v, shared_by_all, j, axes=(0, 1))])
    assert any(kernel.ordered for kernel in kernels_of(compiled(graph)))


def kernels_of(binary: Any) -> list[Kernel]:
    """The kernels of a program."""
    return [step.kernel for step in binary.program.steps if isinstance(step, KernelCall)]
