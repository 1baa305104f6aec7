"""What is known of a compiled function beyond its trace: verdicts on rewrites, times of nodes, the code of kernels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.lower.fuse import Fused
from symlab.core.lower.memory import Program
from symlab.core.lower.program import KernelCall

VERDICTS: Mapping[str, str] = {"identical": "ok", "right": "ok", "worse": "worse", "wrong": "wrong"}
FINDINGS: Mapping[str, str] = {"rewrite": "wrong", "accuracy": "worse"}


def verdicts(value: Any) -> dict[int, str]:
    """What DebugMode's last report says of each rewrite, by the rewrite's place in the trace."""
    report = getattr(value, "report", None)
    judged = enumerate(getattr(report, "verdicts", ()))
    found = {place: VERDICTS[kind] for place, kind in judged if kind in VERDICTS}
    for finding in getattr(report, "findings", ()):
        if finding.step is not None and finding.check in FINDINGS:
            found[finding.step] = FINDINGS[finding.check]
    return found


def node_times(value: Any, number_of: Callable[[Expr], int | None]) -> dict[str, float]:
    """Microseconds a call of each node of the final graph, where a profile has measured them."""
    found: dict[str, float] = {}
    for row in getattr(getattr(value, "profile", None), "rows", ()):
        numbers = (number_of(node) for node in reversed(row.nodes))
        number = next((number for number in numbers if number is not None), None)
        if number is not None:
            found[str(number)] = round(found.get(str(number), 0.0) + row.microseconds, 3)
    return found


def step_sources(fused: Any, value: Any, comment: Callable[[Expr], str]) -> dict[int, str]:
    """The code of the steps of a fused graph: C or CUDA where it was compiled, else the kernels as text.

    `comment` says which node a line computes.
    """
    if not isinstance(fused, Fused):
        return {}
    program = getattr(value, "program", None)
    if getattr(value, "executable", None) is not None and isinstance(program, Program) and program.fused is fused:
        return (cuda_sources if fused.device else c_sources)(program, comment)
    return {place: str(step.kernel) for place, step in enumerate(fused.steps) if isinstance(step, KernelCall)}


def c_sources(program: Program, comment: Callable[[Expr], str]) -> dict[int, str]:
    """The C function of each kernel with its call, and the calls of library routines."""
    from symlab.core.backends.c.render import Renderer

    renderer = Renderer(program)
    found = {}
    for place, step in enumerate(program.fused.steps):
        if place in program.skipped:
            continue
        lines = renderer.step(place, [])
        if isinstance(step, KernelCall):
            called = lines[0][0].partition("(")[0]
            functions = (item for item in renderer.functions.values() if item[0] == called)
            lines = [
                *(line for name, function in functions for line in renderer.function_lines(name, function)[1:]),
                *lines,
            ]
        found[place] = "".join(commented(text, "" if node is None else comment(node)) for text, node in lines)
    return found


def cuda_sources(program: Program, comment: Callable[[Expr], str]) -> dict[int, str]:
    """The CUDA function of each step that runs on the device."""
    from symlab.core.backends.cuda.render import Renderer

    renderer = Renderer(program)
    renderer.render_steps()
    return {
        place: "".join(
            commented(text, "" if node is None else comment(node)) for text, node in renderer.lines_of(launch.name)
        )
        for place, launch in renderer.launches.items()
    }


def commented(text: str, comment: str) -> str:
    """A line of C with a comment that cannot end early."""
    safe = comment.replace("*/", "* /").replace("\n", " ")
    return f"{text}  /* {safe} */\n" if safe else f"{text}\n"
