"""Values that are printed, checked and stopped at, in every mode."""

from __future__ import annotations

import pickle
import sys

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, NodeError, TypeMismatch

X = np.array([0.5, -1.0, 2.0])
MODES = pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
CHECKED = pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])


@MODES
def test_print_shows_the_value_and_passes_it_on(mode, capsys):
    x = T.dvector("x")
    f = sl.function([x], T.tanh(sl.Print("x is")(x * 2)) + 1, mode=mode)
    assert capsys.readouterr().out == ""
    np.testing.assert_allclose(f(X), np.tanh(X * 2) + 1)
    assert capsys.readouterr().out == f"x is __str__ = {X * 2}\n"
    f(X)
    assert capsys.readouterr().out.count("x is") == 1


def test_print_shows_attributes(capsys):
    x = T.dvector("x")
    sl.function([x], T.Print("x", attrs=("shape", "min"))(x))(X)
    assert capsys.readouterr().out == "x shape = (3,)\nx min = -1.0\n"


def test_print_does_what_it_is_told():
    seen = []
    x = T.dvector("x")
    watched = sl.Print("x", global_fn=lambda printing, value: seen.append((printing.message, value)))(x)
    f = sl.function([x], watched * 2)
    np.testing.assert_array_equal(f(X), X * 2)
    ((message, value),) = seen
    assert message == "x"
    np.testing.assert_array_equal(value, X)


def test_print_waits_for_the_call(capsys):
    f = sl.function([], sl.Print("two")(T.constant(2.0)) + 1)
    assert capsys.readouterr().out == ""
    assert f() == 3
    assert "two __str__ = 2.0" in capsys.readouterr().out


def test_two_prints_are_both_shown_and_equal_ones_are_one(capsys):
    x = T.dvector("x")
    f = sl.function([x], sl.Print("one")(x) + sl.Print("two")(x) + sl.Print("one")(x))
    np.testing.assert_array_equal(f(X), X * 3)
    assert sorted(line.split()[0] for line in capsys.readouterr().out.splitlines()) == ["one", "two"]


def test_the_gradient_goes_through(capsys):
    x = T.dvector("x")
    cost = (sl.Print("x")(x) ** 2).sum()
    np.testing.assert_allclose(sl.function([x], sl.grad(cost, x))(X), 2 * X)
    assert capsys.readouterr().out
    np.testing.assert_allclose(sl.function([x], sl.Rop(cost, x, T.ones(3)))(X), 2 * X.sum())


def test_print_in_a_loop(capsys):
    steps, _ = sl.scan(lambda s: sl.Print("s")(s * 2), outputs_info=T.constant(1.0), n_steps=3)
    sl.function([], steps)()
    assert capsys.readouterr().out == "".join(f"s __str__ = {value}\n" for value in (2.0, 4.0, 8.0))


def test_print_of_a_stack(capsys):
    x = T.dvector("x")
    f = sl.function([x], sl.vectorize(lambda s: sl.Print("all")(s) * 2)(x))
    np.testing.assert_array_equal(f(X), X * 2)
    assert capsys.readouterr().out == f"all __str__ = {X}\n"


# Checks


@CHECKED
def test_assert_passes_or_raises(mode):
    x = T.dvector("x")
    f = sl.function([x], T.exp(sl.Assert("x must be positive")(x, T.all(x > 0))), mode=mode)
    np.testing.assert_allclose(f(abs(X)), np.exp(abs(X)))
    with pytest.raises(AssertionError, match=r"\(built in test_watch.py, line \d+\): x must be positive") as caught:
        f(X)
    assert isinstance(caught.value, NodeError)


@CHECKED
def test_check_and_raise_raises_its_error(mode):
    x = T.dvector("x")
    f = sl.function([x], sl.CheckAndRaise(ZeroDivisionError, "a zero")(x, T.all(T.neq(x, 0))) * 2, mode=mode)
    np.testing.assert_array_equal(f(X), X * 2)
    with pytest.raises(ZeroDivisionError, match="a zero"):
        f(X * 0)


def test_conditions_of_any_kind():
    x = T.dvector("x")
    f = sl.function([x], sl.assert_op(x, x > -5, x.sum(), msg="no") * 2)
    np.testing.assert_array_equal(f(X), X * 2)
    for wrong in (X * 0, X - 5):
        with pytest.raises(AssertionError, match="no"):
            f(wrong)
    f = sl.function([x], T.opt.assert_op(x, True) + T.opt.Assert("false")(x, False))
    with pytest.raises(AssertionError, match="false"):
        f(X)


def test_a_failed_check_updates_nothing():
    total = sl.shared(np.zeros(3), "total")
    x = T.dvector("x")
    f = sl.function([x], sl.assert_op(x, T.all(x > 0)), updates=[(total, total + x)])
    with pytest.raises(AssertionError):
        f(X)
    np.testing.assert_array_equal(total.get_value(), 0)


def test_the_gradient_is_checked_too():
    x = T.dvector("x")
    f = sl.function([x], sl.grad((sl.assert_op(x, T.all(x > 0)) ** 2).sum(), x))
    np.testing.assert_allclose(f(abs(X)), 2 * abs(X))
    with pytest.raises(AssertionError):
        f(X)


def test_a_check_in_a_loop_names_its_line():
    x = T.dvector("x")
    steps, _ = sl.scan(lambda s: sl.Assert("too large")(s * 2, T.all(s < 10)), outputs_info=x, n_steps=3)
    f = sl.function([x], steps[-1])
    np.testing.assert_array_equal(f(X), X * 8)
    with pytest.raises(AssertionError, match=r"check \(built in test_watch.py, line \d+\): too large"):
        f(X * 10)


