"""The one printer of expressions and graphs as text: formulas (`pp`) and trees (`debugprint`).

A formula is a let-list: what is shared or long is named once, and the list is cut at a stated length. Nothing recurses.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

import numpy as np

from symlab.core.ir.expr import Expr, Lambda, toposort, users
from symlab.core.ir.graph import Graph, Token
from symlab.core.ir.op import CALL, CONSTANT, WILD, Kind

INLINE = 60  # characters up to which an operand is printed in place
WIDEST = 8  # operands of a sum that are printed
LONGEST = 200  # lines of a let-list or tree


def short(node: Expr) -> str:
    """A variable in one short phrase: its name, or its formula cut at 60 characters."""
    name = getattr(node, "name", None)
    if name:
        return str(name)
    near = toposort([node], frozenset(horizon(node, 4)))
    texts: dict[Expr, str] = {}
    for item in near:
        known = all(arg in texts for arg in item.args)
        texts[item] = formula(item, [texts[arg] for arg in item.args]) if known else "..."
    text = texts[node]
    return text if len(text) <= INLINE else text[: INLINE - 3] + "..."


def horizon(node: Expr, depth: int) -> list[Expr]:
    """The nodes `depth` steps below a node: a short phrase does not look further."""
    level = [node]
    for _ in range(depth):
        level = list(dict.fromkeys(arg for item in level for arg in item.args))
    return level


def pp(value: Any, longest: int = LONGEST) -> str:
    """The formula of an expression, graph or compiled function; shared parts are named once."""
    roots, names = roots_and_names(value)
    return let_list(roots, names, longest)


def let_list(roots: Sequence[Expr], names: Mapping[Expr, str], longest: int = LONGEST) -> str:
    """The nodes below `roots`: a line for each that is shared or long, then the roots."""
    used, texts, lines = users(roots), dict(names), []
    for node in toposort(roots):
        if node in texts:
            continue
        text = formula(node, [texts[arg] for arg in node.args])
        if node.args and (used[node] > 1 or len(text) > INLINE) and not (node is roots[0] and len(roots) == 1):
            lines.append(f"t{len(lines)} = {text}")
            text = f"t{len(lines) - 1}"
        texts[node] = text
    if len(lines) > longest:
        half = longest // 2
        lines = [*lines[:half], f"... {len(lines) - 2 * half} more lines ...", *lines[-half:]]
    return "\n".join([*lines, ", ".join(texts[root] for root in roots)])


def formula(node: Expr, args: Sequence[str]) -> str:
    """One node over the texts of its operands."""
    if node.op.kind is Kind.LEAF:
        return leaf_text(node)
    if node.op is CALL:
        return f"{lambda_text(node.attr('body'))}({', '.join(args)})"
    if node.op.infix and len(args) > 1:
        shown = [*args[:WIDEST], *(["..."] if len(args) > WIDEST else [])]
        return f"({f' {node.op.infix} '.join(shown)})"
    if node.op.infix and len(args) == 1:
        return f"{node.op.infix}{args[0]}"
    return f"{node.op.name}({', '.join([*args, *attribute_texts(node)])})"


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
    value = node.attr("value")
    array = value.array if isinstance(value, Token) else value
    if array.size > 6:
        return f"array{list(array.shape)}"
    with np.printoptions(precision=8):
        return str(array.tolist())


def attribute_texts(node: Expr) -> list[str]:
    """The attributes of a node as keyword arguments."""
    return [f"{name}={attribute_text(value)}" for name, value in node.attrs]


def attribute_text(value: Any) -> str:
    """One attribute, cut where it is long."""
    if isinstance(value, Lambda):
        return lambda_text(value)
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= INLINE else text[: INLINE - 3] + "..."


def lambda_text(function: Lambda) -> str:
    """A closed function on one line."""
    body = let_list([function.body], {}, 8).replace("\n", "; ")
    return ("as_written" if function.exact else "function") + f"[{body}]"


def roots_and_names(value: Any) -> tuple[list[Expr], dict[Expr, str]]:
    """What to print of an expression, a list of them, a graph, a trace or a function, and the leaves' names."""
    if isinstance(value, Expr):
        return [value], {}
    if isinstance(value, Graph):
        return list(value.roots), leaf_names(value)
    if isinstance(value, (list, tuple)):
        return list(value), {}
    trace = getattr(value, "trace", value)
    return list(trace.graph.roots), leaf_names(trace.graph)


def leaf_names(graph: Graph) -> dict[Expr, str]:
    """The names that the user gave to inputs and shared variables of a graph."""
    found = {}
    for node, typed in graph.origins.items():
        name = next((getattr(item, "name", None) for item in typed if getattr(item, "name", None)), None)
        if node.op.kind is Kind.LEAF and name:
            found[node] = str(name)
    return found


def debugprint(
    value: Any, depth: int = -1, print_type: bool = False, file: TextIO | str | None = None, longest: int = 2000
) -> str | None:
    """Print the tree of an expression, list, graph or function; `file="str"` returns the text instead.

    Each node has a letter; one that was shown before is shown again by its letter only. `depth` limits the levels.
    """
    roots, names = roots_and_names(value)
    text = "\n".join(tree_lines(roots, names, depth, print_type, longest))
    if file == "str":
        return text
    print(text, file=sys.stdout if file is None or isinstance(file, str) else file)
    return None


def tree_lines(
    roots: Sequence[Expr], names: Mapping[Expr, str], depth: int, print_type: bool, longest: int
) -> Iterable[str]:
    """One line for each place in the tree, operands below and to the right of their node."""
    letters: dict[Expr, str] = {}
    stack: list[tuple[Expr, str, str, int]] = [(root, "", "", 0) for root in reversed(roots)]
    count = 0
    while stack:
        node, lead, below, level = stack.pop()
        count += 1
        if count > longest:
            yield f"... cut after {longest} lines ..."
            return
        seen = node in letters
        letter = letters.setdefault(node, letter_of(len(letters)))
        yield lead + node_line(node, names, letter, print_type) + (" ..." if seen and node.args else "")
        if seen or level == depth:
            continue
        last = len(node.args) - 1
        for place in range(last, -1, -1):
            branch, under = ("└─ ", "   ") if place == last else ("├─ ", "│  ")
            stack.append((node.args[place], below + branch, below + under, level + 1))


def node_line(node: Expr, names: Mapping[Expr, str], letter: str, print_type: bool) -> str:
    """One node: name or op, attributes, letter, type where asked for."""
    name = names.get(node) or getattr(node, "name", None)
    text = leaf_text(node) if node.op.kind is Kind.LEAF else node.op.name
    attributes = ", ".join(attribute_texts(node)) if node.op.kind is not Kind.LEAF else ""
    parts = [text + (f"{{{attributes}}}" if attributes else "")]
    if name and name != text:
        parts = [name] if node.op.kind is Kind.LEAF else [*parts, f"'{name}'"]
    parts.append(f"[{letter}]")
    if print_type:
        parts.append(f"<{node.type}>")
    return " ".join(parts)


def letter_of(number: int) -> str:
    """A, B, ..., Z, AA, AB, ..."""
    text = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(ord("A") + digit) + text
    return text
