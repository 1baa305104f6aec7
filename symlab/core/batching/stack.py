"""Operands of one op with axes of a batch in front, and how they are brought to one form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symlab.core.ir.errors import SymlabError
from symlab.core.ir.expr import Expr
from symlab.core.ops.operators import Variable
from symlab.core.ops.shape import Number, shuffled, sizes_of, spread


class Unbatchable(SymlabError, TypeError):
    """An expression that cannot be computed for a stack of inputs at once: its shape would differ within the stack."""


@dataclass(frozen=True)
class Operand:
    """An operand of rank `rank` as written, with `depth` axes of the batch in front of it now."""

    value: Variable
    rank: int

    @property
    def depth(self) -> int:
        """The number of axes of the batch; 0 if the operand is the same for all."""
        return self.value.ndim - self.rank


@dataclass(frozen=True)
class Batch:
    """The axes of the batch that the operands of one op have together, by size."""

    sizes: tuple[Number, ...]

    @property
    def depth(self) -> int:
        """The number of axes."""
        return len(self.sizes)

    @classmethod
    def of(cls, operands: Sequence[Operand]) -> Batch:
        """The batch of some operands: an axis of size 1 gives way to any other."""
        depth = max(operand.depth for operand in operands)
        sizes: list[Any] = [1] * depth
        for operand in operands:
            known = sizes_of(operand.value)[: operand.depth]
            for place, size in enumerate(known, depth - operand.depth):
                if sizes[place] == 1:
                    sizes[place] = size
        return cls(tuple(sizes))

    def lifted(self, operand: Operand, rank: int | None = None) -> Variable:
        """The operand with every axis of the batch (of size 1 where it has none) and `rank` axes behind them."""
        rank = operand.rank if rank is None else rank
        own = range(operand.value.ndim)
        front, core = own[: operand.depth], own[operand.depth :]
        missing = ["x"] * (self.depth - operand.depth)
        return shuffled(operand.value, (*missing, *front, *["x"] * (rank - operand.rank), *core))

    def filled(self, operand: Operand, rank: int | None = None) -> Variable:
        """As `lifted`, repeated along the axes of the batch."""
        value = self.lifted(operand, rank)
        return spread(value, (*self.sizes, *sizes_of(value)[self.depth :]))


def core_rank(node: Expr) -> int:
    """The number of axes of a node as written."""
    return int(node.type.ndim)
