"""`Apply`: the application of an op, as Theano's users walk it from a variable's `owner`."""

from __future__ import annotations

from dataclasses import dataclass, field

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import PROJECT, Kind, Op
from symlab.core.ir.types import TupleType


@dataclass(frozen=True)
class Apply:
    """One op applied to `inputs`, which computes `outputs`; equal to another one of the same node."""

    node: Expr
    result: Expr | None = field(default=None, compare=False, repr=False)  # the output from which it was reached

    @property
    def op(self) -> Op:
        """What is applied."""
        return self.node.op

    @property
    def inputs(self) -> list[Expr]:
        """The operands."""
        return list(self.node.args)

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

    def __str__(self) -> str:
        return f"{self.op}({', '.join(map(str, self.inputs))})"


def owner(variable: Expr) -> Apply | None:
    """The application that computes a variable; None for what is not computed."""
    if variable.op is PROJECT:
        return Apply(variable.args[0], variable)
    return None if variable.op.kind is Kind.LEAF else Apply(variable)
