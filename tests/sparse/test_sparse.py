"""Sparse matrices against `scipy.sparse`: values, structures, gradients, empty matrices, dtypes, errors."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse as sp

import symlab as sl
import symlab.sparse as S
import symlab.tensor as T
from symlab.core.gradcheck import gradcheck

DTYPES = ("float32", "float64", "complex128")
FORMATS = ("csr", "csc")
SHAPES = ((4, 5), (5, 4), (1, 3), (3, 1), (0, 3), (3, 0), (4, 4))


def matrix(shape, format="csr", dtype="float64", seed=0, density=0.4):
    """A sparse matrix of normal numbers."""
    draw = np.random.default_rng(seed)
    dense = draw.normal(size=shape) + (1j * draw.normal(size=shape) if dtype.startswith("complex") else 0)
    return sp.csr_matrix((dense * (draw.random(shape) < density)).astype(dtype)).asformat(format)


def dense(*shape, dtype="float64", seed=9):
    draw = np.random.default_rng(seed)
    return (draw.normal(size=shape) + (1j * draw.normal(size=shape) if dtype.startswith("complex") else 0)).astype(
        dtype
    )


def variables(*values):
    """An input for each value."""
    return [
        S.matrix(value.format, f"x{place}", value.dtype) if sp.issparse(value)
        else T.tensor(f"x{place}", dtype=value.dtype, shape=(None,) * value.ndim)
        for place, value in enumerate(values)
    ]  # fmt: skip


def run(build, *values, **options):
    """What an expression gives for values."""
    inputs = variables(*values)
    return sl.function(inputs, build(*inputs, **options), mode="FAST_COMPILE")(*values)


COMPILED = {
    "dot": (S.dot, lambda x, d: x @ d, (5, 3)),
    "dot from the left": (lambda x, d: S.dot(d, x), lambda x, d: d @ x, (3, 4)),
    "sum": (lambda x, d: S.sp_sum(S.mul(x, d), axis=1), lambda x, d: np.asarray(x.multiply(d).sum(1)).ravel(), (4, 5)),
    "diag": (lambda x, d: S.diag(x) * d[0], lambda x, d: x.diagonal() * d[0], (1, 4)),
    "dense": (S.add, lambda x, d: np.asarray(x + d), (4, 5)),
    "sampling": (
        lambda x, d: S.sampling_dot(d[:4], d[4:], x),
        lambda x, d: x.multiply(d[:4] @ d[4:].T).tocsr(),
        (9, 2),
    ),
    "format": (lambda x, d: S.as_format(x, "csc") * d[0, 0], lambda x, d: x.tocsc() * d[0, 0], (1, 1)),
}


@pytest.mark.parametrize("name", COMPILED)
@pytest.mark.parametrize("format", FORMATS)
def test_compiled_functions(name, format):
    """What needs no sizes that follow from values is compiled: the same function serves matrices of any size."""
    build, expected, shape = COMPILED[name]
    x, d = S.matrix(format, "x"), T.dmatrix("d")
    f = sl.function([x, d], build(x, d))
    assert "reference evaluator" not in f.source
    for density in (0.0, 0.4, 1.0):
        value, other = matrix((4, 5), format, density=density), dense(*shape)
        check(f(value, other), expected(value, other))


def part(x, index):
    return x[index]


def check(found, expected, tolerance=1e-5):
    """Equal values, both sparse or both dense, of one dtype and canonical."""
    assert sp.issparse(found) == sp.issparse(expected)
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    if sp.issparse(found):
        assert found.has_canonical_format
        found, expected = found.toarray(), expected.toarray()
    eps = np.finfo(found.dtype).eps if found.dtype.kind in "fc" else 0
    np.testing.assert_allclose(found, expected, rtol=32 * eps, atol=32 * eps)


each = pytest.mark.parametrize(
    ("shape", "format", "dtype"), [(s, f, d) for s in SHAPES for f in FORMATS for d in DTYPES]
)


@each
def test_there_and_back(shape, format, dtype):
    x = matrix(shape, format, dtype)
    check(run(lambda x: x, x), x)
    check(run(S.dense_from_sparse, x), x.toarray())
    check(run(lambda x: S.sparse_from_dense(x, format), x.toarray()), x)
    check(run(S.transpose, x), x.T)
    for other in FORMATS:
        found = run(S.as_format, x, format=other)
        assert found.format == other
        check(found, x.asformat(other))
    data, indices, indptr, sizes = run(S.csm_properties, x)
    check(getattr(sp, f"{format}_matrix")((data, indices, indptr), sizes), x)
    make = S.CSR if format == "csr" else S.CSC
    check(run(make, data, indices, indptr, sizes), x)


@each
def test_functions_of_one_matrix(shape, format, dtype):
    x = matrix(shape, format, dtype)
    for axis in (None, 0, 1):
        found = run(S.sp_sum, x, axis=axis)
        expected = np.asarray(x.sum(axis))
        np.testing.assert_allclose(found, expected.ravel() if axis is not None else expected, rtol=1e-5, atol=1e-6)
        assert found.dtype == dtype
    check(run(S.diag, x), x.diagonal())
    check(run(S.neg, x), -x)
    check(run(S.sqr, x), x.multiply(x).asformat(format))
    check(run(S.tanh, x), x.tanh() if dtype != "complex128" else x._with_data(np.tanh(x.data)))
    for name in ("exp", "sigmoid") if dtype != "complex128" else ("exp",):
        function = np.exp if name == "exp" else lambda v: 1 / (1 + np.exp(-v))
        expected = x.copy()
        expected.data = function(x.data).astype(dtype)
        check(run(getattr(S, f"structured_{name}"), x), expected)
    expected = x.copy()
    expected.data = x.data + np.asarray(2, dtype)
    check(run(lambda x: S.structured_add(x, 2), x), expected)
    check(run(S.sp_ones_like, x), (x != 0).astype(dtype).asformat(format))
    assert run(S.sp_zeros_like, x).nnz == 0


@each
def test_sums(shape, format, dtype):
    x = matrix(shape, format, dtype)
    for other in FORMATS:
        y = matrix(shape, other, dtype, seed=1)
        check(run(S.add, x, y), (x + y).asformat(format))
        check(run(S.sub, x, y), (x - y).asformat(format))
        check(run(lambda x, y: x + y, x, y), (x + y).asformat(format))
    d = dense(*shape, dtype=dtype)
    check(run(S.add, x, d), np.asarray(x + d))
    check(run(lambda x, d: d - x, x, d), np.asarray(d - x))
    check(run(S.sub, d, x), np.asarray(d - x))
    check(run(S.add_s_s_data, x, x), x + x)


@each
def test_products_by_element(shape, format, dtype):
    x, d, v = matrix(shape, format, dtype), dense(*shape, dtype=dtype), dense(shape[1], dtype=dtype)
    for other in FORMATS:
        y = matrix(shape, other, dtype, seed=1)
        found = run(S.mul, x, y)
        check(found, x.multiply(y).asformat(format))
        assert found.nnz == ((x != 0).multiply(y != 0)).nnz
    check(run(S.mul, x, d), x.multiply(d).asformat(format))
    check(run(S.mul, d, x), x.multiply(d).asformat(format))
    check(run(lambda x, d: d * x, x, d), x.multiply(d).asformat(format))
    check(run(S.col_scale, x, v), x.multiply(v[None, :]).asformat(format))
    check(run(S.mul, x, v), x.multiply(v[None, :]).asformat(format))
    row = dense(shape[0], dtype=dtype)
    check(run(S.row_scale, x, row), x.multiply(row[:, None]).asformat(format))
    check(run(S.mul, x, np.asarray(2, dtype)), x * np.asarray(2, dtype))
    expected = x.copy()
    expected.data = x.data + v[x.tocoo().col]
    check(run(S.structured_add_s_v, x, v), expected)


@each
def test_matrix_products(shape, format, dtype):
    x = matrix(shape, format, dtype)
    for columns in (0, 1, 3):
        d = dense(shape[1], columns, dtype=dtype)
        check(run(S.dot, x, d), np.asarray(x @ d))
        check(run(lambda x, d: x @ d, x, d), np.asarray(x @ d))
        left = dense(columns, shape[0], dtype=dtype)
        check(run(S.dot, left, x), np.asarray(left @ x))
        check(run(lambda x, d: d @ x, x, left), np.asarray(left @ x))
    check(run(S.structured_dot, x, dense(shape[1], dtype=dtype)), x @ dense(shape[1], dtype=dtype))
    check(run(S.dot, dense(shape[0], dtype=dtype), x), dense(shape[0], dtype=dtype) @ x)
    for other in FORMATS:
        y = matrix((shape[1], 3), other, dtype, seed=2)
        product = (x @ y).asformat(format)
        product.sort_indices()
        check(run(S.true_dot, x, y), product)
        check(run(S.dot, x, y), product.toarray())


def test_other_products():
    p, x, y = matrix((4, 5)), dense(4, 3), dense(5, 3, seed=1)
    check(run(S.sampling_dot, x, y, p), p.multiply(x @ y.T).tocsr())
    found = run(lambda x, y, z: S.usmm(0.5, x, y, z), p, y, x)
    np.testing.assert_allclose(found, 0.5 * (p @ y) + x, rtol=1e-13)
    v = dense(4)
    found = run(S.square_diagonal, v)
    assert found.format == "csc"
    check(found, sp.csc_matrix(np.diag(v)))


def test_mixed_dtypes_promote():
    x, d = matrix((4, 5), dtype="float32"), dense(5, 3)
    assert run(S.dot, x, d).dtype == np.float64
    assert run(S.add, matrix((4, 5), dtype="float32"), matrix((4, 5))).dtype == np.float64
    assert run(lambda x: x.astype("float64"), x).dtype == np.float64
    integers = sp.csr_matrix(np.asarray([[1, 0], [2, 3]]))
    check(run(S.dot, integers, np.asarray([[1, 2], [3, 4]])), integers @ np.asarray([[1, 2], [3, 4]]))


# Structure


@pytest.mark.parametrize("format", FORMATS)
def test_order_and_zeros(format):
    kind = sp.csr_matrix if format == "csr" else sp.csc_matrix
    messy = kind(([1.0, 2.0, 0.0, 4.0], [2, 0, 1, 1], [0, 2, 3, 4]), shape=(3, 3))
    doubled = kind(([1.0, 2.0], [1, 1], [0, 2, 2, 2]), shape=(3, 3))
    check(run(lambda x: x, messy), messy.sorted_indices())
    summed = doubled.copy()
    summed.sum_duplicates()
    check(run(S.structured_exp, doubled).toarray(), S_exp(summed))
    assert doubled.nnz == 2  # what was given is left alone
    found = run(S.remove0, messy)
    assert found.nnz == 3
    check(found, messy.sorted_indices())
    data, indices, indptr, sizes = messy.data, messy.indices, messy.indptr, np.asarray(messy.shape)
    found = run(lambda *parts: S.ensure_sorted_indices(S.CSM(format)(*parts)), data, indices, indptr, sizes)
    check(found, messy.sorted_indices())
    assert run(lambda *parts: S.clean(S.CSM(format)(*parts)), data, indices, indptr, sizes).nnz == 3


def S_exp(x):
    found = x.copy()
    found.data = np.exp(x.data)
    return found.toarray()


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("shape", [(4, 5), (0, 3), (3, 0), (3, 3)])
def test_parts(format, shape):
    x = matrix(shape, format)
    for index in (np.s_[1:3], np.s_[:, 1:], np.s_[-2:, :-1], np.s_[2:1, :], np.s_[0:9, 0:9]):
        check(run(part, x, index=index), x[index])
    if 0 not in shape:
        for index in ((0, 1), (-1, 0), (2, -2)):
            np.testing.assert_array_equal(run(part, x, index=index), x[index])
        check(run(lambda x: x[1], x), x[1].asformat(format))
        check(run(lambda x: x[[2, 0, 2]], x), x[[2, 0, 2]])
    places = np.asarray([0, 0]) if shape[0] else np.zeros(0, np.int64)
    check(run(part, x, places), x[places])


@pytest.mark.parametrize("format", FORMATS)
def test_matrices_side_by_side(format):
    x, y = matrix((3, 4), format), matrix((3, 2), "csr", seed=1)
    check(run(lambda x, y: S.hstack([x, y], format), x, y), sp.hstack([x, y], format))
    check(run(lambda x, y: S.vstack([x, y.T], format), x[:, :3], y), sp.vstack([x[:, :3], y.T], format))
    assert run(lambda x, y: S.hstack([x, y], dtype="float32"), x, y).dtype == np.float32


def test_construct_sparse_from_list():
    like, values, rows = np.zeros((5, 3)), dense(2, 3), np.asarray([4, 1])
    expected = like.copy()
    expected[rows] = values
    found = run(S.construct_sparse_from_list, like, values, rows)
    np.testing.assert_array_equal(found.toarray(), expected)


@pytest.mark.parametrize("name", ["eq", "neq", "lt", "le", "gt", "ge"])
def test_comparisons(name):
    x, y, d = matrix((4, 5)), matrix((4, 5), seed=1), dense(4, 5)
    function = getattr(
        np,
        {"eq": "equal", "neq": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal"}[
            name
        ],
    )
    np.testing.assert_array_equal(run(getattr(S, name), x, y).toarray(), function(x.toarray(), y.toarray()))
    np.testing.assert_array_equal(run(getattr(S, name), x, d), function(x.toarray(), d))


# Functions, gradients, shared variables


GRADIENTS = {
    "dot": (S.dot, (4, 3)),
    "dot from the left": (lambda x, d: S.dot(d, x), (2, 5)),
    "sum": (lambda x, d: S.sp_sum(S.structured_exp(x), axis=0) * d[0, 0], (1, 1)),
    "sparse times sparse": (lambda x, d: S.dense_from_sparse(S.true_dot(x, x.T)) * d, (5, 5)),
    "sparse plus sparse": (lambda x, d: S.dense_from_sparse(S.add(x, S.sqr(x))) * d, (5, 4)),
    "sparse plus dense": (lambda x, d: T.sqr(S.add(x, d)), (5, 4)),
    "mul": (lambda x, d: S.sp_sum(S.mul(x, S.mul(x, d)), axis=1), (5, 4)),
    "scales": (lambda x, d: S.dense_from_sparse(S.row_scale(S.col_scale(x, d[0]), d[:, 0])), (5, 4)),
    "diag": (lambda x, d: S.diag(x) * d[0], (1, 4)),
    "parts": (lambda x, d: S.dense_from_sparse(x[1:4, 1:]) * d, (3, 3)),
    "rows": (lambda x, d: S.dense_from_sparse(x[[2, 0, 2]]) * d, (3, 4)),
    "stacks": (lambda x, d: S.dense_from_sparse(S.vstack([x, S.sqr(x)])) * d, (10, 4)),
    "sampling": (lambda x, d: S.dense_from_sparse(S.sampling_dot(d[:5], d[5:], x)), (9, 2)),
    "formats": (lambda x, d: S.dense_from_sparse(S.as_format(S.tanh(x), "csc")) * d, (5, 4)),
    "diagonal": (lambda x, d: S.dense_from_sparse(S.square_diagonal(x.data)) * d[0, 0], (1, 1)),
}


@pytest.mark.parametrize("name", GRADIENTS)
@pytest.mark.parametrize("format", FORMATS)
def test_gradients(name, format):
    """Gradients by the elements of the matrix and by the dense operand, against finite differences."""
    build, shape = GRADIENTS[name]
    value = matrix((5, 4), format, seed=3)
    if name == "dot from the left":
        shape = (2, 5)
    like = S.as_sparse_variable(value)
    gradcheck(lambda data, d: build(like.with_data(data), d), [value.data, dense(*shape)])


@pytest.mark.parametrize("format", FORMATS)
def test_the_gradient_of_a_matrix_is_one_of_its_structure(format):
    x, d = S.matrix(format, "x"), T.dmatrix("d")
    value, other = matrix((4, 5), format), dense(5, 3)
    found, by_dense = sl.function([x, d], sl.grad(T.sum(T.sqr(S.dot(x, d))), [x, d]))(value, other)
    full = 2 * (value @ other) @ other.T
    check(found, value._with_data((value != 0).multiply(full).asformat(format).data))
    np.testing.assert_allclose(by_dense, 2 * value.T @ (value @ other), rtol=1e-12)
    assert sl.grad(T.sum(S.dot(x, d)), x).format == format


def test_products_with_dense_matrices_are_compiled():
    x, d = S.csr_matrix("x"), T.dmatrix("d")
    f = sl.function([x, d], [S.dot(x, d), *[sl.grad(T.sum(T.sqr(S.dot(x, d))), d)]])
    assert "reference evaluator" not in f.source
    names = [type(step).__name__ for step in f.trace.program.fused.steps]
    assert "KernelCall" in names


def test_the_product_needs_no_memory_for_its_terms():
    """The terms of a product are added where they are computed: no buffer has an element for each pair."""
    x, d = S.csr_matrix("x"), T.dmatrix("d")
    f = sl.function([x, d], S.dot(x, d))
    kernels = str(f.program)
    scatter = [part for part in kernels.split("kernel") if "mul(" in part]
    assert len(scatter) == 1
    assert "add(" in scatter[0]


def test_calls():
    x, d = S.csr_matrix("x"), T.dmatrix("d")
    value, other = matrix((4, 5)), dense(5, 3)
    f = sl.function([x, d], {"product": S.dot(x, d), "same": x})
    for call in (lambda: f(value, other), lambda: f(x=value, d=other), lambda: f(value, d=other)):
        found = call()
        check(found["same"], value)
        np.testing.assert_allclose(found["product"], value @ other)
    for format in ("csc", "coo", "lil"):
        np.testing.assert_allclose(f(value.asformat(format), other)["product"], value @ other)
    check(f(sp.csr_array(value), other)["same"], value)
    withdefault = sl.function([sl.In(x, value=value), sl.In(d, value=other)], S.dot(x, d))
    np.testing.assert_allclose(withdefault(), value @ other)
    assert sl.function([x], None, on_unused_input="ignore")(value) is None
    np.testing.assert_allclose(S.dot(x, d).eval({x: value, d: other}), value @ other)
    check(S.neg(x).eval({x: value}), -value)
    given = sl.function([d], S.dot(x, d), givens={x: value})
    np.testing.assert_allclose(given(other), value @ other)


def test_calls_that_do_not_fit():
    x, d = S.csr_matrix("x"), T.dmatrix("d")
    f = sl.function([x, d], S.dot(x, d))
    value, other = matrix((4, 5)), dense(5, 3)
    np.testing.assert_allclose(f(value.toarray(), other), value @ other)  # dense values are taken, as in Theano
    for wrong in (value.toarray()[0], "text", None):
        with pytest.raises(TypeError, match="sparse matrix"):
            f(wrong, other)
    with pytest.raises((TypeError, ValueError)):
        f(value.astype(np.complex128), other)
    with pytest.raises(TypeError, match="misses"):
        f(value)
    with pytest.raises(TypeError, match="2 inputs"):
        f(value, other, other)
    for wrong in (dense(4, 3), dense(6, 3)):
        with pytest.raises(ValueError):
            f(value, wrong)
    for build, one, two in (
        (S.add, (4, 5), (5, 4)), (S.add, (4, 5), (4, 4)), (S.mul, (4, 5), (5, 5)), (S.true_dot, (4, 5), (4, 5)),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="agree"):
            run(build, matrix(one), matrix(two))
    for build, size in ((S.col_scale, 4), (S.col_scale, 6), (S.row_scale, 3), (S.structured_add_s_v, 6)):
        with pytest.raises(ValueError):
            run(build, matrix((4, 5)), dense(size))
    for shape in ((5, 5), (4, 4), (20, 1)):
        with pytest.raises(ValueError):
            run(S.mul, matrix((4, 5)), dense(*shape))
    for wrong in (lambda: S.matrix("coo", "x"), lambda: S.hstack([])):
        with pytest.raises(ValueError):
            wrong()
    for wrong in (lambda: S.as_sparse_variable(other), lambda: S.structured_dot(d, d), lambda: S.sp_sum(x, 2)):
        with pytest.raises(TypeError):
            wrong()


def test_shared_matrices():
    value = matrix((4, 5))
    w = sl.shared(value, "w")
    assert isinstance(w, S.SparseSharedVariable)
    d = T.dmatrix("d")
    f = sl.function([d], S.dot(w, d), updates={w: S.mul(w, 2.0)})
    other = dense(5, 3)
    np.testing.assert_allclose(f(other), value @ other)
    check(w.get_value(), value * 2)
    w.set_value(matrix((5, 5), "csc", seed=4))
    np.testing.assert_allclose(f(other), matrix((5, 5), seed=4) @ other)
    step = sl.function([d], None, updates=[(w, w - S.neg(sl.grad(T.sum(S.dot(w, d)), w)))])
    step(other)
    check(
        w.get_value(),
        (matrix((5, 5), seed=4) * 2 + (matrix((5, 5), seed=4) != 0).multiply(other.sum(1)[None, :])).tocsr(),
    )
    column = sl.shared(sp.coo_matrix(value.toarray()))
    assert column.format == "csr"


def test_clones():
    x, y, d = S.csr_matrix("x"), S.csr_matrix("y"), T.dmatrix("d")
    value, other = matrix((4, 5)), dense(5, 3)
    product = sl.clone(S.dot(x, d), replace={x: S.mul(y, 3.0)})
    np.testing.assert_allclose(sl.function([y, d], product)(value, other), 3 * (value @ other))
    check(sl.function([y], sl.clone(S.neg(x), replace={x: y}))(value), -value)


def test_types_and_texts():
    x = S.csr_matrix("x", dtype="float32")
    assert (x.format, x.dtype, x.ndim, x.type) == ("csr", "float32", 2, S.SparseType("csr", "float32"))
    assert str(x.type) == "csr[float32]"
    assert repr(x) == "x"
    assert S.csc_fmatrix("y").type("z").name == "z"
    assert S.csr_dmatrix().dtype == "float64"
    assert S.as_sparse_variable(x) is x
    assert isinstance(S.as_sparse_or_tensor_variable(1.0), T.Variable)
    f = sl.function([x], S.neg(x))
    value = matrix((4, 5), dtype="float32")
    check(pickle.loads(pickle.dumps(f))(value), -value)


def test_python_numbers_leave_the_dtype_as_it_is():
    x, whole = S.csr_matrix("x", dtype="float32"), S.csr_matrix("whole", dtype="int32")
    value = sp.random(3, 4, 0.5, "csr", dtype="float32", random_state=0)
    for made, wanted in ((x * 3, value * 3), (2.5 * x, 2.5 * value), (x / 2, value / 2)):
        assert made.dtype == "float32"
        found = sl.function([x], made)(value)
        assert found.dtype == "float32"
        assert abs(found - wanted).max() < 1e-6
    assert (whole * 2).dtype == "int32"
    assert (whole * 2.5).dtype == (whole / 2).dtype == "float64"
    assert (x * np.float64(2)).dtype == "float64"
