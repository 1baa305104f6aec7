"""`%load_ext symlab`: the magics in an IPython shell, what they print, keep, complete and refuse."""

import json

import numpy as np
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import symlab as sl
from symlab.viz.display import View

CELL = "import symlab.tensor as T\nx = T.dvector('x')\nT.log(1 + T.exp(x))"


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.chdir(tmp_path)
    settings = Config()
    settings.HistoryManager.enabled = False
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance(config=settings)
    made.run_line_magic("load_ext", "symlab")
    yield made
    InteractiveShell.clear_instance()


@pytest.fixture
def loss(shell):
    """A compiled function in the user's namespace, and a shared variable that its calls change."""
    cell = """
import numpy as np, symlab as sl, symlab.tensor as T
x, w = T.dvector("x"), sl.shared(np.ones(3), "w")
y = T.log(1 + T.exp(x * w))
f = sl.function([x], y.sum(), updates=[(w, w * 0.5)], name="f")
a = np.arange(3.0)
"""
    shell.run_cell(cell)
    return shell


def test_the_cell_magic_shows_the_workbench_of_the_last_value(shell, capsys):
    shown = shell.run_cell_magic("symlab", "", CELL)
    assert isinstance(shown, View)
    assert "rewrites in" in capsys.readouterr().out
    assert shown.value(np.array([800.0])) == 800.0
    assert shell.user_ns["x"].name == "x"


def test_options_of_the_cell_magic(shell, capsys):
    shown = shell.run_cell_magic("symlab", "-q -m fast_compile -o made --step", CELL)
    assert capsys.readouterr().out == ""
    made = shell.user_ns["made"]
    assert made.mode.name == "FAST_COMPILE"
    assert made.trace.passes
    assert shown.trace["view"]["step"] == 0  # nothing fires
    assert shell.run_cell_magic("symlab", "-q --step", CELL).trace["view"]["step"] == 1
    assert shell.run_cell_magic("symlab", "-q -s 0", CELL).trace["view"]["step"] == 0


def test_passes_end_where_they_are_told_to(shell):
    shell.run_cell_magic("symlab", "-q -p stabilize -o made", CELL)
    assert [record.name for record in shell.user_ns["made"].trace.passes] == [
        "inline", "merge loops", "canonicalize", "stabilize",
    ]  # fmt: skip


def test_a_compiled_function_is_shown_as_it_is_or_compiled_again(loss):
    assert loss.run_cell_magic("symlab", "-q", "f").value is loss.user_ns["f"]
    again = loss.run_cell_magic("symlab", "-q -m FAST_COMPILE", "f").value
    assert again.mode.name == "FAST_COMPILE"


def test_several_expressions_are_one_function(shell):
    shown = shell.run_cell_magic("symlab", "-q", CELL + "\n[x, T.exp(x)]")
    assert len(shown.value.outputs) == 2


def test_lines_are_counted_as_the_notebook_counts_them(shell):
    shell.execution_count = 7
    shown = shell.run_cell_magic("symlab", "-q", CELL)
    (origin,) = {typed.origin for typed in shown.value.outputs}
    assert str(origin) == "cell 7, line 4"  # line 1 is the magic's
    assert origin.text == "T.log(1 + T.exp(x))"


@pytest.mark.parametrize(
    ("magic", "line"),
    [
        ("symlab", "--nonsense"),
        ("symlab", "-m FAST_RUM"),
        ("symlab", "-p stabilise"),
        ("symlab", "--step many"),
        ("symlab", "--step 5000"),
        ("symlab_passes", "nothing"),
        ("symlab_passes", "a"),
        ("symlab_passes", "f g"),
        ("symlab_step", "f"),
        ("symlab_step", "f 5000"),
        ("symlab_step", "f -1"),
        ("symlab_profile", "f"),
        ("symlab_profile", "a[0]"),
        ("symlab_profile", "f(("),
        ("symlab_debug", ""),
        ("symlab_export", "f"),
        ("symlab_export", "f out.docx"),
        ("symlab_export", "f no/such/folder/out.html"),
        ("symlab_why", "f 5000"),
        ("symlab_why", "f nothing"),
        ("symlab_why", "f a"),
    ],
)
def test_what_is_wrong_is_a_usage_error(loss, magic, line):
    with pytest.raises(UsageError) as caught:
        if magic == "symlab":
            loss.run_cell_magic(magic, line, CELL)
        else:
            loss.run_line_magic(magic, line)
    assert str(caught.value)


@pytest.mark.parametrize("cell", ["x = 1", "3", "[]", "'text'", "def g():\n    pass"])
def test_a_cell_without_an_expression_is_a_usage_error(shell, cell):
    with pytest.raises(UsageError, match="the last line of the cell"):
        shell.run_cell_magic("symlab", "", cell)


