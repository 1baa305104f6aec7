"""The extension in a real JupyterLab: a saved notebook without a kernel, commands, panels, themes, a live widget."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import pytest

pytestmark = [pytest.mark.lab, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
MIME = "application/vnd.symlab.trace.v1+json"
START_SECONDS = 90
QUIET = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    }
}
LIVE = """
import json
from symlab.viz.widget import TraceWidget
widget = TraceWidget(trace=json.load(open("trace.json")))
widget
"""

FOLLOWED = """
import symlab as sl, symlab.tensor as T
x = T.dvector("x")
view = sl.viz.view(sl.function([x], T.log(1 + T.exp(x)).sum()))
view
"""


def write_notebook(path: Path, *cells: Any) -> None:
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


def saved_cell(trace: dict[str, Any]) -> Any:
    """A cell that was run before: its output is all that is left."""
    data = {MIME: trace, "text/plain": "f"}
    result = nbformat.v4.new_output("execute_result", data=data, execution_count=1)
    return nbformat.v4.new_code_cell("f", execution_count=1, outputs=[result])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path) -> dict[str, str]:
    """Settings, kernels' files and the extension in a folder of the test's own."""
    extensions = folder / "share" / "labextensions"
    extensions.mkdir(parents=True)
    (extensions / "symlab").symlink_to(ROOT / "symlab" / "labextension", target_is_directory=True)
    for name, settings in QUIET.items():
        path = folder / "settings" / name
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(settings))
    return {
        **os.environ,
        "JUPYTER_PATH": str(folder / "share"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
        "PYTHONPATH": str(ROOT),
    }


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return response.status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab with a saved notebook in it."""
    folder = tmp_path_factory.mktemp("lab")
    files = folder / "files"
    files.mkdir()
    trace = json.loads((ROOT / "tests/data/trace_v1.json").read_text())
    (files / "trace.json").write_text(json.dumps(trace))
    write_notebook(files / "saved.ipynb", saved_cell(trace), nbformat.v4.new_code_cell("1 + 1"))
    write_notebook(
        files / "live.ipynb", nbformat.v4.new_code_cell(LIVE.strip()), nbformat.v4.new_code_cell("widget.step")
    )
    cells = [FOLLOWED.strip(), "(view.step, view.selected)", "view.seek(1); view.selected = 0"]
    write_notebook(files / "followed.ipynb", *map(nbformat.v4.new_code_cell, cells))
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"),
        *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={files}"),
        *("--IdentityProvider.token=", "--ServerApp.password=", "--ServerApp.disable_check_xsrf=True"),
        *("--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly"),
    ]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment(folder), stdout=log, stderr=log, cwd=folder)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers(f"{url}/api/status"):
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.2)
        yield url
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
def open_lab(lab: str, new_page: Callable[..., Any]) -> Callable[[], Any]:
    """Opens JupyterLab in a fresh workspace."""

    def opened() -> Any:
        page = new_page(viewport={"width": 1400, "height": 900})
        page.goto(f"{lab}/lab?reset")
        page.wait_for_function("window.jupyterapp?.commands?.hasCommand('symlab:open-workbench')", timeout=60_000)
        page.evaluate("window.jupyterapp.restored")
        return page

    return opened


@pytest.fixture
def saved(open_lab: Callable[[], Any]) -> Any:
    """The saved notebook, open without a kernel."""
    page = open_lab()
    options = {
        "path": "saved.ipynb",
        "factory": "Notebook",
        "kernelPreference": {"shouldStart": False, "canStart": False},
    }
    page.evaluate("options => window.jupyterapp.commands.execute('docmanager:open', options)", options)
    page.wait_for_selector(".jp-OutputArea .sl-view[data-paint-ms]", timeout=60_000)
    return page


def execute(page: Any, command: str, **options: Any) -> None:
    page.evaluate("([id, options]) => window.jupyterapp.commands.execute(id, options)", [command, options])


def step_of(view: Any) -> str:
    return view.get_attribute("data-step")


def test_a_saved_notebook_steps_without_a_kernel(saved: Any, lab: str) -> None:
    view = saved.locator(".jp-OutputArea .sl-view")
    assert step_of(view) == "0"
    view.get_by_role("button", name="Next rewrite").click()
    assert step_of(view) == "1"
    view.locator(".sl-canvas").click(position={"x": 20, "y": 20})
    saved.keyboard.press("J")
    saved.keyboard.press("j")
    assert step_of(view) == "5"
    assert "log(1 + x) → log1p(x)" in view.locator(".sl-panel").inner_text()
    assert view.get_attribute("data-scheme") == "light"
    with urllib.request.urlopen(f"{lab}/api/kernels") as response:
        assert json.load(response) == []


def test_keys_stay_in_the_view(saved: Any) -> None:
    """Outside of a view these keys would add, delete and change cells."""
    view = saved.locator(".jp-OutputArea .sl-view")
    cells = saved.locator(".jp-Notebook .jp-Cell")
    before = cells.count()
    view.locator(".sl-canvas").click(position={"x": 20, "y": 20})
    for key in ("a", "b", "d", "d", "x", "m", "y", "o", "f", "j", "k", "Enter", "ArrowDown"):
        saved.keyboard.press(key)
    assert cells.count() == before
    assert saved.evaluate("document.activeElement.tagName") == "CANVAS"
    assert saved.locator(".jp-mod-editMode").count() == 0


def test_every_key_is_a_command(saved: Any) -> None:
    view = saved.locator(".jp-OutputArea .sl-view")
    steps = []
    for name in ("next-rewrite", "next-pass", "previous-rewrite", "last", "previous-pass", "first"):
        execute(saved, f"symlab:{name}")
        steps.append(step_of(view))
    assert steps == ["1", "4", "3", "8", "6", "0"]
    execute(saved, "symlab:help")
    assert view.get_by_role("dialog").is_visible()
    execute(saved, "symlab:escape")
    assert view.get_by_role("dialog").is_hidden()


