"""Functions on the device, as users call them."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.cuda.cells import DeviceCell
from symlab.core.ir.errors import ConfigError, InvalidIndex, InvalidValue, ShapeMismatch
from symlab.core.lower.kernel import Store
from symlab.core.lower.program import KernelCall

RNG = np.random.default_rng(3)


@pytest.fixture
def on_device(device: Any) -> Any:
    with sl.configure(device="cuda"):
        yield


def parameters(*shapes: tuple[int, ...]) -> list[Any]:
    rng = np.random.default_rng(5)
    return [sl.shared(rng.normal(size=shape) / 3, f"w{place}") for place, shape in enumerate(shapes)]


def softmax_regression() -> tuple[list[Any], list[Any], Any]:
    """The tour's model: inputs, parameters, the training function on the configured device."""
    x, labels = T.dmatrix("x"), T.lvector("labels")
    W, b = parameters((20, 5), (5,))
    scores = T.dot(x, W) + b
    probabilities = T.exp(scores) / T.exp(scores).sum(axis=1, keepdims=True)
    loss = -T.log(probabilities[T.arange(labels.shape[0]), labels]).mean()
    slopes = T.grad(loss, [W, b])
    updates = [(p, p - 0.5 * slope) for p, slope in zip([W, b], slopes, strict=True)]
    return [W, b], [x, labels], sl.function([x, labels], loss, updates=updates)


def two_layers() -> tuple[list[Any], list[Any], Any]:
    """A network with one hidden layer."""
    x, labels = T.dmatrix("x"), T.lvector("labels")
    W, b, V, c = parameters((20, 13), (13,), (13, 5), (5,))
    hidden = T.tanh(T.dot(x, W) + b)
    loss = -T.log(T.nnet.softmax(T.dot(hidden, V) + c)[T.arange(labels.shape[0]), labels]).mean()
    slopes = T.grad(loss, [W, b, V, c])
    updates = [(p, p - 0.3 * slope) for p, slope in zip([W, b, V, c], slopes, strict=True)]
    return [W, b, V, c], [x, labels], sl.function([x, labels], loss, updates=updates)


@pytest.mark.slow
@pytest.mark.usefixtures("on_device")
@pytest.mark.parametrize("model", [softmax_regression, two_layers])
def test_training_gives_the_numbers_of_the_processor(model: Any) -> None:
    x, labels = RNG.normal(size=(30, 20)), RNG.integers(0, 5, 30)
    found = []
    for device in ("cpu", "cuda"):
        with sl.configure(device=device):
            shared, _, train = model()
        losses = [float(train(x, labels)) for _ in range(6)]
        found.append([np.array(losses), *(item.get_value() for item in shared)])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(theirs, ours, rtol=1e-10, atol=1e-13)
    assert found[1][0][-1] < found[1][0][0]


@pytest.mark.usefixtures("on_device")
def test_what_is_updated_stays_on_the_device() -> None:
    (w,) = parameters((4, 3))
    step = sl.function([], updates={w: w * 2})
    before = w.get_value()
    assert step() is None
    step()
    assert isinstance(w.cell, DeviceCell)
    assert w.cell.on_host is None  # nothing was brought back until somebody asks
    np.testing.assert_array_equal(w.get_value(), before * 4)


@pytest.mark.usefixtures("on_device")
def test_the_value_of_a_shared_variable_is_set_and_read() -> None:
    (w,) = parameters((3,))
    total = sl.function([], w.sum())
    w.set_value([1.0, 2.0, 4.0])
    assert total() == 7
    w.set_value(np.arange(10.0))  # another size
    assert total() == 45
    w.zero()
    assert total() == 0


@pytest.mark.usefixtures("on_device")
def test_updates_happen_together_or_not_at_all() -> None:
    x, at = T.dvector("x"), T.lvector("at")
    v, w = parameters((3,), (3,))
    step = sl.function([x, at], [x[at]], updates={v: w, w: v + x.sum()})
    old = v.get_value(), w.get_value()
    with pytest.raises(InvalidIndex, match="index 7 is out of bounds for axis 0 with size 2"):
        step([1.0, 2.0], [0, 7])
    np.testing.assert_array_equal((v.get_value(), w.get_value()), old)
    step([1.0, 2.0], [0, -1])
    np.testing.assert_array_equal(v.get_value(), old[1])  # each from the old values
    np.testing.assert_allclose(w.get_value(), old[0] + 3)


