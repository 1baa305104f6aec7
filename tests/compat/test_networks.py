"""LeNet, a denoising autoencoder, an RBM and an LSTM for Theano; costs and parameters are those of NumPy's programs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.compat.formulas import softmax

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "tests" / "compat" / "programs"


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def log_loss(chances, classes):
    """The mean of -log of the chances of the right classes, and its derivative by the scores before the softmax."""
    rows = np.arange(len(classes))
    rest = chances.copy()
    rest[rows, classes] -= 1
    return -np.log(chances[rows, classes]).mean(), rest / len(classes)


# LeNet


def patches(images, size):
    """Every square of an image, as `images[n, channel, row, column, i, j]`."""
    return np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(2, 3))


class ConvPool:
    """A layer of LeNet forward and backward; true convolution turns the filters about."""

    def __init__(self, F, b):
        self.F, self.b = F, b

    def forward(self, images):
        self.windows = patches(images, self.F.shape[-1])
        maps = np.einsum("ncrsij,kcij->nkrs", self.windows, self.F[:, :, ::-1, ::-1])
        n, k, rows, columns = maps.shape
        self.cells = maps.reshape(n, k, rows // 2, 2, columns // 2, 2).transpose(0, 1, 2, 4, 3, 5)
        self.largest = self.cells.max(axis=(4, 5), keepdims=True)
        self.output = np.tanh(self.largest[..., 0, 0] + self.b[:, None, None])
        return self.output

    def backward(self, cotangent):
        below = cotangent * (1 - self.output**2)
        slopes = ((self.cells == self.largest) * below[..., None, None]).transpose(0, 1, 2, 4, 3, 5)
        n, k, rows, _, columns, _ = slopes.shape
        slopes = slopes.reshape(n, k, 2 * rows, 2 * columns)
        by_filters = np.einsum("ncrsij,nkrs->kcij", self.windows, slopes)[:, :, ::-1, ::-1]
        size = self.F.shape[-1]
        widened = np.pad(slopes, ((0, 0), (0, 0), (size - 1, size - 1), (size - 1, size - 1)))
        by_images = np.einsum("nkrsij,kcij->ncrs", patches(widened, size), self.F)
        return by_filters, below.sum(axis=(0, 2, 3)), by_images


@pytest.mark.slow
def test_lenet(program, digits):
    images, labels = digits
    (W3, b3, W2, b2, F1, c1, F0, c0), costs, found = program("lenet").train(images, labels)
    expected = []
    for step in range(len(costs)):
        rows = slice(step * 20, step * 20 + 20)
        first, second = ConvPool(F0, c0), ConvPool(F1, c1)
        flat = second.forward(first.forward(images[rows].reshape(20, 1, 28, 28))).reshape(20, -1)
        hidden = np.tanh(flat @ W2 + b2)
        cost, rest = log_loss(softmax(hidden @ W3 + b3), labels[rows])
        expected.append(cost)
        below = (rest @ W3.T) * (1 - hidden**2)
        dF1, dc1, back = second.backward((below @ W2.T).reshape(second.output.shape))
        dF0, dc0, _ = first.backward(back)
        changes = [hidden.T @ rest, rest.sum(axis=0), flat.T @ below, below.sum(axis=0), dF1, dc1, dF0, dc0]
        params = (W3, b3, W2, b2, F1, c1, F0, c0)
        W3, b3, W2, b2, F1, c1, F0, c0 = (p - 0.1 * d for p, d in zip(params, changes, strict=True))
    np.testing.assert_allclose(costs, expected, rtol=0, atol=1e-10)
    for ours, theirs in zip(found, (W3, b3, W2, b2, F1, c1, F0, c0), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)


# The denoising autoencoder


def drawing(seeds):
    """The next draw of Theano's RandomStreams: a state of its own."""
    return np.random.RandomState(int(seeds.randint(2**30)))


@pytest.mark.slow
def test_denoising_autoencoder(program, digits):
    images, _ = digits
    costs = program("denoising_autoencoder").train(images)
    rng = np.random.RandomState(123)
    noise = drawing(np.random.RandomState(int(rng.randint(2**30))))
    bound = 4 * np.sqrt(6.0 / (40 + 784))
    W, b, c, expected = rng.uniform(-bound, bound, (784, 40)), np.zeros(40), np.zeros(784), []
    for start in [*range(0, 1000, 50)] * 2:
        x = images[start : start + 50]
        seen = noise.binomial(1, 0.7, x.shape) * x
        y = sigmoid(seen @ W + b)
        z = sigmoid(y @ W.T + c)
        expected.append(-(x * np.log(z) + (1 - x) * np.log(1 - z)).sum(axis=1).mean())
        above = (z - x) / len(x)
        below = (above @ W) * y * (1 - y)
        W, b, c = (
            W - 0.1 * (above.T @ y + seen.T @ below),
            b - 0.1 * below.sum(axis=0),
            c - 0.1 * above.sum(axis=0),
        )
    np.testing.assert_allclose(costs.ravel(), expected, rtol=0, atol=1e-8)
    assert costs[1].mean() < 0.8 * costs[0].mean()


@pytest.mark.slow
def test_denoising_autoencoder_with_the_other_streams(program, digits):
    """MRG's numbers are those of other tests; here the network must learn with them, and draw anew in each step."""
    images, _ = digits
    costs = program("denoising_autoencoder").train(images, streams="MRG")
    assert costs[1].mean() < 0.8 * costs[0].mean()
    assert not np.allclose(costs, program("denoising_autoencoder").train(images, streams="shared"))


