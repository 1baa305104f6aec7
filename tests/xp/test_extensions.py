"""The extensions for linear algebra and Fourier transforms against `array_api_strict`."""

from __future__ import annotations

import itertools

import array_api_strict as strict
import numpy as np
import pytest

import symlab.xp as xp
from tests.xp.against_strict import NAMES, SHAPES, assert_same, both, outcome, values

FLOATS = ("float32", "float64", "complex64", "complex128")
STACKS = ((3, 3), (2, 3, 3), (0, 3, 3), (0, 0))


def agree(space, name, arrays, *args, tolerance=256, **options):
    """A function of an extension gives the same in both namespaces."""
    pairs = [both(array) for array in arrays]
    found = outcome(getattr(getattr(xp, space), name), *[pair[0] for pair in pairs], *args, **options)
    expected = outcome(getattr(getattr(strict, space), name), *[pair[1] for pair in pairs], *args, **options)
    shapes = [(array.dtype.name, array.shape) for array in arrays]
    assert_same(found, expected, f"{name} of {shapes}, {args}, {options}", tolerance)
    return found


def positive(dtype, shape):
    """Hermitian matrices whose eigenvalues are far from 0."""
    x = values(dtype, shape)
    return (x @ np.conj(np.swapaxes(x, -1, -2)) + 3 * np.eye(shape[-1])).astype(dtype)


@pytest.mark.parametrize("name", ["det", "inv", "slogdet", "cholesky", "eigvalsh", "matrix_rank", "pinv", "svdvals"])
def test_functions_of_a_matrix(name):
    for dtype, shape in itertools.product(FLOATS, STACKS):
        agree("linalg", name, [positive(dtype, shape)])
    for dtype in NAMES[:9]:
        with pytest.raises(TypeError, match="floating-point"):
            getattr(xp.linalg, name)(xp.asarray(values(dtype, (3, 3))))
    for shape in ((), (3,), (2, 3), (3, 2)):
        agree("linalg", name, [values("float64", shape)])


def test_options_of_matrix_functions():
    for dtype in FLOATS:
        agree("linalg", "cholesky", [positive(dtype, (2, 3, 3))], upper=True)
        for n in (-2, -1, 0, 1, 3):
            agree("linalg", "matrix_power", [positive(dtype, (2, 3, 3))], n)
        for rtol in (None, 1e-3, 0.5):
            agree("linalg", "matrix_rank", [positive(dtype, (2, 3, 3))], rtol=rtol)
            agree("linalg", "pinv", [positive(dtype, (2, 3, 3))], rtol=rtol)
        for order, keepdims in itertools.product(("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf), (False, True)):
            agree("linalg", "matrix_norm", [values(dtype, (2, 3, 4))], ord=order, keepdims=keepdims)
    limits = np.asarray([0.5, 1e-9])
    found = xp.linalg.matrix_rank(xp.asarray(positive("float64", (2, 3, 3))), rtol=xp.asarray(limits))
    np.testing.assert_array_equal(np.asarray(found), np.linalg.matrix_rank(positive("float64", (2, 3, 3)), rtol=limits))
    x = positive("float64", (2, 3, 3))
    found = xp.linalg.pinv(xp.asarray(x), rtol=xp.asarray(limits))
    np.testing.assert_allclose(np.asarray(found), np.linalg.pinv(x, rtol=limits), atol=1e-13)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (3, 4), (2, 4, 3), (0, 3)])
def test_factors(dtype, shape):
    """Factors have the shapes and dtypes of strict, are unitary, and multiply to what they are of."""
    x = values(dtype, shape)
    ours, theirs = both(x)
    close = {"atol": 64 * float(np.finfo(dtype).eps), "rtol": 0}
    for name, options in (
        ("qr", {"mode": "reduced"}),
        ("qr", {"mode": "complete"}),
        ("svd", {"full_matrices": True}),
        ("svd", {"full_matrices": False}),
    ):
        mine, other = getattr(xp.linalg, name)(ours, **options), getattr(strict.linalg, name)(theirs, **options)
        assert mine._fields == other._fields
        assert [part.shape for part in mine] == [part.shape for part in other]
        assert [part.dtype for part in mine] == [part.dtype._np_dtype for part in other]
        arrays = [np.asarray(part) for part in mine]
        if name == "qr":
            product = arrays[0] @ arrays[1]
        else:
            least = min(shape[-2:])
            product = (arrays[0][..., :least] * arrays[1][..., None, :]) @ arrays[2][..., :least, :]
        np.testing.assert_allclose(product, x, **close)
        square = np.conj(np.swapaxes(arrays[0], -1, -2)) @ arrays[0]
        np.testing.assert_allclose(square, np.broadcast_to(np.eye(square.shape[-1]), square.shape), **close)


def test_eigenpairs():
    for dtype in FLOATS:
        x = positive(dtype, (2, 3, 3))
        found = xp.linalg.eigh(xp.asarray(x))
        assert found._fields == ("eigenvalues", "eigenvectors")
        lengths, vectors = (np.asarray(part) for part in found)
        np.testing.assert_allclose(x @ vectors, vectors * lengths[..., None, :], atol=64 * np.finfo(dtype).eps * 10)


