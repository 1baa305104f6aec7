"""Stacks: what was written for one array, computed for many at once, is what a loop over them gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.batching import Unbatchable, vectorize, vectorize_graph
from symlab.core.ir.errors import InvalidValue, TypeMismatch
from symlab.core.ir.expr import toposort

ifelse = sl.ifelse
STACKS = ((3,), (2, 3))
# A function, and the shapes of its arguments; an integer in their place is the size of an axis that is indexed.
CASES = {
    "elementwise": (lambda a, b: T.exp(a) * b, (3,), (3,)),
    "a scalar beside a matrix": (lambda a, b: a * b, (), (3, 4)),
    "a column": (lambda a, b: a + b.dimshuffle(0, "x"), (3, 4), (3,)),
    "inner product": (T.dot, (3,), (3,)),
    "matrix by vector": (T.dot, (3, 4), (4,)),
    "vector by matrix": (T.dot, (3,), (3, 4)),
    "matrix by matrix": (T.dot, (3, 2), (2, 4)),
    "stacks of matrices": (T.matmul, (5, 3, 2), (2, 4)),
    "sum": (lambda a: a.sum(axis=0), (3, 4)),
    "max": (lambda a: a.max(axis=1, keepdims=True), (3, 4)),
    "argmax": (lambda a: T.argmax(a, axis=0), (3, 4)),
    "product": (lambda a: T.prod(a, axis=0), (3, 4)),
    "variance": (lambda a: a.var(axis=0), (3, 4)),
    "softmax": (T.nnet.softmax, (3, 4)),
    "logsumexp": (lambda a: T.logsumexp(a, axis=0), (3, 4)),
    "reshape": (lambda a: a.reshape((4, 3)).T, (3, 4)),
    "ravel": (lambda a: a.reshape((-1,)) * a.size, (3, 4)),
    "join": (lambda a, b: T.concatenate([a, b], axis=0), (3, 4), (2, 4)),
    "stack of scalars": (lambda a, b: T.stack([a, b]), (), ()),
    "broadcast": (lambda a: T.broadcast_to(a, (2, 4)), (4,)),
    "tile": (lambda a: T.tile(a, (2,)), (3,)),
    "slice": (lambda a: a[1:, ::-1], (3, 4)),
    "row": (lambda a: a[0], (3, 4)),
    "set": (lambda a, b: T.set_subtensor(a[1:], b), (3, 4), (4,)),
    "increment": (lambda a, b: T.inc_subtensor(a[:, 1], b), (3, 4), (3,)),
    "running sum": (lambda a: T.cumsum(a, axis=1), (3, 4)),
    "running product": (lambda a: T.grad(T.cumprod(a)[-1], a), (3,)),
    "sort": (lambda a: T.sort(a, axis=0), (3, 4)),
    "gradient of sort": (lambda a: T.grad((T.sort(a) * T.arange(3)).sum(), a), (3,)),
    "diagonal": (T.diag, (3, 3)),
    "zeros and a unit matrix": (lambda a: T.zeros_like(a) + T.eye(3, 4), (3, 4)),
    "one place": (lambda a, i: a[i], (3, 4), []),
    "places and slices": (lambda a, i, j: a[::-1, i, 1:, j], (3, 4, 5, 3), [], []),
    "a number and a place": (lambda a, i: a[1, i], (3, 4, 2), []),
    "frequencies": (lambda a: T.abs(T.fft.fft(a)), (5,)),
    "frequencies of rows": (lambda a: T.fft.irfft(T.fft.rfft(a, axis=0) * 2, 3, axis=0), (3, 4)),
    "images": (lambda a: T.nnet.conv2d(a, np.arange(8.0).reshape(1, 2, 2, 2), border_mode="half"), (1, 2, 4, 3)),
    "rows by places": (lambda a, i: a[i], (3, 4), [5]),
    "columns by places": (lambda a, i: a[:, i], (3, 4), [5]),
    "places of neighbours": (lambda a, i, j: a[:, i, j], (3, 4, 5), [2], [2]),
    "places apart": (lambda a, i, j: a[i, :, j], (3, 4, 5), [2], [2]),
    "one of each row": (lambda a, i: a[T.arange(3), i], (3, 4), [3]),
    "rows incremented by places": (lambda a, b, i: T.inc_subtensor(a[i], b), (3, 4), (4,), [5]),
    "columns set by places": (lambda a, b, i: T.set_subtensor(a[:, i], b), (3, 4), (), [2]),
    "incremented at places apart": (lambda a, b, i, j: T.inc_subtensor(a[i, :, j], b), (3, 4, 5), (2, 4), [2], [2]),
    "gradient": (lambda a: T.grad((T.tanh(a) ** 2).sum(), a), (3, 4)),
    "gradient of a product": (lambda a: T.grad(T.prod(a), a), (3,)),
    "gradient through softmax": (lambda a, b: T.grad(T.nnet.softmax(T.dot(a, b))[0], b), (3, 4), (4,)),
    "as written": (lambda a: sl.as_written((a + 1e16) - 1e16), (3,)),
    "complex": (lambda a, b: T.complex(a, b) * T.complex(b, a), (3,), (3,)),
    "loop over rows": (lambda a, b: sl.scan(lambda row, h: T.tanh(row * h), a, b)[0], (4, 3), (3,)),
    "loop with a matrix": (
        lambda a, b, w: sl.scan(lambda r, h: T.tanh(T.dot(w, h) + r), a, b)[0][-1], (4, 3), (3,), (3, 3),
    ),
    "loop with taps, backwards": (
        lambda a, b: sl.scan(
            lambda r, s, old, new: r * old + s * new, {"input": a, "taps": [-1, 1]}, {"initial": b, "taps": [-2, -1]},
            go_backwards=True,
        )[0], (5,), (2,),
    ),
    "loop of two outputs": (
        lambda a, b: T.concatenate(sl.scan(lambda r, h: [h + r, T.exp(r) * h.sum()], a, [b, None])[0]), (4, 3), (3,),
    ),
    "states of which one depends on the other": (
        lambda a, b: sl.scan(lambda p, q, r: [p * 2, q + p * b, r + 1], None, [a, T.zeros_like(b), a], n_steps=3)[0][1],
        (), (3,),
    ),
    "loop within a loop": (
        lambda a, b: sl.scan(lambda row, h: sl.reduce(lambda x, s: s * x + h, row, h)[0], a, b)[0], (4, 3), (),
    ),
    "gradient of a loop": (
        lambda a, w: T.grad(sl.scan(lambda r, h: T.tanh(h * r + w), a, T.zeros(3))[0].sum(), w), (4, 3), (3,),
    ),
    "gradient through the last steps": (
        lambda a, b: T.grad(sl.scan(lambda r, h: h * r, a, b, truncate_gradient=2)[0][-1].sum(), a), (4, 3), (3,),
    ),
    "searched": (lambda a, b: T.searchsorted(T.sort(a), b), (5,), (3,)),
    "searched from the right": (lambda a, b: T.searchsorted(T.sort(a), T.concatenate([b, a]), "right"), (5,), (3,)),
    "interpolated": (lambda a, b: T.interp(a, T.sort(b), b), (4,), (6,)),
    "set where a mask is true": (lambda a, b: T.set_subtensor(a[a > 0], b), (4,), ()),
    "loop that stops": (
        lambda a, b: sl.scan(lambda n, h: (h * a, sl.scan_module.until(n >= 2)), T.arange(6), b)[0], (3,), (3,),
    ),
    "choice": (lambda a, b, i: ifelse(i[0] > 0, T.sin(a) * b, a - b), (3,), (3,), [1]),
    "choice of several": (lambda a, b: T.dot(*ifelse(a.sum() > 0, [a, b * 2], [b, a + 1])), (3,), (3,)),
    "choice with a shared part": (lambda a, b: ifelse(b > 0, T.exp(b), b * 2) * a, (3,), ()),
    "gradient of a choice": (lambda a, b: T.grad(ifelse(b > 0, (a**2).sum(), (a**3).sum() * b), a), (3,), ()),
}  # fmt: skip


def drawn(generator, shape, lead):
    if isinstance(shape, list):
        return generator.integers(0, 2, (*lead, *shape))
    return generator.normal(size=(*lead, *shape))


def which(count):
    yield (True,) * count
    if count > 1:
        yield from (tuple(place == chosen for place in range(count)) for chosen in range(count))


@pytest.mark.parametrize("name", CASES)
def test_a_stack_is_a_loop(name):
    function, *shapes = CASES[name]
    generator = np.random.default_rng(0)
    inputs = [
        T.tensor("x", dtype="int64" if isinstance(s, list) else "float64", shape=(None,) * len(s)) for s in shapes
    ]
    result = function(*inputs)
    one = sl.function(inputs, result, mode="FAST_COMPILE", on_unused_input="ignore")
    for stacked in which(len(shapes)):
        for lead in STACKS:
            values = [
                drawn(generator, shape, lead if flag else ()) for shape, flag in zip(shapes, stacked, strict=True)
            ]
            given = [T.tensor("s", dtype=v.dtype, shape=(None,) * v.ndim) for v in values]
            replaced = {x: s for x, s, flag in zip(inputs, given, stacked, strict=True) if flag}
            taken = [s if flag else x for x, s, flag in zip(inputs, given, stacked, strict=True)]
            whole = vectorize_graph(result, replaced)
            f = sl.function(taken, whole, mode="FAST_COMPILE", on_unused_input="ignore")
            found = f(*values)
            rows = [
                one(*(v[place] if flag else v for v, flag in zip(values, stacked, strict=True)))
                for place in np.ndindex(*lead)
            ]
            wanted = np.reshape(rows, (*lead, *rows[0].shape))
            if whole.ndim == result.ndim:  # it is the same for all
                found = np.broadcast_to(found, wanted.shape)
            np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_compiled_as_well():
    A, x = T.dmatrix("A"), T.dvector("x")
    stack = T.dmatrix("stack")
    f = sl.function([A, stack], vectorize_graph(T.nnet.sigmoid(T.dot(A, x)), {x: stack}))
    a, s = np.random.default_rng(0).normal(size=(4, 3)), np.random.default_rng(1).normal(size=(5, 3))
    np.testing.assert_allclose(f(a, s), 1 / (1 + np.exp(-s @ a.T)))
    assert f.maker.fgraph.toposort()[0].op.name == "dot"  # one product of matrices


def test_stacks_of_different_depth_broadcast():
    a, b = T.dscalar("a"), T.dscalar("b")
    A, B = T.dmatrix("A"), T.dvector("B")
    found = vectorize_graph(a * b, {a: A, b: B})
    assert found.eval({A: np.ones((2, 3)), B: np.arange(3.0)}).tolist() == [[0, 1, 2]] * 2


def test_what_is_the_same_for_all_is_computed_once():
    x, y = T.dvector("x"), T.dvector("y")
    shared = T.exp(y)
    found = vectorize_graph(x * shared, {x: T.dmatrix("X")})
    assert shared in set(toposort([found]))
    assert vectorize_graph(shared, {x: T.dmatrix("X")}) is shared


def test_refused():
    x, n = T.dvector("x"), T.lscalar("n")
    with pytest.raises(Unbatchable, match="arange cannot be computed for a stack"):
        vectorize_graph(T.arange(n), {n: T.lvector("N")})
    with pytest.raises(Unbatchable, match="would differ within the stack"):
        vectorize_graph(x[:n], {n: T.lvector("N")})
    with pytest.raises(Unbatchable, match="nonzero cannot"):
        vectorize_graph(T.nonzero(x)[0], {x: T.dmatrix("X")})
    with pytest.raises(TypeMismatch, match="is no stack of what x is"):
        vectorize_graph(x + 1, {x: T.dscalar("s")})
    with pytest.raises(TypeMismatch, match="is no stack of what x is"):
        vectorize_graph(x + 1, {x: T.fmatrix("F")})


def test_a_function_of_stacks_by_signature():
    norm = vectorize(lambda A, x: T.dot(A, x) / T.sqrt((x**2).sum()), "(m,n),(n)->(m)")
    A, x = T.dtensor3("A"), T.dvector("x")
    values = np.random.default_rng(0).normal(size=(2, 3, 4))
    found = norm(A, x).eval({A: values, x: np.ones(4)})
    np.testing.assert_allclose(found, values.sum(axis=-1) / 2)


def test_a_function_of_scalars_and_of_several_results():
    both = vectorize(lambda a, b: [a + b, a * b])
    x, y = T.dvector("x"), T.dvector("y")
    total, product = both(x, y)
    assert total.eval({x: [1.0, 2.0], y: [3.0, 4.0]}).tolist() == [4, 6]
    assert product.eval({x: [1.0, 2.0], y: [3.0, 4.0]}).tolist() == [3, 8]


def test_signatures_that_do_not_fit():
    x = T.dvector("x")
    with pytest.raises(InvalidValue, match="cannot be read"):
        vectorize(T.exp, "(n->n)")
    with pytest.raises(TypeMismatch, match="has 1 axes, and the signature names 2"):
        vectorize(T.exp, "(m,n)->(m,n)")(x)
    with pytest.raises(TypeMismatch, match="1 arguments, and 2 were given"):
        vectorize(T.exp, "(n)->(n)")(x, x)
    with pytest.raises(TypeMismatch, match="a result has 1 axes"):
        vectorize(T.exp, "(n)->()")(x)


# Linear algebra


def systems(A: Any, B: Any) -> dict[str, Any]:
    return {
        "solve": T.linalg.solve(A, B),
        "lstsq": T.linalg.lstsq(A, B)[0],
        "triangular": T.slinalg.solve_triangular(A, B, lower=True),
    }


def of_one_matrix(A: Any) -> dict[str, Any]:
    return {
        "inv": T.linalg.inv(A),
        "pinv": T.linalg.pinv(A),
        "det": T.linalg.det(A),
        "cholesky": T.linalg.cholesky(A),
        "eigh": T.linalg.eigh(A)[0],
        "svd": T.linalg.svd(A)[1],
        "qr": T.linalg.qr(A)[1],
        "expm": T.linalg.expm(A),
    }


def test_matrices_in_stacks() -> None:
    rng = np.random.default_rng(2)
    squares = rng.normal(size=(4, 3, 3))
    squares, rights = squares @ squares.transpose(0, 2, 1) + np.eye(3), rng.normal(size=(4, 3, 2))
    A, B, stack, right = T.dmatrix(), T.dmatrix(), T.dtensor3(), T.dtensor3()
    single = [*systems(A, B).values(), *of_one_matrix(A).values()]
    found = sl.function([stack, right], vectorize_graph(single, {A: stack, B: right}))(squares, rights)
    one = sl.function([A, B], single)
    for place in range(4):
        for part, expected in zip(found, one(squares[place], rights[place]), strict=True):
            np.testing.assert_allclose(part[place], expected, rtol=1e-8, atol=1e-10)


def test_one_matrix_and_many_right_sides() -> None:
    rng = np.random.default_rng(2)
    square, rights = rng.normal(size=(3, 3)) + 3 * np.eye(3), rng.normal(size=(4, 3, 2))
    A, B, right = T.dmatrix(), T.dmatrix(), T.dtensor3()
    single = list(systems(A, B).values())
    found = sl.function([A, right], vectorize_graph(single, {B: right}))(square, rights)
    one = sl.function([A, B], single)
    for place in range(4):
        for part, expected in zip(found, one(square, rights[place]), strict=True):
            np.testing.assert_allclose(part[place], expected, rtol=1e-10, atol=1e-12)


def test_jacobians_through_linear_algebra() -> None:
    rng = np.random.default_rng(2)
    square, vector = rng.normal(size=(3, 3)) + 3 * np.eye(3), rng.normal(size=3)
    A, b = T.dmatrix(), T.dvector()
    by_matrix, by_right = sl.function([A, b], sl.jacobian(T.linalg.solve(A, b), [A, b]))(square, vector)
    inverse = np.linalg.inv(square)
    np.testing.assert_allclose(by_right, inverse, rtol=1e-12)
    np.testing.assert_allclose(by_matrix, -inverse[:, :, None] * (inverse @ vector), rtol=1e-10)
    curvature = sl.function([A], sl.hessian(T.log(T.linalg.det(A)), A))(square)
    np.testing.assert_allclose(curvature, -np.einsum("jk,li->ijkl", inverse, inverse), rtol=1e-8, atol=1e-12)


PICKED = {
    "sum": (lambda v: v[v > 0.5].sum(), lambda v: v[v > 0.5].sum()),
    "product": (lambda v: T.prod(v[v > 0.5] + 1), lambda v: np.prod(v[v > 0.5] + 1)),
    "mean": (lambda v: v[v > 0.5].mean(), lambda v: v[v > 0.5].mean()),
    "variance": (lambda v: v[v > 0.5].var(), lambda v: v[v > 0.5].var()),
    "count": (lambda v: v[v > 0.5].size, lambda v: v[v > 0.5].size),
    "logarithms": (lambda v: T.log(v[v > 0]).sum(), lambda v: np.log(v[v > 0]).sum()),
    "all": (lambda v: T.all(v[v > 0.5] < 0.9), lambda v: np.all(v[v > 0.5] < 0.9)),
    "two": (lambda v: T.sqr(v[v > 0.5]).sum() / v[v < 0].size, lambda v: np.square(v[v > 0.5]).sum() / v[v < 0].size),
}


@pytest.mark.parametrize("name", PICKED)
def test_folds_of_what_a_condition_picks(name: str) -> None:
    """How many are picked differs from one to the next, and a number comes of each."""
    symbolic, wanted = PICKED[name]
    values = np.random.default_rng(4).normal(size=(5, 7))
    stack = T.dmatrix("stack")
    found = vectorize(symbolic, "(n)->()")(stack)
    np.testing.assert_allclose(sl.function([stack], found)(values), [wanted(row) for row in values])


def test_matrices_of_which_a_condition_picks_elements() -> None:
    values = np.random.default_rng(5).normal(size=(3, 4, 2))
    stack = T.dtensor3("stack")
    found = vectorize(lambda m: T.exp(m[m > 0]).sum(keepdims=True)[0], "(m,n)->()")(stack)
    total, slope = sl.function([stack], [found, sl.grad(found.sum(), stack)])(values)
    np.testing.assert_allclose(total, [np.exp(one[one > 0]).sum() for one in values])
    np.testing.assert_allclose(slope, np.where(values > 0, np.exp(values), 0))


@pytest.mark.parametrize(
    "picks", [lambda v: v[v > 0.5], lambda v: v[v > 0.5].max(), lambda v: (v[v > 0.5] * v[v > 0.6]).sum()]
)
def test_what_is_picked_has_no_stack(picks: Any) -> None:
    """The array itself, an extreme of none, two arrays of which nobody knows that they are equally long."""
    one = T.dvector("one")
    with pytest.raises(Unbatchable, match="nonzero cannot"):
        vectorize_graph(picks(one), {one: T.dmatrix("stack")})


def test_results_without_a_signature_are_what_the_function_gives():
    x = T.tensor("x", shape=(4,), dtype="float64")
    found = sl.function([x], T.vectorize(lambda each: T.full((5, 3), each))(x))(np.arange(4.0))
    np.testing.assert_array_equal(found, np.broadcast_to(np.arange(4.0)[:, None, None], (4, 5, 3)))


def test_numbers_of_arguments_and_results_that_do_not_fit():
    x = T.dvector("x")
    with pytest.raises(TypeError, match="has 2 arguments, and 1 were given"):
        T.vectorize(lambda a, b: a + b, "(),()->()")(x)
    with pytest.raises(ValueError, match="has 1 results, and the function gives 2"):
        T.vectorize(lambda a, b: (a + b, a - b), "(),()->()")(x, x)
    with pytest.raises(ValueError, match="the function gives no result"):
        T.vectorize(lambda a: None)(x)
    with pytest.raises(ValueError, match="has 1 axes, and the signature names 2"):
        T.vectorize(lambda a: a, "(m,n)->(m,n)")(x)


def test_what_is_assumed_of_one_is_assumed_of_all():
    x, rows = T.dvector("x"), T.dmatrix("rows")
    stacked = vectorize_graph(T.sqrt(sl.assume(x, positive=True) ** 2), {x: rows})
    values = np.arange(1.0, 7.0).reshape(2, 3)
    assert np.allclose(sl.function([rows], stacked)(values), values)


@pytest.mark.parametrize("name", ["set_subtensor", "inc_subtensor"])
def test_writing_where_each_array_says_itself(name):
    """By one place of a vector, by two places of a matrix, a row of which is written, and beside a constant place."""
    write = getattr(T, name)
    x, a, n, m = T.dvector("x"), T.dmatrix("a"), T.lscalar("n"), T.lscalar("m")
    X, A = np.arange(6.0).reshape(2, 3), np.arange(24.0).reshape(2, 3, 4)
    N, M = np.array([0, 2]), np.array([-1, 1])
    cases = [
        (write(x[n], 9.0), {x: X}), (write(a[n], T.arange(4.0)), {a: A}), (write(a[n, m], 7.0), {a: A}),
        (write(a[:, m], 7.0), {a: A}), (write(a[-1, m], 7.0), {a: A}), (write(a[n, 2], 7.0), {a: A[0]}),
    ]  # fmt: skip
    for result, given in cases:
        stacks = {key: T.tensor(dtype="float64", shape=(None,) * value.ndim) for key, value in given.items()}
        places = {n: T.lvector("N"), m: T.lvector("M")}
        f = sl.function([*stacks.values(), *places.values()], vectorize_graph(result, {**stacks, **places}),
                        on_unused_input="ignore")  # fmt: skip
        one = sl.function([*given, n, m], result, on_unused_input="ignore")
        (value,), (key,) = given.values(), given
        rows = value if value.ndim > key.ndim else [value] * 2
        wanted = [one(row, *pair) for row, *pair in zip(rows, N, M, strict=True)]
        assert np.array_equal(f(value, N, M), wanted)
    with pytest.raises(Unbatchable, match="would differ"):
        vectorize_graph(write(a[n, 1:], 7.0), {n: T.lvector("N")})


def test_counts_draws_and_solutions_of_stacks():
    k, rate, x, p = T.lvector("k"), T.dvector("rate"), T.dvector("x"), T.dvector("p")
    counts = vectorize_graph(T.bincount(k, minlength=4), {k: (rows := T.lmatrix("rows"))})
    assert np.array_equal(counts.eval({rows: [[0, 1, 1], [3, 3, 3]]}), [[1, 2, 0, 0], [0, 0, 0, 3]])
    drawn = vectorize_graph(T.random.RandomStream(3).poisson(rate), {rate: (rates := T.dmatrix("rates"))})
    found = sl.function([rates], drawn)(np.array([[1.0, 1e3], [1e6, 0.0]]))
    assert found.shape == (2, 2)
    assert found[1, 1] == 0
    assert abs(found[1, 0] - 1e6) < 1e4
    place, _ = sl.optimize.minimize(T.sum((x - p) ** 2), x)
    places = vectorize_graph(place, {p: (points := T.dmatrix("points"))})
    wanted = np.arange(6.0).reshape(2, 3)
    assert np.allclose(places.eval({points: wanted, x: np.zeros(3)}), wanted)
