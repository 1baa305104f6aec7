"""What the records of ops that programs make have in common: names, operands that fit, results that are checked."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.apply import Apply
from symlab.core.ir.errors import InvalidValue, Misfit, TypeMismatch, message
from symlab.core.ir.expr import Expr
from symlab.core.ir.op import AS_WRITTEN, CALL, PROJECT
from symlab.core.ir.types import ArrayType, Held, TupleType, Type, array_type
from symlab.core.ir.untested import untested
from symlab.core.ops import OPS
from symlab.core.ops.branch import IFELSE
from symlab.core.ops.loop import BUNDLE, SCAN
from symlab.core.ops.operators import Variable, as_variable, cast_to, constant, holds_expressions, variable
from symlab.core.shared import fitting
from symlab.core.substitute import with_sizes

PYTHON: Mapping[str, Any] = MappingProxyType({"python": True})  # what runs may be seen: it waits for the call
SIZE = array_type(np.int64, ())


@cache
def own_names() -> frozenset[str]:
    """The names of symlab's own ops, which lowering knows them by."""
    made_by_passes = {"product_added", "product_scaled", "to_device", "to_host", "size_of"}
    return frozenset({*OPS, *made_by_passes, *(op.name for op in (AS_WRITTEN, BUNDLE, CALL, IFELSE, PROJECT, SCAN))})


def op_name(name: str) -> str:
    """The name of a program's op: its own, with a line below it where one of symlab's ops has that."""
    return f"{name}_" if name in own_names() else name


def as_types(types: Any, role: str) -> tuple[Any, ...]:
    """The types that a program lists: types, constructors such as `T.dmatrix` or `T.matrix`, or variables."""
    several = types if isinstance(types, (list, tuple)) else [types]
    found = tuple(as_type(item) for item in several)
    if None in found:
        wrong = several[found.index(None)]
        tries = [f"{role}=[T.dmatrix, T.dvector]", "T.TensorType('float64', shape=(None, 3))"]
        raise TypeMismatch(message(f"{role} lists types, and {wrong!r} is none", (), tries))
    return found


def as_type(item: Any) -> Any:
    """The type that is meant; None if there is none."""
    if isinstance(item, ArrayType | Held):
        return item
    if not isinstance(item, Variable) and callable(item) and not inspect.isclass(item):
        item = item()
    found = getattr(item, "type", None)
    return found if isinstance(found, ArrayType | Held) else None


def result_type(types: Sequence[ArrayType], several: bool) -> Type:
    """The type of a node with these results."""
    return TupleType(tuple(types)) if several else types[0]


def results_of(node: Any) -> list[Variable]:
    """The results of a node as variables."""
    if not isinstance(node.type, TupleType):
        return [node]
    return [PROJECT(node, index=place) for place in range(len(node.type.items))]


@lru_cache(256)
def stand_in(node: Expr) -> Variable:
    """A node as programs know nodes, with variables for operands."""
    with untested():
        return Variable(node.op, tuple(variable(arg.type) for arg in node.args), node.attrs, node.type)


# Operands


def fitted_operands(name: str, types: Sequence[ArrayType], values: Sequence[Any]) -> tuple[Variable, ...]:
    """The operands of a call, each of the type that is declared for it."""
    if len(values) != len(types):
        wanted = ", ".join(map(str, types)) or "none"
        problem = f"{name} takes {len(types)} input{'s' * (len(types) != 1)} ({wanted}), and {len(values)} were given"
        raise InvalidValue(message(problem))
    pairs = enumerate(zip(values, types, strict=True), 1)
    return tuple(fitted_operand(f"input {place} of {name}", type, value) for place, (value, type) in pairs)


