"""The JSON of a trace: replaying it gives the graphs that the compiler had."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir import config
from symlab.core.ir.expr import toposort
from symlab.core.ir.graph import Graph
from symlab.core.pipeline import DEFAULT, run
from symlab.viz.html import page, safe_json
from symlab.viz.protocol import replay, replay_rows, to_json
from symlab.viz.text import attribute_texts, constant_text

DATA = Path(__file__).resolve().parents[1] / "data"


def structures(rows, outputs, strings):
    """The outputs as nested structures in which numbers of nodes play no part."""
    keys = {}
    waiting = {row[0]: row for row in rows}
    while waiting:
        for number, row in list(waiting.items()):
            if all(operand in keys for operand in row[2]):
                detail = strings[row[7]] if row[7] >= 0 else ""
                keys[number] = hash((strings[row[1]], detail, tuple(keys[operand] for operand in row[2])))
                del waiting[number]
    return [keys[number] for number in outputs]


def structures_of(graph):
    """The same of an interned graph."""
    keys = {}
    for node in toposort(graph.roots):
        if node.op.name == "constant":
            detail = constant_text(node)
        else:
            detail = "" if not node.args else ", ".join(attribute_texts(node))
        keys[node] = hash((node.op.name, detail, tuple(keys[arg] for arg in node.args)))
    return [keys[root] for root in graph.roots]


def random_trace(seed, size=40):
    generator = random.Random(seed)
    inputs = [T.dvector(name) for name in "abcd"]
    parts = list(inputs)
    makers = [
        lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: -a, lambda a, b: T.log(1 + T.exp(a)),
        lambda a, b: a * 1.0 + b * 0.0, lambda a, b: (a + b) - a, lambda a, b: T.tanh(-a), lambda a, b: a * b / a,
        lambda a, b: a.sum() * b, lambda a, b: T.exp(a) / T.exp(a).sum(),
    ]  # fmt: skip
    while len(parts) < size:
        parts.append(generator.choice(makers)(generator.choice(parts[-12:]), generator.choice(parts[-12:])))
    outputs = [parts[-1], parts[-2].sum()]
    return run(DEFAULT.upto("associate"), Graph.of(inputs, outputs), config.current())


@pytest.mark.parametrize("seed", range(25))
def test_replay_gives_the_graphs_of_the_compiler(seed):
    trace = random_trace(seed)
    told = to_json(trace)
    json.loads(json.dumps(told, allow_nan=False))
    strings = told["strings"]
    rows, outputs = replay_rows(told, 0)
    assert structures(rows, outputs, strings) == structures_of(trace.first_graph)
    rows, outputs = replay_rows(told)
    assert structures(rows, outputs, strings) == structures_of(trace.graph)


@pytest.mark.parametrize("seed", range(5))
def test_every_pass_ends_with_its_graph(seed):
    trace = random_trace(seed)
    told = to_json(trace)
    for row, record in zip(told["passes"], trace.passes, strict=True):
        rows, outputs = replay_rows(told, row[1] + row[2])
        assert structures(rows, outputs, told["strings"]) == structures_of(record.after), record.name
        assert row[5] == len(rows)


def test_deleted_numbers_are_not_used_again_and_steps_are_consistent():
    told = to_json(random_trace(3, 80))
    alive = {row[0] for row in told["nodes"]}
    gone = set()
    for step in told["steps"]:
        added = {row[0] for row in step["add"]}
        assert not added & (alive | gone)
        alive |= added
        assert all(node in alive and operand in alive for node, _, operand in step["rewired"])
        assert set(step["del"]) <= alive
        alive -= set(step["del"])
        gone |= set(step["del"])
        assert step["by"] in alive


def test_sources_names_and_updates():
    x, w = T.dvector("x"), sl.shared(np.ones(3), "w")
    f = sl.function([x], (x * w).sum(), updates=[(w, w * 0.5)], mode="FAST_COMPILE", name="step")
    told = to_json(f)
    strings = told["strings"]
    assert told["name"] == "step"
    assert [strings[label] for label, _ in told["outputs"]] == ["output 0", "update of w"]
    labels = {strings[row[0]] for row in told["sources"]}
    assert "test_protocol.py" in labels
    assert any("w * 0.5" in strings[row[2]] for row in told["sources"])
    hidden = to_json(f, names_only=True)
    assert not any("w * 0.5" in text for text in hidden["strings"])
    assert all(row[2] == -1 for row in hidden["sources"])


def test_a_kernel_stands_for_its_nodes():
    x = T.dmatrix("x")
    f = sl.function([x], T.exp(T.tanh(x) * 2 + 1).sum(axis=0))
    told = to_json(f)
    nodes, outputs = replay(told)
    kinds = [op for _, op, _ in nodes]
    assert sum(kind.startswith("kernel") for kind in kinds) == 1
    assert "exp" not in kinds
    assert len(outputs) == 1
    assert told["kernels"]


def test_the_fixture_shared_with_typescript():
    told = json.loads((DATA / "trace_v1.json").read_text())
    expected = json.loads((DATA / "trace_v1_expected.json").read_text())
    assert len(expected) > 2
    for moment in expected:
        nodes, outputs = replay(told, moment["step"])
        assert [list(node) for node in nodes] == moment["nodes"]
        assert outputs == moment["outputs"]


def test_no_text_of_a_trace_becomes_html():
    evil = "</script><script>alert(1)</script>"
    x = T.dvector(evil)
    told = to_json(sl.function([x], x + 1, mode="FAST_COMPILE"))
    assert evil in told["strings"]
    text = page(told)
    assert evil not in text
    assert text.count("<script") == text.count("</script>")
    assert json.loads(safe_json({"a": evil})) == {"a": evil}