def test_eigenpairs_of_any_square_matrices():
    for dtype in FLOATS:
        x = values(dtype, (2, 3, 3))
        found = xp.linalg.eig(xp.asarray(x))
        assert found._fields == ("eigenvalues", "eigenvectors")
        assert all(xp.isdtype(part.dtype, "complex floating") for part in found)
        lengths, vectors = (np.asarray(part) for part in found)
        limit = 640 * np.finfo(dtype).eps * np.abs(x).max()
        np.testing.assert_allclose(x @ vectors, vectors * lengths[..., None, :], atol=limit)
        alone = np.asarray(xp.linalg.eigvals(xp.asarray(x)))
        np.testing.assert_allclose(np.sort_complex(alone), np.sort_complex(lengths), atol=limit)
    with pytest.raises(ValueError, match="square"):
        xp.linalg.eig(xp.asarray(values("float64", (2, 3))))
    with pytest.raises(TypeError):
        xp.linalg.eigvals(xp.asarray(values("int64", (2, 2))))


def test_products():
    for first, second in itertools.product(NAMES, NAMES):
        if isinstance(outcome(xp.result_type, getattr(xp, first), getattr(xp, second)), TypeError):
            for call in (xp.linalg.matmul, xp.linalg.outer):  # strict leaves some of these to NumPy
                with pytest.raises(TypeError):
                    call(xp.asarray(values(first, (2,))), xp.asarray(values(second, (2,))))
            continue
        agree("linalg", "matmul", [values(first, (2, 3)), values(second, (3, 2))])
        agree("linalg", "vecdot", [values(first, (2, 3)), values(second, (3,))])
        agree("linalg", "tensordot", [values(first, (2, 3)), values(second, (3, 2))], axes=1)
        agree("linalg", "outer", [values(first, (2,)), values(second, (3,))])
        agree("linalg", "cross", [values(first, (2, 3)), values(second, (2, 3))])
    for one, other in itertools.product((*SHAPES, (3, 2), (2, 3, 4)), repeat=2):
        pair = [values("float64", one), values("float64", other)]
        agree("linalg", "matmul", pair)
        agree("linalg", "tensordot", pair, axes=0)
        agree("linalg", "tensordot", pair, axes=((0,), (0,)))
        agree("linalg", "outer", pair)
    x = values("float64", (4, 3, 2))
    agree("linalg", "cross", [x, x[::-1]], axis=-2)
    agree("linalg", "cross", [x, x[::-1]], axis=1)
    agree("linalg", "cross", [x, x[::-1]], axis=-1)
    agree("linalg", "vecdot", [x, x], axis=-2)
    agree("linalg", "vecdot", [x, x], axis=1)


def test_systems():
    for first, second in itertools.product(NAMES, FLOATS):
        a = positive(first, (3, 3)) if first in FLOATS else values(first, (3, 3))
        agree("linalg", "solve", [a, values(second, (3, 2))])
    for a, b in (
        ((3, 3), (3,)),
        ((2, 3, 3), (3,)),
        ((2, 3, 3), (2, 3, 1)),
        ((2, 3, 3), (3, 2)),
        ((0, 3, 3), (3, 2)),
        ((2, 3), (2,)),
        ((3, 3), (4,)),
    ):
        agree("linalg", "solve", [values("float64", a), values("float64", b, 1)])


def test_diagonals_and_norms():
    for dtype, offset in itertools.product(NAMES, (-2, 0, 1, 5)):
        for shape in ((3, 4), (2, 3, 3), (0, 3), (3,)):
            agree("linalg", "diagonal", [values(dtype, shape)], offset=offset)
            agree("linalg", "trace", [values(dtype, shape)], offset=offset)
    assert xp.linalg.trace(xp.asarray(values("float32", (3, 3))), dtype=xp.float64).dtype == xp.float64
    orders = (0, 1, 2, 3, -1, -2, 2.5, np.inf, -np.inf)
    for dtype, order, axis, keepdims in itertools.product(FLOATS, orders, (None, 0, (0, 1)), (False, True)):
        x = values(dtype, (2, 3))
        pair = both(x)
        options = {"ord": order, "axis": axis, "keepdims": keepdims}
        expected = outcome(strict.linalg.vector_norm, pair[1], **options)
        assert_same(outcome(xp.linalg.vector_norm, pair[0], **options), expected, f"{dtype} {order} {axis}", 64)
    for dtype in NAMES[:9]:
        agree("linalg", "vector_norm", [values(dtype, (3,))])


@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"])
def test_transforms_of_one_axis(name):
    for dtype, n, axis, norm in itertools.product(NAMES, (None, 3, 6), (-1, 0), ("backward", "ortho", "forward")):
        agree("fft", name, [values(dtype, (4, 5))], n=n, axis=axis, norm=norm)
    agree("fft", name, [values("float64", (4, 5))], axis=3)
    agree("fft", name, [values("complex128", (4,))], norm="none")


@pytest.mark.parametrize("name", ["fftn", "ifftn", "rfftn", "irfftn"])
def test_transforms_of_several_axes(name):
    for dtype, norm in itertools.product(FLOATS, ("backward", "ortho", "forward")):
        for s, axes in ((None, None), ((3, 4), (0, 1)), (None, (1,)), ((3,), (0,)), ((2, 3, 4), (0, 1, 2))):
            agree("fft", name, [values(dtype, (3, 4, 5))], s=s, axes=axes, norm=norm)


def test_frequencies():
    for n, d in itertools.product((1, 4, 5), (1.0, 0.25)):
        agree("fft", "fftfreq", [], n, d=d)
        agree("fft", "rfftfreq", [], n, d=d)
    assert xp.fft.fftfreq(4, dtype=xp.float32).dtype == xp.float32
    for axes in (None, 0, (0, 1), -1):
        agree("fft", "fftshift", [values("complex128", (4, 5))], axes=axes)
        agree("fft", "ifftshift", [values("float32", (4, 5))], axes=axes)
