"""What derivatives were taken of: an input that a derivative no longer needs is no mistake in a list of inputs.

The derivative of 2 x in x is 2, and a function of x that computes it is what its author means.
"""

from __future__ import annotations

from collections.abc import Iterable
from weakref import WeakKeyDictionary, WeakSet

from symlab.core.ir.expr import Expr, leaves
from symlab.core.ir.op import INPUT
from symlab.core.ops.operators import Variable

_inputs: WeakKeyDictionary[Expr, WeakSet[Expr]] = WeakKeyDictionary()  # by derivative; neither is kept alive


def remember(results: Iterable[object], of: Iterable[Variable]) -> None:
    """Note that these are derivatives of expressions; those that were taken together share one set of inputs."""
    found: WeakSet[Expr] = WeakSet(node for node in leaves(list(of)) if node.op is INPUT)
    for result in results:
        if isinstance(result, Variable):
            known = _inputs.get(result, found)
            _inputs[result] = found if known is found else known | found


def inputs_behind(nodes: Iterable[Expr]) -> set[Expr]:
    """The inputs of what was differentiated where derivatives are among the nodes."""
    sets = {id(found): found for node in nodes if (found := _inputs.get(node)) is not None}
    return {leaf for found in sets.values() for leaf in found}
