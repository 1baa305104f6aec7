"""Sparse matrices: parts by steps and lists, operators, methods of dense matrices, blocks, types, draws."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

import symlab as sl
import symlab.sparse as S
import symlab.tensor as T
from tests.sparse.test_sparse import check, dense, matrix, run

FORMATS = ("csr", "csc", "bsr")


@pytest.mark.parametrize("format", FORMATS)
def test_slices_with_steps(format):
    x = matrix((7, 6), format)
    for index in (np.s_[::2], np.s_[1:6:3, ::-1], np.s_[::-2, 1:4], np.s_[:, ::3], np.s_[-1:0:-2, 5:0:-3]):
        check(run(lambda x, index=index: x[index], x), x.tocsr()[index].asformat(format))
    bounds = [T.lscalar(name) for name in "abc"]
    a, b, c = bounds
    v = S.matrix(format, "v")
    f = sl.function([v, *bounds], v[a:b:c, b::c], mode="FAST_COMPILE")
    check(f(x, 1, 5, 2), x.tocsr()[1:5:2, 5::2].asformat(format))


@pytest.mark.parametrize("format", FORMATS)
def test_lists_of_places(format):
    x = matrix((4, 5), format, density=0.6)
    rows, columns = [0, 3, -1, 1, 0], [4, 0, 2, -2, 4]
    full = x.toarray()
    np.testing.assert_array_equal(run(lambda x: x[rows, columns], x), full[rows, columns])
    np.testing.assert_array_equal(run(lambda x: S.get_item_2lists(x, rows, columns), x), full[rows, columns])
    np.testing.assert_array_equal(run(lambda x: S.get_item_scalar(x, (2, 3)), x), full[2, 3])
    check(run(lambda x: x[:, [3, 0, 3]], x), x.tocsr()[:, [3, 0, 3]].asformat(format))
    check(run(lambda x: S.get_item_list(x, [2, 0]), x), x.tocsr()[[2, 0]].asformat(format))
    check(run(lambda x: S.get_item_2d(x, slice(1, 3), [0, 2]), x), x.tocsr()[1:3][:, [0, 2]].asformat(format))
    for wrong in ((lambda x: x[[0, 4], [0, 1]]), (lambda x: x[[0, 1], [0, 5]]), (lambda x: x[[0, 4]])):
        with pytest.raises(IndexError):
            run(wrong, x)


def test_gradients_of_elements():
    x = S.csr_matrix("x")
    value = matrix((3, 4), density=0.7)
    cost = T.sum(x[[0, 0, 2], [1, 1, 3]] ** 2)
    found = sl.function([x], sl.grad(cost, x), mode="FAST_COMPILE")(value)
    expected = np.zeros((3, 4))
    expected[0, 1], expected[2, 3] = 4 * value[0, 1], 2 * value[2, 3]
    np.testing.assert_allclose(found.toarray(), expected)


@pytest.mark.parametrize("format", FORMATS)
def test_operators(format):
    x, y, d = matrix((3, 4), format), matrix((3, 4), format, seed=1), dense(3, 4)
    for function in (np.less, np.less_equal, np.greater, np.greater_equal):
        operator = {"less": "__lt__", "less_equal": "__le__", "greater": "__gt__", "greater_equal": "__ge__"}
        name = operator[function.__name__]
        both = run(lambda x, y, name=name: getattr(x, name)(y), x, y)
        np.testing.assert_array_equal(both.toarray(), function(x.toarray(), y.toarray()))
        np.testing.assert_array_equal(run(lambda x, d, name=name: getattr(x, name)(d), x, d),
                                      function(x.toarray(), d))  # fmt: skip
    np.testing.assert_array_equal(run(lambda x, d: d < x, x, d), d < x.toarray())
    check(run(lambda x: x / 4, x), x / 4)
    check(run(abs, x), abs(x))
    check(run(lambda x: x.multiply(x), x), x.multiply(x).asformat(format))
    with pytest.warns(S.DenseWarning, match="converted to dense"):
        np.testing.assert_allclose(run(lambda x, d: x / d, x, d), x.toarray() / d)
    with pytest.warns(S.DenseWarning):
        np.testing.assert_allclose(run(lambda x: x**2, x), x.toarray() ** 2)
    with pytest.warns(S.DenseWarning):
        np.testing.assert_allclose(run(lambda x: 2.0**x, x), 2.0 ** x.toarray())


def test_products_by_the_functions_of_dense_matrices():
    x, d = matrix((3, 4)), dense(4, 2)
    np.testing.assert_allclose(run(T.dot, x, d), x @ d)
    np.testing.assert_allclose(run(lambda x, d: T.dot(d.T, x.T), x, d), (x @ d).T)
    check(run(lambda x: T.dot(x, x.T), x), (x @ x.T).tocsr())
    for format in ("csr", "csc"):
        found = run(S.true_dot, x.asformat(format), d)
        assert found.format == format
        np.testing.assert_allclose(found.toarray(), x @ d)


def test_methods_of_dense_matrices():
    x = matrix((3, 4))
    with pytest.warns(S.DenseWarning, match="method max"):
        np.testing.assert_allclose(run(lambda x: x.max(axis=1), x), x.toarray().max(1))
    with pytest.warns(S.DenseWarning, match="method exp"):
        np.testing.assert_allclose(run(lambda x: x.exp(), x), np.exp(x.toarray()))
    for name in ("sqrt", "tanh", "floor", "expm1"):  # 0 stays 0: the result is sparse, as SciPy's
        positive = abs(x)
        check(run(lambda x, name=name: getattr(x, name)(), positive), getattr(positive, name)())
    assert run(lambda x: x.size, x) == x.nnz
    assert run(lambda x: x.zeros_like(), x).nnz == 0
    np.testing.assert_array_equal(run(lambda x: x.ones_like(), x), np.ones((3, 4)))
    for found, expected in zip(run(lambda x: list(x.nonzero()), x), x.toarray().nonzero(), strict=True):
        np.testing.assert_array_equal(found, expected)
    real = S.csr_matrix("x")
    assert real.conj() is real
    with pytest.raises(AttributeError, match="no attribute"):
        real.no_such_method


def test_a_sparse_result_is_an_input_of_another_function():
    x = T.dmatrix("x")
    made = S.csr_from_dense(x)
    f = sl.function([made], made[:, 1:], mode="FAST_COMPILE")
    value = matrix((3, 4))
    check(f(value), value[:, 1:])
    check(f(value.toarray()), value[:, 1:])


def test_small_integers_become_what_scipy_can_keep():
    x = sp.csr_matrix(np.array([[1, 0], [0, 2]], np.int8))
    for function in (S.sin, S.sqrt, S.structured_exp):
        assert run(function, x).dtype == np.float32


def test_vectors_and_numbers_are_matrices_of_one_row():
    for value in (np.array([1.0, 0.0, 2.0]), np.float64(3)):
        for make in (S.csr_from_dense, S.csc_from_dense):
            found = sl.function([], make(T.constant(value)), mode="FAST_COMPILE")()
            np.testing.assert_array_equal(found.toarray(), np.atleast_2d(value))


def test_blocks_go_in_and_come_out():
    x = sp.bsr_matrix(np.kron(np.eye(2), np.ones((2, 2))))
    for build, expected in ((lambda x: x * 2, x * 2), (lambda x: x.T, x.T), (lambda x: S.add(x, x), x + x)):
        found = run(build, x)
        assert found.format == "bsr"
        np.testing.assert_array_equal(found.toarray(), expected.toarray())
    w = sl.shared(x, "w")
    assert w.get_value().format == "bsr"
    assert S.bsr_matrix("b", "float32").type == S.SparseType("bsr", "float32")


def test_types():
    kind = S.SparseType("csc", "float64", shape=(None, 3))
    assert (kind.ndim, kind.shape, kind.clone(format="csr").format) == (2, (None, 3), "csr")
    assert kind == kind.clone()
    value = matrix((2, 3))
    assert kind.filter(value).format == "csc"
    assert kind.filter(value.astype("float32")).dtype == np.float64
    narrow = S.SparseType("csr", "float32")
    assert narrow.filter(value, allow_downcast=True).dtype == np.float32
    for wrong in (lambda: narrow.filter(value), lambda: kind.filter(value, strict=True), lambda: kind.filter("x")):
        with pytest.raises(TypeError):
            wrong()
    x = kind("x")
    f = sl.function([x], S.sp_sum(x), mode="FAST_COMPILE")
    np.testing.assert_allclose(f(value), value.sum())
    with pytest.raises(ValueError, match="shape"):
        f(matrix((2, 4)))


def test_draws():
    x, n, p, shape = S.csr_matrix("x"), T.lscalar("n"), T.dscalar("p"), T.lvector("shape")
    rates = sp.csr_matrix(np.array([[2.0, 0.0], [0.0, 50.0]]))
    stream = T.random.RandomStream(3)
    f = sl.function([x], S.poisson(x, rng=stream), mode="FAST_COMPILE")
    first, second = f(rates), f(rates)
    assert (first.nnz, first.dtype, first[0, 1]) == (2, rates.dtype, 0)
    assert (first != second).nnz
    mean = np.mean([f(rates)[1, 1] for _ in range(100)])
    assert abs(mean - 50) < 5
    for format in ("csr", "csc"):
        made = S.Binomial(format, "float32")(n, p, shape)
        found = sl.function([n, p, shape], made, mode="FAST_COMPILE")(5, 0.25, [30, 20])
        assert (found.format, found.dtype, found.shape) == (format, np.float32, (30, 20))
        assert abs(found.sum() / 600 - 1.25) < 0.25
    chances = sp.csr_matrix(np.array([[0.0, 0.5, 0.5], [1.0, 0.0, 0.0]]))
    counts = T.lvector("counts")
    f = sl.function([x, counts], S.multinomial(counts, x, rng=stream), mode="FAST_COMPILE")
    found = f(chances, [10, 4])
    np.testing.assert_array_equal(np.asarray(found.sum(1)).ravel(), [10, 4])
    assert (found[1, 0], found[0, 0]) == (4, 0)


def test_a_borrowed_matrix_is_one_object() -> None:
    """While its arrays are those of the variable: not when a call has stored another value, nor without `borrow`."""
    value = sp.random(4, 3, 0.5, "csr", random_state=1)
    state = sl.shared(value)
    assert state.get_value(borrow=True) is state.get_value(borrow=True) is not value
    lent = state.get_value(borrow=True)
    lent.data[:] = 2
    assert state.get_value().data.tolist() == [2] * lent.nnz
    state.set_value(value, borrow=True)
    assert state.get_value(borrow=True) is value
    assert state.get_value() is not value
    sl.function([], updates={state: state * 2.0})()
    assert state.get_value(borrow=True) is not value
    np.testing.assert_array_equal(state.container.value.toarray(), 2 * value.toarray())
    state.container.value = value
    np.testing.assert_array_equal(state.container.storage[0].toarray(), value.toarray())


def test_types_compare_values() -> None:
    kind = S.SparseType("csr", "float64")
    first = sp.random(4, 3, 0.5, "csr", random_state=1)
    near, far = first * (1 + 1e-9), first + sp.csr_matrix(np.eye(4, 3))
    assert kind.values_eq(first, first.copy())
    assert not kind.values_eq(first, near)
    assert kind.values_eq_approx(first, near)
    for other in (far, first.tocsc(), first.astype("float32"), first[:2], first.toarray()):
        assert not kind.values_eq(first, other)
        assert not kind.values_eq_approx(first, other)