def playwright_timeout() -> type[Exception]:
    """What Playwright raises where it waited too long."""
    return pytest.importorskip("playwright.sync_api").TimeoutError  # type: ignore[no-any-return]


def test_the_palette_knows_the_workbench(saved: Any) -> None:
    label = saved.locator(".lm-CommandPalette-itemLabel", has_text="Open workbench")
    for _ in range(10):  # JupyterLab closes the palette where the notebook takes the focus when it is drawn at last
        execute(saved, "apputils:activate-command-palette")
        with suppress(playwright_timeout()):  # it may close while the text is typed, too
            saved.locator(".lm-CommandPalette-input:visible").fill("open workbench", timeout=2000)
        saved.wait_for_timeout(1000)
        if label.is_visible():
            break
    label.click()
    saved.wait_for_selector("[id^=symlab-workbench] .sl-view[data-paint-ms]")


def test_the_workbench_is_a_panel_of_its_own(saved: Any) -> None:
    first = saved.locator(".jp-OutputArea .sl-view")
    first.locator(".sl-canvas").click(position={"x": 20, "y": 20})
    saved.keyboard.press("J")
    saved.keyboard.press("w")
    panel = saved.locator("[id^=symlab-workbench] .sl-view")
    panel.wait_for()
    saved.wait_for_selector("[id^=symlab-workbench] .sl-view[data-paint-ms]")
    assert step_of(panel) == "4"
    panel.locator(".sl-canvas").click(position={"x": 20, "y": 20})
    saved.keyboard.press("j")
    execute(saved, "symlab:next-rewrite")
    assert (step_of(panel), step_of(first)) == ("6", "4"), "commands go to the view that was used last"
    saved.locator(".lm-TabBar-tab", has_text="symlab: f").locator(".lm-TabBar-tabCloseIcon").click()
    saved.wait_for_function("document.querySelectorAll('[id^=symlab-workbench]').length === 0")
    execute(saved, "symlab:next-rewrite")
    assert step_of(first) == "5"


def test_the_inspector_follows_the_view(saved: Any) -> None:
    saved.evaluate("window.jupyterapp.shell.activateById('symlab-inspector')")
    side = saved.locator("#symlab-inspector")
    assert "The graph as written" in side.inner_text()
    execute(saved, "symlab:last")
    assert "rewrite 8 of 8 · fuse" in side.inner_text()
    execute(saved, "symlab:walk-up")
    assert "kernel mul·sum" in side.inner_text()
    assert "total += w[j] * w[j];" in side.inner_text()


def test_it_wears_the_theme_of_the_lab(saved: Any) -> None:
    execute(saved, "apputils:change-theme", theme="JupyterLab Dark")
    saved.wait_for_selector(".jp-OutputArea .sl-view[data-scheme='dark']")
    background = saved.locator(".sl-view").evaluate("view => getComputedStyle(view).backgroundColor")
    assert max(int(channel) for channel in re.findall(r"\d+", background)[:3]) < 60
    execute(saved, "apputils:change-theme", theme="JupyterLab Light")
    saved.wait_for_selector(".jp-OutputArea .sl-view[data-scheme='light']")


CONNECTED = """() => {
  const kernel = window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel;
  return kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
}"""


def test_a_live_widget_talks_to_its_kernel(open_lab: Callable[[], Any]) -> None:
    page = open_lab()
    execute(page, "docmanager:open", path="live.ipynb", factory="Notebook")
    page.wait_for_function(CONNECTED, timeout=60_000)
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.ready")
    page.locator(".jp-Notebook .jp-Cell").first.click()
    execute(page, "notebook:run-cell")
    page.wait_for_selector(".jp-OutputArea .sl-view[data-paint-ms]", timeout=60_000)
    view = page.locator(".jp-OutputArea .sl-view")
    view.locator(".sl-canvas").click(position={"x": 20, "y": 20})
    page.keyboard.press("J")
    assert step_of(view) == "4"
    page.locator(".jp-Notebook .jp-Cell").nth(1).click()
    execute(page, "notebook:run-cell")
    result = page.locator(".jp-Notebook .jp-Cell").nth(1).locator(".jp-OutputArea-executeResult")
    result.wait_for()
    assert result.inner_text().strip().endswith("4")


def run_cell(page: Any, place: int) -> Any:
    cell = page.locator(".jp-Notebook .jp-Cell").nth(place)
    cell.locator(".jp-InputPrompt").click()
    execute(page, "notebook:run-cell")
    return cell


def test_python_follows_the_view_in_an_output_and_leads_it(open_lab: Callable[[], Any]) -> None:
    page = open_lab()
    execute(page, "docmanager:open", path="followed.ipynb", factory="Notebook")
    page.wait_for_function(CONNECTED, timeout=60_000)
    run_cell(page, 0)
    page.wait_for_selector(".jp-OutputArea .sl-view[data-paint-ms]", timeout=60_000)
    view = page.locator(".jp-OutputArea .sl-view")
    view.locator(".sl-canvas").click(position={"x": 20, "y": 20})
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    chosen = view.get_attribute("data-selected")
    assert chosen
    result = run_cell(page, 1).locator(".jp-OutputArea-executeResult")
    result.wait_for()
    assert result.inner_text().strip().endswith(f"({step_of(view)}, {chosen})")
    run_cell(page, 2)
    page.wait_for_selector(".jp-OutputArea .sl-view[data-step='1'][data-selected='0']")
