"""Replacing parts of a typed expression: what `givens` and `clone` do, by identity and without recursion."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from symlab.core.ir.composites import clone_of_composites
from symlab.core.ir.errors import TypeMismatch, message
from symlab.core.ir.expr import leaves
from symlab.core.ir.op import CONSTANT, INPUT, SHARED
from symlab.core.ir.types import ArrayType, Held, Shape
from symlab.core.ops.operators import Variable, as_variable, constant, holds_expressions
from symlab.core.ops.replacing import replaced
from symlab.core.ops.shape import specify_shape
from symlab.core.shared import SharedVariable, fitting


def checked_givens(
    givens: Mapping[Variable, object] | Iterable[tuple[Variable, object]], strict: bool = True
) -> dict[Variable, Variable]:
    """Replacements whose types fit what they replace.

    Without `strict` they are cast to its dtype; one of another rank makes the types of all that is built on it new.
    """
    pairs = list(givens.items() if isinstance(givens, Mapping) else givens)
    for old, _ in pairs:
        if not isinstance(old, Variable):
            raise TypeMismatch(message(f"only variables can be replaced, and {old!r} is none"))
    if not strict:
        pairs = [(old, as_variable(new).astype(old.dtype)) for old, new in pairs]
    return {
        old: new if not strict and new.ndim != old.ndim else fitting_replacement(old, as_value_of(old, new))
        for old, new in pairs
    }


def as_value_of(variable: Variable, value: Any) -> Variable:
    """What stands for a variable: an expression, or numbers as a constant of its dtype, if nothing is lost."""
    if isinstance(value, Variable) or holds_expressions(value):
        return as_variable(value)
    return constant(fitting(value, variable.type, repr(variable)))


def of_type(type: ArrayType, value: Any) -> Variable:
    """`value` as a variable of a type: numbers as a constant of its dtype, if nothing is lost."""
    if not isinstance(value, Variable) and not holds_expressions(value):
        return constant(fitting(value, type, "the variable"))
    node = as_variable(value)
    if node.type.dtype != type.dtype or node.type.ndim != type.ndim:
        problem = f"{node!r} is {node.type} and no variable of {type}"
        raise TypeMismatch(message(problem, [("variable", node)], ["a cast or a reshape of the variable"]))
    return with_sizes(node, type.shape)


def with_sizes(value: Variable, shape: Shape) -> Variable:
    """`value` with the sizes that are declared for what it replaces; the call checks those that are not known."""
    if all(wanted in (None, found) for wanted, found in zip(shape, value.type.shape, strict=True)):
        return value
    return specify_shape(value, shape=shape)  # type: ignore[no-any-return]


def fitting_replacement(old: Variable, new: Variable) -> Variable:
    """`new` if it can stand where `old` stood: same dtype and rank, sizes that do not contradict."""
    a, b = old.type, new.type
    if isinstance(a, Held) or isinstance(b, Held):
        if a == b:
            return new
        problem = f"{old!r} is {a} and cannot be replaced by {new!r}, which is {b}"
        raise TypeMismatch(message(problem, [("replaced", old), ("by", new)]))
    assert isinstance(a, ArrayType)
    assert isinstance(b, ArrayType)
    fits = a.dtype == b.dtype and a.ndim == b.ndim
    if not fits or any(None not in (m, n) and m != n for m, n in zip(a.shape, b.shape, strict=True)):
        problem = f"{old!r} is {a} and cannot be replaced by {new!r}, which is {b}"
        tries = ["a cast or a reshape of the replacement"]
        raise TypeMismatch(message(problem, [("replaced", old), ("by", new)], tries))
    return with_sizes(new, a.shape)


@clone_of_composites
def clone(
    output: Any,
    replace: Mapping[Variable, object] | Iterable[tuple[Variable, object]] | None = None,
    *,
    strict: bool = True,
    share_inputs: bool = True,
) -> Any:
    """Copies of one variable, a list or a dict of them, with the keys of `replace` replaced, all at once.

    `strict=False` casts a replacement of another dtype; `share_inputs=False` gives the copies inputs of their own, and
    shared variables of their own that hold the same value, also in what replaces a key.
    """
    if isinstance(output, Mapping):
        values = clone(list(output.values()), replace, strict=strict, share_inputs=share_inputs)
        return dict(zip(output, values, strict=True))
    roots = [output] if isinstance(output, Variable) else list(output)
    found = replaced(roots, checked_givens(replace or {}, strict))
    if not share_inputs:
        found = replaced(found, {leaf: copied(leaf) for leaf in inputs_of(found)})
    return found[0] if isinstance(output, Variable) else found


def inputs_of(roots: Sequence[Variable]) -> list[Variable]:
    """The inputs and the shared variables, in the order in which they are read."""
    return [node for node in leaves(roots) if node.op in (INPUT, SHARED) and isinstance(node, Variable)]


def alike(x: Variable, name: str | None = None) -> Variable:
    """What `x.clone()` gives: an input of the type of x, or the same constant once more; no shared variable."""
    if x.op is SHARED:
        problem = "a shared variable has a value of its own, which a clone would not follow"
        raise TypeMismatch(message(problem, [("shared", x)], ["sl.shared(x.get_value())"]))
    made = Variable(x.op, (), x.attrs, x.type) if x.op is CONSTANT else Variable(INPUT, (), (), x.type)
    made.name, made.tag = x.name if name is None else name, copy.copy(x.tag)
    return made


def copied(leaf: Variable) -> Variable:
    """A leaf like another one: the same type, name and tag, and the same value where it is shared."""
    if isinstance(leaf, SharedVariable):
        return leaf.twin()
    made = Variable(leaf.op, (), leaf.attrs, leaf.type)
    made.relabel(leaf.label())
    return made
