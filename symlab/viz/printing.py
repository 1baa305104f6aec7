"""Graphs as text and pictures under the names of `theano.printing`, for programs with `import symlab as theano`."""

from __future__ import annotations

from typing import Any

from symlab.core.custom.watch import Print
from symlab.viz.dot_export import pydotprint
from symlab.viz.text import debugprint, letters_of, pp

__all__ = ["Print", "debugprint", "min_informative_str", "pp", "pprint", "pydotprint"]

pprint = pp


def min_informative_str(obj: Any) -> str:
    """An expression as lines of a letter and an op each, operands below and indented; nothing below what has a name."""
    tags: dict[Any, str] = {}
    lines: list[str] = []
    waiting = [(obj, 0)]
    while waiting:
        node, level = waiting.pop()
        if node in tags:
            lines.append(f"{' ' * level}<{tags[node]}>")
            continue
        tags[node] = letters_of(len(tags))
        name, owner = getattr(node, "name", None), getattr(node, "owner", None)
        lines.append(f"{' ' * level}{tags[node]}. {name or (owner.op.name if owner is not None else node)}")
        if not name and owner is not None:
            waiting += [(operand, level + 1) for operand in reversed(owner.inputs)]
    return "\n".join(lines)
