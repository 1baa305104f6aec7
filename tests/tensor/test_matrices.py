"""Linear algebra under NumPy's, SciPy's and Theano's names, against NumPy and SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg as scipy_linalg

import symlab as sl
import symlab.tensor as T
from symlab.core.gradcheck import gradcheck
from symlab.core.ir.errors import InvalidValue, ShapeMismatch, TypeMismatch
from tests.tensor.against_numpy import agrees, opened, run

RNG = np.random.default_rng(0)
A = RNG.standard_normal((2, 3, 3))
P = A @ A.swapaxes(1, 2) + np.eye(3)
B = RNG.standard_normal((2, 3, 2))
V = RNG.standard_normal(3)
L = T.linalg

NUMPYS: dict[str, Any] = {
    "inv": [A], "det": [A], "slogdet": [A], "pinv": [B], "qr": [B], "svd": [A], "svdvals": [B], "eigvals": [A],
    "eigvalsh": [P], "cholesky": [P], "cond": [A], "matrix_rank": [np.ones((2, 3, 2))], "cross": [A, V],
    "tensorsolve": [RNG.standard_normal((2, 3, 6)), RNG.standard_normal((2, 3))],
}  # fmt: skip
SCIPYS: dict[str, Any] = {
    "lu": [A], "block_diag": [A[0], B[0]], "expm": [A], "solve_continuous_lyapunov": [A[0], P[0]],
    "solve_discrete_lyapunov": [A[0], P[0]], "solve_sylvester": [A[0], A[1][:2, :2], B[0]],
    "solve_triangular": [A[0], V], "eigvalsh": [A[0], P[0]],
}  # fmt: skip


@pytest.mark.parametrize("name", NUMPYS)
def test_numpys_names(name: str) -> None:
    values = NUMPYS[name]
    expected = getattr(np.linalg, name)
    if name == "eigvals":
        expected = lambda x: np.linalg.eigvals(x).astype(complex)  # noqa: E731
    agrees(getattr(L, name), expected, *values, tolerance=1e-10)


@pytest.mark.parametrize("name", SCIPYS)
def test_scipys_names(name: str) -> None:
    agrees(getattr(L, name), getattr(scipy_linalg, name), *SCIPYS[name], tolerance=1e-9)


@pytest.mark.parametrize("n", [-3, -1, 0, 1, 2, 5, 10])
def test_powers(n: int) -> None:
    agrees(lambda x: L.matrix_power(x, n), lambda x: np.linalg.matrix_power(x, n), A, tolerance=1e-9)


@pytest.mark.parametrize("shapes", [((3, 3), (3,)), ((2, 3, 3), (3,)), ((3, 3), (2, 3, 2)), ((2, 1, 3, 3), (4, 3, 2))])
def test_solve_broadcasts_as_numpy(shapes: Any) -> None:
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal(shapes[0]) + 2 * np.eye(3), rng.standard_normal(shapes[1])
    agrees(L.solve, np.linalg.solve, a, b)
    gradcheck(L.solve, [a, b])


@pytest.mark.parametrize("kind", ["gen", "sym", "her", "pos", "lower triangular", "upper triangular"])
@pytest.mark.parametrize("lower", [False, True])
def test_solve_reads_what_is_assumed(kind: str, lower: bool) -> None:
    a = P[0] if kind == "pos" else A[0]
    expected = lambda a, b: scipy_linalg.solve(a, b, assume_a=kind, lower=lower)  # noqa: E731
    agrees(lambda a, b: L.solve(a, b, assume_a=kind, lower=lower), expected, a, B[0], tolerance=1e-9)


def test_factors_solve() -> None:
    for trans in (0, 1):
        agrees(
            lambda a, b, trans=trans: L.lu_solve(L.lu_factor(a), b, trans),
            lambda a, b, trans=trans: scipy_linalg.lu_solve(scipy_linalg.lu_factor(a), b, trans), A[0], B[0],
            tolerance=1e-9,
        )  # fmt: skip
        gradcheck(lambda a, b, trans=trans: L.lu_solve(L.lu_factor(a), b, trans), [A[0], V])
    for lower in (False, True):
        agrees(
            lambda a, b, lower=lower: L.cho_solve(L.cho_factor(a, lower), b), np.linalg.solve, P[0], V, tolerance=1e-9
        )
    for trans in (0, 1, "T"):
        expected = lambda a, b, trans=trans: scipy_linalg.solve_triangular(a, b, trans=trans, lower=True)  # noqa: E731
        agrees(lambda a, b, trans=trans: L.solve_triangular(a, b, trans, lower=True), expected, A[0], B[0])


def test_lu_in_all_its_forms() -> None:
    for x in (A, B, B.swapaxes(1, 2)):
        agrees(L.lu, scipy_linalg.lu, x)
        agrees(lambda x: L.lu(x, permute_l=True), lambda x: scipy_linalg.lu(x, permute_l=True), x)
        found = run(list(L.lu(T.constant(x), p_indices=True)), {})
        np.testing.assert_allclose(np.take_along_axis(found[1], found[0][..., None], -2) @ found[2], x, atol=1e-12)


def test_generalized_eigenvalues() -> None:
    a, b = T.dmatrix("a"), T.dmatrix("b")
    values, vectors = sl.function([a, b], list(L.eigh(a, b)))(A[0], P[0])
    full = np.tril(A[0]) + np.tril(A[0], -1).T
    np.testing.assert_allclose(full @ vectors, P[0] @ vectors * values, atol=1e-10)
    np.testing.assert_allclose(vectors.T @ P[0] @ vectors, np.eye(3), atol=1e-10)
    gradcheck(L.eigvalsh, [A[0], P[0]])


@pytest.mark.parametrize("ord", [None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf])
def test_norms_of_matrices(ord: Any) -> None:
    for options in ({"axis": (0, 2)}, {"axis": (-1, 0), "keepdims": True}):
        agrees(lambda x, o=options: L.norm(x, ord, **o), lambda x, o=options: np.linalg.norm(x, ord, **o), A)


def test_tensor_inverse_and_least_squares() -> None:
    agrees(
        lambda x: L.tensorinv(x, 1), lambda x: np.linalg.tensorinv(x, 1), RNG.standard_normal((6, 2, 3)), tolerance=1e-9
    )
    agrees(L.lstsq, lambda a, b: np.linalg.lstsq(a, b)[:1] + tuple(
        [np.asarray(part, dtype) for part, dtype in zip(np.linalg.lstsq(a, b)[1:], ("float64", "int64", "float64"))]
    ), B[0], B[1], tolerance=1e-10)  # fmt: skip
    agrees(
        lambda a, q: L.solve_discrete_lyapunov(a, q, "direct"),
        scipy_linalg.solve_discrete_lyapunov,
        A[0] / 3,
        P[0],
        tolerance=1e-9,
    )


def test_integers_and_half_precision_are_widened() -> None:
    assert L.inv(T.imatrix()).dtype == "float64"
    assert L.det(T.tensor("x", dtype="float16", shape=(2, 2))).dtype == "float32"
    assert L.eigvals(T.fmatrix()).dtype == "complex64"


def test_theanos_names() -> None:
    x, b, v = T.dmatrix("x"), T.dmatrix("b"), T.dvector("v")
    nlinalg, slinalg = T.nlinalg, T.slinalg
    outputs = [
        nlinalg.matrix_inverse(x), nlinalg.MatrixInverse()(x), nlinalg.MatrixPinv()(x), nlinalg.Det()(x),
        nlinalg.trace(x), nlinalg.AllocDiag()(v), nlinalg.ExtractDiag()(x), nlinalg.Eigh()(x)[0],
        nlinalg.QRFull()(x)[0],
        nlinalg.QRIncomplete()(x), nlinalg.SVD(compute_uv=False)(x), slinalg.Cholesky()(x), slinalg.Solve()(x, b),
        slinalg.Solve("lower_triangular", lower=True)(x, v), slinalg.solve_upper_triangular(x, v), slinalg.Expm()(x),
        slinalg.Eigvalsh()(x), slinalg.kron(x, b), nlinalg.matrix_dot(x, b, b),
    ]  # fmt: skip
    found = sl.function([x, b, v], outputs)(P[0], P[1], V)
    inverse = np.linalg.inv(P[0])
    expected = [
        inverse, inverse, inverse, np.linalg.det(P[0]), np.trace(P[0]), np.diag(V), np.diag(P[0]),
        np.linalg.eigvalsh(P[0]), np.linalg.qr(P[0])[0], np.linalg.qr(P[0], "r"), np.linalg.svdvals(P[0]),
        np.linalg.cholesky(P[0]), inverse @ P[1], np.linalg.solve(np.tril(P[0]), V), np.linalg.solve(np.triu(P[0]), V),
        scipy_linalg.expm(P[0]), np.linalg.eigvalsh(P[0]), np.kron(P[0], P[1]), P[0] @ P[1] @ P[1],
    ]  # fmt: skip
    for value, right in zip(found, expected, strict=True):
        np.testing.assert_allclose(value, right, rtol=1e-9, atol=1e-9)


def test_numpy_finds_the_functions() -> None:
    x = T.dmatrix("x")
    assert np.linalg.inv(x).op.name == "inv"
    assert np.linalg.slogdet(x).logabsdet.ndim == 0
    assert np.linalg.solve(x, x).op.name == "solve"


@pytest.mark.parametrize("output", ["real", "complex"])
@pytest.mark.parametrize("order", [None, "lhp", "iuc"])
def test_pairs_of_matrices(output: str, order: str | None) -> None:
    a, b = T.dtensor3s("a", "b")
    s, t, alpha, beta, q, z = sl.function([a, b], L.qz(a, b, output, order, True))(A, P)
    for matrix, triangle in ((A, s), (P, t)):
        np.testing.assert_allclose(q @ triangle @ np.conj(z.swapaxes(1, 2)), matrix, atol=1e-12)
    wanted = scipy_linalg.ordqz(A[1], P[1], sort=order or (lambda alpha, beta: alpha == alpha), output=output)
    np.testing.assert_allclose(alpha[1] / beta[1], wanted[2] / wanted[3], rtol=1e-9)
    assert len(L.qz(a, b)) == 4
    assert len(L.ordqz(a, b)) == 6


def test_riccatis_equation() -> None:
    a, b, q, r = A[0] / 2, B[0], P[0], np.eye(2)
    agrees(L.solve_discrete_are, scipy_linalg.solve_discrete_are, a, b, q, r, tolerance=1e-9)
    gradcheck(lambda a, b, q, r: L.solve_discrete_are(a, b, q + q.T, r + r.T), [a, b, q, r])
    with pytest.raises(TypeMismatch, match="real matrices"):
        L.solve_discrete_are(*(value.astype(complex) for value in (a, b, q, r)))


def test_what_makes_no_sense_is_refused() -> None:
    x, v = T.dmatrix("x"), T.dvector("v")
    for call in (
        lambda: L.qr(x, "thin"), lambda: L.eigh(x, UPLO="X"), lambda: L.solve(x, x, assume_a="none"),
        lambda: L.schur(x, "other"), lambda: L.qz(x, x, "other"), lambda: L.qz(x, x, "real", "up"),
        lambda: L.solve_discrete_lyapunov(x, x, "other"), lambda: L.tensorinv(x, 0),
        L.block_diag, lambda: L.solve_triangular(x, x, trans=3), lambda: T.slinalg.Solve("band"),
    ):  # fmt: skip
        with pytest.raises(InvalidValue):
            call()
    with pytest.raises(TypeMismatch):
        L.block_diag(x, v)
    with pytest.raises(TypeMismatch):
        L.inv(v)
    with pytest.raises(ShapeMismatch):
        L.cross(T.tensor("u", dtype="float64", shape=(2,)), v)


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(3, 4), (4, 3), (3, 3)], ids=str)
@pytest.mark.parametrize("place", [0, 1], ids=["q", "r"])
def test_slopes_of_qr_where_sizes_are_not_known(place: int, sizes: tuple[int, int]) -> None:
    x, values = T.dmatrix("x"), np.random.default_rng(2).standard_normal(sizes)
    cost = T.sin(3 * L.qr(x)[place]).sum()
    gradient = sl.function([x], T.grad(cost, x))(values)
    along = sl.function([x], T.Rop(cost, x, T.cos(x)))(values)
    (known,) = opened((values,), known=True)
    wanted = sl.function([known], T.grad(T.sin(3 * L.qr(known)[place]).sum(), known))(values)
    np.testing.assert_allclose(gradient, wanted, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(along, (wanted * np.cos(values)).sum(), rtol=1e-10, atol=1e-12)


def test_slopes_of_squared_traces_of_stacks() -> None:
    x = T.dtensor3("x")
    slope = sl.function([x], T.grad(T.sqr(L.trace(x)).sum(), x))(A)
    np.testing.assert_allclose(slope, 2 * np.linalg.trace(A)[:, None, None] * np.eye(3))


def test_permutations_of_pivots() -> None:
    """Rows of a product of triangles brought to those of the matrix, and the other way, in a stack."""
    stack = np.random.default_rng(0).standard_normal((3, 5, 5))
    a = T.tensor3("a")
    factors, pivots = T.linalg.lu_factor(a)
    both = [T.linalg.pivot_to_permutation(pivots, inverse=inverse) for inverse in (False, True)]
    for matrix, factor, forward, back in zip(stack, *sl.function([a], [factors, *both])(stack), strict=True):
        product = (np.tril(factor, -1) + np.eye(5)) @ np.triu(factor)
        assert np.allclose(product[forward], matrix)
        assert np.allclose(product, matrix[back])
    with pytest.raises(TypeMismatch, match="pivots are a vector of integers"):
        T.linalg.pivot_to_permutation(T.dvector())


@pytest.mark.parametrize("kind", ["gen", "sym", "her", "pos", "lower triangular", "upper triangular", "tridiagonal"])
@pytest.mark.parametrize("lower", [False, True])
def test_equations_with_the_transposed_matrix(kind: str, lower: bool) -> None:
    """What is read of a is read of a as given; symmetric kinds may have anything in the other half."""
    random = np.random.default_rng(2)
    full = random.standard_normal((4, 4)) + 6 * np.eye(4)
    meant = {
        "gen": full, "lower triangular": np.tril(full), "upper triangular": np.triu(full),
        "tridiagonal": np.triu(np.tril(full, 1), -1),
    }.get(kind)  # fmt: skip
    if meant is None:
        part = np.tril(full) if lower else np.triu(full)
        meant = part + part.T - np.diag(np.diag(full))
    right = random.standard_normal(4)
    a, b = T.matrix("a"), T.vector("b")
    found = T.linalg.solve(a, b, assume_a=kind, lower=lower, transposed=True).eval({a: full, b: right})
    assert np.allclose(meant.T @ found, right)


def test_misspelled_options_are_refused() -> None:
    a, b = T.matrix("a"), T.vector("b")
    calls = [
        lambda: T.linalg.solve(a, b, asume_a="pos"), lambda: T.linalg.solve_triangular(a, b, lowr=True),
        lambda: T.linalg.cholesky(a, lowr=True), lambda: T.linalg.cho_solve((a, True), b, lower=True),
        lambda: T.linalg.lu(a, permute=True), lambda: T.linalg.lu_factor(a, pivot=False),
        lambda: T.linalg.lu_solve((a, T.ivector()), b, transposed=True),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(TypeMismatch, match=r"has no option called '(asume_a|lowr|lower|permute|pivot|transposed)'"):
            call()
    for call in (T.linalg.lu, T.linalg.lu_factor, T.linalg.cholesky):
        call(a, check_finite=False, overwrite_a=True)


def test_halves_of_hermitian_matrices_in_words() -> None:
    """SciPy's `lower` beside NumPy's UPLO."""
    full = np.random.default_rng(3).standard_normal((4, 4))
    a = T.matrix("a")
    for lower in (False, True):
        values = T.linalg.eigh(a, lower=lower).eigenvalues.eval({a: full})
        assert np.allclose(values, np.linalg.eigh(full, "L" if lower else "U").eigenvalues)


@pytest.mark.parametrize("mode", ["economic", "full", "r"])
@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (2, 3, 3)], ids=str)
def test_factors_of_columns_in_order(mode: str, shape: tuple[int, ...]) -> None:
    """`pivoting` as SciPy's, in stacks too; the gradient holds the order."""
    values = np.random.default_rng(4).standard_normal(shape)
    a = T.tensor(dtype="float64", shape=(None,) * len(shape))
    *factors, order = sl.function([a], list(T.linalg.qr(a, mode, pivoting=True)))(values)
    for place in np.ndindex(shape[:-2]):
        *wanted, columns = scipy_linalg.qr(values[place], mode=mode, pivoting=True)
        assert np.array_equal(order[place], columns)
        for factor, other in zip(factors, wanted, strict=True):
            assert np.allclose(factor[place][: len(other)], other[: len(factor[place])])
    if shape[-1] == 3:
        gradcheck(lambda a: T.sum(T.linalg.qr(a, pivoting=True)[1] * T.arange(3.0)), [values])


@pytest.mark.parametrize("sort", ["lhp", "rhp", "iuc", "ouc"])
def test_schur_factors_with_some_eigenvalues_first(sort: str) -> None:
    values = np.random.default_rng(5).standard_normal((2, 4, 4))
    a = T.tensor3("a")
    t, z = sl.function([a], list(T.linalg.schur(a, "complex", sort)))(values)
    for place, matrix in enumerate(values):
        first, unitary, _ = scipy_linalg.schur(matrix, "complex", sort=sort)
        assert np.allclose(t[place], first)
        assert np.allclose(z[place], unitary)
    with pytest.raises(InvalidValue, match="sort is 'lhp'"):
        T.linalg.schur(a, sort="left")
