"""What classes are as polynomials and fractions of others: like terms collected, common factors cancelled.

Identities alone would reach these forms by way of all orders in which a sum can be written.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from fractions import Fraction

from symlab.core.ir.op import Op
from symlab.core.ops.elementwise import add, mul, neg, pow, reciprocal, sqr, sub, true_div
from symlab.core.saturation.egraph import EGraph, is_exact
from symlab.core.saturation.polynomial import (
    ONE,
    Monomial,
    Polynomial,
    added,
    atom,
    divided,
    inverse,
    key_of,
    lowest_powers,
    multiplied,
    number,
    product_of_monomials,
    scaled,
)

COLLECTED = "like terms are collected and common factors cancelled"
MOST_FORMS = 6  # of one class that are looked at above it
MOST_ADDED = 20  # forms of one class that are added to the graph
MOST_NODES = 10  # of a class that are looked at
MOST_TERMS = 14  # of a polynomial
MOST_SHOWN = 6  # terms of a form that is added to the graph
LARGEST = 1 << 40  # numerators and denominators of coefficients
ARITHMETIC = frozenset({add, sub, mul, true_div, neg, reciprocal, sqr, pow})


class Algebra:
    """The forms of the classes of one graph, as it is now."""

    def __init__(self, graph: EGraph) -> None:
        self.graph = graph
        self.kept: dict[int, list[Polynomial]] = {}
        self.every: dict[int, list[Polynomial]] = {}
        self.open: set[int] = set()
        self.sums: list[Polynomial] = []  # denominators: the atom -1 - k stands for the k-th
        self.places: dict[object, int] = {}

    def forms(self, name: int) -> list[Polynomial]:
        """A class as polynomials in others, those of few terms first."""
        name = self.graph.find(name)
        here = self.graph[name]
        if here.constant is not None:
            return [number(here.constant)]
        if name in self.kept or name in self.open:
            return self.kept.get(name, [atom(name)])
        self.open.add(name)
        nodes = [node for node in here.nodes if node.op in ARITHMETIC]
        found = {} if nodes and len(nodes) == len(here.nodes) else {key_of(atom(name)): atom(name)}
        for node in nodes[:MOST_NODES]:
            for operands in itertools.product(*(self.forms(arg) for arg in node.args)):
                made = self.combined(node.op, operands)
                if made is not None and is_small(made):
                    found.setdefault(key_of(made), made)
        self.open.discard(name)
        self.every[name] = sorted(found.values(), key=width)[:MOST_ADDED] or [atom(name)]
        self.kept[name] = self.every[name][:MOST_FORMS]
        return self.kept[name]

    def combined(self, op: Op, operands: Sequence[Polynomial]) -> Polynomial | None:
        """One op on polynomials; None for a division by 0."""
        first, last = operands[0], operands[-1]
        if op in (add, sub):
            return added(first, last, 1 if op is add else -1)
        if op is neg:
            return added({}, first, -1)
        if op is pow:
            power = last.get(ONE, Fraction(0)) if len(last) == 1 else Fraction(0)
            return self.opened(repeated(first, int(power))) if power in (1, 2, 3, 4) else None
        if op in (mul, sqr):
            return self.opened(multiplied(first, last))
        below = self.reciprocal(last)
        return None if below is None else below if op is reciprocal else self.opened(multiplied(first, below))

    def opened(self, found: Polynomial) -> Polynomial:
        """A polynomial in which sums stand below the line only."""
        for _ in range(4):
            raised = [item for item in found if any(name < 0 < power for name, power in item)]
            if not raised or len(found) > MOST_TERMS:
                break
            total = {item: value for item, value in found.items() if item not in raised}
            for item in raised:
                rest = tuple((name, power) for name, power in item if not name < 0 < power)
                made = {rest: found[item]}
                for name, power in item:
                    for _ in range(power if name < 0 else 0):
                        made = multiplied(made, self.sums[-1 - name])
                total = added(total, made)
            found = total
        return found

    def reciprocal(self, found: Polynomial) -> Polynomial | None:
        """1 over a polynomial: a sum becomes an atom, less what its terms have in common."""
        above, below = self.together(found)
        if not above:
            return None
        if len(above) > 1:
            common = lowest_powers(above)
            above = scaled(above, inverse(common))
            value = above[min(item for item in above if item)]
            above = scaled(above, ONE, 1 / value)
            key = key_of(above)
            if key not in self.places:
                self.places[key] = -1 - len(self.sums)
                self.sums.append(above)
            item = product_of_monomials(inverse(common), ((self.places[key], -1),))
        else:
            ((common, value),) = above.items()
            item = inverse(common)
        return self.opened({product_of_monomials(item, below): 1 / value})

    def together(self, found: Polynomial) -> tuple[Polynomial, Monomial]:
        """A polynomial without negative powers, and the product below it; common factors are cancelled."""
        below = tuple((name, -power) for name, power in lowest_powers(found) if power < 0)
        above = self.opened(scaled(found, below))
        left: Monomial = ONE
        for name, power in below:
            while name < 0 and power and above:
                quotient = divided(above, self.sums[-1 - name])
                if quotient is None:
                    break
                above, power = quotient, power - 1
            left = product_of_monomials(left, ((name, power),) if power else ONE)
        return above, left

    # Back into the graph

    def show(self, targets: Iterable[int]) -> None:
        """Add to each of some classes its forms."""
        graph = self.graph
        for name in targets:
            if graph[name].constant is not None or graph[name].type.dtype != graph.dtype:
                continue
            self.forms(name)
            for form in self.every.get(graph.find(name), ()):
                for item in self.written(form):
                    graph.union(name, item)

    def written(self, form: Polynomial) -> list[int]:
        """The ways in which a form is written: term by term, with what the terms have in common, as a fraction."""
        if len(form) > MOST_SHOWN:
            return []
        found = [self.shown(form)]
        if len(form) > 1 and lowest_powers(form):
            found.append(self.sum_of(form))
        above, below = self.together(form)
        if above != form and len(above) <= MOST_SHOWN:
            found += self.fraction(above, below)
        return found

    def shown(self, form: Polynomial) -> int:
        """A sum of terms, what they have in common before it."""
        if not form:
            return self.graph.number(0.0, COLLECTED)
        common = lowest_powers(form) if len(form) > 1 else ONE
        return self.times(self.sum_of(scaled(form, inverse(common))), common)

    def sum_of(self, form: Polynomial) -> int:
        """The terms one by one, those to be added first."""
        order = sorted(form, key=lambda item: (form[item] < 0, -len(item), item))
        total: int | None = None
        for item in order:
            term = self.term(item, abs(form[item]))
            if total is None:
                total = term if form[item] > 0 else self.make(neg, term)
            else:
                total = self.make(add if form[item] > 0 else sub, total, term)
        assert total is not None
        return total

    def term(self, item: Monomial, value: Fraction) -> int:
        """A product of powers and a number."""
        above = tuple((name, power) for name, power in item if power > 0)
        below = tuple((name, -power) for name, power in item if power < 0)
        divisor = 1
        if not is_exact(value, self.graph.dtype):
            value, divisor = Fraction(value.numerator), value.denominator
        made = self.number(value) if value != 1 or not above else None
        made = self.powers(above, made)
        assert made is not None
        if divisor != 1:
            made = self.make(true_div, made, self.number(Fraction(divisor)))
        lower = self.powers(below, None)
        return made if lower is None else self.make(true_div, made, lower)

    def fraction(self, above: Polynomial, below: Monomial) -> list[int]:
        """A quotient: by the whole product below the line, and by its factors one by one."""
        if not above:
            return [self.graph.number(0.0, COLLECTED)]
        top = self.shown(above)
        whole = self.powers(below, None)
        if whole is None:
            return [top]
        step = top
        for name, power in below:
            for _ in range(power):
                step = self.make(true_div, step, self.of_atom(name))
        return [self.make(true_div, top, whole), step]

    def times(self, made: int, item: Monomial) -> int:
        """A class times powers of either sign."""
        above = self.powers(tuple((name, power) for name, power in item if power > 0), None)
        below = self.powers(tuple((name, -power) for name, power in item if power < 0), None)
        made = made if above is None else self.make(mul, made, above)
        return made if below is None else self.make(true_div, made, below)

    def powers(self, item: Monomial, made: int | None) -> int | None:
        """A product of positive powers, after what was made before."""
        for name, power in item:
            base = self.of_atom(name)
            for part in [self.make(sqr, base)] * (power // 2) + [base] * (power % 2):
                made = part if made is None else self.make(mul, made, part)
        return made

    def of_atom(self, name: int) -> int:
        """The class of an atom."""
        return self.sum_of(self.sums[-1 - name]) if name < 0 else self.graph.find(name)

    def number(self, value: Fraction) -> int:
        """The class of a number."""
        return self.graph.number(float(value), COLLECTED)

    def make(self, op: Op, *args: int) -> int:
        """The class of an op over classes."""
        return self.graph.add(op, args, (), COLLECTED)


def width(found: Polynomial) -> int:
    """How long a polynomial is: terms, and sums below the line."""
    return len(found) + len({name for item in found for name, _ in item if name < 0})


def repeated(found: Polynomial, power: int) -> Polynomial:
    """A polynomial multiplied by itself."""
    made = found
    for _ in range(power - 1):
        made = multiplied(made, found)
    return made


def is_small(found: Polynomial) -> bool:
    """Whether a polynomial has few terms, and coefficients that are plain numbers."""
    numbers = (part for value in found.values() for part in (value.numerator, value.denominator))
    return len(found) <= MOST_TERMS and all(-LARGEST < part < LARGEST for part in numbers)
