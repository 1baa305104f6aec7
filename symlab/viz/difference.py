"""Two compilations beside each other, as text: which rules fired how often, and where the optimized graphs differ."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from symlab.core.rewrite.trace import Trace
from symlab.viz.protocol import trace_of
from symlab.viz.text import LINES, debugprint

AROUND = 2  # lines of the same on either side of a difference


def difference(left: Any, right: Any) -> str:
    """What one compilation did otherwise than another: for two functions, or their traces."""
    traces = trace_of(left), trace_of(right)
    parts = [*rule_lines(*traces), *graph_lines(*traces)]
    return "\n".join(parts) or "the same rules fired, and the optimized graphs are the same"


def rule_lines(left: Trace, right: Trace) -> Iterator[str]:
    """The rules that did not fire equally often, most different first."""
    counts = [Counter(step.rule.name for step in trace.steps) for trace in (left, right)]
    names = sorted(counts[0] | counts[1], key=lambda name: (-abs(counts[0][name] - counts[1][name]), name))
    unequal = [name for name in names if counts[0][name] != counts[1][name]]
    if unequal:
        yield f"{'rule':32s} {'left':>6s} {'right':>6s}"
    for name in unequal:
        yield f"{name:32s} {counts[0][name]:6d} {counts[1][name]:6d}"


def graph_lines(left: Trace, right: Trace) -> Iterator[str]:
    """The differences between the optimized graphs, as a unified diff of their trees."""
    trees = [(debugprint(trace, file="str", longest=LINES) or "").splitlines() for trace in (left, right)]
    yield from difflib.unified_diff(*trees, "left", "right", n=AROUND, lineterm="")
