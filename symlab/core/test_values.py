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
from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ops.operators import Variable
from symlab.core.shared import SharedVariable, fitting

NONE = object()


class TestValueWarning(UserWarning):
    """An expression has no test value, or computing it failed."""

    __test__ = False  # the class is none of pytest's tests


def remember(node: Variable) -> None:
    """Compute the test value of a node that was just built, as `config.compute_test_value` says."""
    policy = config.current().compute_test_value
    values = {arg: test_value(arg) for arg in node.args}
    missing = next((arg for arg, value in values.items() if value is NONE), None)
    if missing is not None:
        name = getattr(missing, "name", None) or missing.op.name
        report(
            policy,
            InvalidValue(message(f"{name} has no test value", [(name, missing)], [f"{name}.tag.test_value = ..."])),
        )
        return
    try:
        with np.errstate(all="ignore"):
            node.tag.test_value = computed(node, values, None)
    except SymlabError as error:
        report("raise" if policy == "ignore" else policy, error)


def test_value(node: Expr) -> Any:
    """What a node is tried with, or NONE."""
    if node.op is CONSTANT:
        return constant_value(node)
    if isinstance(node, SharedVariable):
        return node.cell.get_value(borrow=True)
    value = getattr(getattr(node, "tag", None), "test_value", NONE)
    if value is NONE or node.args:
        return value
    return fitting(value, node.type, f"the test value of {getattr(node, 'name', None) or 'an input'}")


test_value.__test__ = False  # type: ignore[attr-defined]


def report(policy: str, error: SymlabError) -> None:
    """Raise, warn, or say nothing."""
    if policy == "raise":
        raise error
    if policy == "warn":
        warnings.warn(str(error), TestValueWarning, stacklevel=6)
