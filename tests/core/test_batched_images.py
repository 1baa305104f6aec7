"""Convolutions, pooling and neighbourhoods for stacks: each of the stack has what it has by itself."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.tensor.signal.pool import pool_2d

CONV = "(b,c,h,w),(o,c,k,l)->(b,o,p,q)"


def stack(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def stacked(function, signature, *values):
    """What the function gives for each of the stack at once, with gradients by all operands."""
    inputs = [T.tensor(f"x{place}", dtype="float64", shape=value.shape) for place, value in enumerate(values)]
    out = sl.vectorize(function, signature=signature)(*inputs)
    results = [out, *sl.grad(T.sum(out**3), inputs)]
    return sl.function(inputs, results, mode="FAST_COMPILE")(*values)


def one_by_one(function, *values):
    """The same, element of the stack by element."""
    inputs = [T.tensor(f"x{place}", dtype="float64", shape=value.shape[1:]) for place, value in enumerate(values)]
    out = function(*inputs)
    f = sl.function(inputs, [out, *sl.grad(T.sum(out**3), inputs)], mode="FAST_COMPILE")
    return [np.stack(column) for column in zip(*(f(*row) for row in zip(*values, strict=True)), strict=True)]


def check(function, signature, *values):
    for found, expected in zip(stacked(function, signature, *values), one_by_one(function, *values), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("groups", [1, 2])
def test_filters_that_differ_within_the_stack(groups):
    def convolved(x, w):
        return T.nnet.conv2d(x, w, border_mode="half", subsample=(2, 1), num_groups=groups)

    check(convolved, CONV.replace("(o,c", "(o,d"), stack(3, 2, 4, 5, 6), stack(3, 6, 4 // groups, 3, 2, seed=1))


def test_the_same_images_with_several_filters():
    x, w = stack(2, 3, 6, 6), stack(4, 5, 3, 3, 3, seed=1)
    images = T.tensor("x", dtype="float64", shape=x.shape)
    filters = T.tensor("w", dtype="float64", shape=w.shape)
    out = sl.vectorize(T.nnet.conv2d, signature=CONV)(images, filters)
    found = sl.function([images, filters], out, mode="FAST_COMPILE")(x, w)
    alone = sl.function([images, filters[0].type("v")], T.nnet.conv2d(images, T.constant(w[2])),
                        mode="FAST_COMPILE", on_unused_input="ignore")(x, w[0])  # fmt: skip
    np.testing.assert_allclose(found[2], alone, rtol=1e-12)


def test_gradients_by_filters_of_a_stack():
    """The gradient of a loss by the filters, example by example."""

    def slope(x, w):
        return sl.grad(T.sum(T.nnet.conv2d(x, w) ** 2), w)

    x, w = stack(3, 1, 2, 5, 5), stack(4, 2, 3, 2, seed=1)
    images = T.tensor("x", dtype="float64", shape=x.shape)
    filters = T.tensor("w", dtype="float64", shape=w.shape)
    each = sl.vectorize(slope, signature="(b,c,h,w),(o,c,k,l)->(o,c,k,l)")(images, filters)
    whole = slope(T.reshape(images, (3, 2, 5, 5)), filters)
    found, total = sl.function([images, filters], [each, whole], mode="FAST_COMPILE")(x, w)
    assert found.shape == (3, *w.shape)
    np.testing.assert_allclose(found.sum(0), total, rtol=1e-10)


def test_a_stack_of_unknown_size_with_different_filters():
    """One after another, with its gradients."""
    x, w = T.tensor("x", dtype="float64", shape=(None,) * 5), T.tensor("w", dtype="float64", shape=(None,) * 5)
    made = sl.vectorize(T.nnet.conv2d, signature=CONV)(x, w)
    f = sl.function([x, w], [made, *sl.grad(T.sum(made**2), [x, w])])
    one, other = T.dtensor4("one"), T.dtensor4("other")
    single = T.nnet.conv2d(one, other)
    g = sl.function([one, other], [single, *sl.grad(T.sum(single**2), [one, other])])
    values, filters = stack(3, 1, 2, 5, 5), stack(3, 4, 2, 3, 2, seed=1)
    wanted = [g(*pair) for pair in zip(values, filters, strict=True)]
    for found, rows in zip(f(values, filters), zip(*wanted, strict=True), strict=True):
        np.testing.assert_allclose(found, rows, rtol=1e-10)


@pytest.mark.parametrize(
    "options",
    [
        {"ignore_border": True},
        {"ignore_border": False, "ws": (3, 2)},
        {"ignore_border": True, "ws": (3, 3), "pad": (1, 0), "mode": "average_exc_pad"},
        {"ignore_border": True, "mode": "sum", "stride": (1, 2)},
    ],
    ids=str,
)
def test_pooling(options):
    given = {"ws": (2, 2), **options}
    check(lambda x: pool_2d(x, **given), "(b,c,h,w)->(b,c,p,q)", stack(3, 2, 2, 5, 6))


def test_neighbourhoods():
    check(lambda x: T.nnet.images2neibs(x, (2, 3)), "(b,c,h,w)->(p,q)", stack(3, 1, 2, 4, 6))