def test_only_exceptions_are_raised():
    with pytest.raises(InvalidValue, match="is no class of exceptions"):
        sl.CheckAndRaise(3, "three")


def test_pickles():
    x = T.dvector("x")
    f = sl.function([x], sl.CheckAndRaise(ValueError, "no")(sl.Print("x")(x), T.all(x > 0)))
    with pytest.raises(ValueError, match="no"):
        pickle.loads(pickle.dumps(f))(X)


# Breakpoints


@MODES
def test_a_breakpoint_stops_where_its_condition_holds(mode, monkeypatch, capsys):
    stops = []
    monkeypatch.setattr(sys, "breakpointhook", lambda: stops.append(sys._getframe(1).f_locals["monitored"]))
    x = T.dvector("x")
    first, second = sl.PdbBreakpoint("large")(T.any(x > 1), x, x * 2)
    f = sl.function([x], [first + second, sl.grad((first * second).sum(), x)], mode=mode)
    np.testing.assert_array_equal(f(X * 0)[0], 0)
    assert stops == []
    found, slope = f(X)
    np.testing.assert_array_equal(found, X * 3)
    np.testing.assert_allclose(slope, 4 * X)
    np.testing.assert_array_equal(stops[0], [X, X * 2])
    assert "breakpoint 'large'" in capsys.readouterr().out


def test_a_breakpoint_of_one_variable_gives_one(monkeypatch):
    monkeypatch.setattr(sys, "breakpointhook", lambda: None)
    x = T.dvector("x")
    y = sl.PdbBreakpoint("one")(1, x)
    np.testing.assert_array_equal(sl.function([x], y * 2)(X), X * 2)
    with pytest.raises(TypeMismatch, match="needs variables"):
        sl.PdbBreakpoint("none")(1)


def test_nodes_are_known_by_what_made_them():
    x, c = T.dvector("x"), T.bscalar("c")
    shown = sl.Print("x is", attrs=("shape",))(x)
    assert shown.owner.op == sl.Print("x is", ("shape",))
    checked = sl.CheckAndRaise(KeyError, "no")(x, c)
    assert checked.owner.op == sl.CheckAndRaise(KeyError, "no")
    assert isinstance(sl.assert_op(x, c).owner.op, sl.Assert)
    stopped = sl.PdbBreakpoint("here")(c, x)
    assert stopped.owner.op == sl.PdbBreakpoint("here")
    f = sl.function([x, c], sl.Assert("small")(shown * 2, c))
    kinds = [type(node.op) for node in f.maker.fgraph.toposort()]
    assert sl.Print in kinds
    assert sl.Assert in kinds
    assert pickle.loads(pickle.dumps(checked)).owner.op == checked.owner.op


def large_outputs(found):
    def post(i, node, fn):
        for (value,) in fn.outputs:
            count = int((np.asarray(value) > 10).sum())
            found.extend([(i, str(node.op))] * count)

    return post


@pytest.mark.parametrize("where", ["scan", "function"])
def test_the_steps_of_a_loop_are_monitored(where):
    """With the mode of a loop the loop alone is told of; with the mode of a function its loops too."""
    from symlab.debug.monitor import monitor_mode

    found = []
    mode = monitor_mode(post_func=large_outputs(found))
    A = T.dvector("A")
    powers, _ = sl.scan(
        lambda before, A: before * A, None, T.ones_like(A), A, n_steps=4, mode=mode if where == "scan" else None
    )
    f = sl.function([A], powers[-1], mode=mode if where == "function" else None)
    np.testing.assert_allclose(f([2.0, 3.0, 0.1, 0.0, 1.0]), [16.0, 81.0, 0.1**4, 0.0, 1.0])
    inside = [op for _, op in found if op == "mul"]
    assert len(inside) == 3
    assert (found == [(0, "mul")] * 3) is (where == "scan")


def test_a_breakpoint_connects_each_variable_with_itself():
    x, y = T.dvectors("x", "y")
    first, _ = sl.PdbBreakpoint("p")(x.sum() > 0, x, y)
    node = first.owner
    wanted = [[False, False], [True, False], [False, True]]
    assert sl.PdbBreakpoint("p").connection_pattern(node) == wanted


def test_a_sparse_matrix_is_checked():
    import scipy.sparse

    import symlab.sparse as sparse

    a = sparse.csr_matrix("a")
    checked = sl.CheckAndRaise(ValueError, "too small")(a, sparse.sp_sum(a) > 2)
    assert isinstance(checked, sparse.SparseVariable)
    f = sl.function([a], sparse.sp_sum(checked))
    assert f(scipy.sparse.csr_matrix(np.eye(3))) == 3
    with pytest.raises(ValueError, match="too small"):
        f(scipy.sparse.csr_matrix(np.eye(3, 2)))


def test_a_check_holds_for_every_element_of_a_stack():
    x, y = T.dvectors("x", "y")
    checked = sl.assert_op(x * 2, T.all(y >= 0))
    X, Y = T.dmatrices("X", "Y")
    for given in ({x: X, y: y}, {x: X, y: Y}, {x: x, y: Y}):
        whole = sl.vectorize_graph(checked, given)
        rows = [np.arange(6.0).reshape(2, 3) if item.ndim == 2 else np.arange(3.0) for item in given.values()]
        values = dict(zip(given.values(), rows, strict=True))
        assert whole.eval(values).tolist() == np.broadcast_to(2 * rows[0], (2, 3)).tolist()
        with pytest.raises(AssertionError):
            whole.eval({**values, given[y]: -rows[1]})
