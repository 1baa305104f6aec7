"""What an expression was made of where no node of it says so, so that an input behind it is no mistake in a list.

The derivative of 2 x in x is 2, the zeros of the shape of a scalar are one 0, and a loop need not read what it is
handed. A function of x that computes one of these is what its author means.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar
from weakref import WeakKeyDictionary, WeakSet

from symlab.core.ir.expr import Expr, leaves, toposort
from symlab.core.ir.op import CONSTANT, INPUT, SHARED

_inputs: WeakKeyDictionary[Expr, WeakSet[Expr]] = WeakKeyDictionary()  # by derivative; neither is kept alive
_shaped_like: WeakKeyDictionary[Expr, Expr] = WeakKeyDictionary()  # what gave an expression nothing but known sizes

Shaped = TypeVar("Shaped", bound=Expr)


def remember(results: Iterable[object], of: Iterable[Expr]) -> None:
    """Note that these are made of expressions, as derivatives of them; what is made together shares one set."""
    found: WeakSet[Expr] = WeakSet(node for node in leaves(list(of)) if node.op in (INPUT, SHARED))
    for result in results:
        if isinstance(result, Expr):
            known = _inputs.get(result, found)
            _inputs[result] = found if known is found else known | found


def shaped_like(result: Shaped, x: Expr) -> Shaped:
    """The result, made of the sizes of x; where those are known, no node of it leads to x."""
    if x.op is not CONSTANT and (result.op is CONSTANT or None not in x.type.shape):
        _shaped_like[result] = x
    return result


def taken_behind(root: Expr) -> set[Expr]:
    """The leaves of what was differentiated for something at or below `root`."""
    sets = {id(found): found for node in toposort([root]) if (found := _inputs.get(node)) is not None}
    return {leaf for found in sets.values() for leaf in found}


def inputs_behind(roots: Iterable[Expr]) -> set[Expr]:
    """The inputs below `roots`, and those of what was differentiated, or gave its sizes, for something there."""
    behind: set[Expr] = set()
    waiting, seen = list(roots), set[Expr]()
    while waiting:
        order = toposort(waiting, seen)
        waiting = [like for node in order if node not in seen and (like := _shaped_like.get(node)) is not None]
        sets = {id(found): found for node in order if (found := _inputs.get(node)) is not None}
        behind.update(node for node in order if node.op is INPUT)
        behind.update(leaf for found in sets.values() for leaf in found)
        seen.update(order)
    return behind
