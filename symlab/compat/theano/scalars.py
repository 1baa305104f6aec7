"""`theano.scalar`: ops of single numbers that programs write as classes with `impl`, and rules of their dtypes.

Theano wraps such an op with `T.Elemwise` before it takes arrays; here it takes them itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from inspect import signature
from typing import Any, ClassVar

import numpy as np

from symlab.core.custom.formula import elementwise
from symlab.core.ir.errors import TypeMismatch, message
from symlab.core.ir.op import Op, Recipe
from symlab.core.ops import declare
from symlab.core.ops.operators import Variable
from symlab.core.ops.shape import filled_like

upgrade_to_float = upgrade_to_float64 = declare.floating
upgrade_to_float_no_complex = declare.real_floating
same_out = same_out_nocomplex = declare.same
upcast_out = upcast_out_nobool = declare.arithmetic


class ScalarOp:
    """An op of numbers that a class describes: `impl(*numbers)` computes it, `grad(inputs, gradients)` its derivative.

    The first argument is the rule of its dtypes (`upgrade_to_float`, `same_out`, ...), `nin` how many numbers it takes,
    and `nfunc_spec`, where there is one, the name of a function of arrays that computes the same.
    """

    nin: ClassVar[int] = -1
    nfunc_spec: ClassVar[tuple[str, int, int] | None] = None
    output_types_preference: Callable[..., Any] | None = None
    name: str | None = None

    def __init__(self, output_types_preference: Callable[..., Any] | None = None, name: str | None = None) -> None:
        self.output_types_preference, self.name = output_types_preference, name

    def impl(self, *inputs: Any) -> Any:
        """The value for these numbers."""
        raise TypeMismatch(message(f"{self} has no impl, which computes it: its C code is not used", ()))

    @cached_property
    def record(self) -> Op:
        """The op that takes arrays."""
        count = self.nin if self.nin > 0 else numbers_taken(self)
        made = elementwise(
            type(self).__name__, reference=over_arrays(self), operands=count, doc=type(self).__doc__ or "",
            derivative=tuple(partial(self, place) for place in range(count)) if hasattr(self, "grad") else None,
            dtypes=self.output_types_preference or declare.same,
        )  # fmt: skip
        return replace(made, recipe=Recipe(record_of, (self,)), home=type(self).__module__)

    def __call__(self, *inputs: Any) -> Variable:
        """The op applied element by element."""
        return self.record(*inputs)  # type: ignore[no-any-return]

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self).get("name") == vars(other).get("name")

    def __hash__(self) -> int:
        return hash((type(self), self.name))

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in vars(self).items() if key != "record"}

    def __str__(self) -> str:
        return self.name or type(self).__name__


class UnaryScalarOp(ScalarOp):
    """An op of one number."""

    nin = 1


class BinaryScalarOp(ScalarOp):
    """An op of two numbers."""

    nin = 2


def numbers_taken(op: ScalarOp) -> int:
    """How many numbers an op takes that does not say it: as its function of arrays, or its `impl`."""
    return op.nfunc_spec[1] if op.nfunc_spec else len(signature(op.impl).parameters)


def record_of(op: ScalarOp) -> Op:
    """The op that takes arrays, made again."""
    return op.record


def over_arrays(op: ScalarOp) -> Callable[..., Any] | str:
    """What computes an op over arrays: the function that it names, else its `impl` number by number."""
    if op.nfunc_spec is not None:
        module, _, function = op.nfunc_spec[0].rpartition(".")
        return f"{module or 'numpy'}:{function}"

    def computed(*values: Any) -> Any:
        found = np.frompyfunc(op.impl, len(values), 1)(*values)
        return np.asarray(found, np.result_type(*values))

    return computed


def partial(op: Any, place: int) -> Callable[..., Any]:
    """The derivative by one operand, as the record of an elementwise op states it."""

    def derivative(result: Variable, *operands: Variable) -> Any:
        found = list(op.grad(list(operands), [filled_like(result, 1)]))
        if len(found) != len(operands):
            problem = f"the gradient of {op} gave {len(found)} expressions for {len(operands)} inputs"
            raise TypeMismatch(message(problem, [(str(op), result)]))
        return found[place]

    return derivative
