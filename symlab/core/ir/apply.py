"""`Apply`: the application of an op, as Theano's users walk it from a variable's `owner`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import PROJECT, Kind
from symlab.core.ir.types import TupleType


class Apply:
    """One op applied to `inputs`, which computes `outputs`; equal to another one of the same node.

    `Apply(op, inputs, outputs)` makes the node for an op that a program wrote in Theano's words: `outputs` are
    variables of the types of the results, for which those of the application stand; one of a class that the program
    derived from Theano's `TensorVariable` becomes the result itself.
    """

    __slots__ = ("node", "result")

    node: Expr
    result: Expr | None  # the output from which it was reached

    def __init__(self, op: Any, inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        self.node, self.result = op.applied(inputs, outputs) if hasattr(op, "applied") else op(*inputs), None
        (output, *more) = outputs
        if not more and hasattr(output, "become"):
            output.become(self.node)
            self.node = output

    @classmethod
    def of(cls, node: Expr, result: Expr | None = None) -> Apply:
        """The application that a node is."""
        found = cls.__new__(cls)
        found.node, found.result = node, result
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Apply) and self.node is other.node

    def __hash__(self) -> int:
        return hash(self.node)

    def __repr__(self) -> str:
        return f"Apply({self})"

    @property
    def op(self) -> Any:
        """What is applied."""
        return self.node.op.seen_as(self.node.attributes)

    @property
    def inputs(self) -> list[Expr]:
        """The operands."""
        return list(self.node.args)

    def get_parents(self) -> list[Expr]:
        """The operands, as what a walk from a variable to its application goes on with."""
        return self.inputs

    @property
    def outputs(self) -> list[Expr]:
        """The results: the variable itself, or one projection for each of several."""
        if not isinstance(self.node.type, TupleType):
            return [self.node]
        results = [PROJECT(self.node, index=place) for place in range(len(self.node.type.items))]
        if self.result is not None:
            results[self.result.attr("index")] = self.result
        return results

    @property
    def out(self) -> Expr:
        """The only result."""
        (result,) = self.outputs
        return result

    @property
    def nin(self) -> int:
        """The number of operands."""
        return len(self.node.args)

    @property
    def nout(self) -> int:
        """The number of results."""
        return len(self.node.type.items) if isinstance(self.node.type, TupleType) else 1

    @property
    def tag(self) -> Any:
        """Whatever a user wants to keep with the node."""
        return self.node.tag  # type: ignore[attr-defined]

    def clone_with_new_inputs(self, inputs: Sequence[Any], strict: bool = True) -> Apply:
        """The application of the same op to other inputs, from which the types of its results are found.

        With `strict` the sizes that are known of the present inputs hold for the new ones too.
        """
        if strict:
            pairs = zip(inputs, self.inputs, strict=True)
            inputs = [new if old.type.is_super(new.type) else old.type.filter_variable(new) for new, old in pairs]
        return Apply.of(self.node.op(*inputs, **self.node.attributes))

    def clone(self) -> Apply:
        """The same application once more."""
        return Apply.of(self.node.__class__(self.node.op, self.node.args, self.node.attrs, self.node.type))

    def default_output(self) -> Expr:
        """The only result."""
        return self.out

    def __str__(self) -> str:
        return f"{self.op}({', '.join(map(str, self.inputs))})"


def owner(variable: Expr) -> Apply | None:
    """The application that computes a variable; None for what is not computed."""
    if variable.op is PROJECT:
        return Apply.of(variable.args[0], variable)
    return None if variable.op.kind is Kind.LEAF else Apply.of(variable)
