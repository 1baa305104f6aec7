"""`function`: outputs, updates, givens, copies, threads; both back ends do the same."""

from __future__ import annotations

import copy
import html
import pickle
import re
import subprocess
import sys
import threading

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import (
    InvalidIndex,
    InvalidValue,
    MissingInputError,
    NodeError,
    ShapeMismatch,
    TypeMismatch,
    UnknownName,
    UnusedInputError,
)
from symlab.core.request import UnusedInputWarning

BOTH = ("FAST_RUN", "FAST_COMPILE")
A = np.array([1.0, 2.0, 3.0])


@pytest.fixture(params=BOTH)
def mode(request):
    return request.param


# Outputs


def test_one_output_is_an_array(x, mode):
    result = sl.function([x], x * 2, mode=mode)(A)
    assert type(result) is np.ndarray
    np.testing.assert_array_equal(result, A * 2)


def test_an_output_of_rank_0_is_an_array_too(x, mode):
    result = sl.function([x], x.sum(), mode=mode)(A)
    assert type(result) is np.ndarray
    assert result.shape == ()
    assert result == 6


@pytest.mark.parametrize("kind", [list, tuple])
def test_several_outputs_are_a_list(x, mode, kind):
    result = sl.function([x], kind([x + 1, x * 2]), mode=mode)(A)
    assert type(result) is list
    np.testing.assert_array_equal(result, [A + 1, A * 2])


def test_a_list_of_one_output_is_a_list(x, mode):
    assert len(sl.function([x], [x + 1], mode=mode)(A)) == 1


def test_a_dict_of_outputs_is_a_dict_with_its_keys_in_order(x, mode):
    result = sl.function([x], {"b": x + 1, "a": x * 2, "c": x}, mode=mode)(A)
    assert list(result) == ["b", "a", "c"]
    np.testing.assert_array_equal(result["a"], A * 2)
    np.testing.assert_array_equal(result["c"], A)


@pytest.mark.parametrize(("outputs", "expected"), [(None, None), ([], []), ({}, {})])
def test_nothing_is_an_output(mode, outputs, expected):
    assert sl.function([], outputs, mode=mode)() == expected


def test_constants_and_inputs_are_outputs(x, mode):
    one, same = sl.function([x], [T.constant(1.5), x], mode=mode)(A)
    assert one == 1.5
    np.testing.assert_array_equal(same, A)


def test_out_is_its_variable(x, mode):
    np.testing.assert_array_equal(sl.function([x], sl.Out(x + 1, borrow=True), mode=mode)(A), A + 1)


def test_results_are_the_callers_own(x, mode):
    s = sl.shared(A.copy())
    given = A.copy()
    results = sl.function([x], [x, x, s, x + 0, x[::1], s.T], mode=mode)(given)
    arrays = [given, s.get_value(borrow=True), *results]
    assert not any(np.shares_memory(a, b) for place, a in enumerate(arrays) for b in arrays[:place])
    for result in results:
        result[:] = -1
    np.testing.assert_array_equal(given, A)
    np.testing.assert_array_equal(s.get_value(), A)


def test_earlier_results_stay_as_they_are(x, mode):
    f = sl.function([x], x + 1, mode=mode)
    kept = [f(A * k) for k in range(5)]
    for k, result in enumerate(kept):
        np.testing.assert_array_equal(result, A * k + 1)


# Updates


def test_updates_are_computed_from_the_old_values(mode):
    a, b = sl.shared(np.array([1.0, 2.0])), sl.shared(np.array([10.0, 20.0]))
    f = sl.function([], [a, b], updates=[(a, b), (b, a)], mode=mode)
    first, second = f()
    np.testing.assert_array_equal(first, [1, 2])
    np.testing.assert_array_equal(second, [10, 20])
    np.testing.assert_array_equal(a.get_value(), [10, 20])
    np.testing.assert_array_equal(b.get_value(), [1, 2])
    f()
    np.testing.assert_array_equal(a.get_value(), [1, 2])