# The restricted Boltzmann machine


@pytest.mark.slow
@pytest.mark.parametrize("persistent", [True, False])
def test_rbm(program, digits, persistent):
    images, _ = digits
    costs, found = program("rbm").train(images, is_persistent=persistent)
    rng = np.random.RandomState(1234)
    seeds = np.random.RandomState(int(rng.randint(2**30)))
    bound = 4 * np.sqrt(6.0 / (30 + 784))
    W, h, v, chain, expected = (
        rng.uniform(-bound, bound, (784, 30)),
        np.zeros(30),
        np.zeros(784),
        np.zeros((20, 30)),
        [],
    )
    first = None if persistent else drawing(seeds)
    by_hidden, by_visible = drawing(seeds), drawing(seeds)
    for start in range(0, 20 * len(costs), 20):
        x = images[start : start + 20]
        if first is not None:
            chain = first.binomial(1, sigmoid(x @ W + h)).astype(float)
        for _ in range(3):
            scores = chain @ W.T + v
            fantasy = by_hidden.binomial(1, sigmoid(scores)).astype(float)
            chain = by_visible.binomial(1, sigmoid(fantasy @ W + h)).astype(float)
        rebuilt = sigmoid(scores)
        expected.append((x * np.log(rebuilt) + (1 - x) * np.log(1 - rebuilt)).sum(axis=1).mean())
        up, down = sigmoid(x @ W + h), sigmoid(fantasy @ W + h)
        W, h, v = (
            W + 0.1 * (x.T @ up - fantasy.T @ down) / 20,
            h + 0.1 * (up - down).mean(axis=0),
            v + 0.1 * (x - fantasy).mean(axis=0),
        )
    np.testing.assert_allclose(costs, expected, rtol=0, atol=1e-8)
    for ours, theirs in zip(found, (W, h, v), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)


# The LSTM


def lstm_forward(p, x, mask):
    """The states of all steps, and what backward needs of each."""
    dim = p["U"].shape[0]
    h = c = np.zeros((x.shape[1], dim))
    kept, states = [], []
    for row, m in zip(x, mask[:, :, None], strict=True):
        scores = row @ p["W"] + p["b"] + h @ p["U"]
        i, f, o = (sigmoid(scores[:, n * dim : (n + 1) * dim]) for n in range(3))
        g = np.tanh(scores[:, 3 * dim :])
        cell = m * (f * c + i * g) + (1 - m) * c
        kept.append((row, m, h, c, i, f, o, g, np.tanh(cell)))
        h, c = m * (o * np.tanh(cell)) + (1 - m) * h, cell
        states.append(h)
    return np.array(states), kept


def lstm_backward(p, kept, by_states):
    """The derivatives by the parameters, given those by the states."""
    changes = {name: np.zeros_like(p[name]) for name in ("W", "U", "b")}
    dh = dc = np.zeros_like(by_states[0])
    for (row, m, h, c, i, f, o, g, t), given in zip(reversed(kept), reversed(by_states), strict=True):
        dh = dh + given
        dcell = dc + m * dh * o * (1 - t**2)
        parts = [m * dcell * g * i * (1 - i), m * dcell * c * f * (1 - f), m * dh * t * o * (1 - o)]
        scores = np.concatenate([*parts, m * dcell * i * (1 - g**2)], axis=1)
        changes["W"] += row.T @ scores
        changes["U"] += h.T @ scores
        changes["b"] += scores.sum(axis=0)
        dh, dc = (1 - m) * dh + scores @ p["U"].T, dcell * (m * f + 1 - m)
    return changes


def test_lstm(program, digits):
    images, labels = digits
    p, mask, costs, found = program("lstm").train(images, labels)
    p, expected = dict(p), []
    for step in range(len(costs)):
        rows = slice(step * 16, step * 16 + 16)
        states, kept = lstm_forward(p, images[rows].reshape(16, 28, 28).transpose(1, 0, 2), mask)
        lengths = mask.sum(axis=0)[:, None]
        mean = (states * mask[:, :, None]).sum(axis=0) / lengths
        chances, places = softmax(mean @ p["V"] + p["c"]), (np.arange(16), labels[rows])
        expected.append(-np.log(chances[places] + 1e-8).mean())
        rest = chances.copy()
        rest[places] -= 1
        rest *= (chances[places] / (chances[places] + 1e-8))[:, None] / 16
        changes = lstm_backward(p, kept, mask[:, :, None] * (rest @ p["V"].T / lengths))
        changes |= {"V": mean.T @ rest, "c": rest.sum(axis=0)}
        p = {name: value - 0.5 * changes[name] for name, value in p.items()}
    np.testing.assert_allclose(costs, expected, rtol=0, atol=1e-8)
    for name, value in p.items():
        np.testing.assert_allclose(found[name], value, rtol=0, atol=1e-8)


# From the command line


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lenet", "denoising_autoencoder", "rbm", "lstm"])
def test_from_the_command_line(tmp_path, digits, name):
    images, labels = digits
    np.savez(tmp_path / "digits.npz", images=images[:1000], labels=labels[:1000])
    command = [sys.executable, "-m", "symlab", "theano", str(PROGRAMS / f"{name}.py"), str(tmp_path / "digits.npz")]
    found = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert found.returncode == 0, found.stderr
    costs = [float(line.split("cost ")[1]) for line in found.stdout.splitlines()]
    assert len(costs) >= 2
    assert np.isfinite(costs).all()
