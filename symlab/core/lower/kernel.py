"""`Kernel`: the one form from which C and CUDA are both rendered.

A kernel runs over outer axes, all of whose positions are independent, and does at each position a row of stages. A
stage is a loop over inner axes, or none, around straight-line instructions in which every value is assigned once. What
a stage reduces is a scalar for the stages after it at the same outer position. So an elementwise kernel is outer axes
and one stage without a loop; a sum of everything is no outer axis, one loop, one stage after it; a softmax of rows is
three loops.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import Op
from symlab.core.lower.sizes import Size, Sizes

LANES = 256  # outer positions that a processor works on side by side in a kernel by columns
NARROW = 64  # a row shorter than this fills vectors badly

Dtype = np.dtype[Any]


@dataclass(frozen=True, slots=True)
class Term:
    """What an index adds to an address: an earlier result (from the end if negative) times a stride."""

    index: int
    size: Size
    stride: Size


@dataclass(frozen=True, slots=True)
class Access:
    """An element of a buffer: an offset, and a stride (in elements) for each outer axis and each axis of the stage.

    A `local` element belongs to one outer position: a back end gives each position that it works on its own.
    """

    buffer: int
    offset: Size
    strides: Sizes
    terms: tuple[Term, ...] = ()
    local: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """Reads an element."""

    result: int
    access: Access
    dtype: Dtype
    node: Expr


@dataclass(frozen=True, slots=True)
class Literal:
    """A number known when the kernel is made."""

    result: int
    value: Any
    dtype: Dtype
    node: Expr


@dataclass(frozen=True, slots=True)
class Position:
    """An integer that depends on where the loops are: an offset and a factor for each axis."""

    result: int
    offset: Size
    strides: Sizes
    dtype: Dtype
    node: Expr


@dataclass(frozen=True, slots=True)
class Apply:
    """A scalar formula: `op.c` over earlier results, all of dtype `kind`."""

    result: int
    op: Op
    operands: tuple[int, ...]
    kind: Dtype
    dtype: Dtype
    node: Expr


@dataclass(frozen=True, slots=True)
class Reduce:
    """Folds a result into an accumulator over the axes of the stage; its value is there when the loop has ended."""

    result: int
    op: Op
    operand: int
    kind: Dtype  # of the operand
    accumulator: Dtype
    dtype: Dtype
    node: Expr


@dataclass(frozen=True, slots=True)
class Store:
    """Writes an earlier result."""

    access: Access
    operand: int
    dtype: Dtype
    node: Expr


Instruction = Load | Literal | Position | Apply | Reduce | Store


@dataclass(frozen=True, slots=True)
class Stage:
    """A loop over inner axes, or none, around instructions."""

    axes: Sizes
    body: tuple[Instruction, ...]


@dataclass(frozen=True, slots=True)
class Kernel:
    """Stages at each position of independent outer axes; `prologue` depends on no axis.

    An `ordered` kernel writes some places more than once: its positions must be visited one after another. In a kernel
    by `columns` memory runs along the last outer axis, rather than along the innermost one. A `costly` kernel computes
    so much in its loops that narrow rows, too, are better worked on side by side.
    """

    outer: Sizes
    prologue: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    ordered: bool = False
    columns: bool = False
    costly: bool = False

    def instructions(self) -> Iterator[Instruction]:
        """Every instruction in order."""
        yield from self.prologue
        for stage in self.stages:
            yield from stage.body

    def reads(self) -> tuple[int, ...]:
        """The buffers that it loads from, each once, in order."""
        found = (item.access.buffer for item in self.instructions() if isinstance(item, Load))
        return tuple(dict.fromkeys(found))

    def writes(self) -> tuple[int, ...]:
        """The buffers that it stores to, each once, in order."""
        found = (item.access.buffer for item in self.instructions() if isinstance(item, Store))
        return tuple(dict.fromkeys(found))

    def nodes(self) -> tuple[Expr, ...]:
        """The nodes that it computes, each once, in order."""
        found = (item.node for item in self.instructions() if isinstance(item, Apply | Reduce | Store | Position))
        return tuple(dict.fromkeys(found))

    def __str__(self) -> str:
        from symlab.core.lower.text import kernel_text

        return kernel_text(self)
