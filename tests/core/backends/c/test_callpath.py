"""A call from end to end: operands, results, keywords, errors."""

from __future__ import annotations

import gc
import sys

import numpy as np
import pytest

from symlab.core.ir.errors import NodeError

LETTERS = "?bBhHiIlLqQefdFD"
REAL = {"e": 2.0**-14, "f": 2.0**-126, "d": 2.0**-1022}


def same(result, wanted) -> bool:
    return result.dtype == wanted.dtype and result.shape == wanted.shape and result.tobytes() == wanted.tobytes()


def copier(calls, letter):
    dtype = np.dtype(letter)
    spec = (dtype.num, ())
    return calls.function(f"copy{dtype.itemsize}_run", "a", [spec], outputs=[spec])


# Operands


def test_arrays_that_need_conversion(calls) -> None:
    f, x = calls.add(), np.arange(6.0)
    unaligned = np.frombuffer(b"\0" + x.tobytes(), "f8", offset=1)
    strided, masked = np.repeat(x, 2)[::2], x.view(np.ma.MaskedArray)
    for y in (
        x.astype(">f8"),
        x.astype("f4"),
        x.astype(int),
        list(x),
        strided,
        masked,
        unaligned,
        np.asfortranarray(x),
    ):
        assert np.array_equal(f(x, y), x + x)
        assert np.array_equal(f(y, x), x + x)


def test_a_subclass_is_converted(calls) -> None:
    class Units(np.ndarray):
        def __array_finalize__(self, other) -> None:
            self.unit = "m"

    f, x = calls.add(), np.arange(6.0).view(Units)
    assert np.array_equal(f(x, x), x + x)
    assert f.calls == 1


def test_fitting_arrays_do_not_take_the_slow_path(calls) -> None:
    f, g, x = calls.add(), calls.add0(), np.arange(6.0)
    read_only = x.copy()
    read_only.setflags(write=False)
    for y in (x, read_only, x[2:][:6][:4]):
        f(y, y)
    for a in (1.5, 2, np.float64(1.5), np.array(1.5)):
        g(a, a)
    assert f.calls == g.calls == 0
    g(np.float32(1.5), 0.0)
    f(x[::2], x[::2])
    assert f.calls == g.calls == 1


@pytest.mark.parametrize("letter", LETTERS)
def test_every_dtype_comes_back_as_it_was(calls, letter) -> None:
    dtype, f = np.dtype(letter), copier(calls, letter)
    values = [0, 1]
    if dtype.kind in "iu":
        values += [np.iinfo(dtype).min, np.iinfo(dtype).max]
    if dtype.kind in "fc":
        values += [-0.0, np.nan, np.inf, -np.inf, np.finfo(dtype).max, np.finfo(dtype).smallest_subnormal]
    if dtype.kind == "c":
        values += [complex(1.5, -2.5), complex(-0.0, np.inf)]
    for value in np.array(values, dtype):
        assert same(f(value), np.array(value))
        assert same(f(np.array(value)), np.array(value))
    assert f.calls == 0


@pytest.mark.parametrize("letter", LETTERS)
def test_python_numbers_keep_their_value(calls, letter) -> None:
    dtype, f = np.dtype(letter), copier(calls, letter)
    values = {"b": [True, False], "i": [-1, 0, 100], "u": [0, 100], "f": [0.5, -3, 1e3, np.inf, -0.0, np.nan]}.get(
        dtype.kind
    )
    for value in values or [0.5, -3, 1 + 2j, complex(-0.0, np.inf)]:
        assert same(f(value), np.array(value, dtype)), value
    assert f.calls == 0


@pytest.mark.parametrize("letter", "bBhHiIlLqQ")
def test_integers_out_of_range_are_refused(calls, letter) -> None:
    limits, f = np.iinfo(letter), copier(calls, letter)
    assert f(int(limits.max)) == limits.max
    assert f(int(limits.min)) == limits.min
    assert f.calls == (limits.max > 2**63)  # larger numbers than int64's are left to Python
    for value in (int(limits.max) + 1, int(limits.min) - 1, 10**30, 1.0):
        with pytest.raises((OverflowError, TypeError)):
            f(value)
    before = f.calls
    assert f(True) == 1
    assert f.calls == before + 1  # a bool has a type of its own


