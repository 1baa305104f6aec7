"""Test values: with `config.compute_test_value` set, every expression is computed where it is built.

An input says with `tag.test_value` what it is tried with; a wrong shape or dtype is then an error at the line that
builds the expression, and every variable has a `tag.test_value` to look at.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from symlab.core.backends.reference import computed
from symlab.core.ir import config
from symlab.core.ir.errors import InvalidValue, SymlabError, message
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, Kind
from symlab.core.ir.types import Held
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.shared import SharedVariable, fitting

NONE = object()


class NoTestValue(InvalidValue, AttributeError):
    """An expression cannot be tried, since something in it has no test value."""


class TestValueWarning(UserWarning):
    """An expression has no test value, or computing it failed."""

    __test__ = False  # the class is none of pytest's tests


def remember(node: Variable) -> None:
    """Compute the test value of a node that was just built, as `config.compute_test_value` says."""
    policy = config.current().compute_test_value
    values = {arg: value_below(arg) for arg in node.args}
    missing = next((arg for arg, value in values.items() if value is NONE), None)
    if missing is not None:
        name = getattr(missing, "name", None) or missing.op.name
        report(
            policy,
            NoTestValue(message(f"{name} has no test value", [(name, missing)], [f"{name}.tag.test_value = ..."])),
        )
        return
    try:
        with np.errstate(all="ignore"):
            node.tag.test_value = computed(node, values, None)
    except SymlabError as error:
        report("raise" if policy == "ignore" else policy, error)


def remember_all(built: Any) -> None:
    """Compute the test values of expressions that were built while none was computed."""
    if isinstance(built, (list, tuple)):
        for item in built:
            remember_all(item)
    elif isinstance(built, Variable) and built.args and test_value(built) is NONE:
        remember(built)


def value_below(node: Expr) -> Any:
    """The test value of a node, computed from those below it where it was built while none was computed; or NONE."""
    value = test_value(node)
    if value is not NONE or node.op.kind is Kind.LEAF:
        return value
    known: dict[Expr, Any] = {}
    for item in toposort([node]):
        value = test_value(item)
        if value is NONE and (item.op.kind is Kind.LEAF or any(arg not in known for arg in item.args)):
            continue
        with np.errstate(all="ignore"):
            known[item] = computed(item, known, None) if value is NONE else value
    return known.get(node, NONE)


def lend(param: Variable, source: Variable, row: bool = False) -> None:
    """Give a parameter of a step the test value of what it stands for, of which it may be the first row."""
    if config.current().compute_test_value == "off":
        return
    value = value_below(source)
    if value is not NONE and not (row and not len(value)):
        param.tag.test_value = value[0] if row else value


def get_test_value(x: Any) -> Any:
    """The test value of an expression, the value of a constant or a shared variable, or a number as an array.

    Error: NoTestValue, where there is none.
    """
    node = as_variable(x)
    value = value_below(node)
    if value is NONE:
        name = node.name or node.op.name
        raise NoTestValue(message(f"{name} has no test value", [(name, node)], [f"{name}.tag.test_value = ..."]))
    return value


def get_debug_values(*xs: Any) -> list[tuple[Any, ...]]:
    """The test values of several expressions, as the only element of a list; an empty one where they are not wanted.

    So `for x, y in get_debug_values(x, y)` does something with them where there are any. Error: NoTestValue, where one
    is missing and `config.compute_test_value` is "raise".
    """
    policy = config.current().compute_test_value
    if policy == "off":
        return []
    try:
        return [tuple(map(get_test_value, xs))]
    except NoTestValue as error:
        report(policy, error)
        return []


def test_value(node: Expr) -> Any:
    """What a node is tried with, or NONE."""
    if node.op is CONSTANT:
        return constant_value(node)
    if isinstance(node, SharedVariable):
        return node.cell.get_value(borrow=True)
    value = getattr(getattr(node, "tag", None), "test_value", NONE)
    if value is NONE or node.args:
        return value
    if isinstance(node.type, Held):
        return node.type.filter(value)
    return fitting(value, node.type, f"the test value of {getattr(node, 'name', None) or 'an input'}")


test_value.__test__ = False  # type: ignore[attr-defined]


def report(policy: str, error: SymlabError) -> None:
    """Raise, warn, or say nothing."""
    if policy == "raise":
        raise error
    if policy == "warn":
        warnings.warn(str(error), TestValueWarning, stacklevel=6)
