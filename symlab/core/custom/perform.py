"""`Op`: an op in Theano's words, a class with `make_node` and `perform`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from symlab.core.autodiff import DISCONNECTED
from symlab.core.custom.derivatives import forward_rule, reverse_rule
from symlab.core.custom.records import (
    as_types,
    checked_results,
    fitted_operands,
    op_name,
    result_type,
    size_rule,
    stand_in,
)
from symlab.core.ir.apply import Apply
from symlab.core.ir.errors import TypeMismatch, message
from symlab.core.ir.op import Kind, Recipe
from symlab.core.ir.op import Op as Record
from symlab.core.ir.types import ArrayType, TupleType
from symlab.core.ir.untested import untested
from symlab.core.ops.operators import Variable, as_variable, variable


class Op:
    """An op that a class describes, as in Theano: `MyOp()(x)` is a node that runs `perform` when it is computed.

    `make_node(*inputs)` gives `Apply(self, inputs, outputs)`; without one, `itypes` and `otypes` list the types.
    `perform(node, inputs, output_storage)` writes each result to `output_storage[place][0]`. A class may have
    `grad(inputs, output_grads)` or `L_op(inputs, outputs, output_grads)` (PyTensor: `pullback`), `R_op(inputs,
    eval_points)` (`pushforward(inputs, outputs, eval_points)`), `infer_shape(node, shapes)`, without which the sizes
    are known after the call alone, and `connection_pattern(node)`. `__props__` names the attributes that tell one
    object from another: objects of one class with equal ones are equal.
    """

    __props__: ClassVar[tuple[str, ...] | None] = None
    itypes: Any = None
    otypes: Any = None
    default_output: int | None = None

    def make_node(self, *inputs: Any) -> Apply:
        """The application of this op to inputs of the types in `itypes`."""
        if self.itypes is None or self.otypes is None:
            tries = ["make_node(self, *inputs), or lists of types called itypes and otypes"]
            raise TypeMismatch(message(f"{self} says neither how its node is made nor its types", (), tries))
        operands = fitted_operands(str(self), as_types(self.itypes, "itypes"), inputs)
        return Apply(self, operands, [variable(type) for type in as_types(self.otypes, "otypes")])

    def perform(self, node: Apply, inputs: list[np.ndarray[Any, Any]], output_storage: list[list[Any]]) -> None:
        """Compute the results: the first element of each list in `output_storage`."""
        problem = f"{self} has no perform, which is what runs here: C code for Theano's own runtime does not"
        raise TypeMismatch(message(problem, (), ["perform(self, node, inputs, output_storage)", "sl.custom"]))

    def __call__(self, *inputs: Any, return_list: bool = False, name: str | None = None, **options: Any) -> Any:
        """The results of the application: one variable, or a list of several."""
        outputs = self.make_node(*inputs, **options).outputs
        if name is not None:
            outputs[0].name = name
        if return_list or (len(outputs) > 1 and self.default_output is None):
            return outputs
        return outputs[self.default_output or 0]

    def applied(self, inputs: Sequence[Any], outputs: Sequence[Any]) -> Variable:
        """The node of an application; `outputs` tell the types of its results."""
        operands = tuple(map(as_variable, inputs))
        types = as_types([getattr(item, "type", item) for item in outputs], f"make_node of {self}")
        return Variable(record_of(self), operands, (), result_type(types, len(types) > 1))

    def key(self) -> tuple[Any, ...] | None:
        """What tells this object from others of its class; None if it is equal to itself alone."""
        props = type(self).__props__
        return None if props is None else tuple(getattr(self, name) for name in props)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return type(self) is type(other) and self.key() is not None and self.key() == other.key()

    def __hash__(self) -> int:
        key = self.key()
        return id(self) if key is None else hash((type(self), key))

    def __str__(self) -> str:
        props = type(self).__props__ or ()
        named = ", ".join(f"{name}={getattr(self, name)!r}" for name in props)
        return type(self).__name__ + (f"{{{named}}}" if named else "")

    __repr__ = __str__


def record_of(op: Op) -> Record:
    """The record of an op that a class describes."""

    def inferred(attributes: Any, *types: ArrayType) -> Any:
        with untested():
            return op.make_node(*map(variable, types)).node.type

    vjp, jvp = derivatives(op)
    extra: dict[str, Any] = {"python": True, "performs": True, "made": op}
    told = getattr(op, "infer_shape", None)
    if told is not None:
        extra["sizes"] = size_rule(told, str(op))
    pattern = getattr(op, "connection_pattern", None)
    if pattern is not None:
        extra["connects"] = lambda node: pattern(Apply.of(node))
    return Record(
        op_name(type(op).__name__), Kind.CALL, type(op).__doc__ or "", performing(op), inferred, vjp=vjp, jvp=jvp,
        home=type(op).__module__, extra=MappingProxyType(extra), recipe=Recipe(record_of, (op,)),
    )  # fmt: skip


def performing(op: Op) -> Callable[..., Any]:
    """What computes a node: the op's `perform` over copies, which it may change and keep."""

    def compute(node: Any, *values: Any) -> Any:
        types = node.type.items if isinstance(node.type, TupleType) else (node.type,)
        storage: list[list[Any]] = [[None] for _ in types]
        own = [np.array(value) if isinstance(value, np.ndarray | np.generic) else value for value in values]
        op.perform(Apply.of(stand_in(node)), own, storage)
        found = checked_results(f"perform of {op}", types, [cell[0] for cell in storage])
        return tuple(found) if isinstance(node.type, TupleType) else found[0]

    return compute


def derivatives(op: Any) -> tuple[Callable[..., Any] | None, Callable[..., Any] | None]:
    """The reverse and the forward derivative that a class states."""
    reverse = getattr(op, "L_op", None) or getattr(op, "pullback", None)
    if reverse is None and hasattr(op, "grad"):

        def reverse(inputs: Any, outputs: Any, gradients: Any) -> Any:
            return op.grad(inputs, gradients)

    vjp = None if reverse is None else reverse_rule(str(op), reverse)
    forward = getattr(op, "pushforward", None)
    if forward is None and hasattr(op, "R_op"):

        def forward(inputs: Any, outputs: Any, tangents: Any) -> Any:
            return op.R_op(inputs, tangents)

    if forward is None:
        return vjp, None if vjp is None else forward_rule(vjp)
    return vjp, forward_stated(forward)


def forward_stated(forward: Callable[..., Any]) -> Callable[..., Any]:
    """The record's `jvp` for tangents that a program states; None stands for one that does not move."""

    def jvp(tangents: Any, node: Variable, *operands: Variable, **attributes: Any) -> Any:
        found = forward(list(operands), Apply.of(node).outputs, list(tangents))
        moved = [None if item is DISCONNECTED or item is None else as_variable(item) for item in found]
        return tuple(moved) if isinstance(node.type, TupleType) else moved[0]

    return jvp
