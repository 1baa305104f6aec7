"""Ops that programs derive their own from, and the calls by which they had Theano take such ops out of its graphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symlab.core.custom.perform import Op
from symlab.core.ir.apply import Apply
from symlab.core.local import register as register_local
from symlab.core.ops.operators import as_variable


class ViewOp(Op):
    """An op that gives its operand back. Programs derive ops from it that say another gradient."""

    __props__ = ()

    def make_node(self, x: Any) -> Apply:
        """The application to one variable."""
        operand = as_variable(x)
        return Apply(self, [operand], [operand.type()])

    def perform(self, node: Apply, inputs: list[Any], output_storage: list[list[Any]]) -> None:
        """The operand itself."""
        output_storage[0][0] = inputs[0]

    def infer_shape(self, node: Apply, shapes: Sequence[Any]) -> Sequence[Any]:
        """The shape of the operand."""
        return shapes

    def grad(self, inputs: Sequence[Any], output_gradients: Sequence[Any]) -> list[Any]:
        """The gradient of the result."""
        return list(output_gradients)


@dataclass(frozen=True)
class OpRemove:
    """What Theano's programs register so that an op which computes nothing is taken out of compiled graphs."""

    op: Any


def register(rule: Any, *tags: str, name: str | None = None, **options: Any) -> Any:
    """Have functions try a `local_optimizer` rewrite; with a tag first, what does so when it is given the rewrite.

    An `OpRemove` is taken note of: an op that gives its operand back works without it as well.
    """
    if isinstance(rule, str):
        return lambda found: register(found, rule, *tags, name=name, **options)
    return rule if isinstance(rule, OpRemove) else register_local(rule, name)


def hashtype(value: Any) -> int:
    """A hash of the class of a value, for the `__hash__` of ops."""
    kind = type(value)
    return hash((kind.__name__, kind.__module__))
