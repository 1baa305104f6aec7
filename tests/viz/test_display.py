"""The display object: four forms of a cell's result, the live view, and what cannot be shown."""

import html
import json
import types

import IPython
import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, TypeMismatch
from symlab.core.pipeline import DEFAULT
from symlab.viz.display import View, in_kernel
from symlab.viz.html import page, safe_json
from symlab.viz.protocol import MIME, to_json
from tests.viz.programs import random_trace, softmax_regression, softplus

SVG, WIDGET = "image/svg+xml", "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def kernel(monkeypatch):
    """IPython as it is in a kernel, as far as the display looks at it."""
    shell = types.SimpleNamespace(kernel=object(), compile=None)
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    return shell


def test_functions_traces_and_expressions_show_themselves():
    f, x = softplus(), T.dvector("x")
    for value in (f, f.trace, sl.viz.view(f), x + 1, sl.function([x], x + 1, mode="FAST_COMPILE")):
        bundle = value._repr_mimebundle_()
        assert set(bundle) == {"text/plain", MIME, SVG}
        json.dumps(bundle[MIME], allow_nan=False)
        assert bundle[SVG].startswith("<svg")


def test_what_the_text_says():
    f, x = softplus(), T.dvector("x")
    assert f._repr_mimebundle_()["text/plain"] == f"{f!r}\nsoftplus [A]\n└─ x [B]"
    assert f.trace._repr_mimebundle_()["text/plain"] == "softplus [A]\n└─ x [B]"
    assert (x + 1)._repr_mimebundle_()["text/plain"] == "x + 1.0"
    assert repr(sl.viz.view([x, x * 2])) == "x, x * 2.0"


def test_records_say_in_one_line_what_they_are():
    trace = softplus().trace
    assert repr(trace) == "<trace of 12 passes, 1 rewrite>"
    assert repr(trace.passes[3]).startswith("<pass stabilize: 1 rewrite, ")
    assert repr(trace.steps[0]) == "<softplus_of_log: log(1.0 + exp(input0)) -> softplus(input0)>"


def test_a_kernel_gets_a_widget_too(kernel):
    bundle = softplus()._repr_mimebundle_()
    assert set(bundle) == {"text/plain", MIME, SVG, WIDGET}
    assert bundle[WIDGET]["model_id"]


def test_a_terminal_gets_text_alone(monkeypatch):
    shell = type("TerminalInteractiveShell", (), {})()
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    assert set(softplus()._repr_mimebundle_()) == {"text/plain"}
    assert not in_kernel()


def test_a_large_graph_has_no_still_picture():
    assert SVG not in random_trace(2, 500, DEFAULT.upto("associate"), recent=60)._repr_mimebundle_()


@pytest.mark.slow
def test_a_graph_too_large_for_a_notebook_is_text():
    y = T.dvector("x")
    for _ in range(20_001):
        y = T.tanh(y)
    bundle = y._repr_mimebundle_()
    assert set(bundle) == {"text/plain"}
    assert bundle["text/plain"].endswith("20002 nodes are too many for a notebook: use sl.viz.to_html(f, path)")
    assert len(bundle["text/plain"]) < 10_000


@pytest.mark.parametrize("value", [3, None, "f", np.ones(3), [], [1], {"a": 1}])
def test_what_has_no_graph_is_an_error(value):
    with pytest.raises(TypeMismatch, match="has no graph to show"):
        sl.viz.view(value)


def test_a_view_opens_at_a_step_or_at_a_rewrite():
    f = softmax_regression()
    rewrite = next(step for step in f.trace.steps if step.rule.name == "log_of_softmax")
    view = sl.viz.view(f, step=rewrite)
    told = view.trace
    shown = told["steps"][told["view"]["step"] - 1]
    assert told["strings"][told["rules"][shown["rule"]][0]] == "log_of_softmax"
    assert "log_of_softmax" in view.to_svg()
    assert sl.viz.view(f, step=3).trace["view"]["step"] == 3
    with pytest.raises(InvalidValue, match="none of softplus's"):
        sl.viz.view(softplus(), step=rewrite)
    with pytest.raises(InvalidValue, match="a number from 0 to"):
        sl.viz.view(f, step=10_000)


def test_step_and_selection_are_python_values():
    view = sl.viz.view(softmax_regression())
    told = []
    stop = view.on_select(told.append)
    view.on_step(told.append)
    assert (view.step, view.selected) == (0, None)
    view.widget.selected = 4  # what the browser does
    view.selected = None
    stop()
    view.selected = 3
    view.seek(5)
    view.widget.step = 6
    assert told == [4, None, 5, 6]
    assert (view.step, view.selected) == (6, 3)
    with pytest.raises(InvalidValue):
        view.step = -1
    assert view.step == 6


def test_focus_selects_what_stands_for_a_variable():
    x = T.dvector("x")
    y = T.exp(x)
    z = T.log(1 + y)
    view = sl.viz.view(sl.function([x], [T.tanh(z), T.sum(z)]))
    rows = {row[0]: row for row in view.trace["nodes"]}
    view.focus(y)
    assert view.trace["strings"][rows[view.selected][1]] == "exp"
    view.seek(len(view.trace["steps"]))
    view.focus(z)
    rows |= {row[0]: row for step in view.trace["steps"] for row in step["add"]}
    assert "kernel" in view.trace["strings"][rows[view.selected][1]]
    with pytest.raises(InvalidValue, match="nothing stands for"):
        view.focus(T.dvector("elsewhere"))


def test_views_are_written_to_files(tmp_path):
    f = softplus()
    for value in (f.trace, sl.viz.view(f)):
        text = value.to_html(tmp_path / "view.html")
        assert (tmp_path / "view.html").read_text(encoding="utf-8") == text
        picture = value.to_svg(tmp_path / "view.svg")
        assert (tmp_path / "view.svg").read_text(encoding="utf-8") == picture
        assert value.to_json()["steps"]
    assert '"view":{"step":1' in sl.viz.to_html(f, step=1)
    with pytest.raises(InvalidValue, match="a number from 0 to"):
        sl.viz.to_html(f, step=50)


@pytest.mark.parametrize(
    "evil", ["</script><script>alert(1)</script>", "<!--", "\u2028 </title>", "\ud800", "@@TRACE@@"]
)
def test_no_text_of_a_trace_becomes_html(tmp_path, evil):
    x = T.dvector(evil)
    f = sl.function([x], x + 1, mode="FAST_COMPILE", name=evil)
    told = to_json(f)
    assert evil in told["strings"]
    text = page(told)
    text.encode()
    plain = page({**told, "name": "f", "strings": ["" for _ in told["strings"]]})
    assert text.count("<") == plain.count("<")
    assert json.loads(safe_json({"a": evil})) == {"a": evil}
    title = text.partition("<title>")[2].partition("</title>")[0]
    assert html.unescape(title).startswith(evil.replace("\ud800", "?"))
    f.trace.to_html(tmp_path / "page.html")


def test_names_in_the_package_stay_what_they_are():
    for name in sl.viz.__all__:
        first = getattr(sl.viz, name)
        assert getattr(sl.viz, name) is first
        assert callable(first)
    assert View is sl.viz.View
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        sl.viz.nothing


def test_the_view_of_a_trace_is_named_after_its_function():
    x = T.dvector("x")
    f = sl.function([x], T.exp(x), name="growth")
    assert "<title>growth - symlab</title>" in sl.viz.to_html(f.trace)
    assert sl.viz.view(f.trace).trace["name"] == "growth"