@pytest.mark.parametrize("kind", [list, tuple, dict])
def test_updates_are_pairs_or_a_dict(mode, kind):
    n, m = sl.shared(0), sl.shared(1.5)
    f = sl.function([], n, updates=kind([(n, n + 1), (m, m * 2)]), mode=mode)
    assert [int(f()), int(f())] == [0, 1]
    assert n.get_value() == 2
    assert m.get_value() == 6.0


def test_an_update_to_an_argument_copies_it(x, mode):
    s = sl.shared(np.zeros(3))
    given = A.copy()
    sl.function([x], updates=[(s, x)], mode=mode)(given)
    given[:] = -1
    np.testing.assert_array_equal(s.get_value(), A)


def test_two_shared_variables_take_one_value(mode):
    a, b = sl.shared(A), sl.shared(A)
    new = a + b
    sl.function([], updates=[(a, new), (b, new)], mode=mode)()
    a.set_value(a.get_value() + 1)
    np.testing.assert_array_equal(b.get_value(), 2 * A)


def test_an_update_may_change_sizes(x, mode):
    s = sl.shared(np.zeros(2))
    sl.function([x], updates=[(s, T.concatenate([s, x]))], mode=mode)(A)
    np.testing.assert_array_equal(s.get_value(), [0, 0, 1, 2, 3])


def test_an_update_may_not_change_declared_sizes(x, mode):
    s = sl.shared(np.zeros(3), shape=(3,))
    f = sl.function([x], updates=[(s, x)], mode=mode)
    f(A)
    with pytest.raises(NodeError, match="3"):
        f(np.ones(4))
    np.testing.assert_array_equal(s.get_value(), A)


def test_numbers_are_updates(mode):
    s = sl.shared(np.float32(3))
    sl.function([], updates=[(s, 0.5)], mode=mode)()
    assert s.get_value() == np.float32(0.5)
    assert s.get_value().dtype == np.float32


def test_default_updates(mode):
    n = sl.shared(0, "n")
    n.default_update = n + 1
    f = sl.function([], n * 10, mode=mode)
    assert [int(f()), int(f()), int(n.get_value())] == [0, 10, 2]
    sl.function([], n, no_default_updates=True, mode=mode)()
    sl.function([], n, no_default_updates=[n], mode=mode)()
    assert n.get_value() == 2
    sl.function([], n, updates=[(n, n - 1)], mode=mode)()
    assert n.get_value() == 1


def test_default_updates_bring_their_own(mode):
    n, m = sl.shared(1), sl.shared(1)
    n.default_update, m.default_update = n + m, m * 2
    f = sl.function([], n, mode=mode)
    assert [int(f()) for _ in range(4)] == [1, 2, 4, 8]
    assert m.get_value() == 16


def test_functions_share_variables(x, mode):
    s = sl.shared(np.zeros(3))
    add = sl.function([x], updates=[(s, s + x)], mode=mode)
    other = sl.function([], s.sum(), mode=BOTH[mode == BOTH[0]])
    add(A)
    assert other() == 6
    add(A)
    assert other() == 12
    s.set_value(np.ones(2))
    assert other() == 2


@pytest.mark.parametrize(
    ("updates", "problem"),
    [
        (lambda s, x: [(x, x)], "only shared variables"),
        (lambda s, x: [(s, x.sum())], "has 1 axes"),
        (lambda s, x: [(s, x), (s, x)], "updated twice"),
        (lambda s, x: [s], "a pair"),
        (lambda s, x: [(s, 1j * x)], "holds float64"),
        (lambda s, x: [(s, "abc")], "float64"),
    ],
)
def test_updates_that_do_not_fit(x, mode, updates, problem):
    s = sl.shared(A)
    with pytest.raises((TypeMismatch, InvalidValue), match=problem):
        sl.function([x], x, updates=updates(s, x), mode=mode)


# Givens