def test_an_error_in_the_cell_is_the_users_own(shell):
    with pytest.raises(ZeroDivisionError):
        shell.run_cell_magic("symlab", "", "1 / 0")


def test_a_usage_error_has_no_traceback(loss, capsys):
    loss.run_cell("%symlab_passes nothing")
    told = capsys.readouterr()
    assert "UsageError" in told.err
    assert "Traceback" not in told.out + told.err


def test_passes_are_listed(loss, capsys):
    loss.run_line_magic("symlab_passes", "f")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [
        name.split()[0] for name in loss.user_ns["f"].mode.pipeline.names
    ]


def test_one_step_is_told_and_shown(loss, capsys):
    told = View(loss.user_ns["f"]).trace
    names = [told["strings"][told["rules"][step["rule"]][0]] for step in told["steps"]]
    place = next(place for place, name in enumerate(names, 1) if "softplus" in name)
    shown = loss.run_line_magic("symlab_step", f"f {place}")
    assert shown.trace["view"]["step"] == place
    assert f"{names[place - 1]}: log(1 + exp(x)) -> softplus(x)" in capsys.readouterr().out
    loss.run_line_magic("symlab_step", f"-q f {place}")
    assert capsys.readouterr().out == ""


def test_a_call_is_measured_and_changes_nothing(loss):
    profile = loss.run_line_magic("symlab_profile", "-r 2 -o kept f(a - -1.0)")
    assert profile.rows
    assert profile is loss.user_ns["kept"]
    assert loss.run_line_magic("symlab_profile", "-q f(x=a)") is None
    np.testing.assert_array_equal(loss.user_ns["w"].get_value(), np.ones(3))
    assert View(loss.user_ns["f"]).trace["tables"]["microseconds"]["values"]


def test_a_call_is_checked_and_changes_nothing(loss):
    report = loss.run_line_magic("symlab_debug", "-o checked f(a)")
    assert report.rewrites == len(loss.user_ns["f"].trace.steps)
    assert not report.findings
    np.testing.assert_array_equal(loss.user_ns["w"].get_value(), np.ones(3))
    verdicts = {step["verdict"] for step in View(loss.user_ns["checked"]).trace["steps"]}
    assert "ok" in verdicts
    assert verdicts <= {"ok", None}


@pytest.mark.parametrize("suffix", [".html", ".svg", ".json", ".dot"])
def test_a_workbench_is_written_to_a_file(loss, tmp_path, capsys, suffix):
    path = tmp_path / f"the graph{suffix}"
    loss.run_line_magic("symlab_export", f"f '{path}'")
    text = path.read_text()
    starts = {".html": "<!doctype html>", ".svg": "<svg", ".json": '{"version":1', ".dot": "digraph"}
    assert text.lower().startswith(starts[suffix])
    assert "wrote" in capsys.readouterr().out
    if suffix == ".json":
        assert json.loads(text)["name"] == "f"


def test_why_tells_the_way_of_a_variable(loss, capsys):
    loss.run_line_magic("symlab_why", "f y")
    told = capsys.readouterr().out
    assert "log(1 + exp(x)) -> softplus(x)" in told
    assert "kernel" in told.splitlines()[-2]
    loss.run_line_magic("symlab_why", "f 0")
    assert "no rewrite touched #0" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%%symlab --", "--mode"),
        ("%%symlab --mode FAST", "FAST_COMPILE"),
        ("%%symlab -p sta", "stabilize"),
        ("%symlab_profile --", "--repeat"),
        ("%symlab_passes ", "f"),
    ],
)
def test_tab_completes_options_and_names(loss, text, expected):
    with provisionalcompleter():
        found = [completion.text for completion in loss.Completer.completions(text, len(text))]
    assert expected in found


def test_every_magic_says_what_it_does(shell):
    magics = [*shell.magics_manager.magics["line"].items(), *shell.magics_manager.magics["cell"].items()]
    own = {name: magic for name, magic in magics if name.startswith("symlab")}
    assert len(own) == 8
    assert all(magic.__doc__ and "::" in magic.__doc__ for magic in own.values())
    assert sl.load_ipython_extension


def test_two_compilations_are_compared(loss, capsys):
    loss.run_cell("g = sl.function([x], y.sum(), mode='FAST_COMPILE')\nh = sl.function([x], y.sum())", silent=True)
    loss.run_line_magic("symlab_diff", "g h")
    told = capsys.readouterr().out
    assert "softplus_of_log                       0      1" in told
    assert any(line.startswith("-") and "exp" in line for line in told.splitlines())
    assert any(line.startswith("+") and "softplus" in line for line in told.splitlines())
    loss.run_line_magic("symlab_diff", "h h")
    assert capsys.readouterr().out.strip().endswith("the optimized graphs are the same")
    with pytest.raises(UsageError, match="no compiled function"):
        loss.run_line_magic("symlab_diff", "h y")
