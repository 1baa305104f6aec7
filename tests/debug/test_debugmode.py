"""DebugMode: each of its checks finds a fault planted for it, and a range of ordinary programs gives no findings."""

from __future__ import annotations

import ctypes
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import DebugModeError
from symlab.core.ops.compare import eq, switch
from symlab.core.ops.declare import elementwise
from symlab.core.ops.elementwise import add, exp, expm1, maximum, mul
from symlab.core.ops.trigonometric import cos, sin
from symlab.core.pipeline import ASSOCIATE, LOWER, Pipeline, Rewrite
from symlab.core.rewrite.rule import computed, rule
from symlab.debug.memory import RUN
from symlab.debug.report import Report

A = np.array([0.5, 1.0, 2.0])


def debugged(inputs, outputs, rules=(), raises=False, updates=None, backend="auto"):
    """A function in DebugMode; with rules, these are all that its pipeline has."""
    options = {"raises": raises}
    pipeline = Pipeline((Rewrite("planted", tuple(rules)), ASSOCIATE, *LOWER))
    mode = sl.Mode("DebugMode", backend=backend, check="debug.DebugMode", options=options)
    return sl.function(inputs, outputs, updates=updates, mode=replace(mode, pipeline=pipeline) if rules else mode)


def found(f, *args):
    """The checks that found something, and what."""
    report = f.check(f.made.signature.convert(args, {}))
    return [(finding.check, finding.problem) for finding in report.findings]


@pytest.fixture
def x():
    return T.dvector("x")


# Rewrites


@rule
def sine_is_its_operand(x):
    """Planted: right near 0 alone."""
    return sin(x), x


@rule
def expm1_by_exp(x):
    """Planted: the same formula, computed worse."""
    return expm1(x), exp(x) - 1


def test_a_wrong_rewrite_is_named(x):
    f = debugged([x], T.sin(x), [sine_is_its_operand])
    f(A)
    assert f.report.rules == ["sine_is_its_operand"]
    finding = f.report.findings[0]
    assert finding.check == "rewrite"
    assert finding.step == 0
    assert "x = 0.5" in finding.values
    assert "test_debugmode.py, line" in finding.origin
    assert "sine_is_its_operand" in str(f.report)


def test_a_loss_of_accuracy_is_named(x):
    f = debugged([x], T.expm1(x), [expm1_by_exp])
    assert [check for check, _ in found(f, [1e-9, 1.0])][:1] == ["accuracy"]
    assert found(f, [3.0, 1.0]) == []  # there nothing is lost


def test_a_wrong_value_at_a_single_point_is_named(x):
    @rule
    def wrong_where_they_are_equal(x, y):
        """Planted: a wrong value at a point around which the right one does not jump."""
        return maximum(x, y), (x + y + abs(x - y)) / 2 + switch(eq(x, y), 1.0, 0.0)

    y = T.dvector("y")
    f = debugged([x, y], T.maximum(x, y), [wrong_where_they_are_equal])
    assert f.check([A, A + 1]).rules == []
    assert f.check([A, np.array([3.0, 1.0, 0.0])]).rules == ["wrong_where_they_are_equal"]


def test_a_rule_that_does_not_end_is_named(x):
    @computed(sin, formula="sin(x) -> sin(x + 1)", example=sin)
    def farther(node, builder, facts):
        """Planted: the result matches again."""
        return builder.make(sin, (builder.flat(add, (node.args[0], builder.constant(1, node))),))

    report = debugged([x], T.sin(x), [farther]).check([A])
    assert "farther" in report.rules
    assert any(finding.check == "order" and "would not end" in finding.problem for finding in report.findings)


def test_rewriting_that_is_not_repeated_is_found(x):
    calls = []

    @computed(sin, formula="sin(x) -> sin(x) or cos(x)", example=sin)
    def by_chance(node, builder, facts):
        """Planted: what it does depends on what went before."""
        calls.append(node)
        return builder.make(cos, node.args) if len(calls) > 1 else None

    assert ("order", "compiling again gives another graph") in found(debugged([x], T.sin(x), [by_chance]), A)


# Compiled code

bad_exp = elementwise(
    "bad_exp",
    doc="Planted: C computes something else.",
    reference=np.exp,
    dtypes=exp.dtypes,
    partials=(lambda y, x: y,),
    c="exp({0}) * 1.001",
    exact="mpmath:exp",
)


