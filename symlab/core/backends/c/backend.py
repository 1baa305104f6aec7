"""The C back end: a program becomes a library with three entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.backends.c.blas import routine
from symlab.core.backends.c.build import build_library
from symlab.core.backends.c.library import Library
from symlab.core.backends.c.reference_calls import References
from symlab.core.backends.c.render import Rendered, render
from symlab.core.backends.layout import REFERENCE, Layout
from symlab.core.backends.problems import problem
from symlab.core.ir.config import Config
from symlab.core.lower.facts import NotCompilable, Problem
from symlab.core.lower.fuse import Refusal
from symlab.core.lower.memory import Program

__all__ = ["Binary", "NotCompilable", "compile_program"]


@dataclass(frozen=True, eq=False)
class Binary:
    """A compiled program: addresses of its entries, and what must live as long as they are called.

    `constants` follow the shared variables among the operands of every call, as further arrays that the code reads.
    """

    program: Program
    rendered: Rendered
    plan: int
    run: int
    commit: int  # 0: nothing is written in place
    in_place: tuple[bool, ...]
    constants: tuple[np.ndarray[Any, Any], ...]
    library: Library
    references: References | None
    counts: np.ndarray[Any, Any] | None  # nanoseconds and calls of each step, where they are counted

    @property
    def source(self) -> str:
        """The code, each line with its node."""
        return self.rendered.source

    @property
    def code(self) -> str:
        """The code as it is compiled."""
        return self.rendered.code

    @property
    def owner(self) -> tuple[Any, ...]:
        """What must not be dropped while the function can be called."""
        return self.library, self.references, self.constants

    def explain(self, code: int, number: int, values: Sequence[int], sizes: Sequence[int] = ()) -> BaseException:
        """The error for what `plan` or `run` refused, given the sizes of what the call was given."""
        if code == Problem.REFERENCE and self.references is not None:
            error = self.references.error()
            if error is not None:
                return error
        return problem(self.program, code, number, values, sizes)


def compile_program(program: Any, config: Config, profile: bool = False, flags: Sequence[str] = ()) -> Binary:
    """Compile a program, or raise NotCompilable with the reason why the reference evaluator must run it."""
    if isinstance(program, Refusal):
        raise NotCompilable(program.reason)
    layout = Layout(program, profile)
    rendered = render(program, profile)
    library = build_library(rendered.units, flags)
    references = References(rendered.references, program.fused.prepared, library) if rendered.references else None
    constants = list(program.fused.constants)
    if layout.links:
        addresses = [
            references.address if name == REFERENCE and references else routine(name, config.threads)
            for name in layout.links
        ]
        constants.append(np.array(addresses, np.int64))
    counts = np.zeros(2 * len(program.steps), np.int64) if profile else None
    if counts is not None:
        constants.append(counts)
    return Binary(
        program, rendered, library.address("plan"), library.address("run"), library.address("commit"),
        program.schedule.in_place, tuple(constants), library, references, counts,
    )  # fmt: skip