def test_givens_replace_before_anything_else(x, y, mode):
    z = x * 2
    f = sl.function([y], z + x, givens={x: y + 1}, mode=mode)
    np.testing.assert_array_equal(f(A), 3 * (A + 1))
    g = sl.function([x, y], z + x, givens=[(z, y)], mode=mode)
    np.testing.assert_array_equal(g(A, A + 1), A + 1 + A)


def test_givens_replace_by_identity(x, mode):
    first, second = T.exp(x), T.exp(x)
    f = sl.function([x], [first, second], givens={first: x}, mode=mode)
    np.testing.assert_allclose(f(A), [A, np.exp(A)])


def test_givens_with_shared_variables_and_numbers(x, mode):
    s, single = sl.shared(A), T.fscalar("single")
    np.testing.assert_array_equal(sl.function([], x * 2, givens={x: s}, mode=mode)(), A * 2)
    np.testing.assert_array_equal(sl.function([], x * 2, givens={x: A}, mode=mode)(), A * 2)
    result = sl.function([], single * 2, givens={single: 0.1}, mode=mode)()
    assert result.dtype == np.float32


def test_givens_reach_updates(x, mode):
    s = sl.shared(np.zeros(3))
    sl.function([], updates=[(s, s + x)], givens={x: A}, mode=mode)()
    np.testing.assert_array_equal(s.get_value(), A)


def test_an_expression_is_an_input(x, mode):
    z = x * 2
    np.testing.assert_array_equal(sl.function([z], z + 1, mode=mode)(A), A + 1)


@pytest.mark.parametrize("value", [T.ivector(), T.dmatrix(), 1, "abc", np.zeros((2, 2))])
def test_givens_that_do_not_fit(x, mode, value):
    with pytest.raises(TypeMismatch):
        sl.function([], x, givens={x: value}, mode=mode)


def test_givens_name_variables(x):
    with pytest.raises(TypeMismatch, match="only variables"):
        sl.function([x], x, givens={"x": x})


def test_givens_keep_declared_sizes(mode):
    row, matrix = T.drow("row"), T.dmatrix("matrix")
    f = sl.function([matrix], row + T.zeros((3, 2)), givens={row: matrix}, mode=mode)
    np.testing.assert_array_equal(f([[1.0, 2.0]]), [[1, 2]] * 3)
    with pytest.raises(NodeError):
        f(np.zeros((2, 2)))


# What is missing and what is too much


def test_a_missing_input(x, y):
    with pytest.raises(MissingInputError, match="needs y"):
        sl.function([x], x + y)


def test_an_unused_input(x, y):
    with pytest.raises(UnusedInputError, match="does not need its input y"):
        sl.function([x, y], x)
    with pytest.warns(UnusedInputWarning, match="y") as caught:
        f = sl.function([x, y], x, on_unused_input="warn")
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(f(A, A), A)
    np.testing.assert_array_equal(sl.function([x, y], x, on_unused_input="ignore")(A, A), A)
    with pytest.raises(InvalidValue, match="bogus"):
        sl.function([x], x, on_unused_input="bogus")
    with sl.configure(on_unused_input="ignore"):
        sl.function([x, y], x)


@pytest.mark.parametrize(
    ("inputs", "problem"),
    [
        (lambda x: x, "must be a list"),
        (lambda x: [1.0], "no variable"),
        (lambda x: [T.constant(1.0)], "constant"),
        (lambda x: [sl.shared(1.0)], "shared variable"),
        (lambda x: [x, x], "input twice"),
    ],
)
def test_inputs_that_are_none(x, inputs, problem):
    with pytest.raises((TypeMismatch, InvalidValue), match=problem):
        sl.function(inputs(x), x, on_unused_input="ignore")


# Failing calls


