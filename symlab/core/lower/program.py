"""Records of lowering: what a call does, step by step, and in which memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.lower.kernel import Kernel
from symlab.core.lower.sizes import Size, Sizes


@dataclass(frozen=True, slots=True)
class KernelCall:
    """Runs a kernel."""

    kernel: Kernel

    @property
    def reads(self) -> tuple[int, ...]:
        """The buffers that it reads."""
        return self.kernel.reads()

    @property
    def writes(self) -> tuple[int, ...]:
        """The buffers that it writes."""
        return self.kernel.writes()

    @property
    def nodes(self) -> tuple[Expr, ...]:
        """The nodes that it computes."""
        return self.kernel.nodes()


@dataclass(frozen=True, slots=True)
class Matrix:
    """Where a routine finds an operand: strides for the axes of stacks, then for rows and columns."""

    buffer: int
    offset: Size
    strides: Sizes


@dataclass(frozen=True, slots=True)
class ProductCall:
    """result = beta result + sign a b scalars: m by k times k by n, for each position of the stacks' axes."""

    node: Expr
    stack: Sizes
    m: Size
    n: Size
    k: Size
    a: Matrix
    b: Matrix
    result: Matrix
    scalars: tuple[int, ...] = ()
    sign: int = 1
    beta: int = 0

    @property
    def square(self) -> bool:
        """Whether it is a matrix times its own transpose, which takes half the work (syrk)."""
        *stack, rows, columns = self.a.strides
        return not self.beta and self.m != 1 and self.b == Matrix(self.a.buffer, self.a.offset, (*stack, columns, rows))

    @property
    def reads(self) -> tuple[int, ...]:
        """The buffers that it reads."""
        before = (self.result.buffer,) if self.beta else ()
        return tuple(dict.fromkeys((self.a.buffer, self.b.buffer, *self.scalars, *before)))

    @property
    def writes(self) -> tuple[int, ...]:
        """The buffer that it writes."""
        return (self.result.buffer,)

    @property
    def nodes(self) -> tuple[Expr, ...]:
        """The node that it computes."""
        return (self.node,)


@dataclass(frozen=True, slots=True)
class BoundsCall:
    """Refuses the call if an index array leaves the axis that it picks from."""

    node: Expr
    index: int
    axis: int
    size: Size

    @property
    def reads(self) -> tuple[int, ...]:
        """The index array."""
        return (self.index,)

    @property
    def writes(self) -> tuple[int, ...]:
        """Nothing."""
        return ()

    @property
    def nodes(self) -> tuple[Expr, ...]:
        """The node that picks."""
        return (self.node,)


@dataclass(frozen=True, slots=True)
class TransferCall:
    """Copies a whole array, from the memory of the processor to that of the device or back, or within the former."""

    node: Expr
    source: int
    target: int

    @property
    def reads(self) -> tuple[int, ...]:
        """The buffer that it reads."""
        return (self.source,)

    @property
    def writes(self) -> tuple[int, ...]:
        """The buffer that it writes."""
        return (self.target,)

    @property
    def nodes(self) -> tuple[Expr, ...]:
        """The node that it computes."""
        return (self.node,)


@dataclass(frozen=True, slots=True)
class ReferenceCall:
    """Asks Python for the NumPy reference of a node; operands and results are contiguous.

    A node with several results has one for each, None where nobody reads it. `shapes` are those of the operands and of
    the results that are read, whatever the shapes of the buffers that lend them memory.
    """

    node: Expr
    operands: tuple[int, ...]
    results: tuple[int | None, ...]
    shapes: tuple[Sizes, ...]

    @property
    def reads(self) -> tuple[int, ...]:
        """The buffers that it reads."""
        return self.operands

    @property
    def writes(self) -> tuple[int, ...]:
        """The buffers that it writes."""
        return tuple(result for result in self.results if result is not None)

    @property
    def nodes(self) -> tuple[Expr, ...]:
        """The node that it computes."""
        return (self.node,)


@dataclass(frozen=True, slots=True)
class LoopCall:
    """Runs the program of a body step after step.

    `operands` say where each parameter of the body lies: a state before the first step, all rows of a sequence (the
    first stride leads from row to row), a constant; `shapes` are those of the parameters within the body. `sizes` are
    the numbers of elements of the body's roots, and `places` say for each result of the body which root it is, None
    where nobody needs it. `results` are the buffers of the loop's results, None where nobody reads one. `length` is the
    room for steps, `steps` the buffer of the number of steps where that is another number.
    """

    node: Expr
    body: Any
    operands: tuple[Matrix, ...]
    shapes: tuple[Sizes, ...]
    sizes: tuple[Size, ...]
    places: tuple[int | None, ...]
    results: tuple[int | None, ...]
    length: Size
    steps: int | None

    @property
    def reads(self) -> tuple[int, ...]:
        """The buffers that it reads."""
        steps = () if self.steps is None else (self.steps,)
        return tuple(dict.fromkeys((*(item.buffer for item in self.operands), *steps)))

    @property
    def writes(self) -> tuple[int, ...]:
        """The buffers that it writes."""
        return tuple(result for result in self.results if result is not None)

    @property
    def nodes(self) -> tuple[Expr, ...]:
        """The node that it computes."""
        return (self.node,)