def test_numbers_that_would_become_infinite_or_inexact_go_the_slow_path(calls) -> None:
    for letter, large in (("e", 65520.0), ("f", 1e39), ("F", 1e39), ("F", complex(0, 1e39))):
        f = copier(calls, letter)
        with np.errstate(all="ignore"):
            f(large)
        assert f.calls == 1, letter
    assert copier(calls, "e")(65519.0) == 65504
    for letter, exact in (("e", 2**11), ("f", 2**24), ("F", 2**24), ("d", 2**53), ("D", 2**53)):
        f = copier(calls, letter)
        assert f(exact) == f(exact + 0.0) == exact
        assert f(-exact) == -exact
        assert f.calls == 0
        f(exact + 1)
        assert f.calls == 1
    assert calls.add0()(2**62, 0.0) == 2.0**62


@pytest.mark.parametrize("letter", "efd")
def test_python_floats_round_as_in_numpy(calls, letter) -> None:
    f, random = copier(calls, letter), np.random.default_rng(0)
    values = np.concatenate(
        [random.normal(size=2000), REAL[letter] * random.normal(size=2000), 10 ** random.uniform(-8, 4, 2000)]
    )
    wrong = [value for value in values.tolist() if not same(f(value), np.array(value, letter))]
    assert wrong == []


def test_sizes_may_depend_on_values(calls) -> None:
    f = calls.function(
        "range_run",
        "n",
        [calls.N],
        outputs=[(calls.INT64, (-1,))],
        plan="range_plan",
        messages={5: ("a length cannot be {}", "cell 1, line 1")},
    )
    for n in (0, 1, 7, 1000, 7):
        assert np.array_equal(f(n), np.arange(n))
    with pytest.raises(NodeError, match=r"node 5 \(cell 1, line 1\): a length cannot be -3"):
        f(-3)


def test_many_inputs(calls) -> None:
    f = calls.function("many_run", " ".join(f"a{i}" for i in range(2000)), [calls.S] * 2000, outputs=[calls.S])
    assert f(*range(2000)) == sum(range(2000))
    assert f(**{f"a{i}": float(i) for i in range(2000)}) == sum(range(2000))
    with pytest.raises(TypeError, match="missing a required argument: 'a1999'"):
        f(*range(1999))


# Results


def test_kinds_of_result(calls) -> None:
    assert type(calls.add0()(1.0, 2.0)) is np.ndarray
    for letter, kind in (("l", list), ("t", tuple)):
        (z,) = result = calls.add0(result=letter)(1.0, 2.0)
        assert type(result) is kind
        assert same(z, np.array(3.0))
        assert gc.is_tracked(result)
    cells, _, _ = calls.weights(3)
    assert calls.trainer(cells, False)() is None


def test_dict_results(calls) -> None:
    key = frozenset({1})
    cells, _, k = calls.weights(3)
    k.set_value(np.array(5.0))
    outputs = {"cells": cells, "outputs": [calls.V, calls.S], "plan": "predict_plan", "result": "d"}
    for keys in (("weights", "step"), (key, "step"), (2, None)):
        f = calls.function("predict_run", **outputs, keys=keys)
        first, second = f(), f()
        assert list(first) == list(keys)
        assert np.array_equal(first[keys[0]], np.zeros(3))
        assert same(first[keys[1]], np.array(5.0))
        assert first is not second
        first.clear()
        assert list(f()) == list(keys)
    for keys, problem in ((("a", "a"), "twice"), (("a",), "one for each"), (["a", "b"], "a tuple of keys")):
        with pytest.raises(ValueError, match=problem):
            calls.function("predict_run", **outputs, keys=keys)
    with pytest.raises(TypeError, match="unhashable"):
        calls.function("predict_run", **outputs, keys=("a", []))


def test_a_key_that_fails_raises_and_leaks_nothing(calls) -> None:
    class Key:
        fails = False

        def __hash__(self) -> int:
            if self.fails:
                raise LookupError("no hash today")
            return 1

    key, x = Key(), np.arange(3.0)
    f = calls.add(result="d", keys=(key,), reuse_outputs=False)
    f(x, x)
    key.fails = True
    before = sys.getrefcount(x)
    for _ in range(5):
        with pytest.raises(LookupError):
            f(x, x)
    assert sys.getrefcount(x) == before


