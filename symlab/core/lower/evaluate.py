"""Sizes as numbers, once a call's operands are known: what `plan` does in generated C."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symlab.core.lower.facts import Check, Problem
from symlab.core.lower.memory import Program
from symlab.core.lower.sizes import Atom, Size, Sizes, terms_of

Shapes = Sequence[tuple[int, ...]]


class SizeValues:
    """The values of a program's atoms for operands of these shapes; `values` are the operands that atoms read."""

    def __init__(self, atoms: Sequence[Atom], shapes: Shapes, values: Mapping[int, np.ndarray[Any, Any]]) -> None:
        self.atoms, self.shapes, self.values = atoms, shapes, values
        self.known: list[int] = []
        for atom in atoms:
            self.known.append(self.value_of(atom))

    def of(self, size: Size) -> int:
        """A size."""
        if isinstance(size, int):
            return size
        total = 0
        for monomial, factor in terms_of(size):
            for number in monomial:
                factor *= self.known[number]
            total += factor
        return total

    def all(self, sizes: Sizes) -> tuple[int, ...]:
        """Sizes in order."""
        return tuple([self.of(size) for size in sizes])

    def value_of(self, atom: Atom) -> int:
        """The value of an atom, those before it being known."""
        match atom.kind, atom.args:
            case "dim", (int(operand), int(axis)):
                return self.shapes[operand][axis]
            case "value", (int(operand), int(place), length):
                return int(self.values[operand].flat[place]) if self.of(length) > place else 0
            case "positive", (size,):
                return max(self.of(size), 0)
        first, second = map(self.of, atom.args)
        match atom.kind:
            case "//":
                return first // second if second else 0
            case "%":
                return first % second if second else 0
        return first + second if first < 0 else first  # wrap

    def fails(self, check: Check) -> tuple[int, int, int] | None:
        """The axis and the two numbers of a check that refuses the call."""
        left, right = self.of(check.left), self.of(check.right)
        failing = {
            Problem.SIZES: left != right,
            Problem.ELEMENTS: left != right,
            Problem.NEGATIVE: left < 0,
            Problem.INDEX: not -right <= left < right,
            Problem.EMPTY: left == 0 and right != 0,
            Problem.STEP: left == 0,
        }[check.problem]
        return (check.axis, left, right) if failing else None


def operands_read(program: Program) -> tuple[int, ...]:
    """The operands whose elements decide sizes, in order."""
    found = {atom.args[0] for atom in program.fused.atoms if atom.kind == "value" and isinstance(atom.args[0], int)}
    return tuple(sorted(found))
