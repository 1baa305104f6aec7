"""Sums of products over all steps of a loop: one product of matrices, in which the steps lie one after another."""

from __future__ import annotations

from dataclasses import dataclass

from symlab.core.ops.elementwise import add, mul
from symlab.core.ops.linalg import dot
from symlab.core.ops.operators import Variable
from symlab.core.ops.shape import dimshuffle, joined_size, reshaped, sizes_of

TURNED = (1, 0)
COLUMN, ROW = (0, "x"), ("x", 0)


@dataclass(frozen=True)
class Product:
    """left' right: of matrices, or of vectors that are rows."""

    left: Variable
    right: Variable

    def over_steps(self, left: Variable, right: Variable) -> Variable:
        """The sum over the steps, given both factors of every step along a leading axis."""
        return dot(dimshuffle(flattened(left), pattern=TURNED), flattened(right))  # type: ignore[no-any-return]


def flattened(rows: Variable) -> Variable:
    """The rows of all steps one below another."""
    if rows.ndim == 2:
        return rows
    steps, inner, width = sizes_of(rows)
    return reshaped(rows, (joined_size((steps, inner)), width))


def products(value: Variable) -> list[Product] | None:
    """The products of which a matrix is the sum; None if it is made of anything else."""
    found: list[Product] = []
    waiting = [value]
    while waiting:
        term = waiting.pop()
        made = product(term)
        if made is not None:
            found.append(made)
        elif term.op is add:
            waiting += term.args  # type: ignore[arg-type]
        else:
            return None
    return found


def product(term: Variable) -> Product | None:
    """A term as a product: of two matrices, or of a column and a row."""
    if len(term.args) != 2:
        return None
    first, second = term.args
    if term.op is dot and first.type.ndim == second.type.ndim == 2:
        turned = first.op is dimshuffle and first.attr("pattern") == TURNED
        left = first.args[0] if turned else dimshuffle(first, pattern=TURNED)
        return Product(left, second)  # type: ignore[arg-type]
    if term.op is mul and first.op is dimshuffle and second.op is dimshuffle:
        patterns = first.attr("pattern"), second.attr("pattern")
        if patterns == (COLUMN, ROW):
            return Product(first.args[0], second.args[0])  # type: ignore[arg-type]
    return None
