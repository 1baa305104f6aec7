"""Kernels and programs as text for people: one line per instruction, each result named once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symlab.core.lower.kernel import Access, Apply, Instruction, Kernel, Literal, Load, Position, Reduce, Store
from symlab.core.lower.program import BoundsCall, KernelCall, LoopCall, ProductCall, TransferCall
from symlab.core.lower.sizes import Size, terms_of

MOST_LINES = 400


def size_text(size: Size) -> str:
    """A size as a formula over n0, n1, ..."""
    if isinstance(size, int):
        return str(size)
    parts = []
    for monomial, factor in reversed(terms_of(size)):
        names = [f"n{number}" for number in monomial]
        parts.append("*".join([str(factor)] * (factor != 1 or not names) + names))
    return " + ".join(parts)


def affine_text(offset: Size, strides: Sequence[Size], axes: str) -> str:
    """An offset and its steps along named axes."""
    parts = [] if offset == 0 else [size_text(offset)]
    parts += [f"{size_text(stride)}*{axis}" for stride, axis in zip(strides, axes) if stride != 0]
    return " + ".join(parts) or "0"


def access_text(access: Access, axes: str) -> str:
    """An element of a buffer."""
    terms = [f"{size_text(term.stride)}*v{term.index}" for term in access.terms]
    return f"b{access.buffer}[{' + '.join([affine_text(access.offset, access.strides, axes), *terms])}]"


def instruction_text(item: Instruction, axes: str) -> str:
    """One instruction."""
    match item:
        case Load():
            return f"v{item.result} = {access_text(item.access, axes)}"
        case Literal():
            return f"v{item.result} = {item.value}"
        case Position():
            return f"v{item.result} = {affine_text(item.offset, item.strides, axes)}"
        case Apply():
            return f"v{item.result} = {item.op.name}({', '.join(f'v{operand}' for operand in item.operands)})"
        case Reduce():
            return f"v{item.result} = {item.op.name} over the loop of v{item.operand}"
        case Store():
            return f"{access_text(item.access, axes)} = v{item.operand}"


def kernel_text(kernel: Kernel) -> str:
    """A kernel, its stages indented."""
    letters = "ijklmnopqrstuvwxyz"
    rank = len(kernel.outer)
    lines = [instruction_text(item, "") for item in kernel.prologue]
    if rank:
        lines.append(f"for {', '.join(f'{a} < {size_text(size)}' for a, size in zip(letters, kernel.outer))}")
    for stage in kernel.stages:
        inner = letters[rank : rank + len(stage.axes)]
        indent = "  " if rank else ""
        if inner:
            lines.append(f"{indent}for {', '.join(f'{a} < {size_text(size)}' for a, size in zip(inner, stage.axes))}")
            indent += "  "
        lines += [indent + instruction_text(item, letters[:rank] + inner) for item in stage.body]
    return "\n".join(lines)


def program_text(program: Any) -> str:
    """The steps of a program, cut at a stated number of lines."""
    lines: list[str] = []
    for step in program.steps:
        if isinstance(step, KernelCall):
            lines += ["kernel", *(f"  {line}" for line in kernel_text(step.kernel).splitlines())]
        elif isinstance(step, ProductCall):
            sizes = " x ".join(map(size_text, (step.m, step.k, step.n)))
            name = "product with its transpose" if step.square else "product"
            lines.append(f"{name} b{step.result.buffer} = b{step.a.buffer} b{step.b.buffer}  ({sizes})")
        elif isinstance(step, BoundsCall):
            lines.append(f"bounds of b{step.index} in {size_text(step.size)}")
        elif isinstance(step, TransferCall):
            lines.append(f"copy b{step.target} = b{step.source}  ({step.node.op.name})")
        elif isinstance(step, LoopCall):
            operands = ", ".join(f"b{item.buffer}" for item in step.operands)
            results = ", ".join(f"b{result}" for result in step.writes)
            lines.append(f"loop {results} = {size_text(step.length)} steps over {operands}")
            lines += [f"  {line}" for line in program_text(step.body).splitlines()]
        else:
            operands = ", ".join(f"b{operand}" for operand in step.operands)
            results = ", ".join(f"b{result}" for result in step.writes)
            lines.append(f"reference {results} = {step.node.op.name}({operands})")
    cut = [f"... {len(lines) - MOST_LINES} more lines"] if len(lines) > MOST_LINES else []
    return "\n".join([*lines[:MOST_LINES], *cut])
