"""`TensorVariable` as a class that programs derive their own variables from."""

from __future__ import annotations

from typing import Any, Self

from symlab.core.ir.expr import Expr, take_structure
from symlab.core.ir.op import CONSTANT, INPUT, Op
from symlab.core.ops.operators import Variable
from symlab.core.shared import SharedVariable


class VariableKind(type):
    """The class of `TensorVariable`: in Theano all expressions are of it that are neither shared nor constant."""

    def __instancecheck__(cls, value: Any) -> bool:
        if cls.__module__ != __name__:
            return super().__instancecheck__(value)
        return isinstance(value, Variable) and not isinstance(value, SharedVariable) and value.op is not CONSTANT


class TensorVariable(Variable, metaclass=VariableKind):
    """A variable of a type, which nothing computes before it is made the output of an `Apply`."""

    def __init__(self, type: Any = None, owner: Any = None, index: int | None = None, name: str | None = None) -> None:
        Variable.__init__(self, INPUT, (), (), type, name)

    @classmethod
    def of_parts(cls, op: Op, args: tuple[Expr, ...], attrs: Any, type: Any) -> Self:
        """A node of a class that was derived: read from a file, or a copy with other operands."""
        made = cls.__new__(cls)
        Variable.__init__(made, op, args, attrs, type)
        return made

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "op":  # PyMC3's variables note the op whose result they are about to be; `Apply` makes them that
            return
        super().__setattr__(name, value)

    def become(self, node: Expr) -> None:
        """Be the result of an application, as the outputs that Theano's `Apply` is given are."""
        take_structure(self, node)