def test_a_failing_call_changes_nothing(x, y, mode):
    n, s = sl.shared(0), sl.shared(np.zeros(2))
    f = sl.function([x, y], x + y, updates=[(n, n + 1), (s, x)], mode=mode)
    with pytest.raises(ShapeMismatch, match=r"test_function\.py"):
        f(np.zeros(2), np.zeros(3))
    with pytest.raises(TypeMismatch):
        f(np.zeros(2), "abc")
    assert n.get_value() == 0
    np.testing.assert_array_equal(s.get_value(), np.zeros(2))
    f(A, A)
    assert n.get_value() == 1


def test_a_failing_index_changes_nothing(x, mode):
    n, place = sl.shared(0), T.lscalar("place")
    f = sl.function([x, place], x[place], updates=[(n, n + 1)], mode=mode)
    with pytest.raises(InvalidIndex, match="5"):
        f(A, 5)
    assert n.get_value() == 0
    assert f(A, -1) == 3


def test_a_failing_update_changes_nothing(x, mode):
    n, s = sl.shared(0), sl.shared(A)
    f = sl.function([x], updates=[(n, n + 1), (s, s + x)], mode=mode)
    with pytest.raises(ShapeMismatch):
        f(np.zeros(4))
    assert n.get_value() == 0
    np.testing.assert_array_equal(s.get_value(), A)


# Arguments in one memory


def test_one_array_is_several_arguments(x, y, mode):
    f = sl.function([x, y], [x - y, x * y], mode=mode)
    given = A.copy()
    np.testing.assert_array_equal(f(given, given), [A - A, A * A])
    np.testing.assert_array_equal(f(given, given[::-1]), [A - A[::-1], A * A[::-1]])
    np.testing.assert_array_equal(f(given[:2], given[1:]), [A[:2] - A[1:], A[:2] * A[1:]])
    np.testing.assert_array_equal(given, A)


def test_the_value_of_a_shared_variable_is_an_argument(x, mode):
    s = sl.shared(A, borrow=True)
    f = sl.function([x], x * 2, updates=[(s, s + x)], mode=mode)
    result = f(s.get_value(borrow=True))
    np.testing.assert_array_equal(result, [2, 4, 6])
    np.testing.assert_array_equal(s.get_value(), [2, 4, 6])
    np.testing.assert_array_equal(A, [1, 2, 3])


# Copies


def test_pickling_a_function(x, mode):
    s = sl.shared(A, "s")
    f = sl.function([x], [x + s], updates=[(s, s + 1)], name="step", mode=mode)
    f(A)
    other = pickle.loads(pickle.dumps(f))
    np.testing.assert_array_equal(other(A), f(A))
    np.testing.assert_array_equal(other(A), [A + A + 2])
    np.testing.assert_array_equal(s.get_value(), A + 2)  # the other function has a variable of its own
    assert other.name == "step"
    assert repr(other) == repr(f)


@pytest.mark.parametrize("mode", [*BOTH, "DebugMode", "NanGuardMode"])
def test_pickles_in_a_new_process(x, mode, tmp_path):
    """Functions of one pickle share their variables there as they do here."""
    s = sl.shared(np.ones(3), name="s")
    step = sl.function([x], {"result": x * s}, updates={s: s + x}, mode=mode, name="step")
    read = sl.function([], s * 1, mode=mode)
    (tmp_path / "functions.pickle").write_bytes(pickle.dumps((step, read, s)))
    lines = [
        "import pickle, sys",
        "step, read, s = pickle.load(open(sys.argv[1], 'rb'))",
        "print(step([1.0, 2.0, 3.0])['result'].tolist(), read().tolist(), s.get_value().tolist(), step.name)",
    ]
    command = [sys.executable, "-c", "\n".join(lines), str(tmp_path / "functions.pickle")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[1.0, 2.0, 3.0] [2.0, 3.0, 4.0] [2.0, 3.0, 4.0] step"
    np.testing.assert_array_equal(s.get_value(), np.ones(3))


@pytest.mark.parametrize("mode", ["DebugMode", "NanGuardMode"])
@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy, lambda f: pickle.loads(pickle.dumps(f))])
def test_copies_of_functions_with_checks(x, mode, twin):
    s = sl.shared(2.0, name="s")
    f = twin(sl.function([x], x * s, updates={s: s + 1}, mode=mode))
    np.testing.assert_array_equal(f(A), 2 * A)
    np.testing.assert_array_equal(f(A), 3 * A)
    assert s.get_value() == (4 if twin is copy.copy else 2)


