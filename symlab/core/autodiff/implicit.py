"""Derivatives of places that are defined by an equation: F(x, c) = 0 gives dx = -(dF/dx)^-1 (dF/dc) dc.

For the least value of a function, F is its gradient, and dF/dx its Hessian.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symlab.core.autodiff import Lop, Rop, grad
from symlab.core.autodiff.jacobian import jacobian
from symlab.core.ir.op import PROJECT
from symlab.core.ops.elementwise import neg, true_div
from symlab.core.ops.inverses import solve
from symlab.core.ops.operators import Variable, variable
from symlab.core.ops.replacing import replaced
from symlab.core.ops.shape import filled_like, reshaped, shuffled, size_product, sizes_of

Maybe = Variable | None


@dataclass(frozen=True)
class Equation:
    """F over inputs of its own: at the place, which is the first of them, and the constants it vanishes."""

    node: Variable
    inputs: tuple[Variable, ...]
    residual: Variable

    @classmethod
    def of(cls, node: Variable) -> Equation:
        """The equation behind a solver."""
        body = node.attr("body")
        inputs = tuple(variable(param.type) for param in body.params)
        value = replaced(body.body.args[:1], dict(zip(body.params, inputs, strict=True)))[0]
        least = str(node.attr("task")).startswith("minimize")
        return cls(node, inputs, grad(value, inputs[0]) if least else value)

    def found(self, expression: Variable) -> Variable:
        """An expression of the inputs, at the place that was found."""
        values = (self.place, *self.node.args[1:])
        return replaced([expression], dict(zip(self.inputs, values, strict=True)))[0]  # type: ignore[arg-type]

    @property
    def place(self) -> Variable:
        """What the solver found."""
        return PROJECT(self.node, index=0)  # type: ignore[no-any-return]

    def solved(self, right: Variable, turned: bool) -> Variable:
        """dF/dx (turned: its transpose) divided into something of the shape of F or x."""
        slopes = self.found(jacobian(self.residual, self.inputs[0], disconnected_inputs="ignore"))
        if not right.ndim:
            return true_div(right, slopes)  # type: ignore[no-any-return]
        count = size_product(right)
        matrix = reshaped(slopes, (count, count))
        column = reshaped(right, (count, 1))
        return reshaped(solve(shuffled(matrix, (1, 0)) if turned else matrix, column), sizes_of(right))


def pullback(cotangents: Sequence[Maybe], node: Variable) -> list[Maybe]:
    """The cotangents of where to begin, which does not matter, and of the constants."""
    found: list[Maybe] = [None] * len(node.args)
    if cotangents[0] is None:
        return found
    found[0] = filled_like(node.args[0], 0)  # type: ignore[arg-type]
    equation = Equation.of(node)
    varying = [place for place, arg in enumerate(node.args) if place and arg.type.dtype.kind in "fc"]
    if not varying:
        return found
    weights = variable(equation.residual.type)
    constants = [equation.inputs[place] for place in varying]
    shares = Lop(equation.residual, constants, weights, disconnected_inputs="ignore")
    pulled = neg(equation.solved(cotangents[0], True))
    for place, share in zip(varying, shares, strict=True):
        found[place] = equation.found(replaced([share], {weights: pulled})[0])
    return found


def pushforward(tangents: Sequence[Maybe], node: Variable) -> list[Maybe]:
    """The tangents of the place and of the success, which does not vary."""
    moving = [place for place, tangent in enumerate(tangents) if place and tangent is not None]
    if not moving:
        return [filled_like(node.args[0], 0), None]  # type: ignore[arg-type]
    equation = Equation.of(node)
    inputs = [equation.inputs[place] for place in moving]
    directions = [variable(item.type) for item in inputs]
    change = Rop(equation.residual, inputs, directions, disconnected_outputs="ignore")
    given: Any = {direction: tangents[place] for direction, place in zip(directions, moving, strict=True)}
    pushed = equation.found(replaced([change], given)[0])
    return [neg(equation.solved(pushed, False)), None]
