"""`as_op`: a Python function of arrays as one node of an expression."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.custom.derivatives import forward_rule, reverse_rule
from symlab.core.custom.records import (
    PYTHON,
    as_types,
    attribute_of,
    checked_results,
    fitted_operands,
    op_name,
    result_type,
    results_of,
    size_rule,
)
from symlab.core.ir.errors import TypeMismatch, message
from symlab.core.ir.op import Kind, Op, Recipe
from symlab.core.ir.types import ArrayType
from symlab.core.ops.operators import Variable

Types = tuple[ArrayType, ...]


@dataclass(frozen=True, eq=False, repr=False)
class PythonOp(Op):
    """A Python function as an op; calling it gives a node, or a list of nodes where it has several results."""

    function: Callable[..., Any] = np.asarray
    itypes: Types = ()
    otypes: Types = ()
    several: bool = False

    def __call__(self, *operands: Any, **attributes: Any) -> Any:
        """A node that calls the function when it is computed."""
        if attributes:
            raise TypeMismatch(message(f"{self.name} takes no keywords", (), ["a function for each choice"]))
        nodes = fitted_operands(self.name, self.itypes, operands)
        node = Variable(self, nodes, (), result_type(self.otypes, self.several))
        return results_of(node) if self.several else node

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        path = getattr(self.function, "__qualname__", "<object>")
        if "<" not in path and attribute_of(self.function.__module__, path) is self:
            if self.function.__module__ != "__main__":
                return attribute_of, (self.function.__module__, path)
            self.function.__qualname__ = f"{path}.function"  # where pickle finds it: its own name is the op's now
        assert self.recipe is not None
        return self.recipe.make, self.recipe.arguments

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        """The function, for `inspect` and the like."""
        return self.function


def as_op(
    itypes: Any,
    otypes: Any,
    infer_shape: Callable[..., Any] | None = None,
    grad: Callable[..., Any] | None = None,
) -> Callable[[Callable[..., Any]], PythonOp]:
    """A decorator that makes an op of a Python function of arrays.

    `itypes` and `otypes` are the types of its arguments and results, one or a list: `[T.dmatrix, T.dvector]`. The
    compiled function calls it for its node, with copies of the operands, and is compiled around it; what it returns
    must have the declared types. `infer_shape(node, input_shapes)` gives the shapes of the results, one tuple of sizes
    each, from those of the inputs. `grad(inputs, output_grads)` gives one expression for each input, or None where
    nothing flows; without it the op has no derivative. Errors: TypeMismatch.
    """
    inputs, outputs = as_types(itypes, "itypes"), as_types(otypes, "otypes")

    def decorated(function: Callable[..., Any]) -> PythonOp:
        return python_op(function, inputs, outputs, isinstance(otypes, (list, tuple)) and len(outputs) != 1,
                         infer_shape, grad)  # fmt: skip

    return decorated


def python_op(
    function: Callable[..., Any],
    itypes: Types,
    otypes: Types,
    several: bool,
    infer_shape: Callable[..., Any] | None,
    grad: Callable[..., Any] | None,
) -> PythonOp:
    """The op of a Python function."""
    called = getattr(function, "__name__", type(function).__name__)

    def reference(*values: Any) -> Any:
        found = function(*[np.array(value) for value in values])  # copies, which it may change and keep
        results = checked_results(called, otypes, found if several else [found])
        return tuple(results) if several else results[0]

    op = PythonOp(
        op_name(called), Kind.CALL, function.__doc__ or f"The Python function {called}.", reference,
        lambda attributes, *types: result_type(otypes, several), home=getattr(function, "__module__", "") or "",
        extra=PYTHON, recipe=Recipe(python_op, (function, itypes, otypes, several, infer_shape, grad)),
        function=function, itypes=itypes, otypes=otypes, several=several,
    )  # fmt: skip
    if infer_shape is not None:
        op = replace(op, extra=MappingProxyType({**PYTHON, "sizes": size_rule(infer_shape, called)}))
    if grad is not None:
        vjp = reverse_rule(called, lambda inputs, outputs, gradients: grad(inputs, gradients))
        op = replace(op, vjp=vjp, jvp=forward_rule(vjp))
    return op


wrap_py = as_op
