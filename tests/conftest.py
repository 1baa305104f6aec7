"""What every test shares: a code cache of the session's own, deterministic Hypothesis, seconds per part."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import settings

IN_CI = bool(os.environ.get("CI"))

settings.register_profile("ci", derandomize=True, database=None, deadline=None, print_blob=True)
settings.register_profile("local", deadline=None)
settings.load_profile("ci" if IN_CI else "local")


def pytest_configure(config: pytest.Config) -> None:
    """Give the session an empty code cache and no settings file; xdist's workers inherit both."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # so a shell starts what it runs in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix="symlab-test-"))
    os.environ["SYMLAB_CACHE_DIR"] = str(folder / "cache")
    os.environ["XDG_CONFIG_HOME"] = str(folder / "config")
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def missing_for(item: pytest.Item) -> str | None:
    """What this machine lacks for a test, if anything."""
    if item.get_closest_marker("gpu"):
        from symlab.core.backends.cuda.driver import has_library  # when the session has its settings

        return None if has_library() else "no CUDA driver"
    drives_chromium = item.get_closest_marker("browser") or item.get_closest_marker("lab")
    if drives_chromium and not IN_CI and not shutil.which("chromium"):
        return "no chromium: install Debian's package of that name"
    return None


def is_long(item: pytest.Item) -> bool:
    """Whether a test should start early, so that no worker ends on it alone."""
    marked = any(item.get_closest_marker(name) for name in ("lab", "browser", "slow"))
    return marked or item.path.suffix == ".ipynb" or item.path.name == "test_checks.py"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--cases N`, with which `make quick` looks at every test and not at every case of it."""
    parser.addoption("--cases", type=int, help="at most so many cases of each parametrized test, evenly spread")


def left_out(items: list[pytest.Item], most: int) -> set[pytest.Item]:
    """The cases of parametrized tests beyond so many of each, of which the first stays."""
    tests: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        tests[item.nodeid.partition("[")[0]].append(item)
    kept = {cases[place * len(cases) // most] for cases in tests.values() for place in range(most) if len(cases) > most}
    return {item for cases in tests.values() if len(cases) > most for item in cases} - kept


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the long tests, skip what this machine cannot run, keep the tests of one JupyterLab on one worker."""
    if config.option.cases is not None:
        dropped = left_out(items, config.option.cases)
        config.hook.pytest_deselected(items=[item for item in items if item in dropped])
        items[:] = [item for item in items if item not in dropped]
    items.sort(key=is_long, reverse=True)
    for item in items:
        reason = missing_for(item)
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))
        if item.get_closest_marker("lab"):
            item.add_marker(pytest.mark.xdist_group("lab"))


def part_of(report: pytest.TestReport) -> str:
    """The part of `make test` to which a report belongs."""
    if "test_checks.py::" in report.nodeid:
        return report.nodeid.partition("[")[2].partition("]")[0]
    if ".ipynb" in report.nodeid:
        return "notebooks"
    if "browser" in report.keywords or "lab" in report.keywords:
        return "browser"
    return "Python"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many seconds each part took, summed over the workers."""
    seconds: dict[str, float] = defaultdict(float)
    tests: dict[str, set[str]] = defaultdict(set)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[part_of(report)] += report.duration
                tests[part_of(report)].add(report.nodeid)
    terminalreporter.section("seconds per part, summed over the workers")
    for part, spent in sorted(seconds.items(), key=lambda pair: -pair[1]):
        terminalreporter.write_line(f"{spent:8.1f} s  {part} ({len(tests[part])} tests)")
