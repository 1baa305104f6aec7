"""What lowering makes of each node, and what it costs.

The cost model is short on purpose. A kernel is bound by memory as long as its formulas are simple, so every array that
is not written and read again is a gain. One formula costs 1 if it is an instruction, 4 if it divides or takes a root,
10 if it is a function. What costs 2 or less and reads one array is computed again by every kernel that wants it;
anything else is computed once. A loop holds 25 formulas at most: longer ones gain little and compile slowly.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Any

import numpy as np

from symlab.core.ir.expr import Attributes, Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, INPUT, PROJECT, CText, Kind, Op
from symlab.core.ir.types import TupleType
from symlab.core.lower.structure import VIEWS
from symlab.core.ops.elementwise import add

Dtype = np.dtype[Any]
CHEAP = 2
FUNCTION = 10
MOST_FORMULAS = 25
SLOW = ("/", "sl_sqrt", "sl_mod", "sl_floor_div", "sl_int_", "sl_uint_", "sl_reciprocal", "sl_hypot")
QUICK = ("sl_maximum", "sl_minimum", "sl_sign", "sl_floor", "sl_ceil", "sl_trunc", "sl_rint")


class Role(Enum):
    """What lowering makes of a node."""

    LEAF = "leaf"
    SIZE = "size"  # an integer that is known before the run
    VIEW = "view"  # an index into another array
    FORMULA = "formula"  # a scalar formula at every position
    POSITION = "position"  # a number that follows from the position
    FOLD = "fold"  # a formula folded over axes
    TAKEN = "taken"  # elements that index arrays pick
    PIECES = "pieces"  # an array written part by part
    PRODUCT = "product"  # a matrix product
    TRANSFER = "transfer"  # an array copied to the device or back
    REFERENCE = "reference"  # computed by the NumPy reference
    RESULT = "result"  # one of several that a reference computes


PIECES = frozenset({"join", "make_vector", "set_slice", "inc_slice", "set_take", "inc_take"})
PRODUCTS = frozenset({"dot", "matmul", "product_added", "product_scaled"})
TRANSFERS = frozenset({"to_device", "to_host"})


def role(node: Expr) -> Role:
    """The role of a node."""
    if isinstance(node.type, TupleType):
        return Role.REFERENCE
    by_operand = node.args and node.op.kind in (Kind.ELEMENTWISE, Kind.REDUCTION)
    return role_of(node.op, operand_dtype(node) if by_operand else node.type.dtype)


@lru_cache(4096)
def role_of(op: Op, dtype: Dtype) -> Role:
    """The role of an op: of a formula or reduction over operands of this dtype, of any other with such a result."""
    match op.kind:
        case Kind.LEAF:
            return Role.LEAF
        case Kind.ELEMENTWISE:
            return Role.FORMULA if formula(op, dtype) else Role.REFERENCE
        case Kind.REDUCTION:
            return Role.FOLD if "start" in op.extra and formula(op, dtype) else Role.REFERENCE
    if op is PROJECT:
        return Role.RESULT
    if op.name in VIEWS:
        return Role.VIEW
    if op.name in PIECES and (not op.name.startswith("inc_") or formula(add, dtype)):
        return Role.PIECES
    if op.name == "size_of":
        return Role.SIZE
    if op.name == "arange":
        return Role.POSITION
    if op.name == "take":
        return Role.TAKEN
    if op.name in TRANSFERS:
        return Role.TRANSFER
    if op.name in PRODUCTS and dtype.kind in "fiub" and dtype != np.float16:
        return Role.PRODUCT
    return Role.REFERENCE


def operand_dtype(node: Expr) -> Dtype:
    """The dtype that chooses among the C texts of an op: that of the last operand (the first may be a condition)."""
    dtype: Dtype = node.args[-1].type.dtype
    return dtype


@lru_cache(4096)
def formula(op: Op, dtype: Dtype) -> CText | None:
    """The C text of an op for operands of this dtype, or the function that writes it."""
    if isinstance(op.c, Mapping):
        return op.c.get(dtype.kind)
    return op.c if dtype.kind != "c" or op.c is None else None


def weight(node: Expr) -> int:
    """How many formulas a node is."""
    return max(1, len(node.args) - 1) if node.op.flat else 1


def cost(node: Expr) -> int:
    """What a formula costs, in instructions."""
    return weight(node) * (cost_of(node.op, operand_dtype(node), node.attrs) if node.args else 1)


@lru_cache(4096)
def cost_of(op: Op, dtype: Dtype, attrs: Attributes = ()) -> int:
    """What one formula over operands of this dtype costs; one that attributes write is products and sums in turn."""
    text = formula(op, dtype) or ""
    if not isinstance(text, str):
        return 1 + 2 * text(str, **dict(attrs)).count(" + ")
    if op.extra.get("helpers"):  # functions of a program, of which nothing is known
        return FUNCTION
    if any(word in text for word in SLOW):
        return 4
    return FUNCTION if "sl_" in text and not any(word in text for word in QUICK) else 1


def literal(node: Expr) -> bool:
    """Whether a constant is one number, to be written into the code."""
    if node.op is not CONSTANT:
        return False
    value = constant_value(node)
    return value.size == 1


def is_quick(node: Expr) -> bool:
    """Whether a node costs no more than the memory that it would be kept in, even where positions go one by one."""
    return role(node) in (Role.FORMULA, Role.POSITION, Role.TAKEN) and cost(node) <= CHEAP


def repeats(node: Expr) -> bool:
    """Whether computing a node again costs little: it is cheap, and reads one array at most."""
    return (
        role(node) in (Role.FORMULA, Role.POSITION)
        and cost(node) <= CHEAP
        and sum(1 for arg in node.args if arg.type.shape) <= 1
    )


def lies_on_host(node: Expr) -> bool:
    """Whether a program for a device keeps a node in the processor's memory."""
    return node.op is INPUT or node.op.name == "to_host" or role(node) in (Role.REFERENCE, Role.RESULT)