def test_pickling_a_default_update(mode):
    n = sl.shared(0, "n")
    n.default_update = n + 1
    f = sl.function([], n, mode=mode)
    f()
    other = pickle.loads(pickle.dumps(f))
    assert [int(other()), int(other()), int(f())] == [1, 2, 1]


def test_copying_a_function(x, mode):
    s = sl.shared(np.zeros(3))
    f = sl.function([x], s, updates=[(s, s + x)], mode=mode)
    copied, deep = copy.copy(f), copy.deepcopy(f)
    copied(A)
    np.testing.assert_array_equal(f(A), A)
    np.testing.assert_array_equal(deep(A), np.zeros(3))


# Threads


def test_threads_call_one_function(x, mode):
    n = sl.shared(0)
    f = sl.function([x], T.exp(x) * 2, updates=[(n, n + 1)], mode=mode)
    wrong = []

    def work(seed):
        given = np.random.default_rng(seed).normal(size=50 + seed)
        wrong.extend(seed for _ in range(50) if not np.allclose(f(given), np.exp(given) * 2))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert n.get_value() == 400


# Names


def test_names_with_markup_show_as_text():
    nasty = "<script>alert(1)</script>"
    x, s = T.dvector(nasty), sl.shared(A, nasty)
    f = sl.function([x], T.exp(x) + s, name=nasty)
    np.testing.assert_allclose(f(A), np.exp(A) + A)
    pages = [sl.viz.to_html(f), sl.viz.to_svg(f), f.profile(A)._repr_html_(), sl.debug.check(f, A)._repr_html_()]
    for page in pages:
        assert nasty not in page
    assert html.escape(nasty) in pages[2]
    with pytest.raises(TypeMismatch, match="alert"):
        f("abc")


# Options of Theano's that ask for speed, and what must stay right


def test_borrowing_and_trust_change_no_results(x, y, mode):
    """Arguments stay as they are, results are the caller's own, whatever is borrowed, mutable or trusted."""
    inputs = [sl.In(x, borrow=True, mutable=True), sl.In(y, borrow=True)]
    f = sl.function(inputs, [sl.Out(x + y, borrow=True), sl.Out(x, borrow=True), y], mode=mode, trust_input=True)
    given = A.copy()
    total, first, second = f(given, given)
    first[:] = second[:] = 7
    np.testing.assert_array_equal(given, A)
    np.testing.assert_array_equal(total, 2 * A)
    again, _, _ = f(given, given)
    total[:] = 0
    np.testing.assert_array_equal(again, 2 * A)
    f.trust_input = True
    np.testing.assert_array_equal(f([1, 2, 3], A)[0], 2 * A)


@pytest.mark.parametrize("made", [lambda f: f, copy.copy, lambda f: pickle.loads(pickle.dumps(f)), lambda f: f.copy()])
@pytest.mark.parametrize("layout", [lambda z: z, lambda z: [z], lambda z: {"z": z}])
def test_a_result_is_written_over_an_argument_that_may_change(x, y, mode, layout, made):
    f = made(sl.function([sl.In(x, mutable=True), y], layout(x * y), mode=mode))
    given, other = A.copy(), A.copy()
    found = f(given, y=other)
    (result,) = found.values() if isinstance(found, dict) else found if isinstance(found, list) else [found]
    np.testing.assert_array_equal(result, A * A)
    np.testing.assert_array_equal(given, A * A)
    np.testing.assert_array_equal(other, A)
    assert not np.may_share_memory(result, given)


