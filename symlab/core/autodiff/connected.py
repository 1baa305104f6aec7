"""Which results depend on which operands as far as derivatives go: Theano's connection pattern."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symlab.core.autodiff.cotangent import ZERO, Cotangent, is_discrete
from symlab.core.autodiff.reverse import sweep
from symlab.core.ir.apply import Apply
from symlab.core.ir.expr import leaves
from symlab.core.ops.operators import Variable, variable
from symlab.core.ops.shape import filled_like


def pattern(outputs: Sequence[Variable], inputs: Sequence[Variable]) -> list[list[bool]]:
    """For each input whether each output is connected to it; a gradient that is 0 or not defined is a connection.

    What is drawn is connected to the state of the draw, by which no gradient is defined.
    """
    states = {item for item in inputs if getattr(item, "default_update", None) is not None}
    found: list[set[Any]] = []
    for output in outputs:
        seed = ZERO if is_discrete(output) else Cotangent(filled_like(output, 1))
        flows = sweep({output: seed}, inputs, {}).flows
        found.append({*flows, *states.intersection(leaves([output]))} if states else set(flows))
    return [[item in flows for flows in found] for item in inputs]


def pattern_of_node(node: Any) -> list[list[bool]]:
    """The pattern of one application, whatever its operands are made of."""
    made = node.node
    operands = tuple(variable(arg.type) for arg in made.args)
    outputs: Any = Apply.of(Variable(made.op, operands, made.attrs, made.type)).outputs
    return pattern(outputs, operands)
