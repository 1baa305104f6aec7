"""The text of a rule's formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, WILD
from symlab.core.ops.elementwise import add, mul, neg, pow, sub, true_div
from symlab.core.ops.operators import AttributeVariable
from symlab.core.rewrite.pattern import AttributePart

BINDING = {add: 1, sub: 1, mul: 2, true_div: 2, neg: 3, pow: 4}  # how tightly an operator holds its operands
ATOM = 9
FEW_TERMS = 4  # of a polynomial that are printed


def formula_text(formula: Expr, sequences: frozenset[str] = frozenset()) -> str:
    """A formula as Python would write it; `f(x), ...` stands for the elements of a sequence."""
    return _text(formula, sequences)[0]


def _text(node: Expr, sequences: frozenset[str]) -> tuple[str, int]:
    if node.op is WILD:
        name = str(getattr(node, "name", ""))
        return (f"{name}, ..." if name in sequences else name), ATOM
    if node.op is CONSTANT:
        value = constant_value(node).item()
        return f"{value:.10g}" if isinstance(value, float) else str(value), ATOM if value >= 0 else 3
    parts = [_text(arg, sequences) for arg in node.args]
    own = BINDING.get(node.op, ATOM)
    if node.op is neg:
        return f"-{wrapped(parts[0], own)}", own
    if node.op in BINDING and len(parts) == 2:
        right = own if node.op in (add, mul) else own + 1
        return f"{wrapped(parts[0], own)} {node.op.infix} {wrapped(parts[1], right)}", own
    texts = [text for text, _ in parts] + [text for name, value in node.attrs for text in _attribute(name, value)]
    return f"{node.op.name}({', '.join(texts)})", ATOM


def first_terms(coefficients: Sequence[float], written: Callable[[float], str]) -> list[str]:
    """The coefficients of a polynomial as arguments, the first few of them."""
    dots = ["..."] if len(coefficients) > FEW_TERMS else []
    return [written(value) for value in coefficients[:FEW_TERMS]] + dots


def wrapped(part: tuple[str, int], least: int) -> str:
    """An operand, in parentheses where it binds less tightly than it must."""
    text, binding = part
    return text if binding >= least else f"({text})"


def _attribute(name: str, value: Any) -> list[str]:
    if isinstance(value, AttributeVariable):
        return [value.name]
    if name == "coefficients" and isinstance(value, tuple):
        return first_terms(value, "{:.10g}".format)
    return [value.text if isinstance(value, AttributePart) else f"{name}={value}"]
