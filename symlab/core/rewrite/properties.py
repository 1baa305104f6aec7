"""What is known of a matrix before any value is, found when asked; the matrices of a node are its last two axes."""

from __future__ import annotations

from collections.abc import Sequence

from symlab.core.ir.expr import Expr, found_below
from symlab.core.ir.op import CALL, CONSTANT, PARAM, Kind
from symlab.core.ir.types import ArrayType
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.known import NOTHING, Known, closed, constant_properties
from symlab.core.rewrite.property_rules import RULES, elementwise_properties


def known_of(facts: Facts, node: Expr) -> Known:
    """The properties of the matrices of a node, found from its operands without recursion over the graph."""
    return Matrices(facts).of(node)


class Matrices:
    """The properties found in the scope that the facts look at."""

    def __init__(self, facts: Facts) -> None:
        self.facts, self.scope = facts, facts.scope

    def of(self, node: Expr) -> Known:
        """The properties of a node."""
        here: dict[Expr, Known] = self.facts.matrices.setdefault(self.scope, {})
        return found_below(node, here, self.found)

    def found(self, node: Expr, args: Sequence[Known]) -> Known:
        """The properties of one node, those of its operands being known."""
        if not isinstance(node.type, ArrayType) or node.type.ndim < 2:
            return NOTHING
        if node.op is PARAM and self.scope:
            return self.of_parameter(node)
        if node.op is CONSTANT:
            return closed(node, constant_properties(node))
        rule = RULES.get(node.op)
        if rule is not None and node.op is not CALL:
            return closed(node, rule(self, node, args))
        if node.op.kind is Kind.ELEMENTWISE:
            return closed(node, elementwise_properties(self, node, args))
        return closed(node, NOTHING)

    def of_parameter(self, node: Expr) -> Known:
        """What a closed function is given; what a loop carries on is another value after a step."""
        owner, index = self.scope[-1], node.attr("index")
        given = owner.args[index]
        if index < owner.attr("states", 0) or given.type != node.type:
            return closed(node, NOTHING)
        outside = Matrices(self.facts)
        outside.scope = self.scope[:-1]
        return outside.of(given)

    def positive(self, node: Expr) -> bool:
        """Whether all elements are surely positive."""
        return self.facts.positive(node)