@pytest.mark.usefixtures("on_device")
def test_a_variable_that_processor_and_device_share() -> None:
    (w,) = parameters((2,))
    w.set_value([1.0, 1.0])
    with sl.configure(device="cpu"):
        doubled = sl.function([], w.sum(), updates={w: w * 2})
        tripled = sl.function([], w.sum(), updates={w: w * 3}, mode="FAST_COMPILE")
    raised = sl.function([], w.sum(), updates={w: w + 1})
    assert [float(call()) for call in (doubled, raised, doubled, tripled, raised)] == [2, 4, 6, 12, 36]
    np.testing.assert_array_equal(w.get_value(), [19, 19])


@pytest.mark.usefixtures("on_device")
def test_layouts_of_results() -> None:
    x = T.dvector("x")
    value = RNG.normal(size=4)
    assert isinstance(sl.function([x], x.sum())(value), np.ndarray)
    assert [type(item) for item in sl.function([x], [x, x * 2])(value)] == [np.ndarray] * 2
    assert list(sl.function([x], {"double": x * 2, "sum": x.sum()})(x=value)) == ["double", "sum"]
    assert sl.function([x], None, on_unused_input="ignore")(value) is None


@pytest.mark.usefixtures("on_device")
def test_results_are_the_callers_own() -> None:
    x = T.dvector("x")
    same = sl.function([x], x)
    value = RNG.normal(size=4)
    first = same(value)
    assert first is not value
    first[:] = 0
    np.testing.assert_array_equal(same(value), value)


@pytest.mark.usefixtures("on_device")
def test_errors_name_the_node() -> None:
    x, y = T.dvector("x"), T.dvector("y")
    with pytest.raises(ShapeMismatch, match=r"built in .*test_function.py.*: axis 0 has size"):
        sl.function([x, y], x * y)([1, 2, 3], [1, 2, 3, 4])
    with pytest.raises(InvalidValue, match="no element"):
        sl.function([x], x.max())([])


@pytest.mark.usefixtures("on_device")
def test_what_depends_on_no_position_is_computed_where_there_are_none() -> None:
    x, (w,) = T.dmatrix("x"), parameters((3, 2))
    spread = w.var(keepdims=True)
    f = sl.function([x], [T.maximum(x, spread), spread])
    (kernel,) = [step.kernel for step in f.program.steps if isinstance(step, KernelCall)][1:]
    assert any(isinstance(item, Store) for item in kernel.prologue)  # of the spread, which the loop uses too
    for size in ((0, 2), (4, 2)):
        np.testing.assert_allclose(f(np.zeros(size))[1], w.get_value().var(keepdims=True), rtol=1e-13)


@pytest.mark.usefixtures("device")
def test_errors_are_those_of_the_processor() -> None:
    v, at, z, w = T.dvector("v"), T.lvector("at"), T.zmatrix("z"), T.zmatrix("w")
    cases = [
        ([v, at], T.exp(v)[at], (np.ones(2), [1, 5])),
        ([v], T.exp(v)[0], (np.ones(0),)),
        ([z, w], T.dot(z, w) + 1, (np.ones((2, 3)), np.ones((4, 2)))),  # which has no kernel
    ]
    for inputs, result, values in cases:
        told = []
        for device in ("cpu", "cuda"):
            with pytest.raises((InvalidIndex, ShapeMismatch)) as error:
                sl.function(inputs, result, device=device)(*values)
            told.append(str(error.value))
        assert told[0] == told[1]


@pytest.mark.usefixtures("on_device")
def test_the_profile_has_a_time_for_each_step() -> None:
    x = T.dmatrix("x")
    (w,) = parameters((4, 3))
    f = sl.function([x], T.sort(T.tanh(T.dot(x, w)), axis=0), updates={w: w + 1})
    before = w.get_value()
    profile = f.profile(RNG.normal(size=(5, 4)))
    kinds = {row.kind for row in profile.rows}
    assert kinds == {"kernel", "routine", "transfer", "reference"}
    assert sum(row.share for row in profile.rows) == pytest.approx(1)
    np.testing.assert_array_equal(w.get_value(), before)


