"""Polynomials at a glance: monomials are numbers that are added where monomials are multiplied."""

from __future__ import annotations

from collections.abc import Sequence

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ops.elementwise import add, mul, neg, pow, sqr, sqrt
from symlab.core.rules.constants import is_number

MOST_TERMS = 24  # of a polynomial; what has more is left as it is written
MOST_POWER = 4
DEPTH = 5  # sums, products and powers within others that are opened
Sketch = dict[int, float]


class TooLarge(Exception):
    """Nothing comes of a polynomial with so many terms."""


def base_and_power(node: Expr) -> tuple[Expr, int]:
    """A whole power as its base and exponent."""
    if node.op is sqr:
        inner = node.args[0]
        return (inner.args[0], 4) if inner.op is sqr else (inner, 2)
    if node.op is pow and is_number(node.args[1]):
        power = constant_value(node.args[1]).item()
        if power in range(2, MOST_POWER + 1):
            return node.args[0], int(power)
    return node, 1


class Sketches:
    """Nodes as polynomials, of which a monomial is the sum of a number for each of its letters; each is found once."""

    def __init__(self) -> None:
        self.known: dict[tuple[Expr, int], Sketch | None] = {}

    def of(self, node: Expr, depth: int = DEPTH) -> Sketch:
        """The sketch of a node."""
        key = (node, depth)
        if key not in self.known:
            self.known[key] = None  # too large, unless it is found
            self.known[key] = self.found(node, depth)
        known = self.known[key]
        if known is None:
            raise TooLarge
        return known

    def found(self, node: Expr, depth: int) -> Sketch:
        """As `of`, when it is first asked."""
        if node.op is neg and depth:
            return negative(self.of(node.args[0], depth - 1))
        if node.op is add and depth:
            return sketched_sum([self.of(arg, depth - 1) for arg in node.args])
        if node.op is mul and depth:
            return sketched_product([self.of(arg, depth - 1) for arg in node.args])
        if is_number(node):
            return {0: float(constant_value(node))}
        base, power = base_and_power(node)
        if power == 1 or not depth:
            return {int.from_bytes(node.digest[:8]): 1.0}
        return sketched_product([self.of(base, depth - 1)] * power)

    def radicand(self, root: Expr) -> Sketch:
        """The square of a root as a sketch."""
        if root.op is sqrt:
            return self.of(root.args[0])
        return sketched_sum([sketched_product([self.of(arg)] * 2) for arg in root.args])

    def of_product(self, factors: Sequence[Expr], roots: Sequence[Expr], sign: int) -> Sketch:
        """The sketch of a product of factors and of the squares of roots, with a sign."""
        whole = sketched_product([{0: 1.0}, *map(self.of, factors), *map(self.radicand, roots)])
        return whole if sign > 0 else negative(whole)


def negative(part: Sketch) -> Sketch:
    """The opposite of a sketch."""
    return {key: -value for key, value in part.items()}


def sketched_sum(parts: Sequence[Sketch]) -> Sketch:
    """The sum of sketches; what cancels stays, as 0."""
    found = dict(parts[0])
    for part in parts[1:]:
        for key, value in part.items():
            found[key] = found.get(key, 0.0) + value
    return found


def sketched_product(parts: Sequence[Sketch]) -> Sketch:
    """The product of sketches."""
    found = parts[0]
    for part in parts[1:]:
        if len(found) * len(part) > MOST_TERMS:
            raise TooLarge
        product: Sketch = {}
        for first, value in found.items():
            for second, other in part.items():
                product[first + second] = product.get(first + second, 0.0) + value * other
        found = product
    return found
