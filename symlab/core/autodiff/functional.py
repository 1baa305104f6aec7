"""`jvp` and `vjp` in the form of JAX: a function of expressions and where to differentiate it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from symlab.core.autodiff import Lop, Rop
from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ops.operators import Variable, as_variable, variable
from symlab.core.ops.replacing import replaced

__all__ = ["jvp", "vjp"]


def jvp(function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """What a function of expressions gives at `primals`, and how that changes along `tangents` (forward mode).

    The function returns one expression, or a list or tuple of them; both results have that form. Only what it is given
    counts as varying: expressions that it takes from elsewhere are constants.
    """
    points, traced, inputs, outputs = trace(function, primals)
    directions = list(tangents) if isinstance(tangents, (list, tuple)) else [tangents]
    if len(directions) != len(points):
        raise InvalidValue(message(f"{len(points)} primals need so many tangents, not {len(directions)}"))
    changes = Rop(outputs, inputs, directions, disconnected_outputs="ignore")
    found = replaced([*outputs, *changes], dict(zip(inputs, points, strict=True)))
    return formed(found[: len(outputs)], traced), formed(found[len(outputs) :], traced)


def vjp(function: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """What a function of expressions gives at `primals`, and the function that pulls weights of it back (reverse mode).

    The pullback takes weights in the form of the result, and returns for each primal the sum over all elements of the
    result of weight times derivative. Only what the function is given counts as varying.
    """
    points, traced, inputs, outputs = trace(function, primals)
    places = dict(zip(inputs, points, strict=True))

    def pullback(weights: Any) -> tuple[Any, ...]:
        given = list(weights) if isinstance(weights, (list, tuple)) else [weights]
        if len(given) != len(outputs):
            raise InvalidValue(message(f"{len(outputs)} results need so many weights, not {len(given)}"))
        return tuple(replaced(Lop(outputs, inputs, given, disconnected_inputs="ignore"), places))

    return formed(replaced(outputs, places), traced), pullback


def trace(
    function: Callable[..., Any], primals: Sequence[Any]
) -> tuple[list[Variable], Any, list[Variable], list[Variable]]:
    """The primals, what the function makes of inputs like them, these inputs, and that as a list."""
    points = [as_variable(item) for item in (primals if isinstance(primals, (list, tuple)) else [primals])]
    inputs = [variable(point.type, point.name) for point in points]
    traced = function(*inputs)
    outputs = list(traced) if isinstance(traced, (list, tuple)) else [traced]
    for output in outputs:
        if not isinstance(output, Variable):
            problem = f"the function must return expressions, and {output!r} is none"
            raise TypeMismatch(message(problem, (), ["operations of symlab.tensor"]))
    return points, traced, inputs, outputs


def formed(results: Sequence[Any], like: Any) -> Any:
    """The results in the form of what the function returned."""
    if isinstance(like, tuple):
        return tuple(results)
    return list(results) if isinstance(like, list) else results[0]
