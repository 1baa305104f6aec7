"""Sizes that are not known before the call: integers, or polynomials in what the operands tell.

A size is an int or a `Poly` over numbered atoms. An atom is a size of an operand, an element of an integer operand, or
an integer function of other sizes. Polynomials have one normal form, so equal is `==`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Monomial = tuple[int, ...]  # numbers of atoms, sorted; () is the constant term


@dataclass(frozen=True, slots=True)
class Poly:
    """A polynomial with integer coefficients, never a constant: terms sorted by monomial, none with coefficient 0."""

    terms: tuple[tuple[Monomial, int], ...]

    def atoms(self) -> Iterator[int]:
        """The numbers of the atoms in it, each as often as it occurs."""
        for monomial, _ in self.terms:
            yield from monomial


Size = int | Poly
Sizes = tuple[Size, ...]


@dataclass(frozen=True, slots=True)
class Atom:
    """What a number in a monomial stands for.

    `kind` is "dim" (operand, axis), "value" (operand, place, length: 0 unless place < length), or a function of sizes:
    "//", "%", "positive" (what is negative becomes 0), "wrap" (index, size: a negative index counts from the end).
    """

    kind: str
    args: tuple[Size, ...]


def poly(terms: dict[Monomial, int]) -> Size:
    """The normal form of a sum of terms."""
    kept = [(monomial, factor) for monomial, factor in terms.items() if factor]
    if not kept:
        return 0
    if len(kept) == 1 and not kept[0][0]:
        return kept[0][1]
    return Poly(tuple(sorted(kept)))


def terms_of(size: Size) -> tuple[tuple[Monomial, int], ...]:
    """The terms of a size."""
    return ((((), size),) if size else ()) if isinstance(size, int) else size.terms


def add(left: Size, right: Size) -> Size:
    """left + right."""
    if isinstance(left, int) and isinstance(right, int):
        return left + right
    if left == 0:
        return right
    terms = dict(terms_of(left))
    for monomial, factor in terms_of(right):
        terms[monomial] = terms.get(monomial, 0) + factor
    return poly(terms)


def multiply(left: Size, right: Size) -> Size:
    """left right."""
    if isinstance(left, int) and isinstance(right, int):
        return left * right
    if left == 1:
        return right
    if right == 1:
        return left
    terms: dict[Monomial, int] = {}
    for first, factor in terms_of(left):
        for second, other in terms_of(right):
            monomial = tuple(sorted(first + second))
            terms[monomial] = terms.get(monomial, 0) + factor * other
    return poly(terms)


def subtract(left: Size, right: Size) -> Size:
    """left - right."""
    return add(left, multiply(right, -1))


def product(sizes: Iterable[Size]) -> Size:
    """The product of sizes, 1 of none."""
    total: Size = 1
    for size in sizes:
        total = multiply(total, size)
    return total


def row_major(shape: Sizes) -> Sizes:
    """The strides, in elements, of contiguous data in C order."""
    strides: list[Size] = []
    step: Size = 1
    for size in reversed(shape):
        strides.append(step)
        step = multiply(step, size)
    return tuple(reversed(strides))


def quotient(size: Size, divisor: int) -> Size | None:
    """size / divisor where every coefficient allows it."""
    if divisor and all(factor % divisor == 0 for _, factor in terms_of(size)):
        return poly({monomial: factor // divisor for monomial, factor in terms_of(size)})
    return None


def degree(size: Size) -> int:
    """How many atoms are multiplied at most; a guess of which of two sizes is larger."""
    return 0 if isinstance(size, int) else max(len(monomial) for monomial, _ in size.terms)


class SizeTable:
    """The atoms of one program and what was found to be equal."""

    def __init__(self) -> None:
        self.atoms: list[Atom] = []
        self.numbers: dict[Atom, int] = {}
        self.bound: dict[int, Size] = {}
        self.final: list[Size] = []
        self.naturals: set[Size] = set()

    def atom(self, kind: str, *args: Any) -> Size:
        """The size that an atom is."""
        key = Atom(kind, args)
        number = self.numbers.get(key)
        if number is None:
            number = self.numbers[key] = len(self.atoms)
            self.atoms.append(key)
        return Poly((((number,), 1),))

    def not_negative(self, size: Size) -> bool:
        """Whether a size is known to be 0 or more."""
        if size in self.naturals:
            return True
        return all(factor > 0 and all(map(self.natural, monomial)) for monomial, factor in terms_of(size))

    def natural(self, number: int) -> bool:
        """Whether an atom is known to be 0 or more."""
        return self.atoms[number].kind in ("dim", "positive")

    def positive(self, size: Size) -> Size:
        """The size if it is positive, else 0."""
        if isinstance(size, int):
            return max(size, 0)
        if self.not_negative(size):
            return size
        return 0 if self.not_negative(multiply(size, -1)) else self.atom("positive", size)

    def maximum(self, left: Size, right: Size) -> Size:
        """The larger of two sizes, as one of them and what the other has more: so equal maxima have one form."""
        gap = subtract(left, right)
        if isinstance(gap, Poly) and gap.terms[-1][1] < 0:
            return add(left, self.positive(multiply(gap, -1)))
        return add(right, self.positive(gap))

    def minimum(self, left: Size, right: Size) -> Size:
        """The smaller of two sizes."""
        found = subtract(add(left, right), self.maximum(left, right))
        if self.not_negative(left) and self.not_negative(right):
            self.naturals.add(found)
        return found

    def floor_divide(self, left: Size, right: Size) -> Size:
        """left // right as in Python; 0 where the divisor is 0."""
        if isinstance(right, int):
            if isinstance(left, int):
                return left // right if right else 0
            exact = quotient(left, right)
            if exact is not None:
                return exact
        return self.atom("//", left, right)

    def ceil_divide(self, left: Size, right: Size) -> Size:
        """left / right, rounded up."""
        return multiply(self.floor_divide(multiply(left, -1), right), -1)

    def modulo(self, left: Size, right: Size) -> Size:
        """left % right as in Python; 0 where the divisor is 0."""
        if isinstance(left, int) and isinstance(right, int):
            return left % right if right else 0
        return self.atom("%", left, right)

    def wrap(self, index: Size, size: Size) -> Size:
        """An index counted from the front."""
        if isinstance(index, int):
            return index if index >= 0 else add(index, size)
        return index if self.not_negative(index) else self.atom("wrap", index, size)

    def unify(self, left: Size, right: Size) -> None:
        """Take for granted, from here on, that two sizes are equal: a check before the call sees to it."""
        left, right = self.known(left), self.known(right)
        if left == right:
            return
        single, other = (left, right) if leading(left) > leading(right) else (right, left)
        number = leading(single)
        if isinstance(single, Poly) and single.terms == (((number,), 1),) and leading(other) < number:
            self.bound[number] = other

    def known(self, size: Size) -> Size:
        """The size with bound atoms replaced."""
        if isinstance(size, int) or not self.bound or self.bound.keys().isdisjoint(size.atoms()):
            return size
        total: Size = 0
        for monomial, factor in size.terms:
            parts = [self.known_atom(number) for number in monomial]
            total = add(total, multiply(product(parts), factor))
        return total

    def known_atom(self, number: int) -> Size:
        """What an atom is bound to, at the end of the chain; bindings lead to smaller numbers only."""
        size: Size = Poly((((number,), 1),))
        while isinstance(size, Poly) and size.terms[0][1] == 1 and len(size.terms) == 1 and len(size.terms[0][0]) == 1:
            bound = self.bound.get(size.terms[0][0][0])
            if bound is None:
                return size
            size = bound
        return size if isinstance(size, int) or self.bound.keys().isdisjoint(size.atoms()) else self.known(size)

    def settle(self) -> None:
        """Fix what every atom means once all equalities are known, so that `settled` can be asked."""
        for number in range(len(self.atoms)):
            self.settle_next(number)

    def settle_next(self, number: int) -> None:
        """Fix one atom; those with smaller numbers are fixed."""
        atom = self.atoms[number]
        if number in self.bound:
            self.final.append(self.settled(self.bound[number]))
        elif atom.kind in ("dim", "value"):
            self.final.append(Poly((((number,), 1),)))
        else:
            args = tuple(self.settled(arg) for arg in atom.args)
            self.final.append(Poly((((number,), 1),)) if args == atom.args else self.function(atom.kind, args))

    def function(self, kind: str, args: Sizes) -> Size:
        """An integer function of sizes."""
        match kind:
            case "//":
                return self.floor_divide(*args)
            case "%":
                return self.modulo(*args)
            case "wrap":
                return self.wrap(*args)
        return self.positive(*args)

    def settled(self, size: Size) -> Size:
        """The size in terms of atoms that are not bound."""
        if isinstance(size, int):
            return size
        total: Size = 0
        for monomial, factor in size.terms:
            total = add(total, multiply(product(self.final_of(number) for number in monomial), factor))
        return total

    def final_of(self, number: int) -> Size:
        """What an atom finally is; one made after settling stands for itself."""
        return self.final[number] if number < len(self.final) else Poly((((number,), 1),))


def leading(size: Size) -> int:
    """The largest number of an atom in a size, -1 in a constant."""
    return max(size.atoms(), default=-1) if isinstance(size, Poly) else -1
