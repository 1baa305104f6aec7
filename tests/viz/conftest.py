"""Chromium for the tests of the workbench: every page is watched for errors and for requests that leave the machine."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.viz.pages import ROOT, Open

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# ipywidgets' extension asks for the kernel of a notebook's session, also where there is no session.
FOREIGN = "/lab/extensions/@jupyter-widgets/jupyterlab-manager/"
LOCAL = ("file:", "data:", "blob:", "about:", "http://127.0.0.1:", "ws://127.0.0.1:")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser; `new_page` opens pages in it."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium: install Debian's package of that name")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Any) -> Iterator[Open]:
    """Opens pages (with the options of a browser context); afterwards none may have gone wrong."""
    pages: list[Any] = []
    faults: list[str] = []

    def open_page(**options: Any) -> Any:
        page = chromium.new_page(**{"viewport": {"width": 1180, "height": 640}, **options})
        page.on("pageerror", lambda error: FOREIGN in str(error.stack) or faults.append(f"error: {error.stack}"))
        page.on("request", lambda request: request.url.startswith(LOCAL) or faults.append(f"request: {request.url}"))
        page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert faults == []


@pytest.fixture
def trace() -> dict[str, Any]:
    """The JSON of the fixture, to be changed at will."""
    return json.loads((ROOT / "tests" / "data" / "trace_v1.json").read_text(encoding="utf-8"))


@pytest.fixture
def show(new_page: Open, tmp_path: Path) -> Open:
    """Shows a trace on a page of its own and waits for the first picture."""

    from symlab.viz.html import page as page_of

    def opened(trace: dict[str, Any], **options: Any) -> Any:
        path = tmp_path / "page.html"
        path.write_text(page_of(trace), encoding="utf-8")
        page = new_page(**options)
        page.goto(path.as_uri())
        page.wait_for_selector(".sl-view[data-paint-ms]")
        return page

    return opened
