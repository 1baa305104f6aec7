"""Derivatives that programs state, in the form in which the records of ops state them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from symlab.core.autodiff import Lop
from symlab.core.autodiff.cotangent import Undefined, is_discrete
from symlab.core.autodiff.marks import Mark, NullType
from symlab.core.custom.records import results_of
from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ir.expr import Expr
from symlab.core.ir.types import TupleType
from symlab.core.ops.operators import Variable, as_variable, variable
from symlab.core.ops.replacing import replaced
from symlab.core.ops.shape import filled_like

Gradient = Callable[[list[Any], list[Any], list[Any]], Any]  # (inputs, outputs, their gradients) -> those of the inputs
Several = tuple[Any, ...]


def grad_undefined(op: Any, x_pos: int, x: Any, comment: str = "") -> Mark:
    """What the gradient of an op returns for an input for which it is not defined."""
    return Mark(NullType(comment or f"the gradient of {op} for input {x_pos} is not defined"))


def grad_not_implemented(op: Any, x_pos: int, x: Any, comment: str = "") -> Mark:
    """What the gradient of an op returns for an input whose gradient nobody has written."""
    return Mark(NullType(comment or f"nobody has written the gradient of {op} for input {x_pos}"))


def reverse_rule(name: str, gradient: Gradient) -> Callable[..., Several]:
    """The record's `vjp` for a gradient that a program states."""

    def vjp(cotangent: Any, node: Variable, *operands: Variable, **attributes: Any) -> Several:
        outputs = results_of(node)
        given = cotangent if isinstance(cotangent, tuple) else (cotangent,)
        pairs = zip(outputs, given, strict=True)
        found = gradient(list(operands), outputs, [filled_like(y, 0) if g is None else g for y, g in pairs])
        return checked_gradients(name, found, node, operands)

    return vjp


def checked_gradients(name: str, found: Any, node: Expr, operands: Sequence[Variable]) -> Several:
    """A gradient for each operand: an expression of its rank, None, or a mark that there is none."""
    if found is None and operands:
        tries = ["a list with one for each input, None where none flows"]
        raise TypeMismatch(message(f"the gradient of {name} gave nothing", [(name, node)], tries))
    gradients = list(found) if isinstance(found, (list, tuple)) else [found]
    if len(gradients) != len(operands):
        problem = f"the gradient of {name} gave {len(gradients)} expressions for {len(operands)} inputs"
        tries = ["a list with one for each input, None where none flows"]
        raise InvalidValue(message(problem, [(name, node)], tries))
    return tuple(checked_gradient(name, place, pair, node) for place, pair in enumerate(zip(gradients, operands), 1))


def checked_gradient(name: str, place: int, pair: tuple[Any, Variable], node: Expr) -> Any:
    """One gradient that a program gave."""
    gradient, operand = pair
    if isinstance(gradient, Mark):
        return Undefined(node, gradient.type.why_null) if isinstance(gradient.type, NullType) else None
    if gradient is None:
        return None
    expression = as_variable(gradient)
    if expression.ndim != operand.ndim:
        rows = [(f"input {place}", operand), ("its gradient", expression)]
        problem = f"the gradient of {name} for input {place} has {expression.ndim} axes, and the input {operand.ndim}"
        raise TypeMismatch(message(problem, rows))
    return expression


def forward_rule(vjp: Callable[..., Several]) -> Callable[..., Any]:
    """The record's `jvp` from its `vjp`: the cotangents are linear in those of the results, so they turn around."""

    def jvp(tangents: Several, node: Variable, *operands: Variable, **attributes: Any) -> Any:
        outputs = results_of(node)
        weights = [None if is_discrete(output) else variable(output.type) for output in outputs]
        asked = tuple(weights) if isinstance(node.type, TupleType) else weights[0]
        shares = vjp(asked, node, *operands, **attributes)
        moving = [(s, t) for s, t in zip(shares, tangents, strict=True) if isinstance(s, Variable) and t is not None]
        wrt = [weight for weight in weights if weight is not None]
        turned = Lop([share for share, _ in moving], wrt, [t for _, t in moving], disconnected_inputs="ignore")
        zeros = {weight: filled_like(y, 0) for weight, y in zip(weights, outputs, strict=True) if weight is not None}
        found = iter(replaced(turned, zeros))
        results = tuple(None if weight is None else next(found) for weight in weights)
        return results if isinstance(asked, tuple) else results[0]

    return jvp