def fitted_operand(role: str, type: ArrayType, value: Any) -> Variable:
    """One operand: numbers become a constant of the type, expressions are cast where nothing is lost."""
    if isinstance(type, Held):
        return type.filter_variable(value)  # type: ignore[no-any-return]
    if not isinstance(value, Variable) and not holds_expressions(value):
        return constant(fitting(value, type, role))
    node = as_variable(value)
    found = node.type
    fits = isinstance(found, ArrayType) and found.ndim == type.ndim and np.can_cast(found.dtype, type.dtype, "safe")
    if not fits or any(None not in (a, b) and a != b for a, b in zip(found.shape, type.shape, strict=True)):
        tries = ["a cast, a reshape, or another declared type"]
        raise TypeMismatch(message(f"{role} is declared as {type}, and is {found}", [("given", node)], tries))
    return with_sizes(cast_to(node, type.dtype), type.shape)


# Results


def checked_results(name: str, types: Sequence[ArrayType], values: Iterable[Any]) -> list[np.ndarray[Any, Any]]:
    """What a Python function gave, as arrays of the declared types."""
    found = list(values)
    if len(found) != len(types):
        raise Misfit(f"{name} returned {len(found)} values where {len(types)} are declared", kind=TypeMismatch)
    return [checked_result(name, place, *pair) for place, pair in enumerate(zip(types, found, strict=True))]


def checked_result(name: str, place: int, type: ArrayType, value: Any) -> np.ndarray[Any, Any]:
    """One result; a Python number has the dtype that is declared, an array must have it."""
    if isinstance(type, Held):
        return type.filter(value)  # type: ignore[no-any-return]
    weak = isinstance(value, (bool, int, float, complex)) and not isinstance(value, np.generic)
    array = np.asarray(value, type.dtype if weak and np.can_cast(np.min_scalar_type(value), type.dtype) else None)
    sizes = zip(array.shape, type.shape, strict=False)
    if array.dtype == type.dtype and array.ndim == type.ndim and all(wanted in (None, size) for size, wanted in sizes):
        return array
    given = f"{array.dtype}[{', '.join(map(str, array.shape))}]" if value is not None else "None"
    cast = f": return value.astype('{type.dtype}')" if value is not None and array.dtype != type.dtype else ""
    raise Misfit(f"{name} returned {given} as result {place + 1}, declared as {type}{cast}", kind=TypeMismatch)


# Sizes


def size_rule(infer_shape: Callable[..., Any], name: str) -> Callable[..., Any]:
    """How lowering asks a program's `infer_shape` for the sizes of the results."""

    def rule(sizes: Any, *shapes: Sequence[Any], **attributes: Any) -> Any:
        given: dict[Variable, Any] = {}
        symbols = []
        for shape in shapes:
            leaves = [variable(SIZE) for _ in shape]
            given.update(zip(leaves, shape, strict=True))
            symbols.append(tuple(leaves))
        node = sizes.node
        items = node.type.items if isinstance(node.type, TupleType) else (node.type,)
        found = shapes_told(infer_shape, name, node, symbols, items)
        solved = tuple(sizes.solved(shape, given) for shape in found)
        return solved if isinstance(node.type, TupleType) else solved[0]

    return rule


def shapes_told(
    infer_shape: Callable[..., Any], name: str, node: Any, symbols: Sequence[Any], items: Sequence[ArrayType]
) -> list[list[Variable]]:
    """What `infer_shape` says: a tuple of sizes for each result. It takes (fgraph, node, shapes), or the last two."""
    count = len(inspect.signature(infer_shape).parameters)
    told = infer_shape(*(None, Apply.of(stand_in(node)), list(symbols))[-count:])
    shapes = [told] if told and not isinstance(told[0], (list, tuple)) else list(told)
    if [len(shape) for shape in shapes] != [item.ndim for item in items]:
        wanted = ", ".join(str(item.ndim) for item in items)
        problem = f"infer_shape of {name} gave {told!r}, where a tuple of {wanted} sizes for each result is wanted"
        raise TypeMismatch(message(problem, (), ["[(rows, columns)] for one result of two axes"]))
    return [[as_variable(size) for size in shape] for shape in shapes]


# Names in modules


def attribute_of(module: str, path: str) -> Any:
    """What a module has under a dotted name; None where there is nothing."""
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part, None)
    return found
