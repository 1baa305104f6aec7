"""Loops in their plainest form: no axes of size 1, and one axis for neighbours that all accesses step over alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symlab.core.lower.kernel import Access, Instruction, Kernel, Load, Position, Stage, Store
from symlab.core.lower.sizes import Sizes, multiply, product

Columns = tuple[tuple[int, ...], ...]  # per axis of the result, the old axes that it is made of; the last one steps


def simplify(kernel: Kernel) -> Kernel:
    """The same kernel with as few axes as possible."""
    rank = len(kernel.outer)
    outer = columns(kernel.outer, [strides_of(item)[:rank] for item in kernel.instructions() if strides_of(item)])
    prologue = tuple(restrided(item, outer, rank, ()) for item in kernel.prologue)
    stages = []
    for stage in kernel.stages:
        inner = columns(stage.axes, [strides_of(item)[rank:] for item in stage.body if strides_of(item)])
        body = tuple(restrided(item, outer, rank, inner) for item in stage.body)
        stages.append(Stage(sizes_of(stage.axes, inner), body))
    return Kernel(sizes_of(kernel.outer, outer), prologue, tuple(stages), kernel.ordered, kernel.columns, kernel.costly)


def strides_of(item: Instruction) -> Sizes:
    """The strides of an access or a position."""
    match item:
        case Load(access=Access(strides=strides)) | Store(access=Access(strides=strides)) | Position(strides=strides):
            return strides
    return ()


def columns(sizes: Sizes, strides: Sequence[Sizes]) -> Columns:
    """Which axes become one."""
    found: list[tuple[int, ...]] = []
    for axis, size in enumerate(sizes):
        if size == 1:
            continue
        if found and all(row[found[-1][-1]] == multiply(size, row[axis]) for row in strides):
            found[-1] = (*found[-1], axis)
        else:
            found.append((axis,))
    return tuple(found)


def sizes_of(sizes: Sizes, parts: Columns) -> Sizes:
    """The sizes of the new axes."""
    return tuple(product(sizes[axis] for axis in part) for part in parts)


def restrided(item: Instruction, outer: Columns, rank: int, inner: Columns) -> Instruction:
    """The instruction with a stride for each new axis."""
    strides = strides_of(item)
    if not strides:
        return item
    kept = [strides[part[-1]] for part in outer] + [strides[rank + part[-1]] for part in inner]
    match item:
        case Load() | Store():
            return replace(item, access=replace(item.access, strides=tuple(kept)))
        case Position():
            return replace(item, strides=tuple(kept))
    return item
