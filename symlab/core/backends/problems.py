"""What a compiled function refuses, in words: as the reference evaluator would say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from symlab.core.backends.reference import node_error_class
from symlab.core.ir.errors import InvalidIndex, InvalidValue, NodeError, ShapeMismatch, SymlabError, message
from symlab.core.ir.expr import Expr
from symlab.core.lower.facts import Problem
from symlab.core.lower.memory import Program

Values = Sequence[int]  # the axis, then two numbers


def sizes_differ(values: Values) -> str:
    """Two sizes that must be equal."""
    axis, left, right = values[:3]
    text = f"axis {axis} has size {left} in one operand and {right} in another"
    if 1 in (left, right):
        text += (
            "; a size that is not declared as 1 does not broadcast: declare it, as in T.col, T.row or shape=(1, None)"
        )
    return text


SENTENCES: Mapping[Problem, tuple[type[SymlabError], Callable[[Values], str]]] = MappingProxyType(
    {
        Problem.SIZES: (ShapeMismatch, sizes_differ),
        Problem.ELEMENTS: (ShapeMismatch, lambda v: f"{v[1]} elements do not fill a shape of {v[2]}"),
        Problem.NEGATIVE: (InvalidValue, lambda v: f"the size {v[1]} of axis {v[0]} is negative"),
        Problem.INDEX: (InvalidIndex, lambda v: f"index {v[1]} is out of bounds for axis {v[0]} with size {v[2]}"),
        Problem.EMPTY: (InvalidValue, lambda v: "there is no element to choose from"),
        Problem.TOO_LARGE: (InvalidValue, lambda v: "the result would be larger than any memory"),
        Problem.STEP: (InvalidValue, lambda v: "the step is 0"),
    }
)


def problem(program: Program, code: int, number: int, values: Values) -> SymlabError:
    """The error of a refused call: what is wrong with which node, its line, its operands."""
    graph = program.fused.prepared.original
    node: Expr = graph.nodes()[number]
    found = graph.typed(node)
    typed = node if found is None else found
    kind, sentence = SENTENCES[Problem(code)]
    origin = getattr(typed, "origin", None)
    where = f" (built in {origin})" if origin else ""
    operands = [(getattr(arg, "name", None) or f"operand {place + 1}", arg) for place, arg in enumerate(typed.args)]
    made: type[NodeError] = node_error_class(kind)
    return made(message(f"{node.op.name}{where}: {sentence(values)}", operands))
