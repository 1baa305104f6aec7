"""Sizes that are not known: one normal form, and what is found to be equal."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from symlab.core.lower.sizes import (
    Atom,
    Poly,
    Size,
    SizeTable,
    add,
    degree,
    multiply,
    product,
    quotient,
    row_major,
    subtract,
)

VALUES = (5, 7, 11)  # of the three atoms in the tests


def table() -> tuple[SizeTable, list[Size]]:
    """A table with three sizes of operands."""
    made = SizeTable()
    return made, [made.atom("dim", operand, 0) for operand in range(3)]


def value(sizes: SizeTable, size: Size, values: tuple[int, ...] = VALUES) -> int:
    """What a size is for these values of the operands' sizes."""
    if isinstance(size, int):
        return size
    return sum(
        factor * product(atom_value(sizes, sizes.atoms[number], values) for number in monomial)
        for monomial, factor in size.terms
    )


def atom_value(sizes: SizeTable, atom: Atom, values: tuple[int, ...]) -> int:
    """What an atom is."""
    if atom.kind == "dim":
        return values[atom.args[0]]
    args = [value(sizes, arg, values) for arg in atom.args]
    match atom.kind:
        case "//":
            return args[0] // args[1] if args[1] else 0
        case "%":
            return args[0] % args[1] if args[1] else 0
        case "positive":
            return max(args[0], 0)
    return args[0] + args[1] if args[0] < 0 else args[0]


def functions(sizes: SizeTable) -> dict[str, tuple[Callable[[Size, Size], Size], Callable[[int, int], int]]]:
    """Every function of two sizes, and the function of integers that it stands for."""
    return {
        "+": (add, lambda a, b: a + b),
        "-": (subtract, lambda a, b: a - b),
        "*": (multiply, lambda a, b: a * b),
        "m": (sizes.minimum, min),
        "M": (sizes.maximum, max),
        "/": (sizes.floor_divide, lambda a, b: a // b if b else 0),
        "%": (sizes.modulo, lambda a, b: a % b if b else 0),
        "w": (sizes.wrap, lambda a, b: a + b if a < 0 else a),
    }


steps = st.lists(st.tuples(st.sampled_from("+-*mM/%w"), st.integers(0, 9), st.integers(0, 9)), max_size=6)


@given(steps, st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)))
def test_every_function_is_that_of_integers(program: list[tuple[str, int, int]], values: tuple[int, ...]) -> None:
    sizes, known = table()
    known += [0, 1, 3, -2]
    for operator, first, second in program:
        left, right = known[first % len(known)], known[second % len(known)]
        symbolic, exact = functions(sizes)[operator]
        size = symbolic(left, right)
        wanted = exact(value(sizes, left, values), value(sizes, right, values))
        assert value(sizes, size, values) == wanted
        assert not sizes.not_negative(size) or wanted >= 0
        if degree(size) < 4:
            known.append(size)


def test_equal_sizes_are_equal_objects() -> None:
    sizes, (n, m, _) = table()
    assert multiply(n, m) == multiply(m, n)
    assert subtract(add(n, 1), 1) == n
    assert subtract(n, n) == 0
    assert sizes.maximum(subtract(n, 1), 0) == subtract(n, sizes.minimum(n, 1))  # x[:-1] and x[1:]
    assert sizes.maximum(n, 0) == n
    assert sizes.floor_divide(multiply(n, 6), 3) == multiply(n, 2)
    assert quotient(add(multiply(n, 4), 2), 4) is None
    assert row_major((n, m, 5)) == (multiply(m, 5), 5, 1)


def test_equalities_reach_every_size() -> None:
    sizes, (n, m, k) = table()
    total = sizes.floor_divide(add(m, k), 2)
    sizes.unify(m, n)
    sizes.unify(k, m)
    sizes.settle()
    assert sizes.settled(multiply(m, k)) == multiply(n, n)
    assert sizes.settled(total) == n  # (n + n) // 2


def test_an_equality_with_a_number() -> None:
    sizes, (n, m, _) = table()
    sizes.unify(n, m)
    sizes.unify(4, m)
    sizes.settle()
    assert sizes.settled(add(n, m)) == 8
    assert isinstance(sizes.settled(n), int)


def test_a_constant_is_no_polynomial() -> None:
    _, (n, _, _) = table()
    assert isinstance(n, Poly)
    assert multiply(n, 0) == 0
    assert add(n, multiply(n, -1)) == 0
