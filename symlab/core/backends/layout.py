"""Where a compiled function finds everything: operands, constants, and the addresses of library routines.

What a function needs beside the user's operands comes as further arrays behind the shared variables, so that two
functions with the same code share nothing that changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from symlab.core.ir.types import ArrayType
from symlab.core.lower.buffers import Home
from symlab.core.lower.memory import Program
from symlab.core.lower.program import LoopCall, ProductCall, ReferenceCall

ROUTINES = {"float64": ("dgemm", "dgemv", "dsyrk"), "float32": ("sgemm", "sgemv", "ssyrk")}
REFERENCE = "reference"


@dataclass(frozen=True)
class Layout:
    """The order of the operands of a call: inputs, shared variables, constants, links, counts; then the roots."""

    program: Program
    profile: bool = False

    @property
    def given(self) -> int:
        """How many inputs and shared variables there are."""
        return len(self.program.fused.operands)

    @property
    def constants(self) -> int:
        """How many arrays of the program follow them."""
        return len(self.program.fused.constants)

    @cached_property
    def links(self) -> tuple[str, ...]:
        """The routines whose addresses the links are, each dtype's together."""
        found: dict[str, None] = {}
        for step in self.program.steps:
            if isinstance(step, ProductCall):
                found.update(dict.fromkeys(ROUTINES.get(step.node.type.dtype.name, ())))
            elif isinstance(step, ReferenceCall):
                found[REFERENCE] = None
            elif isinstance(step, LoopCall):
                found.update(dict.fromkeys(Layout(step.body).links))
        return tuple(found)

    @property
    def links_at(self) -> int:
        """The place of the links among the operands."""
        return self.given + self.constants

    @property
    def counts_at(self) -> int:
        """The place of the profile's counts."""
        return self.links_at + bool(self.links)

    @property
    def first_root(self) -> int:
        """The place of the first root."""
        return self.counts_at + self.profile

    @cached_property
    def first_sizes(self) -> tuple[int, ...]:
        """Where the sizes of each operand begin."""
        fused = self.program.fused
        ranks = [rank_of(node.type) for node in fused.operands]
        ranks += [array.ndim for array in fused.constants]
        ranks += [1] * (bool(self.links) + self.profile)
        ranks += [rank_of(root.type) for root in fused.prepared.graph.roots]
        starts = [0]
        for rank in ranks:
            starts.append(starts[-1] + rank)
        return tuple(starts)

    def place(self, home: Home, place: int) -> int:
        """The place among the operands of what is not in the workspace."""
        if home is Home.ROOT:
            return self.first_root + place
        return self.given + place if home is Home.CONSTANT else place


def rank_of(type: ArrayType) -> int:
    """The number of axes."""
    return len(type.shape)