def test_no_elements(calls) -> None:
    assert calls.add()(np.zeros(0), np.zeros(0)).shape == (0,)
    cells, _, _ = calls.weights(0)
    calls.trainer(cells, True)()
    calls.trainer(cells, False)()
    w, k = calls.predictor(cells)()
    assert w.shape == (0,)
    assert k == 2


# Keywords


def test_keyword_calls_take_the_fast_path(calls) -> None:
    given = {"x": np.arange(8.0), "y": np.ones(8), "t": np.full(8, 3.0), "r": 0.01, "d": 0.9}
    positional, by_name, names = calls.momentum(), calls.momentum(), list(given)
    for order in ("xytrd", "drtyx", "txdyr", "yrxdt"):
        for count in range(4):
            others = {sys.intern(name): given[name] for name in order if name not in names[:count]}
            result = by_name(*map(given.get, names[:count]), **others)
            assert result == positional(*given.values())
    x, y, t = map(given.get, names[:3])
    assert by_name(t=t, d=0.9, x=x, r=0.01, y=y) == positional(x, y, t, 0.01, 0.9)
    assert by_name.calls == 0


def test_keywords_reach_their_inputs(calls) -> None:
    f = calls.failing(calls.weights(4)[0])
    with pytest.raises(NodeError, match="index 99"):
        f(i=99)
    with pytest.raises(NodeError, match="lengths 3 and 4"):
        calls.add()(y=np.ones(4), x=np.ones(3))
    assert f(i=2) == -1


def test_keywords_that_are_not_the_inputs_are_explained(calls) -> None:
    f, x = calls.add(), np.arange(3.0)
    long = calls.add(names=("a_long_name", "y"))
    built = "_".join(["a", "long", "name"])  # equal to the interned name, and another object
    assert np.array_equal(long(**{built: x, "y": x}), x + x)
    assert long.calls == 1
    for args, keywords, problem in [
        ((x,), {}, "missing a required argument: 'y'"),
        ((x, x, x), {}, "too many positional"),
        ((x, x), {"z": x}, "unexpected keyword|too many"),
        ((x,), {"z": x}, "missing a required argument: 'y'|unexpected keyword"),
        ((x, x), {"x": x}, "multiple values for argument 'x'"),
        ((x,), {"x": x}, "multiple values for argument 'x'"),
        ((), {"x": x}, "missing a required argument: 'y'"),
        ((), {}, "missing a required argument: 'x'"),
    ]:
        with pytest.raises(TypeError, match=problem):
            f(*args, **keywords)


def test_defaults_come_from_the_slow_path(calls) -> None:
    f = calls.add0(convert=lambda args, keywords: (*args, 10.0), names=("a", None))
    assert f(1.0) == 11
    assert f(1.0, 2.0) == 3


# Errors


def test_messages(calls) -> None:
    f, x = calls.add(), np.arange(3.0)
    eight = calls.add(inputs=[calls.EIGHT, calls.V])
    for one, args, kind, problem in [
        (f, (x, np.ones(4)), NodeError, r"node 7 \(cell 3, line 1\): add cannot combine lengths 3 and 4; try arrays"),
        (f, (x, x + 1j), TypeError, "y must be float64, and is complex128"),
        (f, (np.ones((2, 2)), x), TypeError, "x must have 1 dimensions, and has 2"),
        (eight, (x, x), ValueError, "axis 0 of x must have size 8, and has 3"),
    ]:
        with pytest.raises(kind, match=problem):
            one(*args)


def test_an_error_leaves_shared_variables_unchanged(calls) -> None:
    cells, W, k = calls.weights(8)
    W.set_value(np.arange(8.0))
    k.set_value(np.array(5.0))
    f = calls.failing(cells)
    for _ in range(3):
        with pytest.raises(NodeError, match=r"node 42 \(cell 9, line 2\): index 11 is out of bounds for size 8"):
            f(11)
        assert np.array_equal(W.get_value(), np.arange(8.0))
        assert k.get_value() == 5
    assert f(3) == -1
    assert k.get_value() == 5
    W.set_value(np.zeros(4))
    with pytest.raises(NodeError, match="size 4"):
        f(7)


