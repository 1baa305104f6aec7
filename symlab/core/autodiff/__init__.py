"""Derivatives of expressions: `grad`, `Lop`, `Rop`, from the ops' own records; matrices of them in `jacobian`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from symlab.core.autodiff.cotangent import (
    ZERO,
    Cotangent,
    Flow,
    Undefined,
    Zero,
    gradient_type,
    is_discrete,
    total,
)
from symlab.core.autodiff.explain import disconnected_message, label, undefined_message
from symlab.core.autodiff.forward import push
from symlab.core.autodiff.marks import DISCONNECTED, Mark, NullType
from symlab.core.autodiff.reverse import Sweep, sweep
from symlab.core.autodiff.stable import stable_forms
from symlab.core.ir.behind import remember, shaped_like, taken_behind
from symlab.core.ir.composites import grad_of_composites
from symlab.core.ir.errors import DisconnectedInputError, InvalidValue, NullTypeGradError, TypeMismatch, message
from symlab.core.ir.untested import tested_after
from symlab.core.ops.elementwise import cast
from symlab.core.ops.inlined import opened
from symlab.core.ops.operators import Variable, as_variable, constant
from symlab.core.ops.shape import filled_like, sizes_of, specified, spread

__all__ = ["DISCONNECTED", "DisconnectedWarning", "Lop", "Rop", "grad"]

CHOICES = {
    "disconnected_inputs": ("raise", "warn", "ignore"),
    "disconnected_outputs": ("raise", "warn", "ignore"),
    "return_disconnected": ("zero", "none", "disconnected"),
    "null_gradients": ("raise", "return"),
}


class DisconnectedWarning(UserWarning):
    """A gradient is asked for that is 0 because nothing depends on its variable."""


@grad_of_composites
@tested_after
def grad(
    cost: Variable | None,
    wrt: Any,
    consider_constant: Sequence[Variable] | None = None,
    disconnected_inputs: str = "raise",
    add_names: bool = True,
    known_grads: Mapping[Variable, Any] | None = None,
    return_disconnected: str = "zero",
    null_gradients: str = "raise",
) -> Any:
    """The gradient of a scalar cost with respect to a variable, or a list of gradients for several.

    Anything in the expression will do as `wrt`, intermediate results too: nodes are known by identity. An integer that
    is used as a real number has its gradient, in floatX; through what is computed in integers no gradient passes.

    consider_constant: nodes through which no gradient passes; one that is in `wrt` as well has its own.
    disconnected_inputs: what to do where the cost does not depend on a variable: "raise", "warn" or "ignore".
    known_grads: gradients of the cost with respect to some nodes, taken as given; then cost may be None.
    return_disconnected: what to return there: "zero" (zeros), "none" or "disconnected" (a mark).
    null_gradients: what to do where an op has no derivative: "raise", or "return" a mark, whose type is a NullType.
    """
    return_disconnected = str(return_disconnected).lower()  # Theano's programs write "None" and "Disconnected"
    check_choices(return_disconnected=return_disconnected)
    check_choices(disconnected_inputs=disconnected_inputs, null_gradients=null_gradients)
    variables = listed(wrt, "wrt")
    held = set(listed(consider_constant or [], "consider_constant"))
    known = {node: known_flow(node, value) for node, value in (known_grads or {}).items()}
    seeds = in_stable_form(seed_of_cost(cost, known), [*variables, *held, *known])
    found = sweep(seeds, variables, known, held)
    name = label(cost) if cost is not None and cost.name else "the cost"
    results = []
    for variable in variables:
        flow = found.flows.get(variable)
        if flow is None:
            report(disconnected_inputs, partial(disconnected_message, name, variable, found, held), frames=4)
        results.append(gradient(variable, flow, return_disconnected, null_gradients))
    if add_names and cost is not None:
        name_gradients(cost, variables, results, found)
    remember(results, [*seeds, *known, *variables])
    return formed(results, wrt)


def in_stable_form(seeds: Mapping[Variable, Flow], kept: Sequence[Variable]) -> dict[Variable, Flow]:
    """What is differentiated, in its stable form above the nodes that the caller named."""
    return dict(zip(stable_forms(opened(list(seeds), frozenset(kept)), kept), seeds.values(), strict=True))


def check_choices(**chosen: str) -> None:
    """Raise for an option that has no such value."""
    for name, value in chosen.items():
        if value not in CHOICES[name]:
            raise InvalidValue(message(f"{name} cannot be {value!r}", (), [" or ".join(map(repr, CHOICES[name]))]))


def listed(variables: Any, role: str) -> list[Variable]:
    """One variable or several as a list; anything else is an error."""
    several = list(variables) if isinstance(variables, (list, tuple, set, frozenset)) else [variables]
    for variable in several:
        if not isinstance(variable, Variable):
            raise TypeMismatch(message(f"{role} must be a variable or a list of them, and {variable!r} is none"))
    return several


def formed(results: list[Any], like: Any) -> Any:
    """The results in the form of what was asked for: one, a list or a tuple."""
    if isinstance(like, tuple):
        return tuple(results)
    return results if isinstance(like, list) else results[0]


def seed_of_cost(cost: Variable | None, known: Mapping[Variable, Flow | None]) -> dict[Variable, Flow]:
    """The gradient of the cost with respect to itself: 1."""
    if cost is None:
        if not known:
            raise InvalidValue(message("there is neither a cost nor a known gradient"))
        return {}
    if not isinstance(cost, Variable):
        raise TypeMismatch(message(f"the cost must be an expression, and {cost!r} is none"))
    if cost.ndim:
        tries = ["the gradient of its sum or mean", "jacobian", "Lop(f, wrt, weights)"]
        raise TypeMismatch(
            message(f"the cost must be a scalar, and has {cost.ndim} axes", [(label(cost), cost)], tries)
        )
    if cost.type.dtype.kind == "c":
        problem = "the cost must be real, and is complex"
        raise TypeMismatch(message(problem, [(label(cost), cost)], ["abs(cost), cost.real"]))
    return {cost: Cotangent(constant(1, dtype=gradient_type(cost).dtype))}


def known_flow(node: Any, value: Any) -> Flow | None:
    """A gradient that was given, perhaps as the mark of one that is not defined, or of what is not connected."""
    if isinstance(value, Mark):
        return Undefined(node, value.type.why_null) if isinstance(value.type, NullType) else None
    return given_flow(node, value)


def given_flow(node: Any, value: Any) -> Flow:
    """A gradient that was given: of the shape of its variable, or one number for all of its elements."""
    if not isinstance(node, Variable):
        raise TypeMismatch(message(f"a gradient is known of variables only, and {node!r} is none"))
    gradient = as_variable(value)
    if is_discrete(node) and is_discrete(gradient):
        return ZERO
    operands = [(label(node), node), ("its gradient", gradient)]
    if is_discrete(gradient):
        raise TypeMismatch(message("a gradient is of floating point", operands))
    if gradient.ndim not in (0, node.ndim):
        raise InvalidValue(message("a gradient has the rank of its variable", operands))
    wanted = gradient_type(node)
    if gradient.type.dtype != wanted.dtype:
        gradient = cast(gradient, dtype=wanted.dtype.name)
    if gradient.ndim != node.ndim:
        return Cotangent(spread(gradient, sizes_of(node)))
    return Cotangent(specified(gradient, wanted.shape))


def report(choice: str, text: Callable[[], str], frames: int = 3) -> None:
    """Raise, warn or do nothing about a disconnected variable."""
    if choice == "raise":
        raise DisconnectedInputError(text())
    if choice == "warn":
        warnings.warn(text(), DisconnectedWarning, stacklevel=frames)


def gradient(variable: Variable, flow: Flow | None, return_disconnected: str, null_gradients: str) -> Any:
    """What `grad` returns for one variable."""
    match flow:
        case Cotangent():
            return flow.expression
        case Undefined(node, why) if null_gradients == "return":
            return NullType(undefined_message(variable, node, why))()
        case Undefined(node, why):
            raise NullTypeGradError(undefined_message(variable, node, why))
    if flow is None and return_disconnected != "zero":
        return None if return_disconnected == "none" else DISCONNECTED
    return shaped_like(filled_like(variable, 0, gradient_type(variable).dtype), variable)


def name_gradients(cost: Variable, variables: Iterable[Variable], results: Iterable[Any], found: Sweep) -> None:
    """Name new gradients "(dcost/dx)" where both have names."""
    old = set(found.order)
    for variable, result in zip(variables, results, strict=True):
        if cost.name and variable.name and isinstance(result, Variable) and result not in old and not result.name:
            result.name = f"(d{cost.name}/d{variable.name})"


@tested_after
def Lop(
    f: Any,
    wrt: Any,
    eval_points: Any,
    consider_constant: Sequence[Variable] | None = None,
    disconnected_inputs: str = "raise",
    return_disconnected: str = "zero",
) -> Any:
    """The Jacobian of `f` with respect to `wrt` times `eval_points` from the left: sums over the elements of f.

    `f` and `eval_points` are one expression each or lists of them; so is `wrt`, and the result has its form. The
    options are those of `grad`.
    """
    return_disconnected = return_disconnected.lower()
    check_choices(disconnected_inputs=disconnected_inputs, return_disconnected=return_disconnected)
    outputs, variables = listed(f, "f"), listed(wrt, "wrt")
    points = list(eval_points) if isinstance(eval_points, (list, tuple)) else [eval_points]
    if len(points) != len(outputs):
        raise InvalidValue(message(f"{len(outputs)} expressions need so many eval_points, not {len(points)}"))
    held = set(listed(consider_constant or [], "consider_constant"))
    found = sweep(in_stable_form(seeds_of(outputs, points), [*variables, *held]), variables, {}, held)
    results = []
    for variable in variables:
        flow = found.flows.get(variable)
        if flow is None:
            report(disconnected_inputs, partial(disconnected_message, "f", variable, found, held))
        results.append(gradient(variable, flow, return_disconnected, "raise"))
    remember(results, [*outputs, *variables])
    return formed(results, wrt)


def seeds_of(outputs: Sequence[Variable], points: Sequence[Any]) -> dict[Variable, Flow]:
    """The cotangents of several expressions; those of one that comes twice are added."""
    several: dict[Variable, list[Flow]] = {}
    for output, point in zip(outputs, points, strict=True):
        several.setdefault(output, []).append(given_flow(output, point))
    return {output: flow for output, flows in several.items() if (flow := total(flows, output)) is not None}


@tested_after
def Rop(
    f: Any,
    wrt: Any,
    eval_points: Any,
    disconnected_outputs: str = "raise",
    return_disconnected: str = "zero",
) -> Any:
    """The Jacobian of `f` with respect to `wrt` times `eval_points` from the right: f along a direction.

    `wrt` and `eval_points` are one variable each or lists of them; so is `f`, and the result has its form. What does
    not depend on `wrt` is treated as `disconnected_outputs` and `return_disconnected` say, see `grad`.
    """
    return_disconnected = return_disconnected.lower()
    check_choices(disconnected_outputs=disconnected_outputs, return_disconnected=return_disconnected)
    variables = listed(wrt, "wrt")
    outputs = [as_variable(item) for item in (f if isinstance(f, (list, tuple)) else [f])]
    points = list(eval_points) if isinstance(eval_points, (list, tuple)) else [eval_points]
    if len(points) != len(variables):
        raise InvalidValue(message(f"{len(variables)} variables need so many eval_points, not {len(points)}"))
    tangents: dict[Variable, Variable | Zero] = {}
    for variable, point in zip(variables, points, strict=True):
        flow = given_flow(variable, point)
        tangents[variable] = flow.value if isinstance(flow, Cotangent) else ZERO
    results = []
    stable = stable_forms(opened(outputs, frozenset(variables)), variables)
    for output, tangent in zip(outputs, push(stable, tangents), strict=True):
        if tangent is None and not taken_behind(output).isdisjoint(variables):
            tangent = ZERO  # the derivative of what is linear in a variable: it is the same everywhere
        if tangent is None:
            problem = f"{label(output)} does not depend on {', '.join(map(label, variables))}"
            report(disconnected_outputs, partial(message, problem, [(label(output), output)]))
        missing = return_disconnected if tangent is None else "zero"
        results.append(tangent if isinstance(tangent, Variable) else gradient(output, None, missing, "raise"))
    remember(results, [*outputs, *variables])
    return formed(results, f)