@pytest.mark.usefixtures("on_device")
def test_source_and_trace() -> None:
    x = T.dvector("x")
    f = sl.function([x], T.sin(x) * 2, name="shown")
    assert "__global__ void kernel0" in f.source
    assert "sin  test_function.py, line" in f.source
    assert "cancel transfers" in [record.name for record in f.trace.passes]
    assert "__global__" in str(f._repr_mimebundle_())


@pytest.mark.usefixtures("on_device")
def test_copies_and_pickles_run_on_the_device() -> None:
    x = T.dvector("x")
    f = sl.function([x], T.tanh(x) + 1)
    for other in (copy.copy(f), copy.deepcopy(f), pickle.loads(pickle.dumps(f))):
        assert "__global__" in other.source
        np.testing.assert_array_equal(other([0.0, 1.0]), f([0.0, 1.0]))


@pytest.mark.usefixtures("on_device")
def test_the_checking_modes_run_on_the_processor() -> None:
    x = T.dvector("x")
    np.testing.assert_allclose(sl.function([x], T.exp(x), mode="DebugMode")([0.0]), [1.0])


@pytest.mark.usefixtures("on_device")
def test_what_no_program_is_made_of_runs_on_the_evaluator() -> None:
    x = T.dvector("x")
    found = sl.function([x], T.nonzero(x))([0.0, 2.0, 3.0])
    np.testing.assert_array_equal(found[0], [1, 2])


@pytest.mark.usefixtures("on_device")
def test_a_choice() -> None:
    c, x, w, values = T.lscalar("c"), T.dvector("x"), sl.shared(np.zeros(2)), np.array([2.0, 4.0])
    cost = sl.ifelse.ifelse(T.gt(c, 0), T.sum(T.log(x)), T.sum(T.exp(x) * x))
    f = sl.function([c, x], [cost, sl.grad(cost, x)], updates={w: sl.ifelse.ifelse(T.gt(c, 0), w + 1, w)})
    for given, count, wanted in [(1, 1.0, 1 / values), (0, 1.0, np.exp(values) * (1 + values)), (2, 2.0, 1 / values)]:
        np.testing.assert_allclose(f(given, values)[1], wanted)
        np.testing.assert_array_equal(w.get_value(), [count, count])


@pytest.mark.usefixtures("on_device")
def test_threads_take_turns() -> None:
    x = T.dvector("x")
    (w,) = parameters((1,))
    w.set_value([0.0])
    f = sl.function([x], T.exp(x).sum(), updates={w: w + 1})
    values = [RNG.normal(size=50) for _ in range(4)]
    wrong: list[int] = []

    def work(place: int) -> None:
        want = np.exp(values[place]).sum()
        wrong.extend(place for _ in range(25) if not np.isclose(f(values[place]), want, rtol=1e-12))

    threads = [threading.Thread(target=work, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert w.get_value() == [100]


def test_an_unknown_device_is_refused() -> None:
    x = T.dvector("x")
    with pytest.raises(ConfigError, match="device cannot be 'tpu'"):
        sl.function([x], x, device="tpu")


WITHOUT = """
import numpy as np, symlab as sl, symlab.tensor as T
from symlab.core.lower.kernel import Store
from symlab.core.lower.program import KernelCall
from symlab.core.ir.errors import ConfigError
x = T.dvector("x")
f = sl.function([x], T.exp(x), device="auto")
assert f([0.0]) == [1.0] and "__global__" not in f.source, f.source
try:
    sl.function([x], T.exp(x), device="cuda")
except ConfigError as error:
    print(error)
"""


def test_without_a_gpu() -> None:
    """In a process of its own, without the emulated driver: "auto" is the processor, "cuda" one clear error."""
    environment = {key: value for key, value in os.environ.items() if key not in ("LD_LIBRARY_PATH", "LD_PRELOAD")}
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("there is no device to run on: ")
