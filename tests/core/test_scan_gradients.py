"""Derivatives of loops: against differences, against the same steps written out, twice, truncated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import DisconnectedInputError, NullTypeGradError
from symlab.core.lower.memory import Program

MODES = ["FAST_RUN", "FAST_COMPILE"]
until = sl.scan_module.until
draw = np.random.default_rng(3).normal


def values(inputs: Any, outputs: Any, *given: Any) -> Any:
    """The outputs with compiled code, which the reference must agree with."""
    fast, slow = (sl.function(inputs, outputs, mode=mode, on_unused_input="ignore") for mode in MODES)
    assert isinstance(fast.trace.program, Program)
    found, wanted = fast(*given), slow(*given)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)
    return found


def network(x: Any, first: Any, w: Any, v: Any, **options: Any) -> Any:
    """The states of a small recurrent network."""
    states, _ = sl.scan(
        lambda row, h, w, v: T.tanh(T.dot(h, w) + T.dot(row, v)),
        sequences=x, outputs_info=first, non_sequences=[w, v], **options,
    )  # fmt: skip
    return states


def unrolled(x: Any, first: Any, w: Any, v: Any, steps: int) -> Any:
    """The same steps, written out."""
    h, found = first, []
    for t in range(steps):
        h = T.tanh(T.dot(h, w) + T.dot(x[t], v))
        found.append(h)
    return T.stack(found)


VALUES = [draw(size=(5, 2)), draw(size=3), draw(size=(3, 3)), draw(size=(2, 3))]


def variables() -> list[Any]:
    return [T.dmatrix("x"), T.dvector("first"), T.dmatrix("w"), T.dmatrix("v")]


def cost_of(states: Any) -> Any:
    """A cost that depends on every state in its own way."""
    return T.sum(T.sin(states) * T.arange(1, 6)[:, None]) + T.sum(states[-1] ** 3)


def test_gradient_of_a_network_against_the_steps_written_out() -> None:
    inputs = variables()
    looped, plain = cost_of(network(*inputs)), cost_of(unrolled(*inputs, steps=5))
    found = values(inputs, sl.grad(looped, inputs), *VALUES)
    wanted = values(inputs, sl.grad(plain, inputs), *VALUES)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10)


@pytest.mark.slow
def test_second_derivatives_against_the_steps_written_out() -> None:
    inputs = variables()
    results = []
    for states in (network(*inputs), unrolled(*inputs, steps=5)):
        slopes = sl.grad(cost_of(states), inputs)
        again = sl.grad(sum(T.sum(T.cos(slope)) for slope in slopes), inputs)
        results.append(values(inputs, again, *VALUES))
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)


def test_forward_derivatives_against_the_steps_written_out() -> None:
    inputs = variables()
    points = [T.ones_like(item) * (place + 1) for place, item in enumerate(inputs)]
    looped = sl.Rop(network(*inputs), inputs, points)
    plain = sl.Rop(unrolled(*inputs, steps=5), inputs, points)
    found, wanted = values(inputs, [looped, plain], *VALUES)
    np.testing.assert_allclose(found, wanted, rtol=1e-10)


@pytest.mark.slow
def test_a_gradient_of_a_forward_derivative() -> None:
    inputs = variables()
    w = inputs[2]
    results = [
        sl.grad(T.sum(sl.Rop(cost_of(states), w, T.ones_like(w) * 0.5)), inputs)
        for states in (network(*inputs), unrolled(*inputs, steps=5))
    ]
    for one, other in zip(*(values(inputs, item, *VALUES) for item in results), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)


def with_taps(x: Any, first: Any) -> Any:
    """A recurrence with taps into both sides."""
    states, _ = sl.scan(
        lambda a, b, old, new: T.sin(a * old) + b * new,
        sequences={"input": x, "taps": [-1, 1]}, outputs_info={"initial": first, "taps": [-3, -1]},
    )  # fmt: skip
    return states


def backwards(x: Any, first: Any) -> Any:
    """Several outputs, from the last row on."""
    (a, b), _ = sl.scan(
        lambda row, a: (a * T.cos(row), a * row**2), sequences=x, outputs_info=[first[0], None], go_backwards=True
    )
    return a * b


def nested(x: Any, first: Any) -> Any:
    """A loop in a loop."""

    def row(a: Any, total: Any) -> Any:
        inner, _ = sl.scan(lambda b, s: T.tanh(s + a * b), sequences=first, outputs_info=total)
        return inner[-1]

    return sl.scan(row, sequences=x, outputs_info=T.constant(0.1))[0]


def folded(x: Any, first: Any) -> Any:
    """The last value alone."""
    return sl.reduce(lambda row, h: T.sin(h * row) + h, x, first.sum())[0]


def stopped(x: Any, first: Any) -> Any:
    """A loop that a condition ends after a few steps."""
    states, _ = sl.scan(lambda h: (h * x[0] + first.sum(), until(h > 2.5)), outputs_info=x[1], n_steps=20)
    return states[-1] ** 2


def by_position(x: Any, first: Any) -> Any:
    """Steps that pick by their number."""
    return sl.map(lambda place, x: x[place] ** 2 * first[0], T.arange(x.shape[0]), x)[0]


@pytest.mark.slow
@pytest.mark.parametrize("function", [with_taps, backwards, nested, folded, stopped, by_position])
def test_against_differences(function: Any) -> None:
    x, first = np.array([0.9, 0.7, 1.1, 0.8, 1.2, 0.6]), np.array([0.5, 0.3, 0.4])
    sl.verify_grad(function, [x, first], rng=np.random.RandomState(0))


@pytest.mark.slow
@pytest.mark.parametrize("function", [with_taps, backwards, nested, folded, by_position])
def test_forward_and_backward_agree(function: Any) -> None:
    x, first = T.dvector("x"), T.dvector("first")
    result = function(x, first)
    weights = T.cos(T.arange(result.size).reshape(result.shape)) if result.ndim else T.constant(1.0)
    backward = sl.Lop(result, [x, first], weights)
    points = [T.sin(1 + x), T.cos(2 + first)]
    forward = sl.Rop(result, [x, first], points)
    left = sum(T.sum(a * b) for a, b in zip(backward, points, strict=True))
    found = values([x, first], [left, T.sum(forward * weights)], draw(size=6), draw(size=3))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-10)


def test_gradient_of_no_steps() -> None:
    inputs = variables()
    states = network(*inputs)
    found = values(inputs, sl.grad(T.sum(states), inputs), np.zeros((0, 2)), *VALUES[1:])
    assert [item.shape for item in found] == [(0, 2), (3,), (3, 3), (2, 3)]
    assert all(not item.any() for item in found)
    last, _ = sl.reduce(lambda row, h: h * row, inputs[0][:, 0], T.constant(2.0) * inputs[1].sum())
    (slope,) = values(inputs, [sl.grad(last, inputs[1])], np.zeros((0, 2)), *VALUES[1:])
    np.testing.assert_allclose(slope, [2, 2, 2])


@pytest.mark.parametrize("steps", [1, 2, 5, 9])
def test_truncated_gradients(steps: int) -> None:
    inputs = variables()
    x, first, w, v = inputs
    states = network(*inputs, truncate_gradient=steps)
    found = values(inputs, sl.grad(T.sum(states[-1] ** 2), inputs), *VALUES)
    h, rows = first, []
    for t in range(5):
        h = T.disconnected_grad(h) if 0 < t == 5 - steps else h
        held = t < 5 - steps
        rows.append((T.zero_grad if held else lambda item: item)(T.dot(h, w) + T.dot(x[t], v)))
        h = T.tanh(rows[-1])
    wanted = values(inputs, sl.grad(T.sum(h**2), inputs, disconnected_inputs="ignore"), *VALUES)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("steps", [1, 2, 3, 10])
@pytest.mark.parametrize("stop", [0.15, 0.8, 2.0])
def test_a_truncated_gradient_of_a_loop_that_stops_is_that_of_as_many_steps(steps: int, stop: float) -> None:
    x, s, count = T.dvector("x"), T.dscalar("s"), T.lscalar("count")
    options: Any = {"sequences": x, "outputs_info": T.sin(s), "truncate_gradient": steps}
    stopped, _ = sl.scan(lambda row, h: (T.tanh(h * s + row), until(row > stop)), **options)
    counted, _ = sl.scan(lambda row, h: T.tanh(h * s + row), n_steps=count, **options)
    rows = np.array([0.1, 0.2, 0.3, 0.9, 0.5, 0.6])
    found = sl.function([x, s], sl.grad(T.sum(stopped**2), [x, s]))(rows, 0.7)  # in two stages: its sizes are computed
    made = int(np.argmax(rows > stop)) + 1 if stop < 1 else len(rows)
    wanted = values([x, s, count], sl.grad(T.sum(counted**2), [x, s]), rows, 0.7, made)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_gradient_through_updates_of_shared_variables() -> None:
    x, s = T.dvector("x"), sl.shared(0.5)
    seen, updates = sl.scan(lambda row: (s * row, {s: s * row}), sequences=x)
    total = T.sum(seen) + updates[s]
    (found,) = values([x], [sl.grad(total, x)], np.array([2.0, 3.0, 4.0]))
    np.testing.assert_allclose(found, 0.5 * np.array([1 + 3 + 12 + 12, 2 + 8 + 8, 6 + 6]))


def test_the_gradient_is_a_loop_without_the_steps_of_the_first() -> None:
    x, a = T.dvector("x"), T.dscalar("a")
    states, _ = sl.scan(lambda row, h: T.tanh(h * a + row), sequences=x, outputs_info=T.constant(0.0))
    f = sl.function([x, a], sl.grad(states[-1], a))
    assert str(f.trace.program).count("loop ") == 2
    assert str(f.trace.program).count("= tanh") == 1


def test_integers_carry_no_gradient() -> None:
    x = T.dvector("x")
    (total, _), _ = sl.scan(lambda row, h, count: (h + row * count, count + 1), sequences=x, outputs_info=[0.0, 1])
    (found,) = values([x], [sl.grad(total[-1], x)], np.ones(4))
    np.testing.assert_allclose(found, [1, 2, 3, 4])


# What a step passes on, and what it does not


def test_only_what_is_asked_for_needs_a_derivative() -> None:
    x, s = T.dvector("x"), T.dscalar("s")
    states, _ = sl.scan(lambda row, h: h * s + T.undefined_grad(row), x, T.constant(1.0))
    slope = sl.grad(states[-1], s)
    assert sl.function([x, s], slope, mode="FAST_COMPILE")([1.0, 2.0], 3.0) == 1.0 + 2 * 3.0
    with pytest.raises(NullTypeGradError, match=r"x -> slice -> scan \(undefined_grad in a step of it has none\)"):
        sl.grad(states[-1], x)
    start = T.dscalar("start")
    states, _ = sl.scan(lambda h: T.undefined_grad(h) * s, None, start, n_steps=2)
    for wrt, name in ((start, "start"), (s, "s")):
        with pytest.raises(NullTypeGradError, match=rf"{name} -> scan \(undefined_grad in a step of it has none\)"):
            sl.grad(states[-1], wrt)


def test_what_no_step_passes_on_is_disconnected() -> None:
    x, s = T.dvector("x"), T.dscalar("s")
    outputs, _ = sl.scan(lambda row: T.disconnected_grad(row) * s, x)
    np.testing.assert_array_equal(sl.function([x, s], sl.grad(outputs.sum(), s))([1.0, 2.0], 3.0), 3.0)
    problem = "no gradient passes from the cost to x: x -> slice -> scan, and no step of scan passes a gradient on"
    with pytest.raises(DisconnectedInputError, match=problem):
        sl.grad(outputs.sum(), x)


@pytest.mark.parametrize("steps", [2, 3, 4, 5])
def test_a_truncated_gradient_reaches_first_values_that_the_last_steps_read(steps: int) -> None:
    """With the taps -3 and -1 step t reads the first value t directly: the last two steps pass on what they read."""
    first = T.dvector("first")
    states, _ = sl.scan(
        lambda far, near: T.tanh(2 * far + 0.5 * near), outputs_info={"initial": first, "taps": [-3, -1]},
        n_steps=steps, truncate_gradient=2,
    )  # fmt: skip
    values = [0.1, -0.4, 0.3]
    found = sl.function([first], sl.grad(states.sum(), first))(values)
    made, slopes = list(values), []
    for step in range(steps):
        made.append(np.tanh(2 * made[step] + 0.5 * made[step + 2]))
        slopes.append(1 - made[-1] ** 2)
    wanted, after = np.zeros(3), 0.0
    for step in (steps - 1, steps - 2):  # back through two steps
        flow = slopes[step] * (1 + after)
        if step < 3:
            wanted[step] += 2 * flow
        after = 0.5 * flow
    if steps == 2:
        wanted[2] += after
    np.testing.assert_allclose(found, wanted, rtol=1e-12)
