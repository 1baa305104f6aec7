"""What a `solver` node does: SciPy's methods over the compiled body."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from symlab.core.function import function
from symlab.core.ir import config
from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ir.expr import Expr, Lambda, toposort
from symlab.core.ops.operators import Variable, variable

Array = np.ndarray[Any, Any]
Parts = Callable[[Any], list[Array]]
_compiled: WeakKeyDictionary[Lambda, Any] = WeakKeyDictionary()


def solved(start: Array, *constants: Array, body: Lambda, task: str, method: str, options: str) -> tuple[Array, Array]:
    """The place that SciPy finds, and whether it calls it a success; see `symlab.core.ops.solver`."""
    from scipy import optimize

    parts = at_places(body, start, constants)
    keywords = {**json.loads(options), **({"method": method} if method else {})}
    solve = SOLVERS[task]
    try:
        place, success = solve(optimize, parts, start, len(body.body.args), keywords)
    except (TypeError, ValueError) as error:
        problem = f"scipy.optimize.{task} refuses: {error}"
        raise InvalidValue(message(problem, (), ["another method, or other optimizer_kwargs"])) from error
    return np.asarray(place, start.dtype).reshape(start.shape), np.asarray(success, np.bool_)


def at_places(body: Lambda, start: Array, constants: tuple[Array, ...]) -> Parts:
    """What the body gives at a flat place; the last answer is kept, since value and derivatives are asked for apart."""
    compiled = compiled_body(body)
    last: dict[bytes, list[Array]] = {}

    def parts(place: Any) -> list[Array]:
        flat = np.array(place, np.float64)
        key = flat.tobytes()
        if key not in last:
            last.clear()
            last[key] = compiled(flat.astype(start.dtype).reshape(start.shape), *constants)
        return last[key]

    return parts


def compiled_body(body: Lambda) -> Any:
    """The body as a function."""
    found = _compiled.get(body)
    if found is None:
        inputs = [variable(param.type) for param in body.params]
        made: dict[Expr, Variable] = dict(zip(body.params, inputs, strict=True))
        for node in toposort(body.body.args, frozenset(made)):
            if node not in made:
                made[node] = Variable(node.op, tuple(made[arg] for arg in node.args), node.attrs, node.type)
        outputs = [made[item] for item in body.body.args]
        with config.configure(device="cpu", **({"algebra": "floating"} if body.exact else {})):
            found = _compiled[body] = function(inputs, outputs, on_unused_input="ignore", name="solver's body")
    return found


def root(optimize: Any, parts: Parts, start: Array, count: int, keywords: Mapping[str, Any]) -> tuple[Any, Any]:
    """A place where as many functions vanish as it has elements."""
    size = start.size
    slopes = (lambda x: parts(x)[1].reshape(size, size)) if count > 1 else None
    found = optimize.root(lambda x: parts(x)[0].ravel(), start.ravel(), jac=slopes, **keywords)
    return found.x, found.success


def root_scalar(optimize: Any, parts: Parts, start: Array, count: int, keywords: Mapping[str, Any]) -> tuple[Any, Any]:
    """A number at which a function vanishes."""
    slopes = {name: lambda x, at=at: float(parts(x)[at]) for at, name in ((1, "fprime"), (2, "fprime2")) if at < count}
    found = optimize.root_scalar(lambda x: float(parts(x)[0]), x0=float(start), **slopes, **keywords)
    return found.root, found.converged


def minimize(optimize: Any, parts: Parts, start: Array, count: int, keywords: Mapping[str, Any]) -> tuple[Any, Any]:
    """A place where a function is least."""
    size = start.size
    slopes = (lambda x: parts(x)[1].ravel()) if count > 1 else None
    curvature = (lambda x: parts(x)[2].reshape(size, size)) if count > 2 else None
    found = optimize.minimize(lambda x: float(parts(x)[0]), start.ravel(), jac=slopes, hess=curvature, **keywords)
    return found.x, found.success


def minimize_scalar(
    optimize: Any, parts: Parts, start: Array, count: int, keywords: Mapping[str, Any]
) -> tuple[Any, Any]:
    """A number at which a function is least; the method looks where it will."""
    found = optimize.minimize_scalar(lambda x: float(parts(x)[0]), **keywords)
    return found.x, found.success


SOLVERS: Mapping[str, Callable[..., tuple[Any, Any]]] = MappingProxyType({
    "root": root, "root_scalar": root_scalar, "minimize": minimize, "minimize_scalar": minimize_scalar,
})  # fmt: skip
