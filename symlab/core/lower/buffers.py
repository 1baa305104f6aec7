"""The memory that a program names: that of its operands, of its constants, and of what it computes on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.lower.facts import Facts
from symlab.core.lower.group import Target
from symlab.core.lower.roles import lies_on_host
from symlab.core.lower.sizes import Size, Sizes, product


class Home(Enum):
    """Whose memory a buffer is."""

    OPERAND = "operand"  # an input or shared variable, by its place among them
    CONSTANT = "constant"  # an array of the program, by its place among them
    ROOT = "root"  # an output or a new value, by its place among them
    WORK = "work"  # a part of the workspace


@dataclass(frozen=True, slots=True)
class Buffer:
    """Memory for so many elements of a dtype; `local` are the sizes of what one position of a kernel keeps there.

    In a program for a device it is the device's memory, or the processor's (`host`).
    """

    number: int
    home: Home
    place: int
    dtype: np.dtype[Any]
    shape: Sizes
    node: Expr
    local: Sizes = ()
    host: bool = False

    @property
    def size(self) -> Size:
        """The number of elements."""
        return product(self.shape)

    def __str__(self) -> str:
        return f"{self.home.value} {self.place}"


class Buffers:
    """Numbers the buffers of a program as they are met."""

    def __init__(self, facts: Facts, operands: Mapping[Expr, int], roots: tuple[Expr, ...], device: bool) -> None:
        self.facts, self.operands, self.roots, self.device = facts, operands, roots, device
        self.primary: Mapping[Expr, int] = {}
        self.all: list[Buffer] = []
        self.constants: list[np.ndarray[Any, Any]] = []
        self.numbers: dict[Target, int] = {}
        self.pieces = 0

    def of(self, target: Target) -> int:
        """The buffer of a node's memory, or of a root's."""
        if isinstance(target, Expr) and target in self.primary:
            target = self.primary[target]
        number = self.numbers.get(target)
        if number is None:
            number = self.numbers[target] = self.made(target)
        return number

    def made(self, target: Target) -> int:
        """A new buffer for a node or root."""
        if not isinstance(target, Expr):
            return self.add(Home.ROOT, target, self.roots[target], self.facts.shapes[self.roots[target]])
        shape = self.facts.shapes[target]
        if target in self.operands:
            return self.add(Home.OPERAND, self.operands[target], target, shape)
        if target.op is CONSTANT:
            self.constants.append(constant_value(target))
            return self.add(Home.CONSTANT, len(self.constants) - 1, target, shape)
        return self.work(target, shape)

    def work(self, node: Expr, shape: Sizes, local: Sizes = ()) -> int:
        """Memory that lasts for one call."""
        self.pieces += 1
        return self.add(Home.WORK, self.pieces - 1, node, shape, local)

    def add(self, home: Home, place: int, node: Expr, shape: Sizes, local: Sizes = ()) -> int:
        """The number of a new buffer."""
        host = self.device and not local and lies_on_host(node)
        self.all.append(Buffer(len(self.all), home, place, node.type.dtype, shape, node, local, host))
        return len(self.all) - 1
