"""Convolutions, pooling, neighbourhoods and batch normalization against their definitions; gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.signal

import symlab as sl
import symlab.tensor as T
from symlab.core.gradcheck import gradcheck
from symlab.core.ir.errors import InvalidValue, ShapeMismatch, TypeMismatch
from tests.core.ops.signal_cases import correlated
from tests.tensor.against_numpy import agrees

RNG = np.random.default_rng(0)
X = RNG.standard_normal((2, 4, 7, 6))
N = T.nnet


def filters(*shape: int) -> np.ndarray[Any, Any]:
    return RNG.standard_normal(shape)


def border(mode: Any) -> Any:
    if mode == "valid":
        return ((0, 0),) * 2
    if isinstance(mode, str):
        return (mode,) * 2
    pairs = (mode,) * 2 if isinstance(mode, int) else mode
    return tuple(pair if isinstance(pair, tuple) else (pair,) * 2 for pair in pairs)


@pytest.mark.parametrize("mode", ["valid", "full", "half", 1, (1, 2), ((0, 1), (2, 0))], ids=str)
@pytest.mark.parametrize("flip", [True, False])
def test_conv2d_in_every_border_mode(mode: Any, flip: bool) -> None:
    w = filters(3, 4, 3, 2)
    options = {"border_mode": mode, "filter_flip": flip}
    expected = lambda x, w: correlated(x, w[:, :, ::-1, ::-1] if flip else w, border(mode), (1, 1), (1, 1), 1)  # noqa: E731
    agrees(lambda x, w: N.conv2d(x, w, **options), expected, X, w)
    gradcheck(lambda x, w: N.conv2d(x, w, **options), [X[:1, :, :4, :4], w[:1]])


def test_conv2d_is_scipys_convolution() -> None:
    w = filters(1, 1, 3, 2)
    for mode in ("valid", "full"):
        expected = lambda x, w, mode=mode: scipy.signal.convolve2d(x[0, 0], w[0, 0], mode)[None, None]  # noqa: E731
        agrees(lambda x, w, mode=mode: N.conv2d(x, w, border_mode=mode), expected, X[:1, :1], w)
    image, two = X[0, 0], filters(2, 3, 2)
    agrees(T.signal.conv2d, lambda x, w: np.stack([scipy.signal.convolve2d(x, f, "valid") for f in w]), image, two)
    agrees(T.signal.conv2d, lambda x, w: scipy.signal.convolve2d(x, w, "valid"), image, two[0])


@pytest.mark.parametrize(
    ("steps", "spacing", "groups"), [((2, 1), (1, 1), 1), ((1, 1), (2, 1), 2), ((2, 3), (1, 2), 4)]
)
def test_strides_dilation_and_groups(steps: Any, spacing: Any, groups: int) -> None:
    w = filters(4, 4 // groups, 2, 3)
    options = {"subsample": steps, "filter_dilation": spacing, "num_groups": groups, "border_mode": "half"}
    expected = lambda x, w: correlated(x, w[:, :, ::-1, ::-1], ("half",) * 2, steps, spacing, groups)  # noqa: E731
    agrees(lambda x, w: N.conv2d(x, w, **options), expected, X, w)
    x, w32 = T.ftensor4("x"), T.ftensor4("w")
    f = sl.function([x, w32], N.conv2d(x, w32, **options))
    np.testing.assert_allclose(f(X.astype("f4"), w.astype("f4")), expected(X, w), atol=1e-4)


def test_gradients_by_name_are_those_of_the_convolution() -> None:
    x, w = T.tensor4("x", dtype="float64"), T.tensor4("w", dtype="float64")
    for options in ({"border_mode": "half", "subsample": (2, 1)}, {"border_mode": (1, 0), "filter_flip": False}):
        y = N.conv2d(x, w, **options)
        g = T.tensor4("g", dtype="float64")
        slopes = sl.grad(T.sum(y * g), [x, w])
        named = [
            N.conv2d_grad_wrt_inputs(g, w, x.shape, **options),
            N.conv2d_grad_wrt_weights(x, g, (3, 4, 3, 2), **options),
        ]
        shape = sl.function([x, w], y.shape)(X, filters(3, 4, 3, 2))
        found = sl.function([x, w, g], [*slopes, *named])(X, filters(3, 4, 3, 2), filters(*shape))
        np.testing.assert_allclose(found[0], found[2], atol=1e-12)
        np.testing.assert_allclose(found[1], found[3], atol=1e-12)


def test_relatives_of_conv2d() -> None:
    w = filters(4, 3, 3, 2)
    up = lambda x, w: N.conv2d_transpose(x, w, (2, 3, 15, 12), input_dilation=(2, 2), border_mode=(0, 0))  # noqa: E731
    assert sl.function([], up(T.constant(X), T.constant(w)))().shape == (2, 3, 15, 12)
    deep, point = filters(8, 1, 2, 2), filters(3, 8, 1, 1)
    each = correlated(X, deep[:, :, ::-1, ::-1], border("valid"), (1, 1), (1, 1), 4)
    expected = np.einsum("nchw,fc->nfhw", each, point[:, :, 0, 0])
    agrees(lambda x, d, p: N.separable_conv2d(x, d, p, 4), lambda *_: expected, X, deep, point)
    series, taps = filters(2, 3, 9), filters(4, 3, 3)
    causal = sl.function([], N.causal_conv1d(T.constant(series), T.constant(taps), (4, 3, 3), filter_dilation=2))()
    wanted = np.zeros((2, 4, 9))
    for k in range(3):
        late = np.pad(series, [(0, 0), (0, 0), (2 * k, 0)])[:, :, :9]
        wanted += np.einsum("nct,fc->nft", late, taps[:, :, k])
    np.testing.assert_allclose(causal, wanted, atol=1e-12)
    volume, w3 = filters(1, 2, 4, 5, 3), filters(2, 2, 2, 2, 2)
    direct = sum(scipy.signal.convolve(volume[0, c], w3[1, c], "valid") for c in range(2))
    np.testing.assert_allclose(sl.function([], N.conv3d(volume, w3))()[0, 1], direct, atol=1e-12)
    gradcheck(N.conv3d, [volume, w3])


def test_unshared_filters() -> None:
    w = filters(3, 6, 5, 4, 2, 2)
    places = [(r, c) for r in range(6) for c in range(5)]
    expected = np.zeros((2, 3, 6, 5))
    for r, c in places:
        expected[:, :, r, c] = np.einsum("nckl,fckl->nf", X[:, :, r : r + 2, c : c + 2], w[:, r, c])
    found = N.conv2d(X, w, filter_flip=False, unshared=True)
    np.testing.assert_allclose(sl.function([], found)(), expected, atol=1e-12)


def test_bilinear_upsampling_is_linear_between_the_points() -> None:
    x = np.arange(4.0).reshape(1, 1, 2, 2)
    found = sl.function([], N.abstract_conv.bilinear_upsampling(T.constant(x), 2))()
    np.testing.assert_allclose(found[0, 0, 0], [0, 0.5, 1, 1])
    np.testing.assert_allclose(found[0, 0, :, 0], [0, 1, 2, 2])


# Pooling


def pooled(x: Any, size: Any, steps: Any, around: Any, fold: Any, fill: float, ignore: bool) -> Any:
    """The definition, window by window."""
    ends = around if ignore else [2 * s for s in size]
    wide = np.pad(x, [(0, 0), (0, 0), *zip(around, ends, strict=True)], constant_values=fill)
    lengths = [x.shape[2 + k] + 2 * around[k] for k in (0, 1)]
    if ignore:
        counts = [(n - s) // t + 1 for n, s, t in zip(lengths, size, steps, strict=True)]
    else:
        triples = zip(lengths, size, steps, strict=True)
        counts = [(n - 1) // t + 1 if t >= s else max((n - 1 - s + t) // t, 0) + 1 for n, s, t in triples]
    found = np.empty((*x.shape[:2], *counts))
    for r, c in np.ndindex(*counts):
        top, left = r * steps[0], c * steps[1]
        found[:, :, r, c] = fold(wide[:, :, top : top + size[0], left : left + size[1]], axis=(2, 3))
    return found


@pytest.mark.parametrize(("steps", "around", "ignore"), [
    ((2, 3), (0, 0), True), ((1, 2), (0, 0), False), ((3, 2), (0, 0), False), ((2, 2), (1, 2), True),
])  # fmt: skip
@pytest.mark.parametrize("mode", ["max", "sum", "average_inc_pad", "average_exc_pad"])
def test_pooling(mode: str, steps: Any, around: Any, ignore: bool) -> None:
    size = (2, 3)
    count = pooled(np.ones((1, 1, 7, 6)), size, steps, around, np.sum, 0, ignore)
    if mode == "average_inc_pad" and any(around):
        count = 6
    folds = {"max": (np.max, -np.inf, 1)}
    fold, fill, by = folds.get(mode, (np.sum, 0, 1 if mode == "sum" else count))
    call = lambda x: T.signal.pool_2d(x, size, ignore, steps, around, mode)  # noqa: E731
    agrees(call, lambda x: pooled(x, size, steps, around, fold, fill, ignore) / by, X)
    gradcheck(call, [X[:1, :2]])


def test_other_pools() -> None:
    found = sl.function([], T.signal.pool.pool_3d(X, ws=(2, 2, 3), ignore_border=True))()
    np.testing.assert_allclose(found, X[:, :4, :6].reshape(2, 2, 2, 3, 2, 2, 3).max((2, 4, 6)))
    same = sl.function([], T.signal.pool.max_pool_2d_same_size(X, (2, 2)))()
    blocks = [
        array[:, :, :6].reshape(2, 4, 3, 2, 3, 2).transpose(0, 1, 2, 4, 3, 5).reshape(2, 4, 3, 3, 4)
        for array in (same, X)
    ]
    np.testing.assert_array_equal(np.count_nonzero(blocks[0], -1), 1)
    np.testing.assert_array_equal(blocks[0].sum(-1), blocks[1].max(-1))
    assert ((same == X) | (same == 0)).all()
    np.testing.assert_array_equal(
        sl.function([], T.signal.downsample.max_pool_2d(X, (2, 2), True))(),
        sl.function([], T.signal.pool_2d(X, (2, 2), True))(),
    )


def test_neighbourhoods_and_back() -> None:
    x = np.arange(2 * 4 * 6.0).reshape(1, 2, 4, 6)
    rows = N.images2neibs(x, (2, 3))
    found, back = sl.function([], [rows, N.neibs2images(rows, (2, 3), x.shape)])()
    np.testing.assert_array_equal(found[1], x[0, 0, :2, 3:].ravel())
    assert found.shape == (8, 6)
    np.testing.assert_array_equal(back, x)
    steps = sl.function([], N.neighbours.images2neibs(x, (3, 3), (1, 1), mode="half"))()
    assert steps.shape == (48, 9)
    np.testing.assert_array_equal(steps[0], [0, 0, 0, 0, 0, 1, 0, 6, 7])
    gradcheck(lambda x: N.images2neibs(x, (2, 2), (1, 2)), [x[:, :1, :3, :4]])


# Normalization and cross-entropies


def test_batch_normalization() -> None:
    gamma, beta, old = filters(4), filters(4), np.abs(filters(4))
    mean, var = X.mean((0, 2, 3)), X.var((0, 2, 3))
    count = X.size / 4
    found = sl.function([], N.batch_normalization_train(X, gamma, beta, "spatial", 1e-3, 0.2, old, old))()
    shape = (1, 4, 1, 1)
    normal = (X - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + 1e-3)
    np.testing.assert_allclose(found[0], normal * gamma.reshape(shape) + beta.reshape(shape), atol=1e-12)
    np.testing.assert_allclose(found[1], mean, atol=1e-12)
    np.testing.assert_allclose(found[2], 1 / np.sqrt(var + 1e-3), atol=1e-12)
    assert found[1].shape == found[2].shape == (4,)
    wide = N.batch_normalization_train(X, gamma.reshape(shape), beta.reshape(shape), "spatial", 1e-3)
    assert [item.eval().shape for item in wide] == [X.shape, shape, shape]
    np.testing.assert_allclose(found[3], old * 0.8 + mean * 0.2, atol=1e-12)
    np.testing.assert_allclose(found[4], old * 0.8 + var * count / (count - 1) * 0.2, atol=1e-12)
    test = sl.function([], N.bn.batch_normalization_test(X, gamma, beta, mean, var, "spatial", 1e-3))()
    np.testing.assert_allclose(test, found[0], atol=1e-12)
    gradcheck(lambda x, g, b: N.batch_normalization_train(x, g, b)[0], [filters(5, 3), filters(3), filters(3)])
    plain = sl.function([], N.batch_normalization(X[:, 0, 0], 2.0, 1.0, 0.5, 4.0))()
    np.testing.assert_allclose(plain, 2 * (X[:, 0, 0] - 0.5) / 4 + 1)


def test_cross_entropies_of_classes() -> None:
    x, b, y = filters(5, 4), filters(4), np.array([0, 3, 1, 1, 2])
    chances = np.exp(x + b) / np.exp(x + b).sum(1, keepdims=True)
    wanted = -np.log(chances[np.arange(5), y])
    found = sl.function([], N.crossentropy_softmax_argmax_1hot_with_bias(x, b, y))()
    for value, right in zip(found, (wanted, chances, chances.argmax(1)), strict=True):
        np.testing.assert_allclose(value, right, atol=1e-12)
    several = sl.function(
        [], [*N.crossentropy_softmax_1hot(x + b, y), *N.crossentropy_softmax_max_and_argmax_1hot(x + b, y)]
    )()
    np.testing.assert_allclose(several[0], wanted, atol=1e-12)
    np.testing.assert_allclose(several[4], chances.max(1), atol=1e-12)
    rows = sl.function([], [N.prepend_1_to_each_row(x), N.prepend_0_to_each_row(x)])()
    np.testing.assert_array_equal(rows[0], np.hstack([np.ones((5, 1)), x]))
    np.testing.assert_array_equal(rows[1], np.hstack([np.zeros((5, 1)), x]))


def test_what_does_not_fit_is_refused() -> None:
    x, w = T.tensor4("x"), T.tensor4("w")
    for call in (
        lambda: N.conv2d(x, w, border_mode="other"), lambda: N.conv2d(x, w, subsample=(0, 1)),
        lambda: T.signal.pool_2d(x, (2, 2), mode="other"), lambda: T.signal.pool_2d(x, (2, 2), True, pad=(2, 2)),
        lambda: T.signal.pool_2d(x), lambda: N.images2neibs(x, (2, 2), mode="other"),
        lambda: T.signal.pool_2d(x, (2, 2), False, pad=(1, 1)),
    ):  # fmt: skip
        with pytest.raises(InvalidValue):
            call()
    with pytest.raises(ShapeMismatch, match="channels"):
        N.conv2d(x, w, input_shape=(None, 3, None, None), filter_shape=(None, 4, 2, 2))
    with pytest.raises(TypeMismatch):
        N.conv2d(T.itensor4(), T.itensor4())
    f = sl.function([x, w], N.conv2d(x, w))
    with pytest.raises(ValueError, match="channels"):
        f(np.zeros((1, 3, 4, 4)), np.zeros((1, 2, 2, 2)))


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("dtype", ["float64", "int8", "complex128"])
def test_convolutions_of_vectors(mode: str, dtype: str) -> None:
    rng = np.random.default_rng(0)
    for sizes in ((5, 3), (3, 5), (6, 2), (1, 4)):
        rows = [(5 * rng.standard_normal(size)).astype(dtype) for size in sizes]
        agrees(lambda a, v: T.convolve(a, v, mode), lambda a, v: np.convolve(a, v, mode), *rows)
    gradcheck(lambda a, v: T.signal.convolve1d(a, v, mode), [rng.standard_normal(5), rng.standard_normal(3)])


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("boundary", ["fill", "wrap", "symm"])
def test_convolutions_of_matrices(mode: str, boundary: str) -> None:
    rng = np.random.default_rng(0)
    for sizes in (((5, 6), (3, 2)), ((2, 3), (4, 4))):
        for dtype in ("float64", "int64"):
            matrices = [(5 * rng.standard_normal(size)).astype(dtype) for size in sizes]
            agrees(
                lambda a, b: T.signal.convolve2d(a, b, mode, boundary, 0),
                lambda a, b: scipy.signal.convolve2d(a, b, mode, boundary, 0), *matrices,
            )  # fmt: skip
    a, b = rng.standard_normal((4, 4)), rng.standard_normal((2, 3))
    gradcheck(lambda a, b: T.signal.convolve2d(a, b, mode, boundary), [a, b])
    if boundary == "fill" and mode != "valid":
        agrees(
            lambda a, b: T.signal.convolve2d(a, b, mode, fillvalue=2.0),
            lambda a, b: scipy.signal.convolve2d(a, b, mode, fillvalue=2.0), a, b,
        )  # fmt: skip


def test_convolutions_that_make_no_sense_are_refused() -> None:
    row, matrix = T.dvector("row"), T.dmatrix("matrix")
    for call, problem in (
        (lambda: T.convolve(row, row, "half"), "there is no mode 'half'"),
        (lambda: T.convolve(row, matrix), "1 axes are wanted, not 2"),
        (lambda: T.signal.convolve2d(matrix, matrix, boundary="none"), "there is no boundary 'none'"),
    ):
        with pytest.raises((InvalidValue, TypeMismatch), match=problem):
            call()


def test_running_statistics_keep_their_dtype() -> None:
    """A factor that is a Python number has no dtype: float32 statistics have float32 values after them."""
    from symlab.tensor.nnet.bn import batch_normalization_train

    with sl.configure(floatX="float32"):
        x = T.matrix("x")
        mean, variance = sl.shared(np.zeros((1, 3), "f")), sl.shared(np.ones((1, 3), "f"))
        found = batch_normalization_train(x, mean + 1, mean, running_mean=mean, running_var=variance)
    assert [item.dtype for item in found] == ["float32"] * 5


def test_transposed_convolutions_with_filters_of_each_place() -> None:
    """The product with a convolution's result is that of the transpose with its images."""
    random = np.random.default_rng(8)
    images, filters = random.standard_normal((2, 3, 5, 6)), random.standard_normal((4, 3, 4, 3, 3, 3))
    given = random.standard_normal((2, 4, 3, 4))
    x, g, w = T.dtensor4("x"), T.dtensor4("g"), T.TensorType("float64", (False,) * 6)("w")
    made = N.conv2d(x, w, unshared=True)
    back = N.conv2d_transpose(g, w, images.shape, unshared=True)
    value, returned = sl.function([x, g, w], [made, back])(images, given, filters)
    assert value.shape == given.shape
    assert np.isclose((value * given).sum(), (returned * images).sum())
