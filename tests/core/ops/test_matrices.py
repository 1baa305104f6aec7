"""Ops on stacks of matrices: NumPy's values, both derivatives against differences; what is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import scipy.linalg

from symlab.core.autodiff import Lop, Rop
from symlab.core.backends.reference import evaluate
from symlab.core.function import function
from symlab.core.ir.errors import NullTypeGradError, ShapeMismatch, TypeMismatch
from symlab.core.ir.op import PROJECT
from symlab.core.ir.types import TupleType, array_type
from symlab.core.ops import factorizations, inverses, matrix_functions, spectra
from symlab.core.ops.elementwise import abs as magnitude
from symlab.core.ops.elementwise import sqr
from symlab.core.ops.operators import Variable, variable
from symlab.core.ops.stacks import adjoint, times

Array = np.ndarray[Any, Any]
DTYPES = ("float32", "float64", "complex64", "complex128")
TOLERANCE = {"float32": 2e-4, "complex64": 2e-4, "float64": 1e-11, "complex128": 1e-11}


def matrices(*shape: int, dtype: str = "float64", seed: int = 0) -> Array:
    """Random matrices."""
    rng = np.random.default_rng(seed)
    values = rng.standard_normal(shape)
    if np.dtype(dtype).kind == "c":
        values = values + 1j * rng.standard_normal(shape)
    return values.astype(dtype)


def positive(*shape: int, dtype: str = "float64") -> Array:
    """Hermitian positive definite matrices."""
    x = matrices(*shape, dtype=dtype)
    return (x @ np.conj(np.swapaxes(x, -1, -2)) + 0.5 * np.eye(shape[-1])).astype(dtype)


def opened(values: Sequence[Array], known: bool) -> list[Variable]:
    """Inputs for arrays."""
    return [variable(array_type(x.dtype, tuple(n if known else None for n in x.shape))) for x in values]


def parts(node: Any) -> list[Any]:
    """The results of a node."""
    if not isinstance(node, Variable):
        return list(node)
    if not isinstance(node.type, TupleType):
        return [node]
    return [PROJECT(node, index=place) for place in range(len(node.type.items))]


def both_modes(build: Callable[..., Any], values: Sequence[Array], known: bool = True, tolerance: float = 2e-6) -> None:
    """Compare reverse and forward mode with central differences along random directions."""
    made = opened(values, known)
    outputs = [part for part in parts(build(*made)) if part.type.dtype.kind in "fc"]
    weights = [matrices(*np.shape(out), dtype=out.dtype.name, seed=7) for out in evaluate(outputs, given(made, values))]
    steps = [matrices(*x.shape, dtype=x.dtype.name, seed=11 + place) for place, x in enumerate(values)]

    def cost(shift: float) -> float:
        moved = [x + shift * step for x, step in zip(values, steps, strict=True)]
        return inner(weights, evaluate(outputs, given(made, moved)))

    h = 1e-4
    wanted = (8 * (cost(h) - cost(-h)) - (cost(2 * h) - cost(-2 * h))) / (12 * h)
    slopes = evaluate(Lop(outputs, made, weights), given(made, values))
    assert [slope.dtype for slope in slopes] == [x.dtype for x in values]
    assert inner(slopes, steps) == pytest.approx(wanted, rel=tolerance, abs=tolerance)
    pushed = evaluate(Rop(outputs, made, steps), given(made, values))
    assert inner(weights, pushed) == pytest.approx(wanted, rel=tolerance, abs=tolerance)


def given(made: Sequence[Variable], values: Sequence[Array]) -> dict[Any, Array]:
    return dict(zip(made, values, strict=True))


def inner(first: Sequence[Array], second: Sequence[Array]) -> float:
    return float(sum(np.real(np.vdot(a, b)) for a, b in zip(first, second, strict=True)))


def svd(**attributes: Any) -> Callable[[Any], Any]:
    return lambda x: spectra.svd(x, **attributes)


SQUARE: dict[str, tuple[Any, Any]] = {
    "det": (inverses.det, np.linalg.det),
    "slogdet": (inverses.slogdet, np.linalg.slogdet),
    "inv": (inverses.inv, np.linalg.inv),
    "expm": (matrix_functions.expm, scipy.linalg.expm),
    "eigvalsh": (spectra.eigvalsh, np.linalg.eigvalsh),
    "cholesky": (factorizations.cholesky, np.linalg.cholesky),
}
ANY: dict[str, tuple[Any, Any]] = {
    "pinv": (lambda x: inverses.pinv(x, rcond=1e-6, hermitian=False), lambda x: np.linalg.pinv(x, rcond=1e-6)),
    "svdvals": (spectra.svdvals, lambda x: np.linalg.svd(x, compute_uv=False)),
    "svd": (svd(full_matrices=False), lambda x: np.linalg.svd(x, full_matrices=False)),
    "svd full": (svd(full_matrices=True), np.linalg.svd),
    "qr": (lambda x: factorizations.qr(x, mode="reduced"), np.linalg.qr),
    "qr complete": (lambda x: factorizations.qr(x, mode="complete"), lambda x: np.linalg.qr(x, "complete")),
}
STACKS = [(3, 3), (2, 3, 3), (2, 0, 3, 3), (0, 0), (1, 1), (2, 2, 4, 4)]


def compared(build: Any, expected: Any, values: Sequence[Array], tolerance: float) -> None:
    """Check values, dtypes and shapes: evaluated, and compiled with sizes known and not."""
    wanted = expected(*values)
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    for known in (True, False):
        made = opened(values, known)
        outputs = parts(build(*made))
        compiled = function(made, outputs, mode="FAST_RUN")
        for found in (evaluate(outputs, given(made, values)), compiled(*values)):
            for node, value, right in zip(outputs, found, wanted, strict=True):
                right = np.asarray(right)
                assert (value.dtype, value.shape) == (right.dtype, right.shape)
                assert all(size in (None, real) for size, real in zip(node.type.shape, value.shape, strict=True))
                np.testing.assert_allclose(value, right, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SQUARE)
def test_square_matrices_are_numpys(name: str, dtype: str) -> None:
    build, expected = SQUARE[name]
    for shape in STACKS:
        compared(build, expected, [positive(*shape, dtype=dtype)], TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ANY)
def test_matrices_are_numpys(name: str, dtype: str) -> None:
    build, expected = ANY[name]
    for shape in [(4, 3), (2, 3, 4), (3, 3), (0, 2, 3), (2, 0, 3)]:
        if name == "pinv" and 0 in shape[-2:]:
            continue
        compared(build, expected, [matrices(*shape, dtype=dtype)], TOLERANCE[dtype])


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("shape", [(3, 3), (2, 4, 4)], ids=str)
@pytest.mark.parametrize("name", SQUARE)
def test_derivatives_of_square_matrices(name: str, shape: Any, dtype: str) -> None:
    build, _ = SQUARE[name]
    hermitian = name in ("eigvalsh", "cholesky")
    both_modes(build, [positive(*shape, dtype=dtype) if hermitian else matrices(*shape, dtype=dtype)])


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (3, 3), (2, 3, 2)], ids=str)
@pytest.mark.parametrize("name", ["pinv", "svdvals", "qr"])
def test_derivatives_of_matrices(name: str, shape: Any, dtype: str) -> None:
    both_modes(ANY[name][0], [matrices(*shape, dtype=dtype)])


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (3, 3), (2, 3, 2)], ids=str)
def test_derivatives_of_singular_vectors(shape: Any, dtype: str) -> None:
    """Of what does not depend on the phase of the vectors."""
    weights = np.arange(1.0, min(shape[-2:]) + 1)

    def build(x: Any) -> list[Any]:
        u, values, v = parts(spectra.svd(x, full_matrices=False))
        return [times(u * weights, adjoint(u)), times(adjoint(v) * weights, v), times(u * weights, v), values]

    for known in (True, False):
        both_modes(build, [matrices(*shape, dtype=dtype)], known)


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("shape", [(3, 3), (2, 4, 4)], ids=str)
def test_derivatives_of_eigenvectors(shape: Any, dtype: str) -> None:
    weights = np.arange(1.0, shape[-1] + 1)

    def hermitian(x: Any) -> list[Any]:
        values, vectors = parts(spectra.eigh(x))
        return [values, times(vectors * weights, adjoint(vectors))]

    def general(x: Any) -> list[Any]:
        values, vectors = parts(spectra.eig(x))
        return [values, sqr(magnitude(vectors)), times(vectors * weights, adjoint(vectors))]

    both_modes(hermitian, [positive(*shape, dtype=dtype)])
    both_modes(general, [matrices(*shape, dtype=dtype)])


@pytest.mark.parametrize("dtype", DTYPES)
def test_eigenvectors_and_schur_factors(dtype: str) -> None:
    for shape in [(4, 4), (2, 3, 3), (0, 3, 3)]:
        x = matrices(*shape, dtype=dtype)
        made = opened([x], False)
        values, vectors, t, z = function(
            made, [*parts(spectra.eig(*made)), *parts(spectra.schur(*made, output="complex"))]
        )(x)
        assert values.dtype == vectors.dtype == t.dtype == np.result_type(dtype, "complex64")
        tolerance = TOLERANCE[dtype]
        np.testing.assert_allclose(x @ vectors, vectors * values[..., None, :], rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(z @ t @ np.conj(np.swapaxes(z, -1, -2)), x, rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(np.tril(t, -1), 0)
        real, _ = evaluate(parts(spectra.schur(*made, output="real")), {made[0]: x})
        assert real.dtype == x.dtype


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("front", [(), (2,), (2, 0)], ids=str)
def test_systems(front: Any, dtype: str) -> None:
    a, b = matrices(*front, 3, 3, dtype=dtype), matrices(*front, 3, 2, dtype=dtype, seed=1)
    a += 3 * np.eye(3)
    compared(inverses.solve, np.linalg.solve, [a, b], 1e-12)
    for lower in (True, False):
        for unit in (True, False):
            half = np.tril(a, -unit) if lower else np.triu(a, unit)
            half = half + unit * np.eye(3)

            def build(a, b, lower=lower, unit=unit):
                return inverses.solve_triangular(a, b, lower=lower, unit_diagonal=unit)

            compared(build, lambda a, b, half=half: np.linalg.solve(half, b), [a, b], 1e-12)
            if 0 not in front:
                both_modes(build, [a, b])
    q = matrices(*front, 3, 2, dtype=dtype, seed=2)
    c = matrices(*front, 2, 2, dtype=dtype, seed=3) + 4 * np.eye(2)
    made = opened([a, c, q], False)
    x = function(made, matrix_functions.sylvester(*made))(a, c, q)
    np.testing.assert_allclose(a @ x + x @ c, q, rtol=1e-12, atol=1e-12)
    if 0 not in front:
        both_modes(inverses.solve, [a, b])
        both_modes(matrix_functions.sylvester, [a, c, q])


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (2, 3, 3)], ids=str)
def test_least_squares(shape: Any, dtype: str) -> None:
    a, b = matrices(*shape, dtype=dtype), matrices(*shape[:-1], 2, dtype=dtype, seed=1)
    made = opened([a, b], False)
    x, rank, values = function(made, parts(inverses.lstsq(*made, rcond=None)))(a, b)
    np.testing.assert_allclose(x, np.linalg.pinv(a) @ b, rtol=1e-11, atol=1e-11)
    np.testing.assert_array_equal(rank, 3)
    np.testing.assert_allclose(values, np.linalg.svd(a, compute_uv=False), rtol=1e-12)
    both_modes(lambda a, b: parts(inverses.lstsq(a, b, rcond=1e-9))[:1], [a, b])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(4, 4), (2, 3, 3), (2, 4, 3), (3, 5), (0, 2, 2)], ids=str)
def test_lu_factors(shape: Any, dtype: str) -> None:
    x = matrices(*shape, dtype=dtype)
    made = opened([x], False)
    factors, pivots = parts(factorizations.lu_factor(*made))
    found, order = function(made, [factors, factorizations.row_order(factors, pivots)])(x)
    least = min(shape[-2:])
    lower = np.tril(found[..., :least], -1) + np.eye(shape[-2], least)
    product = lower @ np.triu(found[..., :least, :])
    moved = np.take_along_axis(x, order[..., None], -2)
    np.testing.assert_allclose(product, moved, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])
    if shape[-1] == shape[-2] and dtype in ("float64", "complex128") and 0 not in shape:
        both_modes(lambda x: parts(factorizations.lu_factor(x))[:1], [x])


def test_the_determinant_of_a_singular_matrix_has_a_derivative() -> None:
    x = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 0.0, 1.0]])
    both_modes(inverses.det, [x], tolerance=1e-6)
    both_modes(inverses.det, [np.zeros((2, 2))], tolerance=1e-6)
    both_modes(inverses.cofactors, [matrices(3, 3)], tolerance=1e-6)
    both_modes(inverses.cofactors, [matrices(2, 3, 3, dtype="complex128")], tolerance=1e-6)


def test_equal_eigenvalues_have_a_derivative_and_their_vectors_have_none() -> None:
    x = variable(array_type("float64", (3, 3)))
    values, vectors = parts(spectra.eigh(x))
    found = evaluate([Lop(values, x, np.ones(3)), Lop(vectors, x, np.ones((3, 3)))], {x: np.diag([1.0, 1.0, 3.0])})
    np.testing.assert_allclose(found[0], np.eye(3), atol=1e-14)
    assert np.isnan(found[1]).any()


SECOND = [("inv", 3), ("det", 3), ("cholesky", 3), ("expm", 2), ("eigvalsh", 3), ("slogdet", 3)]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "size"), SECOND)
def test_second_derivatives(name: str, size: int) -> None:
    build, x = SQUARE[name][0], positive(size, size)
    weights = matrices(size, size, seed=4)

    def slope(x: Any) -> Any:
        outputs = [part for part in parts(build(x)) if part.type.dtype.kind == "f"]
        cotangents = [np.ones([n or 1 for n in part.type.shape]) for part in outputs]
        return Lop(outputs, [x], cotangents)[0] * weights

    both_modes(slope, [x], tolerance=1e-5)


def test_what_does_not_fit_is_refused() -> None:
    x, wide = opened([matrices(3, 3), matrices(2, 3)], True)
    with pytest.raises(ShapeMismatch, match="not square"):
        inverses.inv(wide)
    with pytest.raises(ShapeMismatch, match="rows have sizes"):
        inverses.solve(x, wide)
    with pytest.raises(TypeMismatch, match="int64"):
        inverses.det(variable(array_type("int64", (2, 2))))
    with pytest.raises(TypeMismatch, match="not a matrix"):
        inverses.det(variable(array_type("float64", (2,))))
    with pytest.raises(NullTypeGradError, match="full_matrices=False"):
        Lop(parts(spectra.svd(wide, full_matrices=True))[0], wide, np.ones((2, 2)))
    with pytest.raises(NullTypeGradError, match="mode='reduced'"):
        Lop(parts(factorizations.qr(adjoint(wide), mode="complete"))[0], wide, np.ones((3, 3)))
    with pytest.raises(NullTypeGradError):
        Lop(parts(spectra.schur(x, output="real"))[0], x, np.ones((3, 3)))


def test_a_compiled_call_says_what_is_wrong() -> None:
    made = opened([matrices(3, 3), matrices(3, 2)], False)
    f = function(made, inverses.solve(*made))
    with pytest.raises(np.linalg.LinAlgError, match="solve"):
        f(np.zeros((3, 3)), np.ones((3, 2)))
    with pytest.raises(ValueError, match="solve"):
        f(np.eye(3), np.ones((2, 2)))
    g = function(made[:1], factorizations.cholesky(made[0]))
    with pytest.raises(np.linalg.LinAlgError, match="cholesky"):
        g(-np.eye(3))