def test_shared_variables_may_grow_and_may_not_change_their_kind(calls) -> None:
    cells, W, _ = calls.weights(3)
    f = calls.trainer(cells, False)
    f()
    W.set_value(np.zeros(5))
    f()
    f()
    assert np.array_equal(W.get_value(), [3.0] * 5)
    W.set_value("text")
    with pytest.raises(TypeError, match="shared variable 0"):
        f()
    assert W.get_value() == "text"


@pytest.mark.parametrize("kernel", ["vast", "vast_workspace"])
def test_memory_that_there_is_not(calls, kernel) -> None:
    cell = calls.SharedCell(np.array(0.0))
    outputs = [calls.V] if kernel == "vast" else []
    f = calls.function(f"{kernel}_run", "n", [calls.N], [(cell, *calls.S)], outputs, [(0, False)], f"{kernel}_plan")
    for n in (2**50, 2**60, 2**62) if outputs else (2**50, 2**60, 2**63 - 1):
        with pytest.raises((MemoryError, ValueError)):
            f(n)
    assert cell.get_value() == 0
    f(10)
    assert cell.get_value() == 1
    if outputs:
        with pytest.raises(ValueError, match="negative"):
            f(-5)


def test_what_convert_and_explain_may_give(calls) -> None:
    x = np.arange(3.0)
    for given, problem in ([x], "one operand for each"), ((x,), "one operand for each"), ((x, "text"), "do not fit"):
        with pytest.raises(SystemError, match=problem):
            calls.add(convert=lambda args, keywords, given=given: given)(x, 1)
    with pytest.raises(SystemError, match="explain must give an exception"):
        calls.add(explain=lambda code, node, values, sizes: "text")(x, np.ones(4))
    with pytest.raises(ZeroDivisionError):
        calls.add(explain=lambda code, node, values, sizes: 1 / 0)(x, np.ones(4))
    seen = []
    with pytest.raises(KeyError):
        calls.add(explain=lambda *given: seen.append(given) or KeyError())(x, np.ones(4))
    assert seen == [(2, 7, (3, 4, 0, 0, 0, 0, 0), (3, 4))]


@pytest.mark.parametrize(
    ("change", "kind", "problem"),
    [
        ({"result": "x"}, ValueError, "result is one of"),
        ({"result": "n"}, ValueError, "no output"),
        ({"outputs": (), "result": "s"}, ValueError, "one output"),
        ({"run": 0}, ValueError, "run is the address"),
        ({"plan": 0}, ValueError, "a size is unknown"),
        ({"names": ("x",)}, ValueError, "for each input"),
        ({"names": ("x", 3)}, TypeError, "a name is a str"),
        ({"inputs": (3, 4)}, TypeError, "tuple of sizes"),
        ({"inputs": ((12, (1,) * 65),) * 2}, ValueError, "rank"),
        ({"inputs": ((12, ("a",)),) * 2}, TypeError, "integer"),
        ({"inputs": ((np.dtype("O").num, ()),) * 2}, TypeError, "numbers or booleans"),
        ({"inputs": ((np.dtype("U").num, ()),) * 2}, TypeError, "numbers or booleans"),
        ({"inputs": ((10**6, ()),) * 2}, (TypeError, ValueError), "type|dtype|number"),
        ({"cells": ((3, 12, ()),)}, TypeError, "SharedCell"),
        ({"updates": ((0, False),)}, ValueError, "names no cell"),
        ({"updates": ((-1, False),)}, ValueError, "names no cell"),
    ],
)
def test_constructor_refuses(calls, change, kind, problem) -> None:
    with pytest.raises(kind, match=problem):
        calls.add(**change)


def test_updates_are_checked(calls) -> None:
    cells, _, _ = calls.weights(3)
    for change, problem in (
        ({"updates": ((0, False), (0, False))}, "updated twice"),
        ({"updates": ((0, True),)}, "without commit"),
    ):
        with pytest.raises(ValueError, match=problem):
            calls.function("train_run", cells=cells, plan="train_plan", **change)
