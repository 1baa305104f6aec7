"""Still pictures: the layout is the browser's, the file is XML whatever the names, light and dark."""

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue
from symlab.viz.layout import layout
from symlab.viz.protocol import replay, to_json
from symlab.viz.svg import box_width, label_of, svg_of, to_svg
from tests.viz.programs import random_trace, softmax_regression, softplus

DATA = Path(__file__).resolve().parents[1] / "data"
LAYOUTS = json.loads((DATA / "layout_v1.json").read_text())
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "<script>alert(1)</script>",
    "a & b",
    "\"quoted\" 'twice'",
    "]]>",
    "tab\x00\x1b[31m",
    "\ud800",
    "日本語 name",
)


def near(numbers):
    """Equal but for the file's box widths, which are rounded."""
    return pytest.approx(numbers, abs=0.03)


def texts(svg):
    return [element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("graph", LAYOUTS["graphs"], ids=lambda graph: graph["name"])
def test_the_layout_is_that_of_the_browser(graph):
    drawing = layout([tuple(box) for box in graph["boxes"]], [tuple(edge) for edge in graph["edges"]])
    assert drawing.row == graph["row"]
    near = {"abs": 0.03}  # the file's box widths are rounded
    assert drawing.x == pytest.approx(graph["x"], **near)
    assert drawing.y == pytest.approx(graph["y"], **near)
    assert (drawing.width, drawing.height) == (
        pytest.approx(graph["width"], **near),
        pytest.approx(graph["height"], **near),
    )
    for route, stored in zip(drawing.routes, graph["routes"], strict=True):
        assert (route is None) == (stored is None)
        for point, kept in zip(route or [], stored or [], strict=True):
            assert point == pytest.approx(tuple(kept), **near)


def test_boxes_say_and_measure_what_those_of_the_browser_do():
    trace = json.loads((DATA / "trace_v1.json").read_text())
    rows = {row[0]: row for row in [*trace["nodes"], *(row for step in trace["steps"] for row in step["add"])]}
    for stored in LAYOUTS["labels"]:
        title, subtitle = label_of(rows[stored["node"]], trace)
        assert (title, subtitle) == (stored["title"], stored["subtitle"])
        assert box_width(title, subtitle) == pytest.approx(stored["width"], abs=0.006)


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_is_text(name, tmp_path):
    x = T.dvector(name)
    f = sl.function([x], x + 1, mode="FAST_COMPILE", name=name)
    path = tmp_path / "picture.svg"
    svg = to_svg(f, path)
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    assert svg == path.read_text(encoding="utf-8")
    assert {element.tag for element in root.iter()} <= {
        SVG + tag for tag in ("svg", "title", "style", "rect", "g", "text", "path")
    }
    shown = re.sub(r"[\x00-\x1f\ud800-\udfff]", "\ufffd", name)
    assert shown in texts(svg)


def test_every_node_and_edge_is_drawn():
    told = to_json(softmax_regression())
    for step in (0, len(told["steps"])):
        nodes, _ = replay(told, step)
        root = ElementTree.fromstring(svg_of(told, step))
        assert len(list(root.iter(f"{SVG}g"))) == len(nodes)
        assert len(list(root.iter(f"{SVG}path"))) == sum(len(operands) for _, _, operands in nodes)


def test_a_step_marks_what_it_made_and_names_its_rule():
    told = to_json(softplus())
    place = next(
        place for place, step in enumerate(told["steps"], 1) if step["add"] and step["rewired"] + step["outputs"]
    )
    svg = svg_of(told, place)
    rule = told["rules"][told["steps"][place - 1]["rule"]]
    assert svg.count(" new") - svg.split("</style>")[0].count(" new") == len(told["steps"][place - 1]["add"])
    assert any(told["strings"][rule[0]] in text for text in texts(svg))
    assert " new" not in svg_of(told).split("</style>")[1]


@pytest.mark.parametrize("step", [-1, 10_000, True, "2"])
def test_a_step_that_is_not_there_is_an_error(step):
    with pytest.raises(InvalidValue, match="a number from 0 to"):
        to_svg(softplus(), step=step)


def test_light_and_dark():
    svg = to_svg(softplus())
    light, _, dark = svg.partition("@media (prefers-color-scheme:dark)")
    assert ".paper{fill:#fff" in light
    assert ".paper{fill:#14171c" in dark


def test_a_graph_without_nodes_has_a_picture():
    ElementTree.fromstring(to_svg(sl.function([], [])))


def test_a_thousand_nodes_are_drawn():
    trace = random_trace(3, 700, recent=60)
    assert ElementTree.fromstring(to_svg(trace, step=0)).tag == f"{SVG}svg"
