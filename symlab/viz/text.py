"""The one printer of expressions and graphs as text: formulas (`pp`) and trees (`debugprint`).

A formula is a let-list: what is shared or long is named once, and the list is cut at a stated length. Nothing recurses.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from symlab.core.ir.errors import InvalidValue, check_keywords, message
from symlab.core.ir.expr import Expr, Lambda, toposort, users
from symlab.core.ir.op import CALL, Kind
from symlab.viz.formulas import (
    ATOM,
    INLINE,
    WIDEST,
    Text,
    attribute_texts,
    cut,
    formula,
    lambda_head,
    leaf_text,
    listed,
)
from symlab.viz.names import printed

LONGEST = 200  # lines of a let-list
LINES = 2000  # of a tree
NEAR = 4  # levels that a short phrase shows
INNER = 8  # lines of a closed function
OTHERS = (
    "id_type", "done", "used_ids", "print_storage", "print_shape", "print_op_info", "print_destroy_map",
    "print_view_map", "print_memory_map", "print_inner_graphs", "print_fgraph_inputs", "print_assumptions",
)  # fmt: skip
DEEPEST = 60  # letters of indentation


def short(node: Expr) -> str:
    """A variable in one short phrase: its name, or its formula cut at 60 letters."""
    name = getattr(node, "name", None)
    if name:
        return str(name)
    texts: dict[Expr, Text] = {}
    for item in toposort([node], frozenset(horizon(node))):
        operands = [texts.get(arg, ("...", ATOM)) for arg in item.args]
        known = all(arg in texts for arg in item.args[:WIDEST])
        texts[item] = formula(item, operands) if known else ("...", ATOM)
    return cut(texts[node][0], INLINE)


def horizon(node: Expr) -> list[Expr]:
    """Where a short phrase stops looking: operands that it does not print, and all that lies deeper."""
    level, beyond = [node], []
    for _ in range(NEAR):
        beyond += [arg for item in level for arg in item.args[WIDEST:]]
        level = list(dict.fromkeys(arg for item in level for arg in item.args[:WIDEST]))
    return [*beyond, *level]


def pp(value: Any, longest: int = LONGEST) -> str:
    """The formula of an expression, graph or compiled function; shared and long parts are named once."""
    roots, names, labels = printed(value)
    return "\n".join(let_list(roots, names, longest, labels))


def let_list(
    roots: Sequence[Expr], names: Mapping[Expr, str], longest: int = LONGEST, labels: Sequence[str] = ()
) -> list[str]:
    """The nodes below `roots`: a line for each that is shared or long, then the roots."""
    used, lines = users(roots), list[str]()
    texts: dict[Expr, Text] = {node: (name, ATOM) for node, name in names.items()}
    taken = {leaf_text(node) for node in used if not node.args} | set(names.values())
    numbered = (f"t{number}" for number in itertools.count())
    alone = roots[0] if len(roots) == 1 else None
    for node in toposort(roots):
        if node in texts:
            continue
        text = texts[node] = body_text(node, [texts[arg] for arg in node.args])
        if node.args and node is not alone and (used[node] > 1 or len(text[0]) > INLINE):
            name = new_name(node, taken, numbered)
            lines.append(f"{name} = {text[0]}")
            texts[node] = name, ATOM
    if len(lines) > longest:
        half = longest // 2
        lines = [*lines[:half], f"... {len(lines) - 2 * half} more lines ...", *lines[len(lines) - half :]]
    if not any(labels):
        return [*lines, ", ".join(texts[root][0] for root in roots)]
    return [*lines, *(f"{label}: {texts[root][0]}" for label, root in zip(labels, roots, strict=True))]


def new_name(node: Expr, taken: set[str], numbered: Iterator[str]) -> str:
    """What a part is called in a let-list: its own name where that is a plain one and free, else a number."""
    name = getattr(node, "name", None)
    if not isinstance(name, str) or not name.isidentifier() or name in taken:
        name = next(text for text in numbered if text not in taken)
    taken.add(name)
    return name


def body_text(node: Expr, operands: Sequence[Text]) -> Text:
    """A node over its operands; a closed function is spelled out."""
    if node.op is not CALL:
        return formula(node, operands)
    return f"{lambda_text(node.attr('body'))}({listed(operands)})", ATOM


def lambda_text(function: Lambda) -> str:
    """A closed function on one line."""
    names = {param: f"p{place}" for place, param in enumerate(function.params)}
    return f"{lambda_head(function)}[{'; '.join(let_list([function.body], names, INNER))}]"


# Trees


@dataclass
class Tree:
    """How a tree is printed, and the numbers given so far."""

    names: Mapping[Expr, str]
    depth: int = -1
    print_type: bool = False
    ids: str = "CHAR"
    stop_on_name: bool = False
    longest: int = LINES
    numbers: dict[Expr, int] = field(default_factory=dict)

    def lines(self, roots: Sequence[Expr], labels: Sequence[str]) -> Iterator[str]:
        """One line for each place in the tree, operands below and to the right of their node."""
        stack = [(root, "", "", label, 0) for root, label in zip(roots, labels, strict=True)][::-1]
        count = 0
        while stack:
            node, lead, below, label, level = stack.pop()
            count += 1
            if count > self.longest:
                yield f"... cut after {self.longest} lines ..."
                return
            ended = node in self.numbers or level == self.depth or self.stops(node)
            dots = " ..." if node in self.numbers and node.args else ""
            yield lead + self.line(node, label) + dots
            if not ended:
                stack += self.branches(node, below, level + 1)

    def branches(self, node: Expr, below: str, level: int) -> list[tuple[Expr, str, str, str, int]]:
        """What is still to be printed below a node, the last operand first; deep down only the last marks are shown."""
        below = below if len(below) <= DEEPEST else "…" + below[1 - DEEPEST :]
        marks = [("├─ ", "│  ")] * (len(node.args) - 1) + [("└─ ", "   ")]
        found = [(arg, below + mark, below + under, "", level) for arg, (mark, under) in zip(node.args, marks)]
        return found[::-1]

    def stops(self, node: Expr) -> bool:
        """Whether nothing is printed below a node because it has a name."""
        return self.stop_on_name and bool(self.names.get(node) or getattr(node, "name", None))

    def line(self, node: Expr, label: str) -> str:
        """One node: op with its attributes, name, letter, type where asked for, what it is a result as."""
        leaf = node.op.kind is Kind.LEAF
        name = self.names.get(node) or getattr(node, "name", None)
        parts = [str(name) if leaf and name else leaf_text(node) if leaf else op_text(node)]
        if name and not leaf:
            parts.append(f"'{name}'")
        number = self.numbers.setdefault(node, len(self.numbers))
        if self.ids:
            parts.append(f"[{letters_of(number) if self.ids == 'CHAR' else id(node) if self.ids == 'id' else number}]")
        if self.print_type:
            parts.append(f"<{node.type}>")
        if label:
            parts.append(f"({label})")
        return " ".join(parts)


def debugprint(
    value: Any,
    depth: int = -1,
    print_type: bool = False,
    file: TextIO | str | None = None,
    ids: str = "CHAR",
    stop_on_name: bool = False,
    longest: int = LINES,
    **others: Any,
) -> str | None:
    """Print the tree of an expression, list, graph or function; `file="str"` returns the text instead.

    Each node has a letter ("int" or "auto" as `ids`: a number, "id": that of its object, "": nothing); one that was
    shown before is shown again by its letter only. `depth` limits the levels; `stop_on_name` shows nothing below nodes
    that have a name. `id_type` is `ids`, and `done`, `print_storage` and the like, which Theano, Aesara and PyTensor
    have besides, are taken: there is nothing more to print.
    """
    check_keywords("debugprint", others, OTHERS)
    ids = others.get("id_type", ids)
    if ids not in ("CHAR", "int", "auto", "id", ""):
        raise InvalidValue(message(f"ids cannot be {ids!r}", (), ['"CHAR", "int", "id" or ""']))
    roots, names, labels = printed(value)
    text = "\n".join(Tree(names, depth, print_type, ids, stop_on_name, longest).lines(roots, labels))
    if file == "str":
        return text
    print(text, file=sys.stdout if file is None or isinstance(file, str) else file)
    return None


def op_text(node: Expr) -> str:
    """An op with its attributes; a closed function by its formula."""
    if node.op is CALL:
        return lambda_text(node.attr("body"))
    attributes = ", ".join(attribute_texts(node))
    return node.op.name + (f"{{{attributes}}}" if attributes else "")


def letters_of(number: int) -> str:
    """A, B, ..., Z, AA, AB, ..."""
    text = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(ord("A") + digit) + text
    return text
