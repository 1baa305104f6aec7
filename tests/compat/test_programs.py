"""Programs of the tutorials' kind, trained on real digits; their costs are those of the same program in NumPy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.compat.formulas import softmax

PROGRAMS = Path(__file__).parent / "programs"
BATCH = 100


def batches(images, labels, epochs):
    for _ in range(epochs):
        for start in range(0, 4000, BATCH):
            yield images[start : start + BATCH], labels[start : start + BATCH]


def top_layer(inputs, classes, W, b):
    """The cost of a softmax layer, and the derivatives of it by its parameters and its inputs."""
    chances = softmax(inputs @ W + b)
    cost = -np.log(chances[np.arange(BATCH), classes]).mean()
    rest = chances.copy()
    rest[np.arange(BATCH), classes] -= 1
    rest /= BATCH
    return cost, inputs.T @ rest, rest.sum(axis=0), rest @ W.T


@pytest.mark.slow
def test_logistic_regression(program, digits):
    images, labels = digits
    costs, error = program("logistic_regression").train(images, labels)
    W, b, expected = np.zeros((784, 10)), np.zeros(10), []
    for x, y in batches(images, labels, 3):
        cost, dW, db, _ = top_layer(x, y, W, b)
        expected.append(cost)
        W, b = W - 0.13 * dW, b - 0.13 * db
    np.testing.assert_allclose(costs.ravel(), expected, rtol=0, atol=1e-10)
    assert error == np.mean(np.argmax(images[4000:] @ W + b, axis=1) != labels[4000:]) < 0.16


@pytest.mark.slow
def test_multilayer_perceptron(program, digits):
    images, labels = digits
    costs = program("multilayer_perceptron").train(images, labels)
    bound = np.sqrt(6.0 / (784 + 30))
    V, c = np.random.RandomState(1234).uniform(-bound, bound, size=(784, 30)), np.zeros(30)
    W, b, expected = np.zeros((30, 10)), np.zeros(10), []
    for x, y in batches(images, labels, 2):
        hidden = np.tanh(x @ V + c)
        cost, dW, db, below = top_layer(hidden, y, W, b)
        penalty = 0.0001 * (abs(V).sum() + abs(W).sum()) + 0.001 * ((V**2).sum() + (W**2).sum())
        expected.append(cost + penalty)
        below *= 1 - hidden**2
        dV = x.T @ below + 0.0001 * np.sign(V) + 0.002 * V
        dW += 0.0001 * np.sign(W) + 0.002 * W
        V, c, W, b = V - 0.05 * dV, c - 0.05 * below.sum(axis=0), W - 0.05 * dW, b - 0.05 * db
    np.testing.assert_allclose(costs.ravel(), expected, rtol=0, atol=1e-9)


def test_convolution(program, digits):
    from functools import partial

    from scipy.signal import convolve as convolution

    convolve = partial(convolution, method="direct")

    images, labels = digits
    costs, found = program("convolution").train(images, labels)
    rows, bound = 20, np.sqrt(6.0 / (25 + 3 * 25 // 4))
    F, c = np.random.RandomState(23455).uniform(-bound, bound, size=(3, 1, 5, 5)), np.zeros(3)
    W, b, x, y = np.zeros((432, 10)), np.zeros(10), images[:rows].reshape(rows, 28, 28), labels[:rows]
    for cost in costs:
        maps = np.array([[convolve(image, f[0], "valid") for f in F] for image in x])
        cells = maps.reshape(rows, 3, 12, 2, 12, 2).transpose(0, 1, 2, 4, 3, 5).reshape(rows, 3, 12, 12, 4)
        hidden = np.tanh(cells.max(axis=-1) + c[:, None, None])
        chances = softmax(hidden.reshape(rows, -1) @ W + b)
        np.testing.assert_allclose(cost, -np.log(chances[np.arange(rows), y]).mean(), rtol=0, atol=1e-10)
        rest = chances.copy()
        rest[np.arange(rows), y] -= 1
        rest /= rows
        below = (rest @ W.T).reshape(hidden.shape) * (1 - hidden**2)
        W, b = W - 0.1 * hidden.reshape(rows, -1).T @ rest, b - 0.1 * rest.sum(axis=0)
        chosen = cells == cells.max(axis=-1, keepdims=True)
        spread = (chosen * below[..., None]).reshape(rows, 3, 12, 12, 2, 2).transpose(0, 1, 2, 4, 3, 5)
        slopes = spread.reshape(rows, 3, 24, 24)
        c = c - 0.1 * below.sum(axis=(0, 2, 3))
        steps = [sum(convolve(x[n][::-1, ::-1], slopes[n, k], "valid") for n in range(rows)) for k in range(3)]
        F = F - 0.1 * np.array(steps)[:, None]
    np.testing.assert_allclose(found[0], F, rtol=0, atol=1e-10)


def test_loops(program):
    loops = program("loops")
    assert loops.powers([1.0, 2.0, 3.0], 3).tolist() == [1, 8, 27]
    assert loops.polynomial([1.0, 0.0, 2.0], 3.0) == 19


def test_recurrent_network(program):
    rng = np.random.RandomState(3)
    u, t = rng.normal(size=(7, 4)), rng.normal(size=(7, 2))
    (W, V, Z, h0), costs, found = program("loops").recurrent_network(u, t, rng)
    for cost in costs:
        states = [h0]
        for row in u:
            states.append(np.tanh(row @ V + states[-1] @ W))
        hidden = np.array(states[1:])
        error = hidden @ Z - t
        np.testing.assert_allclose(cost, (error**2).sum(), rtol=1e-10)
        dW, dV, dZ, back = np.zeros_like(W), np.zeros_like(V), 2 * hidden.T @ error, np.zeros_like(h0)
        for place in reversed(range(len(u))):
            inner = (2 * error[place] @ Z.T + back) * (1 - hidden[place] ** 2)
            dV += np.outer(u[place], inner)
            dW += np.outer(states[place], inner)
            back = inner @ W.T
        W, V, Z, h0 = W - 0.01 * dW, V - 0.01 * dV, Z - 0.01 * dZ, h0 - 0.01 * back
    for ours, theirs in zip(found, (W, V, Z, h0), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


def test_seeded_streams_draw_as_numpy_does(program):
    loops = program("loops")
    first, second = loops.noise(42, (3,))
    assert not np.allclose(first[0], second[0])
    again, _ = loops.noise(42, (3,))
    assert np.array_equal(first, again)
    mask = loops.masks(7, (2000,), 0.3)
    assert 0.25 < mask().mean() < 0.35
    assert not np.array_equal(mask(), mask())


@pytest.mark.slow
def test_a_file_runs_unmodified_from_the_command_line(digits, tmp_path):
    np.savez(tmp_path / "digits.npz", images=digits[0], labels=digits[1])
    command = [sys.executable, "-m", "symlab", "theano", str(PROGRAMS / "logistic_regression.py")]
    found = subprocess.run([*command, str(tmp_path / "digits.npz")], capture_output=True, text=True, check=True)
    lines = found.stdout.splitlines()
    assert [line.split(",")[0] for line in lines[:-1]] == ["epoch 0", "epoch 1", "epoch 2"]
    assert float(lines[-1].removeprefix("test error ")) < 0.16


def test_a_file_that_is_not_there(tmp_path):
    command = [sys.executable, "-m", "symlab", "theano", str(tmp_path / "none.py")]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert "there is no file" in found.stderr