def test_what_is_not_to_be_written_over(x, y, mode):
    s = sl.shared(A, borrow=True)
    f = sl.function([sl.In(x, mutable=True), y], [x * y + s, x.sum()], mode=mode)
    fixed, held, small = A.copy(), s.get_value(borrow=True), A.astype(np.float32)
    fixed.flags.writeable = False
    for given in (fixed, held, small):
        np.testing.assert_allclose(f(given, A)[0], A * A + A, rtol=1e-6)
        np.testing.assert_array_equal(given, A.astype(given.dtype))
    whole = np.concatenate([A, A])
    f(whole[: A.size], whole[A.size - 1 : -1])
    np.testing.assert_array_equal(whole, np.concatenate([A, A]))
    given = A.copy()
    f(given, A, output_subset=[1])
    np.testing.assert_array_equal(given, A)


def test_a_function_without_name_is_called_after_its_line(x, mode):
    f = sl.function([x], x + 1, mode=mode)
    assert re.fullmatch(r"test_function\.py:\d+", f.name)
    assert pickle.loads(pickle.dumps(f)).name == copy.copy(f).name == f.copy().name == f.name
    assert f.copy(name="twin").name == "twin"
    assert sl.function([x], x, mode=mode, name="mine").name == "mine"


def test_a_borrowed_value_that_is_an_argument(x, mode):
    held = A.copy()
    s = sl.shared(held, borrow=True)
    f = sl.function([x], [x + s, s], updates=[(s, s + x)], mode=mode)
    total, old = f(s.get_value(borrow=True))
    np.testing.assert_array_equal(total, 2 * A)
    np.testing.assert_array_equal(old, A)
    np.testing.assert_array_equal(held, A)
    np.testing.assert_array_equal(s.get_value(), 2 * A)
    np.testing.assert_array_equal(f(held)[0], 3 * A)


def test_copies_share_variables_and_free_memory(x, mode):
    s, other = sl.shared(A, "s"), sl.shared(10 * A, "other")
    f = sl.function([x], x + s, updates=[(s, s + 1)], mode=mode, name="step")
    swapped = f.copy(share_memory=True, swap={s: other}, name="swapped", profile=True)
    reads = f.copy(delete_updates=True)
    assert (f.get_shared(), swapped.get_shared(), reads.get_shared()) == ([s], [other], [s])
    np.testing.assert_array_equal(swapped(A), 11 * A)
    np.testing.assert_array_equal(reads(A), 2 * A)
    for compiled in (f, swapped, reads):
        compiled.free()
    np.testing.assert_array_equal(f(A), 2 * A)
    np.testing.assert_array_equal(reads(A), 2 * A + 1)
    np.testing.assert_array_equal(other.get_value(), 10 * A + 1)
    assert (swapped.name, f.name) == ("swapped", "step")


@pytest.mark.parametrize(
    "make",
    [
        T.zeros_like,
        T.ones_like,
        lambda x: T.full_like(x, 3),
        lambda x: T.fill(x, 2.0),
        lambda x: x.shape,
        lambda x: x.size,
    ],
)
def test_an_input_that_gives_nothing_but_known_sizes_is_used(make):
    for x in (T.dscalar("x"), T.tensor("x", shape=(2, 3), dtype="float64")):
        values = np.full(x.type.shape, 7.0)
        f = sl.function([x], make(make(x + 1) * 2))
        np.testing.assert_array_equal(f(values), sl.function([], make(make(x + 1) * 2))())
        with pytest.raises(UnusedInputError, match="does not need its input y"):
            sl.function([x, T.dscalar("y")], make(x))


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "NanGuardMode", "DebugMode"])
def test_a_call_for_some_of_the_outputs(mode):
    x, n = T.dvector("x"), sl.shared(0, name="n")
    failing = sl.assert_op(x, T.eq(x.sum(), 0.0))
    f = sl.function([x], [x + 1, failing, x * n], updates=[(n, n + 1)], mode=mode)
    found = f([1.0], output_subset=[2, 0])
    np.testing.assert_array_equal(found, [[0.0], [2.0]])
    np.testing.assert_array_equal(f(x=[1.0], output_subset=[2]), [[1.0]])
    assert n.get_value() == 2
    with pytest.raises(AssertionError):
        f([1.0])
    assert len(f([0.0], output_subset=None)) == 3
    assert f([1.0], output_subset=[]) == []
    assert n.get_value() == 4
    with pytest.raises(UnknownName, match="no output 3"):
        f([1.0], output_subset=[3])
    named = sl.function([x], {"a": x, "b": x * 2}, mode=mode)
    assert list(named([1.0], output_subset=["b"])) == ["b"]
    one = sl.function([x], x * 2, mode=mode)
    np.testing.assert_array_equal(one([1.0], output_subset=[0]), [[2.0]])


