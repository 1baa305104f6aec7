"""Real compiled functions as HTML files: every rewrite can be walked through, in both directions, without a fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.viz.protocol import replay, to_json
from tests.viz.pages import press, state
from tests.viz.programs import random_trace, softmax_regression, softplus

pytestmark = pytest.mark.browser


@pytest.fixture
def open_file(new_page: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Writes the view of a value as HTML and opens the file."""

    def opened(value: Any, **options: Any) -> Any:
        path = tmp_path / "view.html"
        sl.viz.to_html(value, path)
        page = new_page(**options)
        page.goto(path.as_uri())
        page.wait_for_selector(".sl-view[data-paint-ms]")
        return page

    return opened


def profiled() -> Any:
    """A training step whose nodes were timed."""
    f = softmax_regression()
    f.profile(np.random.default_rng(0).normal(size=(50, 784)), np.arange(50) % 10)
    return f


def with_closed_function() -> Any:
    """A function of which a part is computed as written."""
    x, y = T.dvector("x"), T.dvector("y")
    return sl.function([x, y], T.exp(sl.as_written((x + y) - x) * 1.0).sum())


@pytest.mark.parametrize("program", [softplus, profiled, with_closed_function], ids=lambda program: program.__name__)
def test_every_rewrite_is_walked_through(open_file: Callable[..., Any], program: Callable[[], Any]) -> None:
    value = program()
    told = to_json(value)
    page = open_file(value, reduced_motion="reduce")
    assert told["steps"]
    for step in range(len(told["steps"]) + 1):
        assert state(page, "step") == str(step)
        assert state(page, "nodes") == str(len(replay(told, step)[0]))
        if step:
            rule = told["rules"][told["steps"][step - 1]["rule"]]
            assert page.locator(".sl-rule").text_content() == told["strings"][rule[0]]
        press(page, "j")
    press(page, *"k" * len(told["steps"]))
    assert state(page, "step") == "0"


def test_a_kernel_shows_its_code_and_its_time(open_file: Callable[..., Any]) -> None:
    f = profiled()
    told = to_json(f)
    page = open_file(f)
    press(page, "End")
    number, source = next(
        (kernel[1][0], told["strings"][kernel[2]])
        for kernel in told["kernels"]
        if str(kernel[1][0]) in told["tables"]["microseconds"]["values"] and kernel[2] >= 0
    )
    page.evaluate("id => view.select(id)", number)
    assert page.locator(".sl-code").text_content().strip() == source.strip()
    assert "microseconds" in page.locator(".sl-selection").inner_text()


OPEN_AT_THE_END = """([trace, steps]) => {
  document.getElementById('view').replaceChildren();
  const view = symlab.view(document.getElementById('view'), trace);
  view?.seek(steps);
  const error = document.querySelector('.sl-error');
  return error ? error.textContent : [Number(view.root.dataset.step), Number(view.root.dataset.nodes)];
}"""


def test_random_graphs_are_valid_to_the_browser(open_file: Callable[..., Any]) -> None:
    page = open_file(softplus())
    for seed in range(12):
        told = to_json(random_trace(seed, 40, closed=seed % 2 == 0))
        found = page.evaluate(OPEN_AT_THE_END, [told, len(told["steps"])])
        assert found == [len(told["steps"]), len(replay(told)[0])], seed


def test_hostile_names_are_text_in_the_browser(open_file: Callable[..., Any]) -> None:
    x = T.dvector("<img src=x onerror='window.hacked = 1'>")
    f = sl.function([x], T.log(1 + T.exp(x)), name="</title><script>window.hacked = 1</script>")
    page = open_file(f)
    press(page, "End", "Home")
    assert page.evaluate("window.hacked") is None
    assert page.title().startswith("</title><script>")
