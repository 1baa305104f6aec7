"""Places where expressions vanish or are least, as expressions: found by SciPy, differentiated implicitly.

Everything else that the expression depends on is a parameter, and the place is a function of the parameters, with
derivatives of any order through a system of linear equations instead of the steps of the method.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from symlab.core.autodiff import grad
from symlab.core.autodiff.jacobian import hessian as second_derivatives
from symlab.core.autodiff.jacobian import jacobian
from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ir.expr import Lambda, toposort
from symlab.core.ir.op import PROJECT
from symlab.core.ops.loop import BUNDLE, outside
from symlab.core.ops.operators import Variable, as_variable, variable
from symlab.core.ops.replacing import replaced
from symlab.core.ops.solver import SOLVER, solver_type

__all__ = ["minimize", "minimize_scalar", "root", "root_scalar"]

Options = Mapping[str, Any] | None


def minimize(
    objective: Variable, x: Variable, method: str = "BFGS", jac: bool = True, hess: bool = False,
    optimizer_kwargs: Options = None,
) -> tuple[Variable, Variable]:  # fmt: skip
    """Where a scalar is least in `x`, beginning at the value of `x`; and whether the method succeeded.

    `method` and `optimizer_kwargs` are those of `scipy.optimize.minimize`; `jac` and `hess` say whether it is given
    the gradient and the Hessian.
    """
    check_scalar(objective, "objective")
    slope = [grad(objective, x)] if jac or hess else []
    curvature = [second_derivatives(objective, x)] if hess else []
    return solver("minimize", [objective, *slope, *curvature], x, method, optimizer_kwargs)


def minimize_scalar(
    objective: Variable, x: Variable, method: str = "brent", optimizer_kwargs: Options = None
) -> tuple[Variable, Variable]:
    """Where a scalar is least in the scalar `x`; and whether the method succeeded. See `minimize`."""
    check_scalar(objective, "objective")
    check_scalar(x, "x")
    return solver("minimize_scalar", [objective], x, method, optimizer_kwargs)


def root(
    equations: Variable | Sequence[Variable], variables: Variable, method: str = "hybr", jac: bool = True,
    optimizer_kwargs: Options = None,
) -> tuple[Variable, Variable]:  # fmt: skip
    """Where an expression of the shape of `variables` is 0, beginning at their value; and whether the method succeeded.

    `method` and `optimizer_kwargs` are those of `scipy.optimize.root`; `jac` says whether it is given the Jacobian.
    """
    residual = as_variable(equations)
    if residual.ndim != variables.ndim:
        operands = [("equations", residual), ("variables", variables)]
        raise TypeMismatch(message("there are as many equations as variables, in the same shape", operands))
    slope = [jacobian(residual, variables)] if jac else []
    return solver("root", [residual, *slope], variables, method, optimizer_kwargs)


def root_scalar(
    equation: Variable, variable: Variable, method: str = "secant", jac: bool = False, hess: bool = False,
    optimizer_kwargs: Options = None,
) -> tuple[Variable, Variable]:  # fmt: skip
    """Where a scalar is 0 in a scalar variable, beginning at its value; and whether the method succeeded.

    `method` and `optimizer_kwargs` are those of `scipy.optimize.root_scalar`; `jac` and `hess` say whether it is given
    the first and the second derivative.
    """
    check_scalar(equation, "equation")
    check_scalar(variable, "variable")
    slope = [grad(equation, variable)] if jac or hess else []
    curvature = [grad(slope[0], variable, disconnected_inputs="ignore")] if hess else []
    return solver("root_scalar", [equation, *slope, *curvature], variable, method, optimizer_kwargs)


def check_scalar(node: Any, role: str) -> None:
    """Raise unless an expression is a scalar."""
    if not isinstance(node, Variable) or node.ndim:
        rows = [(role, node)] if isinstance(node, Variable) else []
        raise TypeMismatch(message(f"the {role} must be a scalar expression", rows))


def solver(
    task: str, results: Sequence[Variable], x: Variable, method: str, options: Options
) -> tuple[Variable, Variable]:
    """The node: `results` closed over `x` and all else that they need."""
    if x.type.dtype.kind != "f":
        raise TypeMismatch(message("what is looked for must be of floating point", [("x", x)]))
    if x not in set(toposort(results)):
        raise InvalidValue(message("the expression does not depend on what is looked for", [("x", x)]))
    param = variable(x.type, x.name)
    results = replaced(results, {x: param})
    free = outside(results, [param])
    inner = [variable(node.type, node.name) for node in free]
    closed = replaced(results, dict(zip(free, inner, strict=True)))
    attributes = {
        "body": Lambda((param, *inner), BUNDLE(*closed)), "task": task, "method": method, "options": as_json(options),
    }  # fmt: skip
    operands = (x, *free)
    node = Variable(
        SOLVER, operands, tuple(sorted(attributes.items())), solver_type(attributes, *(item.type for item in operands))
    )
    return PROJECT(node, index=0), PROJECT(node, index=1)


def as_json(options: Options) -> str:
    """SciPy's keywords as text, which is equal where they are."""
    try:
        return json.dumps(dict(options or {}), sort_keys=True)
    except TypeError as error:
        problem = f"optimizer_kwargs are numbers, texts, lists and dicts of them: {error}"
        raise InvalidValue(message(problem)) from error
