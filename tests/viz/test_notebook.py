"""A notebook in a real kernel: what its cells show is what a saved notebook keeps, with the lines of its cells."""

import json
import xml.etree.ElementTree as ElementTree

import nbformat
import pytest
from nbclient import NotebookClient

from symlab.viz.packing import unpack
from symlab.viz.protocol import MIME, VERSION, replay

pytestmark = pytest.mark.slow
SVG, WIDGET = "image/svg+xml", "application/vnd.jupyter.widget-view+json"
CELLS = (
    "import numpy as np\nimport symlab as sl\nimport symlab.tensor as T\n%load_ext symlab",
    "x = T.dmatrix('x')\nw = sl.shared(np.ones((3, 2)), 'w')",
    "y = T.log(1 + T.exp(T.dot(x, w)))\ntotal = y.sum()",
    "f = sl.function([x], total, updates=[(w, w - 0.1 * sl.grad(total, w))], name='train')\nf",
    "f.trace",
    "y",
    "view = sl.viz.view(f, step=3)\nview",
    "view.seek(5)\nview.selected = 2\nprint(view.step, view.selected)",
    "%%symlab -m FAST_COMPILE -o g\nz = T.tanh(y)\nz * 2",
    "%symlab_passes f",
    "sl.viz.to_latex(y)",
    "b = T.dvector('b')\n\nT.dot(x, w) + T.specify_shape(b, (3,)) + T.specify_shape(b, (4,))",
    "%symlab_step f 100000",
    "f.profile(np.ones((5, 3)))\nf",
)


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The notebook as it is saved after all its cells have run."""
    folder = tmp_path_factory.mktemp("notebook")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    client = NotebookClient(
        book,
        timeout=120,
        kernel_name="python3",
        allow_errors=True,
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    path = folder / "saved.ipynb"
    nbformat.write(book, path)
    return path


@pytest.fixture(scope="module")
def cells(executed):
    return nbformat.read(executed, as_version=4).cells


def result(cell):
    """The MIME bundle of a cell's last value."""
    assert not any(output.output_type == "error" for output in cell.outputs), cell.outputs
    return next(output.data for output in cell.outputs if output.output_type in ("execute_result", "display_data"))


def printed(cell):
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


@pytest.mark.parametrize("place", [3, 4, 5, 6, 8])
def test_cells_keep_all_four_forms(cells, place):
    bundle = result(cells[place])
    assert {MIME, SVG, WIDGET, "text/plain"} <= set(bundle)
    assert bundle[MIME]["version"] == VERSION
    assert replay(bundle[MIME])[0]
    ElementTree.fromstring(bundle[SVG])


def test_the_saved_notebook_is_small_valid_and_without_widget_state(executed, cells):
    book = nbformat.read(executed, as_version=4)
    nbformat.validate(book)
    assert executed.stat().st_size < 1_000_000
    assert "widgets" not in book.metadata
    assert all(len(json.dumps(cell)) < 200_000 for cell in cells)


def test_nodes_know_the_cell_and_the_line_that_built_them(cells):
    told = unpack(result(cells[3])[MIME])
    strings = told["strings"]
    lines = {}
    for row in told["nodes"]:
        label, line, text = told["sources"][row[4]]
        lines[strings[row[1]]] = strings[label], line, strings[text]
    assert lines["input"] == ("cell 2", 1, "x = T.dmatrix('x')")
    assert lines["shared"] == ("cell 2", 2, "w = sl.shared(np.ones((3, 2)), 'w')")
    assert lines["log"] == ("cell 3", 1, "y = T.log(1 + T.exp(T.dot(x, w)))")
    assert lines["sum"] == ("cell 3", 2, "total = y.sum()")


def test_generated_code_names_the_cell_too(cells):
    told = unpack(result(cells[3])[MIME])
    code = "".join(told["strings"][kernel[2]] for kernel in told["kernels"] if kernel[2] >= 0)
    assert code
    assert "cell 3, line 1" in code or "{" not in code  # without a compiler there is no C


def test_a_view_is_a_python_value(cells):
    assert result(cells[6])[MIME]["view"]["step"] == 3
    assert printed(cells[7]) == "5 2\n"


def test_magics_print_and_show(cells):
    assert "0 rewrites in 3 passes" in printed(cells[8])
    told = result(cells[8])[MIME]
    assert told["mode"] == "FAST_COMPILE"
    lines = {(told["strings"][label], line): told["strings"][text] for label, line, text in told["sources"]}
    assert lines["cell 9", 2] == "z = T.tanh(y)"
    assert lines["cell 9", 3] == "z * 2"
    assert printed(cells[9]).splitlines()[0].split() == ["pass", "steps", "nodes", "ms"]
    assert result(cells[10])["text/latex"].startswith(r"$\displaystyle \log")


def test_an_error_names_the_cells(cells):
    (error,) = (output for output in cells[11].outputs if output.output_type == "error")
    assert error.ename == "ShapeMismatch"
    assert error.evalue.count("built in cell 12, line 3") == 2


def test_a_usage_error_has_no_traceback(cells):
    assert not any(output.output_type == "error" for output in cells[12].outputs)
    assert "UsageError" in printed(cells[12])
    assert "Traceback" not in printed(cells[12])


def test_a_profile_comes_with_the_view(cells):
    told = unpack(result(cells[13])[MIME])
    times = told["tables"]["microseconds"]
    alive = {str(number) for number, _, _ in replay(told)[0]}
    assert times["step"] == len(told["steps"])
    assert times["values"]
    assert set(times["values"]) <= alive
