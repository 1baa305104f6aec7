"""Products and norms by NumPy's rules."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.gradcheck import gradcheck
from symlab.core.ir.errors import InvalidValue, NodeError, NullTypeGradError, ShapeMismatch, TypeMismatch
from tests.tensor.against_numpy import agrees, opened, run


def array(*shape: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(sum(shape)).standard_normal(shape)


SHAPES = [((), ()), ((), (3,)), ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4))]
HIGH = [((2, 3, 4), (4,)), ((4,), (2, 4, 3)), ((2, 3, 4), (4, 2)), ((2, 3), (5, 3, 4)), ((2, 3, 4), (5, 4, 2))]
STACKS = [
    ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((5, 2, 3), (5, 3, 4)), ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)), ((3,), (5, 3, 4)), ((5, 2, 3), (3,)), ((1, 5, 2, 3), (4, 1, 3, 2)),
]  # fmt: skip


@pytest.mark.parametrize("shapes", [*SHAPES, *HIGH], ids=str)
def test_dot(shapes: Any) -> None:
    a, b = (array(*shape) for shape in shapes)
    agrees(T.dot, np.dot, a, b)
    agrees(lambda a, b: a.dot(b), np.dot, a, b)
    gradcheck(T.dot, [a, b])


@pytest.mark.parametrize("shapes", STACKS, ids=str)
def test_matmul(shapes: Any) -> None:
    a, b = (array(*shape) for shape in shapes)
    agrees(T.matmul, np.matmul, a, b)
    agrees(lambda a, b: a @ b, np.matmul, a, b)
    gradcheck(T.matmul, [a, b])


@pytest.mark.parametrize("axes", [0, 1, 2, ([1, 2], [0, 1]), ([2, 0], [1, 2]), (1, 0)], ids=str)
def test_tensordot(axes: Any) -> None:
    a, b = array(2, 3, 4), array(3, 4, 2)
    a = a if axes != 1 else array(2, 3, 3)
    agrees(lambda a, b: T.tensordot(a, b, axes), lambda a, b: np.tensordot(a, b, axes), a, b)
    gradcheck(lambda a, b: T.tensordot(a, b, axes), [a, b])


@pytest.mark.parametrize("name", ["inner", "outer", "kron", "vdot"])
@pytest.mark.parametrize("shapes", [((3,), (3,)), ((2, 3), (2, 3)), ((2, 3), (4, 3))], ids=str)
def test_other_products(name: str, shapes: Any) -> None:
    if name == "vdot" and shapes[0] != shapes[1]:
        pytest.skip("not of one size")
    agrees(getattr(T, name), getattr(np, name), *(array(*shape) for shape in shapes))


def test_products_of_stacks() -> None:
    stack, vectors, matrix, vector = array(5, 2, 3), array(5, 3), array(2, 3), array(3)
    agrees(T.matvec, np.matvec, stack, vectors)
    agrees(T.matvec, np.matvec, matrix, vector)
    agrees(T.vecmat, np.vecmat, array(5, 2), stack)
    agrees(T.vecdot, np.vecdot, vectors, vectors + 1)
    agrees(lambda a, b: T.vecdot(a, b, axis=0), lambda a, b: np.vecdot(a, b, axis=0), vectors, vectors + 1)
    agrees(T.batched_dot, lambda a, b: np.einsum("bij,bjk->bik", a, b), stack, array(5, 3, 2))
    agrees(T.batched_dot, lambda a, b: np.einsum("bi,bi->b", a, b), vectors, vectors)
    agrees(T.batched_dot, lambda a, b: np.einsum("bij,bj->bi", a, b), stack, vectors)
    agrees(T.batched_dot, lambda a, b: np.einsum("bi,bij->bj", a, b), array(5, 2), stack)
    agrees(T.batched_dot, lambda a, b: np.einsum("b,bij->bij", a, b), array(5), stack)
    agrees(T.batched_dot, lambda a, b: np.einsum("bi,b->bi", a, b), vectors, array(5))
    agrees(T.batched_dot, lambda a, b: np.einsum("bcij,bjk->bcik", a, b), array(5, 4, 2, 3), array(5, 3, 2))
    agrees(
        lambda a, b: T.matmul(a, b, dtype="float32"),
        lambda a, b: (a @ b).astype(np.float32),
        stack[0],
        vectors[0],
        tolerance=1e-5,
    )
    agrees(
        lambda a, b: T.batched_tensordot(a, b, ([2, 1], [1, 3])), lambda a, b: np.einsum("bijk,bjmi->bkm", a, b),
        array(5, 2, 3, 4), array(5, 3, 6, 2),
    )  # fmt: skip
    agrees(lambda a, b: T.matrix_dot(a, b, a), lambda a, b: a @ b @ a, array(2, 3), array(3, 2))


def test_dtypes() -> None:
    agrees(T.dot, np.dot, np.arange(6, dtype=np.int8).reshape(2, 3), np.arange(3, dtype=np.float32))
    agrees(T.dot, np.dot, np.array([True, False]), np.array([True, True]))
    agrees(T.vdot, np.vdot, array(3) + 1j, array(3) - 2j)


@pytest.mark.parametrize("ord", [None, "fro", 1, -1, np.inf, -np.inf])
def test_norms_of_matrices(ord: Any) -> None:
    agrees(lambda x: T.linalg.norm(x, ord), lambda x: np.linalg.norm(x, ord), array(3, 4))
    agrees(lambda x: T.linalg.norm(x, ord, axis=(0, 2)), lambda x: np.linalg.norm(x, ord, axis=(0, 2)), array(2, 3, 4))


def test_norms_of_vectors() -> None:
    for ord in (None, 1, 2, 3, np.inf, -np.inf, 0):
        agrees(lambda x: T.linalg.norm(x, ord, axis=1), lambda x: np.linalg.norm(x, ord, axis=1), array(3, 4))  # noqa: B023
    agrees(T.linalg.norm, np.linalg.norm, array(2, 3, 4))
    agrees(T.linalg.vector_norm, np.linalg.vector_norm, array(2, 3))
    with pytest.raises(InvalidValue, match="no norm 'other'"):
        T.linalg.norm(T.dmatrix(), "other")


def test_numpy_functions_on_variables() -> None:
    x, w = T.dmatrix("x"), array(3, 2)
    given = {x: array(2, 3)}
    np.testing.assert_allclose(run(np.dot(x, w), given), given[x] @ w)
    np.testing.assert_allclose(run(w @ x, given), w @ given[x])
    np.testing.assert_allclose(run(np.linalg.norm(x), given), np.linalg.norm(given[x]))
    np.testing.assert_allclose(run(np.tensordot(x, w, 1), given), given[x] @ w)


# What does not fit


def test_the_message_names_operands_and_a_way_out() -> None:
    w, x = T.tensor("w", dtype="float64", shape=(10, 784)), T.tensor("x", dtype="float64", shape=(768,))
    with pytest.raises(ShapeMismatch, match=r"cannot contract axis 1 of w \(784\) with axis 0 of x \(768\)") as caught:
        T.dot(w, x)
    text = str(caught.value)
    assert "w   float64[10, 784]   built in test_linalg.py, line" in text
    assert "try x with 784 elements" in text
    other = T.tensor("other", dtype="float64", shape=(10,))
    with pytest.raises(ShapeMismatch, match=r"try other with 784 elements, or w\.T"):
        T.dot(w, other)


def test_what_is_refused() -> None:
    known = T.tensor("a", dtype="float64", shape=(5, 2, 3)), T.tensor("b", dtype="float64", shape=(4, 3, 2))
    with pytest.raises(ShapeMismatch, match="do not broadcast"):
        T.matmul(*known)
    with pytest.raises(ShapeMismatch, match="no scalars"):
        T.matmul(T.dscalar(), T.dvector())
    with pytest.raises(ShapeMismatch, match="cannot contract axis 1"):
        T.tensordot(known[0], known[1], ([1], [0]))
    with pytest.raises(InvalidValue, match="do not pair"):
        T.tensordot(known[0], known[1], ([1, 2], [0]))
    with pytest.raises(TypeMismatch, match="with a first axis"):
        T.batched_dot(T.dscalar(), T.dmatrix())
    a, b = T.dmatrix("a"), T.dmatrix("b")
    with pytest.raises(NodeError, match="dot"):
        run(T.dot(a, b), {a: array(2, 3), b: array(2, 3)})
    c, d = T.dtensor3("c"), T.dtensor3("d")
    with pytest.raises(NodeError, match="is not declared as 1"):
        run(T.matmul(c, d), {c: array(1, 2, 3), d: array(5, 3, 2)})


@pytest.mark.parametrize("offset", [0, 1, -1])
def test_diagonals_of_stacks_are_those_of_their_matrices(offset: int) -> None:
    for name in ("trace", "diagonal"):
        function, expected = getattr(T.linalg, name), getattr(np.linalg, name)
        for shape in ((2, 3, 3), (5, 2, 4), (3, 4), (0, 3, 3)):
            agrees(lambda x, f=function: f(x, offset), lambda x, f=expected: f(x, offset=offset), array(*shape))


@pytest.mark.parametrize("ord", [None, 1, 2, np.inf, -1, "fro"], ids=str)
def test_norms_of_small_integers_do_not_overflow(ord: Any) -> None:
    x = np.array([[100, -128], [3, 4]], np.int8)
    agrees(lambda x: T.linalg.norm(x, ord), lambda x: np.linalg.norm(x.astype(float), ord), x)
    if ord != "fro":
        agrees(lambda x: T.linalg.norm(x, ord, 0), lambda x: np.linalg.norm(x.astype(float), ord, 0), x)


@pytest.mark.parametrize(
    ("letters", "shapes"),
    [
        ("ij,ij->", [(2, 6), (3, 4)]),
        ("ij,kij->k", [(2, 6), (5, 3, 4)]),
        ("abi,abi->ab", [(2, 6, 3), (3, 4, 3)]),
        ("ij,ij->ij", [(2, 6), (3, 4)]),
        ("ii->", [(5, 3)]),
    ],
)
def test_sizes_that_do_not_pair_are_refused_at_the_call(letters: str, shapes: list[tuple[int, ...]]) -> None:
    arrays = [array(*shape) for shape in shapes]
    made = opened(tuple(arrays))
    with pytest.raises((NodeError, ValueError), match="size"):
        run(T.einsum(letters, *made), dict(zip(made, arrays, strict=True)))
    if letters == "ij,ij->":
        with pytest.raises((NodeError, ValueError), match="size"):
            run(T.tensordot(*made, 2), dict(zip(made, arrays, strict=True)))


def test_one_element_is_no_vector_of_another_size() -> None:
    one, many = T.tensor("one", dtype="float64", shape=(1,)), T.dvector("many")
    for product in (T.dot(one, many), T.dot(many, one), T.dot(T.exp(many), one)):
        f = sl.function([one, many], product)
        assert np.isfinite(f([2.0], [3.0]))
        with pytest.raises(NodeError, match="axis 0 has size"):
            f([2.0], [3.0, 4.0])


def test_matrices_that_are_not_positive_definite() -> None:
    """`on_error="nan"` gives nan for them, and leaves the others of a stack alone."""
    x = T.tensor("x", dtype="float64", shape=(None, None, None))
    value = np.array([[[4.0, 0.2], [0.2, 1.0]], [[1.0, 0.2], [0.2, -2.0]]])
    f = sl.function([x], [T.linalg.cholesky(x, lower=lower, on_error="nan") for lower in (True, False)])
    lower, upper = f(value)
    np.testing.assert_allclose(lower[0], np.linalg.cholesky(value[0]))
    np.testing.assert_allclose(upper[0], np.linalg.cholesky(value[0]).T)
    assert np.isnan(lower[1]).all()
    slope = sl.function([x], sl.grad(T.sum(T.linalg.cholesky(x, on_error="nan")), x))(value)
    assert np.isfinite(slope[0]).all()
    assert np.isnan(slope[1]).all()
    with pytest.raises(np.linalg.LinAlgError):
        sl.function([x], T.linalg.cholesky(x))(value)
    with pytest.raises(InvalidValue, match="on_error"):
        T.linalg.cholesky(x, on_error="ignore")


def test_what_lapack_computes_for_qr() -> None:
    x = T.dmatrix("x")
    value = np.random.default_rng(0).normal(size=(4, 3))
    for found, expected in zip(sl.function([x], T.linalg.qr(x, "raw"))(value), np.linalg.qr(value, "raw"), strict=True):
        np.testing.assert_allclose(found, expected)


def test_names_of_theanos_for_norms() -> None:
    x = np.random.default_rng(0).normal(size=(3, 4))
    for name, ord in (("inf", np.inf), ("-inf", -np.inf)):
        np.testing.assert_allclose(T.linalg.norm(T.constant(x), name).eval(), np.linalg.norm(x, ord))


def test_tensorsolve_of_two_dtypes() -> None:
    a = np.eye(6, dtype=np.float32).reshape(2, 3, 6) * 2
    b = np.arange(6.0).reshape(2, 3)
    found = T.linalg.tensorsolve(T.constant(a), T.constant(b)).eval()
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, np.linalg.tensorsolve(a, b))


def test_the_share_below_which_singular_values_are_0_is_an_expression() -> None:
    a, b, share = T.dmatrix("a"), T.dmatrix("b"), T.dscalar("share")
    matrix, right = np.diag([1.0, 1e-3]), np.ones((2, 1))
    f = sl.function([a, b, share], T.linalg.lstsq(a, b, share)[0])
    for value in (1e-6, 1e-2):
        np.testing.assert_allclose(f(matrix, right, value), np.linalg.lstsq(matrix, right, value)[0])
    with pytest.raises(TypeMismatch, match="a matrix on the left"):
        T.linalg.lstsq(T.dvector("v"), b)
    with pytest.raises(TypeMismatch, match="one number"):
        T.linalg.lstsq(a, b, T.dvector())
    with pytest.raises(NullTypeGradError, match="a number as rcond"):
        sl.grad(T.sum(T.linalg.lstsq(a, b, share)[0]), a)


def test_the_schur_form_says_why_it_has_no_derivative() -> None:
    x = T.dmatrix("x")
    with pytest.raises(TypeError, match="factor of modulus 1"):
        sl.grad(T.sum(T.linalg.schur(x)[0]), x)


# Tridiagonal systems


def tridiagonal(*shape: int) -> Any:
    """Matrices with three diagonals, whose factors need other rows than the first ones."""
    values = np.random.default_rng(shape[-1]).normal(size=shape) + 0.5 * np.eye(shape[-1])
    return np.triu(np.tril(values, 1), -1)


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_factors_of_tridiagonal_matrices(size: int, mode: str) -> None:
    """One factorization serves every right side, and the transposed system; three diagonals of a are read."""
    a, b, v = T.dmatrix("a"), T.dmatrix("b"), T.dvector("v")
    matrix, generator = tridiagonal(size, size), np.random.default_rng(1)
    right, vector = generator.normal(size=(size, 2)), generator.normal(size=size)
    factors = T.linalg.tridiagonal_lu_factor(a)
    for transposed in (False, True):
        made = [T.linalg.tridiagonal_lu_solve(factors, side, transposed=transposed) for side in (b, v)]
        found = sl.function([a, b, v], made, mode=mode)(matrix + 9 * np.triu(np.ones((size, size)), 2), right, vector)
        for one, side in zip(found, (right, vector), strict=True):
            np.testing.assert_allclose(one, np.linalg.solve(matrix.T if transposed else matrix, side), rtol=1e-9)


def test_stacks_of_tridiagonal_systems_and_what_is_refused() -> None:
    a, b = T.dtensor3("a"), T.dmatrix("b")
    matrices, right = tridiagonal(4, 5, 5), np.random.default_rng(2).normal(size=(4, 5))
    made = T.linalg.tridiagonal_lu_solve(T.linalg.tridiagonal_lu_factor(a), b, b_ndim=1)
    wanted = np.linalg.solve(matrices, right[..., None])[..., 0]
    np.testing.assert_allclose(sl.function([a, b], made)(matrices, right), wanted)
    with pytest.raises(ValueError, match="singular"):
        sl.function([a, b], made)(0 * matrices, right)
    with pytest.raises(ValueError, match="b_ndim is 3"):
        T.linalg.tridiagonal_lu_solve(T.linalg.tridiagonal_lu_factor(a), b, b_ndim=3)
    with pytest.raises(NullTypeGradError, match="factors are not differentiated"):
        T.grad(made.sum(), a)


@pytest.mark.parametrize("assume_a", ["tridiagonal", "diagonal"])
def test_systems_with_few_diagonals(assume_a: str) -> None:
    """Only these diagonals are read, and have a gradient."""
    kept = 1 if assume_a == "tridiagonal" else 0
    full = np.random.default_rng(3).normal(size=(2, 4, 4)) + 3 * np.eye(4)
    matrices, right = np.triu(np.tril(full, kept), -kept), np.random.default_rng(4).normal(size=(2, 4, 3))
    a, b = T.dtensor3("a"), T.dtensor3("b")
    found = sl.function([a, b], T.linalg.solve(a, b, assume_a=assume_a))(full, right)
    np.testing.assert_allclose(found, np.linalg.solve(matrices, right))
    gradcheck(lambda a, b: T.linalg.solve(a, b, assume_a=assume_a), [full, right])


def test_right_sides_of_tridiagonal_factors_are_differentiated() -> None:
    factors = T.linalg.tridiagonal_lu_factor(tridiagonal(5, 5))
    for transposed in (False, True):
        solved = functools.partial(T.linalg.tridiagonal_lu_solve, factors, transposed=transposed)
        gradcheck(solved, [np.random.default_rng(5).normal(size=(5, 2))])


@pytest.mark.parametrize("name", ["matmul", "vecdot", "matvec", "vecmat"])
def test_products_have_the_dtype_that_is_asked_for(name: str) -> None:
    """Computed in it too: the sum of squares of these is beyond 8 bits."""
    shapes = {"matmul": [(3, 3), (3, 3)], "vecdot": [(3,), (3,)], "matvec": [(3, 3), (3,)], "vecmat": [(3,), (3, 3)]}
    a, b = (np.full(shape, 100, np.int8) for shape in shapes[name])
    found = getattr(T, name)(T.constant(a), T.constant(b), dtype="int32").eval()
    assert found.dtype == np.int32
    assert np.all(found == 30_000)
