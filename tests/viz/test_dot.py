"""Pictures by Graphviz: what stands in them, every format, and what happens where Graphviz is missing."""

import shutil

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, TypeMismatch
from symlab.viz.dot_export import GraphvizMissing
from tests.viz.programs import random_trace, softmax_regression, softplus

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="no Graphviz: install the package graphviz")
STARTS = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml", "dot": b"digraph", "jpg": b"\xff\xd8"}
HOSTILE = ("<b>bold</b>", 'a "quoted" name', "back\\slash \\n \\N", "new\nline", "a -> b; c", "日本")


def expression():
    x, w = T.dmatrix("x"), sl.shared(np.ones((3, 2)), "w")
    return T.exp(x - T.dot(x, w).sum() * 2.5)


def test_the_picture_has_every_node_and_edge():
    graph = sl.viz.dot(expression())
    source = graph.source
    for label in ("x\\nfloat64[?, ?]", "w\\nfloat64[?, ?]", "2.5\\nfloat64[]", "dot\\n", "exp\\n", "sum, axes=(0, 1)"):
        assert label in source or label.replace("\\n", "\n") in source
    assert source.count("->") == 9  # sub, dot and mul read two nodes, sum, exp and the output one
    assert sl.viz.dot(expression()).source == source  # the function is still there after its module was loaded


def test_a_function_shows_its_optimized_graph_and_updates():
    source = sl.viz.dot(softmax_regression()).source
    assert "log_softmax" in source
    assert "update of W" in source


@needs_dot
@pytest.mark.parametrize("suffix", STARTS)
def test_pydotprint_writes_every_format(tmp_path, suffix):
    path = tmp_path / f"graph.{suffix}"
    graph = sl.viz.pydotprint(softplus(), path)
    assert path.read_bytes().startswith(STARTS[suffix])
    assert graph.get_type() == "digraph"


@needs_dot
@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_is_text(tmp_path, name):
    x = T.dvector(name)
    path = tmp_path / "graph.svg"
    sl.viz.pydotprint(x + 1, path)
    drawn = path.read_text(encoding="utf-8")
    assert "<b>" not in drawn
    sl.viz.dot(x + 1).pipe("svg")


def test_options_of_pydotprint(tmp_path, capsys):
    path = tmp_path / "graph.dot"
    sl.viz.pydotprint(expression(), path, with_ids=True, max_label_size=10, print_output_file=True)
    source = path.read_text()
    assert "n0 x" in source
    assert "sum, ax..." in source
    assert str(path) in capsys.readouterr().out
    image = sl.viz.pydotprint(expression(), return_image=True)
    assert isinstance(image, bytes)
    assert image.startswith(STARTS["png"])
    assert image._repr_mimebundle_() == {"image/png": bytes(image)}
    picture = sl.viz.pydotprint(expression(), return_image=True, format="svg", cond_highlight=True)
    assert "<svg" in picture._repr_mimebundle_()["image/svg+xml"]
    with pytest.raises(TypeMismatch, match="no option 'colorcodes'"):
        sl.viz.pydotprint(expression(), colorcodes={})
    with pytest.raises(InvalidValue, match="does not draw 'docx'"):
        sl.viz.pydotprint(expression(), tmp_path / "graph.docx")


def test_without_graphviz_svg_is_drawn_and_the_rest_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    sl.viz.pydotprint(softplus(mode="FAST_COMPILE"), tmp_path / "graph.svg")
    assert (tmp_path / "graph.svg").read_text().startswith("<svg")
    with pytest.raises(GraphvizMissing, match="apt install graphviz"):
        sl.viz.pydotprint(softplus(mode="FAST_COMPILE"), tmp_path / "graph.png")
    assert not (tmp_path / "graph.png").exists()


def test_a_graph_that_graphviz_cannot_lay_out_is_an_error():
    with pytest.raises(InvalidValue, match=r"sl\.viz\.to_html"):
        sl.viz.dot(random_trace(1, 900, recent=60))
