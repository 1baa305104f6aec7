"""One node as text over the texts of its operands: infix operators, indices, constants, attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.expr import Attributes, Expr, Lambda
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CALL, CONSTANT, WILD, Kind
from symlab.core.rewrite.formula import first_terms

INLINE = 60  # letters up to which a text stands within another
WIDEST = 8  # operands of one node that are printed
FEW = 6  # elements of a constant that are printed
ATOM = 10  # how tightly a name or a call holds together
PREFIX = 8
BINDING: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), 1),
        "|": 2,
        "^": 3,
        "&": 4,
        "<<": 5,
        ">>": 5,
        "+": 6,
        "-": 6,
        "*": 7,
        "/": 7,
        "//": 7,
        "%": 7,
        "**": 9,
    }
)
SIGNS: Mapping[str, str] = MappingProxyType({"neg": "-", "invert": "~"})
DEFAULTS: frozenset[tuple[str, Any]] = frozenset({("keepdims", False)})  # attributes that go without saying

Text = tuple[str, float]  # what is printed, and how tightly it binds


def formula(node: Expr, operands: Sequence[Text]) -> Text:
    """A node over the texts of its operands."""
    if node.op.kind is Kind.LEAF:
        text = leaf_text(node)
        return text, PREFIX if text.startswith("-") else ATOM
    if node.op is CALL:
        return f"{lambda_head(node.attr('body'))}({listed(operands)})", ATOM
    if node.op.infix is not None and len(operands) > 1:
        return infix(node.op.infix, operands)
    if node.op.name in SIGNS and len(operands) == 1:
        return SIGNS[node.op.name] + wrapped(operands[0], PREFIX), PREFIX
    special = indexed(node, operands)
    if special is not None:
        return special, ATOM
    return f"{node.op.name}({listed(operands, attribute_texts(node))})", ATOM


def infix(sign: str, operands: Sequence[Text]) -> Text:
    """Operands with an operator between them, in parentheses where Python wants them."""
    own = BINDING[sign]
    left = own + (sign in ("**", "==", "!=", "<", "<=", ">", ">="))
    right = own if sign == "**" else own + 1
    texts = [wrapped(operands[0], left), *(wrapped(item, right) for item in operands[1:WIDEST])]
    if len(operands) > WIDEST:
        texts.append("...")
    return f" {sign} ".join(texts), own


def wrapped(operand: Text, least: float) -> str:
    """An operand, in parentheses where it binds less tightly than it must."""
    text, binding = operand
    return text if binding >= least else f"({text})"


def listed(operands: Sequence[Text], attributes: Iterable[str] = ()) -> str:
    """The arguments of a call."""
    texts = [text for text, _ in operands[:WIDEST]]
    if len(operands) > WIDEST:
        texts.append(f"... {len(operands) - WIDEST} more ...")
    return ", ".join([*texts, *attributes])


def indexed(node: Expr, operands: Sequence[Text]) -> str | None:
    """A slice as an index, a transposition as `.T`; None for everything else."""
    if not operands:
        return None
    base, index = wrapped(operands[0], ATOM), node.attr("index")
    if node.op.name == "slice" and len(operands) == 1 and isinstance(index, tuple):
        return f"{base}[{index_text(index)}]"
    if node.op.name == "take" and len(operands) == 2 and node.attr("axes") == (0,):
        return f"{base}[{operands[1][0]}]"
    if node.op.name == "dimshuffle" and is_transposition(node.attr("pattern")):
        return f"{base}.T"
    return None


def is_transposition(pattern: Any) -> bool:
    """Whether a pattern of axes reverses two or more of them."""
    return isinstance(pattern, tuple) and len(pattern) > 1 and pattern == tuple(reversed(range(len(pattern))))


def index_text(index: Sequence[Any]) -> str:
    """The index of a slice as Python writes it."""
    return ", ".join(slice_text(*item) if isinstance(item, tuple) else str(item) for item in index)


def slice_text(start: Any, stop: Any, step: Any) -> str:
    """One slice: parts that say nothing are left out."""
    first, last = ("" if end is None else str(end) for end in (start, stop))
    return f"{first}:{last}" + ("" if step in (1, None) else f":{step}")


# Leaves


def leaf_text(node: Expr) -> str:
    """A leaf by its name, a constant by its value."""
    if node.op is CONSTANT:
        return constant_text(node)
    name = getattr(node, "name", None)
    if name:
        return str(name)
    if node.op is WILD:
        return f"v{node.attr('number', 0)}"
    number = node.attr("number", node.attr("index"))
    return f"{node.op.name}{number}" if number is not None else f"<{node.type}>"


def constant_text(node: Expr) -> str:
    """A small constant as Python would write it, a large one by its shape."""
    array = constant_value(node)
    if array.size > FEW:
        return f"array{list(array.shape)}"
    if not array.ndim:
        return str(array[()])
    return np.array2string(array, separator=", ", precision=8, max_line_width=1000).replace("\n", "")


# Attributes


def attribute_texts(node: Expr) -> list[str]:
    """The attributes of a node as keyword arguments; those that go without saying are left out."""
    hidden = "body" if node.op.extra.get("inline") else ""  # a sub-graph goes by its name
    return texts_of(tuple(pair for pair in node.attrs if pair[0] != hidden))


def texts_of(attributes: Attributes) -> list[str]:
    """Attributes as keyword arguments; the coefficients of a polynomial are its arguments, the first few of them."""
    texts: list[str] = []
    for name, value in attributes:
        if name == "coefficients":
            texts += first_terms(value, repr)
        elif not goes_without_saying(name, value):
            texts.append(f"{name}={attribute_text(value)}")
    return texts


def goes_without_saying(name: str, value: Any) -> bool:
    """Whether an attribute has the value that everybody expects."""
    return isinstance(value, bool) and (name, value) in DEFAULTS


def attribute_text(value: Any) -> str:
    """One attribute, cut where it is long."""
    if isinstance(value, Lambda):
        return lambda_head(value)
    text = value if isinstance(value, str) else repr(value)
    return cut(text, INLINE)


def lambda_head(function: Lambda) -> str:
    """What a closed function is called."""
    return "as_written" if function.exact else "function"


def cut(text: str, longest: int) -> str:
    """A text of at most so many letters, with dots where it was cut."""
    return text if len(text) <= longest else text[: longest - 3] + "..."