def test_a_wrong_node_is_found(x):
    f = debugged([x], 1 + bad_exp(x))
    f(A)
    kernel = next(finding for finding in f.report.findings if finding.check == "kernel")
    assert kernel.node.op is bad_exp
    assert "operands 0.5" in kernel.values
    assert "result" in {finding.check for finding in f.report.findings}


def planted_run(f, damage):
    """The function whose compiled code does some damage after (or instead of) its work."""
    executable = f.made.executable
    work = RUN(executable.binary.run)
    broken = RUN(lambda data, shapes, workspace, error: damage(work, data, shapes, workspace, error))
    binary = replace(executable.binary, run=ctypes.cast(broken, ctypes.c_void_p).value)
    return replace(executable, binary=binary), broken


def poke(data, operand, offset):
    """Write a byte into an operand's memory."""
    address = ctypes.cast(data, ctypes.POINTER(ctypes.c_void_p))[operand]
    byte = ctypes.c_uint8.from_address(address + offset)
    byte.value ^= 0x11


def written(operand, offset):
    """Code that works, and writes where it may not."""

    def damage(work, data, shapes, workspace, error):
        code = work(data, shapes, workspace, error)
        poke(data, operand, offset)
        return code

    return damage


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (written(0, 3), "input x was written to"),
        (written(0, -8), "something was written outside of input x"),
        (written(1, 3 * 8), "something was written outside of the memory of a result"),
        (lambda *call: 0, "a result was made from memory that nothing had been written to"),
    ],
)
def test_forbidden_writes_are_found(x, damage, problem, monkeypatch):
    f = debugged([x], T.exp(x))
    broken, kept = planted_run(f, damage)
    monkeypatch.setattr(f.made, "executable", broken)
    monkeypatch.setitem(f.__dict__, "twin", None)
    assert ("memory", problem) in found(f, A)
    assert kept is not None


def with_results(f, monkeypatch, front):
    """The function whose results are planted."""
    twin = SimpleNamespace(reset=lambda given: None, front=front, cells={})
    monkeypatch.setitem(f.__dict__, "twin", twin)
    return f


def test_shared_memory_is_found(x, monkeypatch):
    f = with_results(debugged([x], [abs(x), 2 * x]), monkeypatch, lambda x: [x, 2 * x])
    assert found(f, A) == [("memory", "result 1 shares memory with input x")]

    def overlapping(x):
        both = np.stack([abs(x), 2 * x])
        return [both[0], both.reshape(-1)[3:]]

    f = with_results(debugged([x], [abs(x), 2 * x]), monkeypatch, overlapping)
    assert found(f, A) == []  # side by side is not the same memory

    whole = 2 * A
    f = with_results(debugged([x], [2 * x, x + x]), monkeypatch, lambda x: [whole, whole])
    assert ("memory", "result 2 shares memory with result 1") in found(f, A)


@pytest.mark.parametrize(
    ("result", "problem"),
    [
        (np.exp(A).astype("float32"), "it is float32(3,), and should be float64(3,)"),
        (np.exp(A)[:, None], "it is float64(3, 1), and should be float64(3,)"),
        (np.exp(A) + np.array([0, 1e-9, 0]), "element (1,) is"),
        (np.array([np.exp(0.5), np.nan, np.exp(2)]), "element (1,) is nan"),
    ],
)
def test_wrong_results_are_found(x, monkeypatch, result, problem):
    f = with_results(debugged([x], T.exp(x)), monkeypatch, lambda x: [result])
    assert any(check == "result" and problem in text for check, text in found(f, A))


def test_a_truth_value_that_is_none_is_found(x, monkeypatch):
    byte = np.array([1, 2, 0], np.uint8).view(bool)
    f = with_results(debugged([x], x > 0.7), monkeypatch, lambda x: [byte])
    assert ("type", "it holds bytes that are no truth values") in found(f, np.array([1.0, 2.0, 0.5]))


# How it is told


def test_it_raises_or_reports(x):
    loud = debugged([x], T.sin(x), [sine_is_its_operand], raises=True)
    with pytest.raises(DebugModeError, match="sine_is_its_operand"):
        loud(A)
    quiet = debugged([x], T.sin(x), [sine_is_its_operand])
    np.testing.assert_array_equal(quiet(A), A)  # what the wrong rule made
    assert not quiet.report


