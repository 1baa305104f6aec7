"""Convolutions and their gradients for stacks: side by side as more images, or as groups where filters differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from types import MappingProxyType
from typing import Any

from symlab.core.batching.control import one_by_one
from symlab.core.batching.stack import Batch, Operand, Unbatchable
from symlab.core.ir.errors import message
from symlab.core.ir.expr import Expr
from symlab.core.ir.op import Op
from symlab.core.ops import conv
from symlab.core.ops.operators import Variable
from symlab.core.ops.shape import joined_size, reshaped, shuffled, sizes_of

# Which of the first two operands, and at last of the results, are images: the others are filters.
IMAGES: Mapping[Op, tuple[bool, bool, bool]] = MappingProxyType(
    {conv.conv: (True, False, True), conv.conv_images: (False, True, True), conv.conv_filters: (True, True, False)}
)


def conv_rule(node: Expr, operands: Sequence[Operand], batch: Batch) -> Any:
    """More images with the same filters if those do not differ, else a group of channels for each of the stack.

    Where they differ in a stack whose size is not known, one convolution after another.
    """
    first, second, gives_images = IMAGES[node.op]
    sizes = operands[2:]
    if any(item.depth for item in sizes):
        raise refused(node, "the shape of its result would differ within the stack")
    differ = any(item.depth and not image for item, image in zip(operands, (first, second), strict=False))
    given = [item.value for item in sizes]
    if gives_images and not differ:
        return more_images(node, operands[:2], given, batch)
    if not all(isinstance(size, int) for size in batch.sizes):
        return one_by_one(node, operands, batch)
    count = prod(batch.sizes)
    merged = [
        grouped(batch.filled(item), batch.depth, image) for item, image in zip(operands, (first, second), strict=False)
    ]
    found = applied(node, merged, given, groups=node.attr("groups") * count)
    return separate(found, batch, gives_images, count)


def refused(node: Expr, why: str) -> Unbatchable:
    """The error for a convolution that cannot be computed for a stack."""
    problem = f"{node.op.name} cannot be computed for a stack of inputs at once: {why}"
    return Unbatchable(message(problem, [(node.op.name, node)], ["a static shape", "scan or map over the stack"]))


def applied(node: Expr, operands: Sequence[Variable], given: Sequence[Variable], **changed: Any) -> Any:
    """The node's op over other operands, some attributes changed."""
    return node.op(*operands, *given, **{**node.attributes, **changed})


def more_images(node: Expr, operands: Sequence[Operand], given: Sequence[Variable], batch: Batch) -> Any:
    """All images of the stack side by side."""
    values = [beside(item.value, batch.depth) if item.depth else item.value for item in operands]
    found = applied(node, values, given)
    deep = next(item.value for item in operands if item.depth)
    return reshaped(found, (*sizes_of(deep)[: batch.depth + 1], *sizes_of(found)[1:]))


def beside(x: Variable, depth: int) -> Variable:
    """The axes of the stack and that of images as one."""
    sizes = sizes_of(x)
    return reshaped(x, (joined_size(sizes[: depth + 1]), *sizes[depth + 1 :]))


def grouped(x: Variable, depth: int, image: bool) -> Variable:
    """The axes of the stack joined with the channels of images, or with the filters."""
    sizes = sizes_of(x)
    if not image:
        return beside(x, depth)
    order = (depth, *range(depth), *range(depth + 1, x.ndim))
    return reshaped(
        shuffled(x, order), (sizes[depth], joined_size((*sizes[:depth], sizes[depth + 1])), *sizes[depth + 2 :])
    )


def separate(found: Variable, batch: Batch, image: bool, count: int) -> Variable:
    """The stack of results out of the channels of images, or out of the filters."""
    sizes, depth = sizes_of(found), batch.depth
    if not image:
        return reshaped(found, (*batch.sizes, sizes[0] // count, *sizes[1:]))
    apart = reshaped(found, (sizes[0], *batch.sizes, sizes[1] // count, *sizes[2:]))
    return shuffled(apart, (*range(1, depth + 1), 0, *range(depth + 1, apart.ndim)))
