"""One test for each paragraph of docs/decisions.md."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.reference import evaluate
from symlab.core.ir.errors import ConfigError, NodeError
from symlab.core.ir.graph import Graph
from symlab.core.pipeline import DEFAULT, run

ROOT = Path(__file__).resolve().parents[2]


def test_each_paragraph_has_a_test():
    """The headings, with _ for what is no letter or digit, are the names of tests."""
    headings = re.findall(r"^## (.*)$", (ROOT / "docs/decisions.md").read_text(), re.MULTILINE)
    wanted = {"test_" + re.sub(r"\W+", "_", heading.lower()) for heading in headings}
    assert wanted <= globals().keys()


def optimized(inputs, output, pipeline=None, **settings):
    with sl.configure(**settings):
        trace = run(pipeline or DEFAULT.upto("specialize"), Graph.of(inputs, [output]), sl.core.ir.config.current())
    return trace.graph


def test_identity_of_typed_nodes():
    x = T.dscalar("x")
    student, teacher = T.exp(x), T.exp(x)
    assert student is not teacher
    slope = sl.grad(student * teacher, x, consider_constant=[teacher])
    assert float(slope.eval({x: 1.0})) == pytest.approx(np.exp(2.0))
    graph = Graph.of([x], [student, teacher])
    assert graph.roots[0] is graph.roots[1]
    assert graph.origins[graph.roots[0]] == (student, teacher)


def test_keys_of_constants():
    values = [0.0, -0.0, 1, 1.0, True, np.float32(1), np.nan, -np.nan, np.ones(1)]
    graph = Graph.of([], [T.constant(value) for value in values])
    assert len(set(graph.roots)) == len(values) - 1
    assert graph.roots[6] is graph.roots[7]
    large = T.constant(np.zeros(20_000))
    assert Graph.of([], [large]).roots[0] is not Graph.of([], [T.constant(np.zeros(20_000))]).roots[0]
    f = sl.function([], T.exp(large))
    assert len(f.source) < 100_000


def test_types_and_promotion():
    x, i, b = T.fvector("x"), T.ivector("i"), T.bvector("b")
    assert (x * 0.5).dtype == "float32"
    assert (i * 0.5).dtype == "float64"
    assert (x + i).dtype == "float64"
    assert (i + b).dtype == "int32"
    with sl.configure(floatX="float32"):
        assert (i / b).dtype == "float32"
    y = T.fvector("y")
    with pytest.raises((NodeError, ValueError), match="broadcast"):
        evaluate([x + y], {x: np.ones(1, "f4"), y: np.ones(3, "f4")})


def test_algebra_and_what_a_rule_assumes():
    x = T.dvector("x")
    assert optimized([x], x - x + 1.0).roots[0].op.name != "add"
    floating = optimized([x], x * 0.0, algebra="floating")
    assert np.isnan(evaluate(floating.roots, {floating.inputs[0]: np.array([np.inf])})[0][0])


def test_seams_between_layers():
    code = "import symlab, sys; print(sorted(m for m in sys.modules if m.startswith(('symlab.viz', 'symlab.debug'))))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_modes_and_configuration():
    x = T.dscalar("x")
    with sl.configure(mode="FAST_COMPILE"):
        f = sl.function([x], T.exp(x))
    assert f.mode.name == "FAST_COMPILE"
    assert f.config.mode == "FAST_COMPILE"
    assert sl.config.mode == "FAST_RUN"
    with pytest.raises(ConfigError, match="did you mean 'threads'"):
        sl.configure(thread=2)


def test_one_kernel_for_every_back_end():
    from symlab.core.backends.c.render import render
    from symlab.core.backends.cuda.render import render as render_cuda
    from symlab.core.lower.program import KernelCall

    x = T.dmatrix("x")
    program = run(DEFAULT, Graph.of([x], [T.exp(x).sum(axis=1)]), sl.core.ir.config.current()).program
    (step,) = program.steps
    assert isinstance(step, KernelCall)
    assert "sl_exp(" in render(program).source
    assert "__global__" in render_cuda(program).source


def test_what_users_add():
    calls = []

    @sl.as_op([T.dscalar], [T.dscalar])
    def counted(value):
        calls.append(float(value))
        return value + 1

    x = T.dscalar("x")
    node = counted(T.constant(2.0))
    f = sl.function([x], node * x)
    assert calls == []  # constants in, and it waits for the call all the same
    assert float(f(3.0)) == 9.0
    assert calls == [2.0]
    square = sl.OpFromGraph([x], [x * x])
    trace = run(DEFAULT.upto("specialize"), Graph.of([x], [T.log(1 + T.exp(square(x)))]), sl.core.ir.config.current())
    assert "softplus" in {node.op.name for node in trace.graph.nodes()}  # the rule saw across the sub-graph


def test_stages():
    x = T.dvector("x")
    f = sl.function([x], T.exp(T.unique(x)).sum())
    assert np.isclose(f([1.0, 2.0, 2.0]), np.exp([1.0, 2.0]).sum())
    assert re.search(r"Python computes", f.source)
    choice = sl.ifelse.ifelse(x.sum() > 0, T.unique(x).sum(), 0.0)
    assert "Python computes ifelse" in sl.function([x], choice).source


def test_interrupts():
    x, n, s = T.dvector("x"), T.lscalar("n"), sl.shared(0.0, "s")
    states, _ = sl.scan(lambda a: T.sin(a) + a, outputs_info=[x], n_steps=n)
    f = sl.function([x, n], states[-1], updates=[(s, s + 1)])
    f(np.ones(3), 2)
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        f(np.ones(3), 2_000_000_000)
    assert float(s.get_value()) == 1.0


def test_files(tmp_path):
    x = T.dvector("x")
    path = tmp_path / "f.symlab"
    sl.save(path, sl.function([x], T.log(1 + T.exp(x))))
    found = sl.load(path)
    assert [step.rule.name for step in found.trace.steps] == ["softplus_of_log"]  # rewriting was done again
    assert found([800.0]).tolist() == [800.0]


def test_draws_in_loops():
    key = T.random.key(1)
    drawn, _ = sl.map(lambda _: T.random.uniform(rng=key), [T.arange(50)])
    assert len(set(sl.function([], drawn)().tolist())) == 50
    folded, _ = sl.map(lambda k: T.random.uniform(rng=k), [T.random.split(key, 50)])
    alone = T.random.uniform(rng=T.random.split(key, 50)[7])
    assert sl.function([], folded)()[7] == sl.function([], alone)()


def test_solutions_of_equations():
    x, a = T.dscalars("x", "a")
    root, succeeded = sl.optimize.root_scalar(x**3 - a, x)
    f = sl.function([x, a], [root, succeeded, *T.grad(root, [a, x], disconnected_inputs="ignore")])
    value, is_found, slope, of_start = map(float, f(1.5, 8.0))
    assert is_found
    assert np.allclose([value, slope, of_start], [2.0, 1 / 12, 0.0], rtol=1e-9)


def test_two_memories():
    x = T.dvector("x")
    trace = run(DEFAULT.for_device(), Graph.of([x], [T.sort(T.exp(T.sort(x)))]), sl.core.ir.config.current())
    assert {step.rule.name for step in trace.steps} == {"back_from_device"}
    names = [type(step).__name__ for step in trace.program.steps]
    assert names == ["ReferenceCall", "TransferCall", "KernelCall", "TransferCall", "ReferenceCall"]


def test_the_trace_version_1():
    from symlab.viz.protocol import replay

    trace = json.loads((ROOT / "tests/data/trace_v1.json").read_text())
    expected = json.loads((ROOT / "tests/data/trace_v1_expected.json").read_text())
    assert trace["version"] == 1
    assert expected
    assert replay(trace, 0) is not None
