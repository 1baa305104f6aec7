"""What a step of a loop computes, for all steps at once: its values get a leading axis along which the steps lie.

Liftable are functions of single elements, views that only name axes anew, and products of a vector or matrix of each
step with one that no step changes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import Table
from symlab.core.ir.op import CONSTANT, Kind, Op
from symlab.core.ir.types import ArrayType
from symlab.core.ops.elementwise import mul
from symlab.core.ops.linalg import dot
from symlab.core.ops.shape import GIVEN, dimshuffle, reshape, size_of, specify_shape
from symlab.core.rewrite.normal import inferred


def liftable(roots: Sequence[Expr], known: Collection[Expr], constants: Collection[Expr]) -> dict[Expr, bool]:
    """The nodes that can be lifted if the `known` ones are; with False those that are the same in all steps."""
    found: dict[Expr, bool] = dict.fromkeys(constants, False) | dict.fromkeys(known, True)
    for node in toposort(roots, frozenset(found)):
        if node in found:
            continue
        if not node.args:
            if node.op is CONSTANT:
                found[node] = False
        elif all(arg in found for arg in node.args):
            moving = [found[arg] for arg in node.args]
            if not any(moving):
                found[node] = False
            elif can_lift(node, moving):
                found[node] = True
    return found


def can_lift(node: Expr, moving: Sequence[bool]) -> bool:
    """Whether there is a form of a node for all steps at once; `moving` operands differ from step to step."""
    if not isinstance(node.type, ArrayType) or not all(isinstance(arg.type, ArrayType) for arg in node.args):
        return False
    if node.op is dot:
        (left, right), (_, second) = moving, node.args
        return left != right and (left or second.type.ndim == 1)
    return node.op is dimshuffle or node.op.kind is Kind.ELEMENTWISE


class Lifting:
    """Makes the forms for all steps; `arrays` has those that are known, `constants` what parameters are outside."""

    def __init__(self, table: Table, arrays: Mapping[Expr, Expr], constants: Mapping[Expr, Expr]) -> None:
        self.table = table
        self.arrays, self.outside = dict(arrays), dict(constants)

    def make(self, op: Op, *args: Expr, **attributes: Any) -> Expr:
        """A node outside of the loop."""
        attrs = tuple(sorted(attributes.items()))
        if op.flat:
            args = tuple(sorted(args, key=lambda arg: arg.digest))
        return self.table.intern(op, args, attrs, inferred(op, args, attrs, None))

    def array(self, root: Expr) -> Expr:
        """The values of a node in all steps."""
        for node in toposort([root], frozenset({*self.arrays, *self.outside})):
            if node in self.arrays or node in self.outside:
                continue
            if any(arg in self.arrays for arg in node.args):
                self.arrays[node] = self.lifted(node)
            else:
                args = tuple([self.outside[arg] for arg in node.args])
                same = args == node.args
                self.outside[node] = node if same else self.table.intern(node.op, args, node.attrs, node.type)
        return self.arrays[root]

    def lifted(self, node: Expr) -> Expr:
        """A node whose operands are lifted, or are outside."""
        if node.op is dimshuffle:
            pattern = tuple("x" if axis == "x" else axis + 1 for axis in node.attr("pattern"))
            return self.make(dimshuffle, self.arrays[node.args[0]], pattern=(0, *pattern))
        if node.op is dot:
            first, second = node.args
            if first in self.arrays:
                return self.product(self.arrays[first], self.outside[second])
            matrix = self.outside[first]
            turned = matrix if matrix.type.ndim == 1 else self.make(dimshuffle, matrix, pattern=(1, 0))
            return self.product(self.arrays[second], turned)
        rank = node.type.ndim
        return self.make(node.op, *(self.aligned(arg, rank) for arg in node.args), **dict(node.attrs))

    def aligned(self, arg: Expr, rank: int) -> Expr:
        """An operand of a function of single elements, whose step has this rank, with axes that fit the others."""
        missing, own = rank - arg.type.ndim, range(arg.type.ndim)
        if arg not in self.arrays:
            value = self.outside[arg]
            return value if not own else self.make(dimshuffle, value, pattern=("x", *["x"] * missing, *own))
        value = self.arrays[arg]
        pattern = (0, *["x"] * missing, *(axis + 1 for axis in own))
        return self.make(dimshuffle, value, pattern=pattern) if missing else value

    def product(self, rows: Expr, matrix: Expr) -> Expr:
        """The product of the last axis of an array with the first one of a matrix or vector."""
        if rows.type.ndim == 2:
            return self.make(dot, rows, matrix)
        steps, high, wide = (self.size(rows, axis) for axis in range(3))
        many = steps * high if isinstance(steps, int) and isinstance(high, int) else self.times(steps, high)
        flat = self.make(dot, self.reshaped(rows, many, wide), matrix)
        return self.reshaped(flat, steps, high, *(self.size(matrix, axis) for axis in range(1, matrix.type.ndim)))

    def times(self, *sizes: int | Expr) -> Expr:
        """The product of sizes."""
        return self.make(mul, *(self.table.constant(n, "int64") if isinstance(n, int) else n for n in sizes))

    def size(self, node: Expr, axis: int) -> int | Expr:
        """The size of an axis, where it is not known as an expression."""
        size = node.type.shape[axis]
        return self.make(size_of, node, axis=axis) if size is None else size

    def reshaped(self, node: Expr, *sizes: int | Expr) -> Expr:
        """The elements in another shape."""
        given = [size for size in sizes if isinstance(size, Expr)]
        return self.make(reshape, node, *given, shape=tuple(GIVEN if isinstance(n, Expr) else n for n in sizes))

    def shaped(self, node: Expr, type: ArrayType) -> Expr:
        """The node with the sizes that are known of this type."""
        told = all(size in (None, own) for size, own in zip(type.shape, node.type.shape, strict=True))
        return node if told else self.make(specify_shape, node, shape=type.shape)