def test_html(x, tmp_path):
    f = debugged([x], T.sin(x), [sine_is_its_operand])
    f(A)
    text = f.report._repr_html_()
    assert "findings" in text
    assert "sine_is_its_operand" in text
    assert "f&lt;lambda&gt;" in Report("f<lambda>")._repr_html_()
    f.report.to_html(str(tmp_path / "report.html"))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert text in page


def test_updates_happen_once(x):
    s = sl.shared(np.zeros(3), "s")
    f = debugged([x], s.sum(), updates=[(s, s + x)], raises=True)
    for count in range(1, 4):
        assert f(A) == (count - 1) * A.sum()
        np.testing.assert_array_equal(s.get_value(), count * A)
    assert f.report
    f.check([A])
    np.testing.assert_array_equal(s.get_value(), 3 * A)  # a check updates nothing


def test_findings_update_nothing(x):
    s = sl.shared(np.zeros(3), "s")
    f = debugged([x], T.sin(x), [sine_is_its_operand], updates=[(s, s + x)], raises=True)
    with pytest.raises(DebugModeError):
        f(A)
    np.testing.assert_array_equal(s.get_value(), np.zeros(3))


# Ordinary programs

UNARY = [T.exp, T.tanh, T.sin, T.sqr, abs, T.log1p, T.sqrt, T.sigmoid, T.softplus, T.erf, lambda v: -v, lambda v: 1 / v]
BINARY = [add, mul, T.maximum, lambda a, b: a - b, lambda a, b: a / b, lambda a, b: T.switch(a > b, a, b)]


def random_expression(random, inputs, size):
    """An expression of so many random operations, with its gradient if there is one."""
    pool = list(inputs)
    for _ in range(size):
        if random.random() < 0.5:
            pool.append(UNARY[random.integers(len(UNARY))](pool[random.integers(len(pool))]))
        else:
            first, second = (pool[place] for place in random.integers(len(pool), size=2))
            pool.append(BINARY[random.integers(len(BINARY))](first, second))
    return pool[-1]


@pytest.mark.parametrize("seed", range(12))
def test_random_programs_give_no_findings(seed):
    random = np.random.default_rng(seed)
    inputs = [T.dvector("x"), T.dvector("y"), T.dvector("z")]
    result = random_expression(random, inputs, 8)
    slopes = sl.grad(T.sum(result), inputs, disconnected_inputs="ignore")
    f = sl.function(inputs, [result, *slopes], mode="DebugMode", on_unused_input="ignore")
    f(*(random.normal(size=5) for _ in inputs))
    assert f.report, str(f.report)


def test_an_ordinary_program_gives_no_findings():
    x, t = T.dmatrix("x"), T.dmatrix("t")
    random = np.random.default_rng(0)
    w, b = sl.shared(random.normal(size=(4, 3)), "w"), sl.shared(np.zeros(3), "b")
    loss = -T.mean(T.sum(t * T.log(T.softmax(T.dot(x, w) + b)), axis=1))
    updates = [(item, item - 0.1 * slope) for item, slope in zip((w, b), sl.grad(loss, [w, b]))]
    f = sl.function([x, t], loss, updates=updates, mode="DebugMode")
    data, truth = random.normal(size=(6, 4)), np.eye(3)[random.integers(3, size=6)]
    losses = [float(f(data, truth)) for _ in range(3)]
    assert losses[2] < losses[0]
    assert f.report
    assert f.report.rewrites > 0
    assert f.report.kernels > 0
    assert f.report.results == 6  # the loss and two updates, beside the graph as written and as optimized


def test_calls_from_several_threads_do_not_disturb_each_other():
    x, s = T.dvector("x"), sl.shared(0.0)
    f = sl.function([x], x * 2, updates={s: s + 1}, mode="DebugMode")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda number: f(np.full(2, number)).tolist(), map(float, range(40))))
    assert found == [[2.0 * number] * 2 for number in range(40)]
    assert float(s.get_value()) == 40


@pytest.mark.slow
def test_what_does_not_fit_in_a_branch_that_is_not_taken_is_no_error():
    c, x, y = T.lscalar("c"), T.dvector("x"), T.dvector("y")
    f = sl.function([c, x, y], sl.ifelse(c, (x + y - 1).sum(), x.sum()), mode="DebugMode")
    assert float(f(0, A, A[:2])) == A.sum()
    assert not f.report.findings
    with pytest.raises(ValueError, match=r"broadcast|sizes|shape"):
        f(1, A, A[:2])
