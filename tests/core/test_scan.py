"""`scan` and what is built on it, against loops in NumPy, with and without compiled code."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, MissingInputError, ShapeMismatch, TypeMismatch
from symlab.core.lower.memory import Program
from symlab.tensor.shared_randomstreams import RandomStreams

MODES = ["FAST_RUN", "FAST_COMPILE"]
X = np.array([0.5, -1.0, 2.0, 0.25, 3.0])
until = sl.scan_module.until


@pytest.fixture(params=MODES)
def mode(request: Any) -> str:
    return str(request.param)


def compiled(inputs: Any, outputs: Any, mode: str, **options: Any) -> Any:
    """The function, which in FAST_RUN must be compiled."""
    made = sl.function(inputs, outputs, mode=mode, **options)
    assert mode == "FAST_COMPILE" or isinstance(made.trace.program, Program)
    return made


def stepped(step: Any, first: Any, rows: Any) -> np.ndarray:
    """The values of a recurrence in NumPy."""
    found = []
    for row in rows:
        first = step(row, first)
        found.append(first)
    return np.array(found)


def test_powers(mode: str) -> None:
    a, k = T.dvector("a"), T.lscalar("k")
    result, updates = sl.scan(lambda before, a: before * a, outputs_info=T.ones_like(a), non_sequences=a, n_steps=k)
    power = compiled([a, k], result[-1], mode, updates=updates)
    np.testing.assert_allclose(power(X, 3), X**3)
    assert updates == {}


def test_polynomial(mode: str) -> None:
    coefficients, x = T.dvector("c"), T.dscalar("x")
    terms, _ = sl.scan(lambda c, power, x: c * x**power, sequences=[coefficients, T.arange(1000)], non_sequences=x)
    np.testing.assert_allclose(compiled([coefficients, x], terms.sum(), mode)([1.0, 0.0, 2.0], 3.0), 19.0)


def test_cumulative_sum_of_rows(mode: str) -> None:
    x = T.dmatrix("x")
    total, _ = sl.scan(lambda row, before: before + row, sequences=x, outputs_info=T.zeros_like(x[0]))
    values = np.arange(12.0).reshape(4, 3)
    np.testing.assert_allclose(compiled([x], total, mode)(values), values.cumsum(0))


def test_recurrent_network_with_taps(mode: str) -> None:
    u, first, before = T.dmatrix("u"), T.dmatrix("first"), T.dvector("before")
    inner, into, back = T.dmatrix("inner"), T.dmatrix("into"), T.dmatrix("back")

    def step(u_4: Any, u_0: Any, x_3: Any, x_1: Any, y_1: Any) -> Any:
        x = T.tanh(T.dot(x_1, inner) + T.dot(u_0, into) + T.dot(u_4, into) + T.dot(y_1, back))
        return x, T.dot(x_3, back.T)

    (x, y), _ = sl.scan(
        step, sequences={"input": u, "taps": [-4, 0]},
        outputs_info=[{"initial": first, "taps": [-3, -1]}, before],
    )  # fmt: skip
    draw = np.random.default_rng(0).normal
    values = [
        draw(size=(9, 2)),
        draw(size=(3, 3)),
        draw(size=2),
        draw(size=(3, 3)),
        draw(size=(2, 3)),
        draw(size=(2, 3)),
    ]
    xs, ys = list(values[1]), [values[2]]
    for t in range(4, 9):
        u_4, u_0 = values[0][t - 4], values[0][t]
        new = np.tanh(xs[-1] @ values[3] + (u_0 + u_4) @ values[4] + ys[-1] @ values[5])
        ys.append(xs[-3] @ values[5].T)
        xs.append(new)
    found = compiled([u, first, before, inner, into, back], [x, y], mode)(*values)
    np.testing.assert_allclose(found[0], xs[3:])
    np.testing.assert_allclose(found[1], ys[1:])


@pytest.mark.parametrize("taps", [[0], [1], [-2, 1], [2, 0, -1], [3]])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("steps", [None, 2])
def test_taps_of_sequences(taps: list[int], backwards: bool, steps: int | None) -> None:
    x = T.dvector("x")
    weights = [3.0**place for place in range(len(taps))]
    result, _ = sl.scan(
        lambda *rows: sum(w * row for w, row in zip(weights, rows, strict=True)),
        sequences={"input": x, "taps": taps}, go_backwards=backwards, n_steps=steps,
    )  # fmt: skip
    low, high = min(0, *taps), max(0, *taps)
    places = list(range(-low, len(X) - high))
    places = (places[::-1] if backwards else places)[:steps]
    wanted = [sum(w * X[place + tap] for w, tap in zip(weights, taps, strict=True)) for place in places]
    for mode in MODES:
        np.testing.assert_allclose(compiled([x], result, mode)(X), wanted)


def test_the_shortest_sequence_decides(mode: str) -> None:
    x, y = T.dvector("x"), T.dvector("y")
    result, _ = sl.map(lambda a, b: a * b, [x, y])
    np.testing.assert_allclose(compiled([x, y], result, mode)(X, X[:3]), X[:3] ** 2)
    np.testing.assert_allclose(compiled([x, y], result, mode)(X[:2], X), X[:2] ** 2)


def test_a_short_sequence_is_an_error(mode: str) -> None:
    x = T.dvector("x")
    f = compiled([x], sl.map(lambda a: a, x)[0], mode)
    assert f(X).shape == (5,)
    g = compiled([x], sl.scan(lambda a: a * 2, sequences=x, n_steps=7)[0], mode)
    with pytest.raises((ShapeMismatch, ValueError), match="5"):
        g(X)


def test_no_steps(mode: str) -> None:
    x, first = T.dmatrix("x"), T.dvector("first")
    (states, products), _ = sl.scan(
        lambda row, h: (h + row, T.outer(row, h)), sequences=x, outputs_info=[first, None]
    )  # fmt: skip
    f = compiled([x, first], [states, products, states.shape[0]], mode)
    found = f(np.zeros((0, 3)), np.ones(3))
    assert [item.shape for item in found] == [(0, 3), (0, 3, 3), ()]
    total, _ = sl.reduce(lambda row, h: h + row, x, first)
    np.testing.assert_allclose(compiled([x, first], total, mode)(np.zeros((0, 3)), np.ones(3)), np.ones(3))


def test_updates_of_shared_variables(mode: str) -> None:
    x, total, count = T.dvector("x"), sl.shared(1.0, "total"), sl.shared(0, "count")
    seen, updates = sl.scan(lambda row: (total * row, {total: total + row, count: count + 1}), sequences=x)
    f = compiled([x], seen, mode, updates=updates)
    before = 1 + np.concatenate([[0], X.cumsum()[:-1]])
    np.testing.assert_allclose(f(X), before * X)
    np.testing.assert_allclose(total.get_value(), 1 + X.sum())
    assert count.get_value() == 5
    f(X)
    np.testing.assert_allclose(total.get_value(), 1 + 2 * X.sum())


def test_updates_alone(mode: str) -> None:
    a = sl.shared(1.0)
    nothing, updates = sl.scan(lambda: {a: a * 2}, n_steps=10)
    assert nothing is None
    compiled([], None, mode, updates=updates)()
    assert a.get_value() == 1024


def test_default_updates_move_step_by_step(mode: str) -> None:
    state = sl.shared(1)
    state.default_update = state * 3 % 7
    draws, updates = sl.scan(lambda: state + 0, n_steps=4)
    f = compiled([], draws, mode, updates=updates)
    np.testing.assert_array_equal(f(), [1, 3, 2, 6])
    np.testing.assert_array_equal(f(), [4, 5, 1, 3])


def test_until(mode: str) -> None:
    limit = T.dscalar("limit")
    values, _ = sl.scan(
        lambda power, limit: (power * 2, until(power * 2 > limit)),
        outputs_info=T.constant(1.0), non_sequences=limit, n_steps=1024,
    )  # fmt: skip
    f = sl.function([limit], values, mode=mode)
    np.testing.assert_array_equal(f(45.0), [2, 4, 8, 16, 32, 64])
    np.testing.assert_array_equal(f(0.0), [2])


def test_the_last_value_of_a_loop_with_a_condition_is_compiled(mode: str) -> None:
    x = T.dscalar("x")
    root, _ = sl.scan(
        lambda guess: ((guess + x / guess) / 2, until(abs(guess * guess - x) < 1e-9)), outputs_info=x, n_steps=100
    )
    np.testing.assert_allclose(compiled([x], root[-1], mode)(2.0), np.sqrt(2.0), rtol=1e-9)


def test_nested(mode: str) -> None:
    x, y = T.dvector("x"), T.dvector("y")

    def row(a: Any, total: Any) -> Any:
        products, _ = sl.scan(lambda b, s: s + a * b, sequences=y, outputs_info=T.constant(0.0))
        return total + products[-1]

    result, _ = sl.scan(row, sequences=x, outputs_info=T.constant(0.0))
    np.testing.assert_allclose(compiled([x, y], result, mode)(X, X[:3]), X.cumsum() * X[:3].sum())


def test_several_outputs_and_a_number_as_first_value(mode: str) -> None:
    x = T.dvector("x")
    (a, b, c), _ = sl.scan(lambda row, a, b: (a + row, b + 1, row * a), sequences=x, outputs_info=[0, 0, None])
    assert (a.dtype, b.dtype) == ("float64", "int64")
    found = compiled([x], [a, b, c], mode)(X)
    np.testing.assert_allclose(found[0], X.cumsum())
    np.testing.assert_array_equal(found[1], np.arange(1, 6))
    np.testing.assert_allclose(found[2], X * np.concatenate([[0], X.cumsum()[:-1]]))


def test_folds(mode: str) -> None:
    x = T.dvector("x")
    left, _ = sl.foldl(lambda row, h: h / 2 + row, x, 0.0)
    right, _ = sl.foldr(lambda row, h: h / 2 + row, x, 0.0)
    f = compiled([x], [left, right], mode)
    wanted = stepped(lambda row, h: h / 2 + row, 0.0, X)[-1], stepped(lambda row, h: h / 2 + row, 0.0, X[::-1])[-1]
    np.testing.assert_allclose(f(X), wanted)


def test_a_body_that_only_the_reference_runs() -> None:
    x = T.dmatrix("x")
    result, _ = sl.scan(lambda row, h: T.sort(row + h), sequences=x, outputs_info=T.zeros_like(x[0]))
    values = np.random.default_rng(1).normal(size=(4, 3))
    wanted = stepped(lambda row, h: np.sort(row + h), np.zeros(3), values)
    np.testing.assert_allclose(compiled([x], result, "FAST_RUN")(values), wanted)


def test_arrays_known_beforehand_are_operands_of_the_loop(mode: str) -> None:
    x = T.dvector("x")
    table = np.arange(6.0).reshape(2, 3)
    result, _ = sl.scan(lambda row, h: h + T.dot(row * T.ones(2), table), sequences=x, outputs_info=T.zeros(3))
    np.testing.assert_allclose(compiled([x], result, mode)(X), X.cumsum()[:, None] * table.sum(0))


def test_the_body_computes_nothing_that_is_the_same_in_every_step() -> None:
    x, w = T.dvector("x"), T.dmatrix("w")
    result, _ = sl.scan(lambda row, h: h + row * T.exp(w).sum(), sequences=x, outputs_info=T.constant(0.0))
    f = compiled([x, w], result, "FAST_RUN")
    assert "exp" not in loop_of(f)
    np.testing.assert_allclose(f(X, np.zeros((2, 2))), 4 * X.cumsum())


def test_what_nobody_reads_is_not_computed() -> None:
    x = T.dvector("x")
    (kept, _), _ = sl.scan(lambda row, h: (h + row, T.exp(row)), sequences=x, outputs_info=[0.0, None])
    f = compiled([x], kept, "FAST_RUN")
    assert "exp" not in str(f.trace.program)


def loop_of(f: Any) -> str:
    """The program of the only loop of a function, as text."""
    text = str(f.trace.program)
    return text[text.index("loop ") :]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({}, InvalidValue, "n_steps"),
        ({"sequences": T.dscalar()}, TypeMismatch, "axis"),
        ({"n_steps": -1}, InvalidValue, "number of steps"),
        ({"n_steps": 2.5}, InvalidValue, "number of steps"),
        ({"n_steps": T.dscalar()}, TypeMismatch, "integer"),
        ({"n_steps": 3, "outputs_info": [0.0, 0.0]}, InvalidValue, "1 outputs"),
        ({"n_steps": 3, "outputs_info": {"initial": T.dvector(), "taps": [0]}}, InvalidValue, "negative"),
        ({"n_steps": 3, "outputs_info": {"initial": T.dscalar(), "taps": [-2]}}, TypeMismatch, "first values"),
        ({"n_steps": 3, "outputs_info": T.constant(1, dtype="int8")}, TypeMismatch, "int8"),
        ({"n_steps": 3, "outputs_info": T.constant([1.0, 2.0])}, TypeMismatch, "state"),
    ],
)  # fmt: skip
def test_errors(arguments: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        sl.scan(lambda *args: T.constant(0.5), **arguments)


def test_strict() -> None:
    x, w = T.dvector("x"), T.dscalar("w")
    sl.scan(lambda row, w: row * w, sequences=x, non_sequences=w, strict=True)
    with pytest.raises(MissingInputError, match="non_sequences"):
        sl.scan(lambda row: row * w, sequences=x, strict=True)


def test_copies_and_givens(mode: str) -> None:
    x, y = T.dvector("x"), T.dvector("y")
    result, _ = sl.scan(lambda row, h: h + row * y.sum(), sequences=x, outputs_info=T.constant(0.0))
    f = compiled([x], result, mode, givens={y: 2 * x})
    np.testing.assert_allclose(f(X), X.cumsum() * 2 * X.sum())


def test_functions_with_loops_are_pickled() -> None:
    import pickle

    x = T.dvector("x")
    result, _ = sl.scan(lambda row, h: h / 2 + row, sequences=x, outputs_info=T.constant(0.0))
    copied = pickle.loads(pickle.dumps(sl.function([x], result)))
    np.testing.assert_allclose(copied(X), stepped(lambda row, h: h / 2 + row, 0.0, X))


UNARY = {"tanh": (T.tanh, np.tanh), "sin": (T.sin, np.sin), "half": (lambda v: v / 2, lambda v: v / 2)}


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(
    names=st.lists(st.sampled_from(sorted(UNARY)), min_size=1, max_size=3),
    back=st.integers(2, 3), backwards=st.booleans(), count=st.integers(0, 6), width=st.integers(1, 3),
)  # fmt: skip
def test_drawn_bodies(names: list[str], back: int, backwards: bool, count: int, width: int) -> None:
    x, first = T.dmatrix("x"), T.dmatrix("first")
    draw = np.random.default_rng(count).normal
    values, start = draw(size=(count, width)), draw(size=(back, width))

    def body(place: int, row: Any, old: Any, new: Any) -> Any:
        total = row + old * new
        for name in names:
            total = UNARY[name][place](total)
        return total

    result, _ = sl.scan(
        lambda row, old, new: body(0, row, old, new), sequences=x, go_backwards=backwards,
        outputs_info={"initial": first, "taps": [-back, -1]},
    )  # fmt: skip
    found = list(start)
    for row in values[::-1] if backwards else values:
        found.append(body(1, row, found[-back], found[-1]))
    wanted = np.array(found[back:]).reshape(count, width)
    for mode in MODES:
        np.testing.assert_allclose(compiled([x, first], result, mode)(values, start), wanted, rtol=1e-12)


@pytest.mark.parametrize("checks", ["DebugMode", "NanGuardMode"])
def test_modes_with_checks(checks: str) -> None:
    x = T.dvector("x")
    result, _ = sl.scan(lambda row, h: T.tanh(h + row), sequences=x, outputs_info=T.constant(0.0))
    f = sl.function([x], [result, sl.grad(T.sum(result), x)], mode=checks)
    np.testing.assert_allclose(f(X)[0], stepped(lambda row, h: np.tanh(h + row), 0.0, X))


# Random draws


def test_a_key_is_folded_with_the_step(mode: str) -> None:
    """What `fold_in` gives for the number of the step, in the order in which steps are made."""
    key, n = T.random.key(5), T.lscalar("n")
    states, updates = sl.scan(lambda a: a + T.random.normal(rng=key, size=(2,)), outputs_info=[np.zeros(2)], n_steps=n)
    assert not updates
    draws = [T.random.normal(rng=T.random.fold_in(key, step), size=(2,)) for step in range(4)]
    expected = np.cumsum(sl.function([], draws)(), axis=0)
    np.testing.assert_allclose(compiled([n], states, mode)(4), expected, rtol=1e-14)


def test_keys_of_their_own_are_not_folded_again(mode: str) -> None:
    keys = T.random.split(T.random.key(5), 3)
    rows, _ = sl.map(lambda key: T.random.uniform(rng=key), keys)
    alone = [T.random.uniform(rng=keys[place]) for place in range(3)]
    np.testing.assert_array_equal(compiled([], rows, mode)(), sl.function([], alone)())


def test_draws_in_loops_in_loops_all_differ(mode: str) -> None:
    key = T.random.key(5)

    def row(i: Any) -> Any:
        return sl.map(lambda j: T.random.uniform(rng=key) + 0 * (i + j), T.arange(3))[0]

    found = compiled([], sl.map(row, T.arange(4))[0], mode)()
    assert len(np.unique(found)) == 12


def test_a_draw_from_outside_is_the_same_in_every_step(mode: str) -> None:
    drawn = T.random.uniform(rng=T.random.key(5))
    found = compiled([], sl.map(lambda i: drawn + 0 * i, T.arange(3))[0], mode)()
    assert len(set(found)) == 1


def test_gradients_through_draws(mode: str) -> None:
    key, m = T.random.key(5), T.dscalar("m")
    states, _ = sl.scan(lambda a: a * m + T.random.normal(rng=key), outputs_info=[np.float64(0)], n_steps=5)
    value = compiled([m], states[-1], mode)
    slope = compiled([m], sl.grad(states[-1], m), mode)(0.5)
    np.testing.assert_allclose(slope, (value(0.5 + 1e-6) - value(0.5 - 1e-6)) / 2e-6, rtol=1e-7)


def test_a_recurrence_of_numbers_stays_in_registers():
    """Its state is copied from step to step, and its kernels are where the compiler can put them into the loop."""
    x, a = T.dvector("x"), T.dscalar("a")
    states, _ = sl.scan(lambda row, h: a * h + row, sequences=x, outputs_info=T.constant(0.0))
    source = sl.function([x, a], sl.grad(states[-1], [x, a])).source
    assert source.count("memcpy(m0, d[") == 4  # before each of two loops, and in them
    bodies = re.findall(r"static int run\d+\(.*?^}", source, re.DOTALL | re.MULTILINE)
    called = {name for body in bodies for name in re.findall(r"kernel\d+(?=\()", body)}
    assert called
    assert all(re.search(rf"^static .*\b{name}\(", source, re.MULTILINE) for name in called)


def test_the_updates_of_two_loops_are_added(mode: str) -> None:
    a, b = sl.shared(1.0, name="a"), sl.shared(1.0, name="b")
    _, first = sl.scan(lambda: {a: a + 1}, n_steps=3)
    _, second = sl.reduce(lambda row, total: (total + row, {b: b * 2}), T.arange(3), 0)
    sl.function([], updates=first + second, mode=mode)()
    assert (a.get_value(), b.get_value()) == (4, 8)
    with pytest.raises(KeyError, match="a has two updates"):
        first + sl.scan(lambda: {a: a * 2}, n_steps=1)[1]


def test_a_draw_that_is_handed_to_a_loop_is_the_same_in_all_steps(mode: str) -> None:
    streams = RandomStreams(1)
    drawn = streams.uniform((3,))
    rows, updates = sl.scan(lambda row: row, non_sequences=drawn, n_steps=2)
    assert not updates
    f = sl.function([], [drawn, rows], mode=mode, updates=updates)
    first, repeated = f()
    np.testing.assert_array_equal(repeated, [first, first])
    assert not np.array_equal(f()[0], first)
    own, updates = sl.scan(lambda: streams.uniform((3,)), n_steps=2)
    assert len(updates) == 1
    values = sl.function([], own, mode=mode, updates=updates)()
    assert not np.array_equal(values[0], values[1])


def test_a_whole_number_to_begin_with_is_of_the_dtype_of_what_follows():
    x = T.dvector("x")
    for first in (0, 0.0, False):
        total, _ = sl.scan(lambda row, before: before + row, sequences=x, outputs_info=first)
        assert total.dtype == "float64"
        assert sl.function([x], total)([0.5, 1.0]).tolist() == [0.5, 1.5]


@pytest.mark.parametrize("taps", [[0], [1], [-1, -1], [-2, -1, -2], []])
def test_taps_of_an_output_are_negative_and_different(taps):
    with pytest.raises(InvalidValue, match="taps of an output are negative and all different"):
        sl.scan(lambda *rows: rows[0], T.dvector("x"), {"initial": T.dvector("y"), "taps": taps})


def test_the_number_of_steps_is_a_function_of_the_sequence():
    """With `n_steps` given the lengths are numbers, but x is what they were asked for."""
    x = T.dvector("x")
    (plain, state), _ = sl.scan(lambda row, before: (row + 1, before + row), x, [None, x[0]], n_steps=20)
    f = sl.function([x], [plain.shape[0], state.shape[0]])
    assert [int(value) for value in f(np.ones(30))] == [20, 20]


def test_a_strict_step_may_draw_and_take_apart_what_it_is_handed():
    rows, columns, other = T.lscalars("rows", "columns", "other")
    size, stream = T.stack([rows, columns]), sl.tensor.random.RandomStream(3)
    draws, updates = sl.scan(lambda size: stream.normal(size=size), non_sequences=size, n_steps=4, strict=True)
    f = sl.function([rows, columns], draws, updates=updates)
    first = f(2, 3)
    assert first.shape == (4, 2, 3)
    assert len(np.unique(first)) == 24
    assert not np.array_equal(f(2, 3), first)
    with pytest.raises(MissingInputError, match="not among non_sequences"):
        sl.scan(lambda size: stream.normal(size=size) + other, non_sequences=size, n_steps=4, strict=True)
