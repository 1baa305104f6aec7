"""A matrix product as C: loops over the stacks' axes around one call."""

from __future__ import annotations

from collections.abc import Callable

from symlab.core.backends.c.render_plan import Names
from symlab.core.backends.layout import ROUTINES, Layout
from symlab.core.backends.scalar import size_text
from symlab.core.lower.program import Matrix, ProductCall
from symlab.core.lower.sizes import Size

SHORT = {"float64": "double", "float32": "float"}


def product_name(dtype: str) -> str:
    """The function that multiplies matrices of a dtype."""
    return f"sl_product_{dtype}"


def product_definition(dtype: str, kind: str) -> str:
    """The line that defines it."""
    if dtype in ROUTINES:
        return f"SL_DEFINE_PRODUCT({product_name(dtype)}, {kind})"
    return f"SL_DEFINE_LOOPS({product_name(dtype)}, {kind}, {'|' if dtype == 'bool' else '+'})"


def product_lines(step: ProductCall, layout: Layout, kind: str, pointer: Callable[[int], str]) -> list[str]:
    """The lines that carry out one product."""
    lines = []
    rank = len(step.stack)
    for axis, size in enumerate(step.stack):
        lines.append(f"for (int64_t i{axis} = 0; i{axis} < {text(size)}; i{axis}++)")
    dtype = step.node.type.dtype.name
    links = ""
    if dtype in ROUTINES:
        first = layout.links.index(ROUTINES[dtype][0])
        links = f"(const int64_t *)data[{layout.links_at}] + {first}, "
    factors = [str(step.sign), *(f"*({kind} *){pointer(number)}" for number in step.scalars)]
    parts = [operand(item, kind, pointer, rank) for item in (step.a, step.b)]
    result = f"{start(step.result, kind, pointer, rank)}, {text(step.result.strides[-2])}"
    name, sizes, added = product_name(dtype), [step.m, step.n, step.k], f"{step.beta}, "
    if step.square and dtype in ROUTINES:
        name, sizes, parts, added = f"{name}_square", [step.m, step.k], parts[:1], ""
    call = f"{name}({links}{', '.join(map(text, sizes))}, {' * '.join(factors)}, {', '.join(parts)}, {added}{result});"
    return [*lines, "    " * rank + call]


def operand(item: Matrix, kind: str, pointer: Callable[[int], str], rank: int) -> str:
    """The address and the strides of an operand."""
    rows, columns = item.strides[-2:]
    return f"{start(item, kind, pointer, rank)}, {text(rows)}, {text(columns)}"


def start(item: Matrix, kind: str, pointer: Callable[[int], str], rank: int) -> str:
    """The address of an operand at the present place of the stacks."""
    steps = [f"i{axis} * {text(stride)}" for axis, stride in enumerate(item.strides[:rank]) if stride != 0]
    offset = [] if item.offset == 0 else [text(item.offset)]
    return " + ".join([f"({kind} *){pointer(item.buffer)}", *offset, *steps])


def text(size: Size) -> str:
    """A size in C."""
    return size_text(size, Names())
