"""Theano's classes of convolutions and pooling, shapes found from shapes, unshared filters, upsampling."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.tensor.nnet import abstract_conv as A
from symlab.tensor.nnet import conv_classes as C
from symlab.tensor.signal.pool import Pool, pool_2d


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def run(expression):
    return sl.function([], expression, mode="FAST_COMPILE")()


GEOMETRIES = [
    ("valid", (1, 1), (1, 1), 1), ("half", (2, 1), (1, 2), 2), ((1, 2), (1, 1), (2, 1), 2), ("full", (1, 3), (1, 1), 1),
    (((1, 0), (0, 2)), (2, 2), (1, 1), 4),
]  # fmt: skip


@pytest.mark.parametrize(("border", "steps", "spacing", "groups"), GEOMETRIES)
def test_classes_are_the_functions_and_their_gradients(border, steps, spacing, groups):
    x, w = draw(2, 4, 7, 6), draw(8, 4 // groups, 3, 2, seed=1)
    images, filters = T.constant(x), T.constant(w)
    given = {"border_mode": border, "subsample": steps, "filter_dilation": spacing, "num_groups": groups}
    out = C.AbstractConv2d(**given)(images, filters)
    g = draw(*A.get_conv_output_shape(x.shape, w.shape, border, steps, spacing), seed=2)
    expected = sl.grad(T.sum(out * g), [images, filters])
    by_images = C.AbstractConv2d_gradInputs(**given)(filters, T.constant(g), x.shape[2:])
    by_filters = C.AbstractConv2d_gradWeights(**given)(images, T.constant(g), w.shape[2:])
    found = run([out, by_images, by_filters, *expected])
    assert found[0].shape == g.shape
    np.testing.assert_allclose(found[1], found[3], rtol=1e-10)
    np.testing.assert_allclose(found[2], found[4], rtol=1e-10)


@pytest.mark.parametrize("rank", [2, 3])
def test_correlations_find_shapes_where_one_is_possible(rank):
    x, w = draw(2, 3, *(6, 5, 4)[:rank]), draw(4, 3, *(2,) * rank, seed=1)
    kinds = (C.CorrMM, C.CorrMM_gradInputs, C.CorrMM_gradWeights)
    forward, inputs, weights = kinds if rank == 2 else (C.Corr3dMM, C.Corr3dMM_gradInputs, C.Corr3dMM_gradWeights)
    images, filters = T.constant(x), T.constant(w)
    out = forward("full")(images, filters)
    cost = T.sum(out**2)
    found = run([inputs("full")(filters, 2 * out), weights("full")(images, 2 * out), *sl.grad(cost, [images, filters])])
    np.testing.assert_allclose(found[0], found[2], rtol=1e-10)
    np.testing.assert_allclose(found[1], found[3], rtol=1e-10)


@pytest.mark.parametrize(("border", "steps", "spacing", "groups"), GEOMETRIES)
def test_unshared_filters(border, steps, spacing, groups):
    """With the same filters everywhere it is a plain convolution; gradients are those of the classes."""
    x, shape = draw(2, 4, 7, 6), (8, 4 // groups, 3, 2)
    places = A.get_conv_output_shape(x.shape, shape, border, steps, spacing)[2:]
    w = draw(*shape, seed=1)
    same = np.broadcast_to(w[:, None, None], (8, *places, *w.shape[1:]))
    given = {"border_mode": border, "subsample": steps, "filter_dilation": spacing, "num_groups": groups}
    plain = A.conv2d(T.constant(x), T.constant(w), **given)
    spread = A.conv2d(T.constant(x), T.constant(same), unshared=True, **given)
    np.testing.assert_allclose(*run([plain, spread]), rtol=1e-10, atol=1e-12)
    images, filters = T.dtensor4(), T.tensor("w", dtype="float64", shape=(None,) * 6)
    out = A.conv2d(images, filters, unshared=True, **given)
    by_images = C.AbstractConv2d_gradInputs(unshared=True, **given)(filters, 2 * out, x.shape[2:])
    by_filters = C.AbstractConv2d_gradWeights(unshared=True, **given)(images, 2 * out, w.shape[1:][-2:])
    wanted = [by_images, by_filters, *sl.grad(T.sum(out**2), [images, filters])]
    found = sl.function([images, filters], wanted, mode="FAST_COMPILE")(x, draw(*same.shape, seed=2))
    np.testing.assert_allclose(found[0], found[2], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found[1], found[3], rtol=1e-9, atol=1e-9)


def test_causal_filters_of_each_time():
    x, w = draw(2, 3, 8), draw(4, 8, 3, 3, seed=1)
    found = run(A.causal_conv1d(x, w, w.shape, filter_dilation=2, unshared=True))
    padded = np.pad(x, [(0, 0), (0, 0), (4, 0)])
    for time in range(8):
        part = padded[:, :, [time + 4, time + 2, time]]  # a convolution: the last filter element meets the first input
        np.testing.assert_allclose(found[:, :, time], np.einsum("bcs,ocs->bo", part, w[:, time]), rtol=1e-10)


def test_shapes_are_those_of_results():
    for border, steps, spacing in itertools.product(
        ("valid", "half", "full", (1, 2)), ((1, 1), (2, 3)), ((1, 1), (2, 1))
    ):
        x, w = draw(1, 2, 9, 8), draw(3, 2, 3, 2)
        out = run(A.conv2d(T.constant(x), T.constant(w), border_mode=border, subsample=steps, filter_dilation=spacing))
        assert A.get_conv_output_shape(x.shape, w.shape, border, steps, spacing) == out.shape
        assert A.check_conv_gradinputs_shape(x.shape, w.shape, out.shape, border, steps, spacing)
        assert not A.check_conv_gradinputs_shape(x.shape, w.shape, (1, 3, 1, 1), border, steps, spacing)
        if steps == (1, 1):
            assert A.get_conv_gradinputs_shape(w.shape, out.shape, border, steps, spacing) == x.shape
            weights = A.get_conv_gradweights_shape(x.shape, out.shape, border, steps, spacing)
            assert weights == ((3, 2, None, None) if border == "half" else w.shape)
        else:
            assert A.get_conv_gradinputs_shape(w.shape, out.shape, border, steps, spacing)[2:] == (None, None)
    assert A.get_conv_output_shape((None, 3, 5, None), (2, 3, None, 2), "valid", (1, 1)) == (None, 2, None, None)
    with pytest.raises(ValueError, match="at least 0"):
        A.get_conv_shape_1axis(5, 3, -1, 1)


def test_shapes_that_are_checked():
    size = T.lscalar("size")
    checked = sl.function([size], A.assert_conv_shape([2, 3, size, 4])[2])
    assert checked(1) == 1
    with pytest.raises(AssertionError, match="below 1"):
        checked(0)
    with pytest.raises(ValueError, match="axis 0"):
        A.assert_conv_shape([-1, 2, 3, 4])
    x = T.dtensor4("x")
    same = sl.function([x, size], A.assert_shape(x, (None, size, 3, None), "other shape"))
    assert same(np.zeros((1, 2, 3, 4)), 2).shape == (1, 2, 3, 4)
    with pytest.raises(AssertionError, match="other shape"):
        same(np.zeros((1, 2, 4, 4)), 2)


def test_pool_class():
    x = T.constant(draw(2, 7, 9))
    for border, stride in itertools.product((False, True), ((2, 2), (1, 3), (4, 2))):
        made = Pool(ignore_border=border, mode="sum")(x, (3, 2), stride)
        found, expected = run([made, pool_2d(x, (3, 2), border, stride, mode="sum")])
        np.testing.assert_array_equal(found, expected)
        assert Pool.out_shape((2, 7, 9), (3, 2), border, stride) == list(found.shape)
    assert Pool.out_shape((2, 7, 9), (3, 2), True, (1, 1), (1, 0)) == [2, 7, 8]
    for options in ({"ws": (2, 2), "ds": (2, 2)}, {"ws": (2, 2), "st": (1, 1), "stride": (1, 1)}):
        with pytest.raises(ValueError, match="same meaning"):
            pool_2d(x, **options)


def test_kernels_and_fractions_of_upsampling():
    ratio = T.iscalar("ratio")
    for size in (1, 2, 5):
        line = run(A.bilinear_kernel_1D(size))
        np.testing.assert_allclose(line, 1 - np.abs(np.arange(1, 2 * size) - size) / size)
        np.testing.assert_allclose(run(A.bilinear_kernel_2D(size, normalize=False)), np.outer(line, line) * size**2)
        found = sl.function([ratio], A.bilinear_kernel_1D(ratio, normalize=False), mode="FAST_COMPILE")(size)
        np.testing.assert_allclose(found, line * size)
    x = T.constant(draw(1, 2, 5, 4))
    for ratios in ((7, 4), ((5, 3), (2, 1))):
        found, expected = run([A.bilinear_upsampling(x, frac_ratio=ratios), A.frac_bilinear_upsampling(x, ratios)])
        np.testing.assert_array_equal(found, expected)
    with pytest.raises(ValueError, match="one of ratio"):
        A.bilinear_upsampling(x)


def test_neighbourhoods_fill_images_or_are_refused():
    x = T.dtensor4("x")
    for mode, shape in (("valid", (1, 1, 5, 4)), ("half", (1, 1, 5, 4)), ("full", (1, 1, 4, 4))):
        size = (3, 2) if mode != "valid" else (2, 2)
        f = sl.function([x], T.nnet.images2neibs(x, size, mode=mode), mode="FAST_COMPILE")
        with pytest.raises(TypeError, match="ignore_borders"):
            f(np.zeros(shape))
    assert sl.function([x], T.nnet.images2neibs(x, (2, 2), mode="ignore_borders"))(np.zeros((1, 1, 5, 4))).shape == (
        4,
        4,
    )
    with pytest.raises(TypeError, match="odd sizes"):
        T.nnet.images2neibs(x, (2, 3), mode="wrap_centered")


def test_chosen_blocks():
    o, x, y = draw(3, 2, 4, 5), draw(2, 2, 4, seed=1), draw(2, 1, 5, seed=2)
    rows, columns = np.array([[0, 2], [1, 0]]), np.array([[1], [1]])
    found = run(T.nnet.sparse_block_outer(o, x, y, rows, columns, alpha=0.5))
    expected = o.copy()
    for batch, i, j in np.ndindex(2, 2, 1):
        expected[rows[batch, i], columns[batch, j]] += 0.5 * np.outer(x[batch, i], y[batch, j])
    np.testing.assert_allclose(found, expected)
    w, h, start = draw(3, 2, 4, 5), draw(2, 2, 4, seed=3), draw(2, 1, 5, seed=4)
    found = run(T.nnet.sparse_block_gemv(start, w, h, rows, columns))
    expected = start.copy()
    for batch, i, j in np.ndindex(2, 2, 1):
        expected[batch, j] += h[batch, i] @ w[rows[batch, i], columns[batch, j]]
    np.testing.assert_allclose(found, expected)


def test_surprise_of_classes_with_other_chances_of_zero():
    p, y = T.dmatrix("p"), T.lvector("y")
    value = np.array([[0.4, 0.6, 0.0], [0.1, 0.8, 0.1]])
    slope = sl.grad(T.sum(T.nnet.crossentropy_categorical_1hot(p, y)), p)
    found = sl.function([p, y], slope)(value, [0, 1])
    np.testing.assert_allclose(found, [[-2.5, 0, 0], [0, -1.25, 0]])
    with pytest.raises(TypeError, match="vector of classes"):
        T.nnet.crossentropy_categorical_1hot(T.dvector(), y)
    cost, chances = T.nnet.crossentropy_softmax_1hot(p, y)
    f = sl.function([p, y], [cost, T.nnet.crossentropy_softmax_1hot_with_bias_dx(T.ones_like(cost), chances, y),
                             sl.grad(T.sum(cost), p)])  # fmt: skip
    _, found, expected = f(value, [2, 0])
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    with pytest.raises(ValueError, match="negative"):
        f(value, [2, -1])