def test_defaults_and_states_hold_for_a_part_of_the_outputs():
    x, total = T.dscalar("x"), T.dscalar("total")
    f = sl.function([sl.In(x, value=1.0), sl.In(total, value=0.0, update=total + x)], [total, x])
    assert f(output_subset=[0]) == [0.0]
    f[x] = 5.0
    assert f(output_subset=[1]) == [5.0]
    assert f[total] == 6.0
    assert f(2.0, output_subset=[0, 1]) == [6.0, 2.0]
    subset = T.dscalar("output_subset")
    assert sl.function([subset], subset * 2)(output_subset=3.0) == 6.0


def test_the_keys_of_a_dict_of_outputs_are_strings(x):
    for outputs in ({1.0: x}, {1.0: x, 2: x * 2}, {"a": x, 2: x}, {x: x}):
        with pytest.raises(AssertionError, match="the outputs of a dict have names"):
            sl.function([x], outputs)


def test_inputs_of_one_name_are_given_by_position(mode):
    a, b, c = T.dscalars("x", "x", "x")
    f = sl.function([a, b, c], a + 2 * b + 3 * c, mode=mode)
    assert f(1, 2, 3) == 14
    for arguments, keywords in (((1, 2), {"x": 3}), ((), {"x": 1})):
        with pytest.raises(TypeMismatch, match="3 inputs of f are called 'x'"):
            f(*arguments, **keywords)


def test_givens_do_not_replace_inputs(x):
    with pytest.raises(RuntimeError, match="x is an input, and givens replaces it"):
        sl.function([x], x * 2, givens={x: x + 1})
    with pytest.raises(ValueError, match="x is an input"):
        sl.function([sl.In(x, value=A)], x * 2, givens={x: x + 1})


def test_lists_whose_values_fit_are_no_downcast(mode):
    a, b, c = T.wvector("a"), T.bvector("b"), T.fvector("c")
    inputs = [sl.In(a, allow_downcast=True), sl.In(b, allow_downcast=False), sl.In(c, allow_downcast=False)]
    f = sl.function(inputs, [a, b, c], mode=mode)
    for given, wanted in zip(f([3], [6], [0.5]), (3, 6, 0.5), strict=True):
        assert given == [wanted]
    assert f([2**20], np.ones(1, "int8"), [0])[0] == [0]
    for arguments in (([3], [312], [0]), ([3], np.array([6], "int16"), [0]), ([3], [6], [0.1])):
        with pytest.raises(TypeMismatch):
            f(*arguments)


def test_a_wrong_input_misses_another_one():
    x, y = T.dscalars("x", "y")
    for kind in (MissingInputError, UnusedInputError):
        with pytest.raises(kind, match="needs x, which is no input, and does not need its input y"):
            sl.function([y], x * 2)
    with pytest.raises(MissingInputError, match="needs x, which is no input\\n"):
        sl.function([y], x * 2, on_unused_input="ignore")
    with pytest.raises(UnusedInputError, match="is an input twice"):
        sl.function([x, x], x * 2)


def test_what_an_update_of_an_input_lacks_is_told_before_its_default():
    x, y = T.dscalars("x", "y")
    with pytest.raises(MissingInputError, match="needs y"):
        sl.function([sl.In(x, update=x + y)], x)
