"""`einsum`: sums of products by letters, two operands at a time in the order that costs least."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from string import ascii_letters
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ir.types import Shape
from symlab.core.ops.linalg import dot, matmul
from symlab.core.ops.operators import Variable
from symlab.core.ops.shape import Number, joined_size, reshaped, shuffled, sizes_of
from symlab.tensor.arguments import of_sizes, promoted
from symlab.tensor.creation import diagonal
from symlab.tensor.reductions import any as any_true
from symlab.tensor.reductions import sum

__all__ = ["einsum"]

Term = tuple[Variable, str]
GUESS = 100  # of a size that is not known, for the cost of an order


def einsum(subscripts: Any, *operands: Any, optimize: Any = "auto") -> Variable:
    """The sums of products that `subscripts` says, such as "ij,jk->ik"; `optimize` as `opt_einsum` takes it.

    Letters that are not after the arrow are summed over; "..." stands for further axes. As in NumPy, each operand may
    instead be followed by the list of its axes as numbers, and the last of them by that of the result:
    `einsum(x, [0, 1], y, [1, 2], [0, 2])`.
    """
    from opt_einsum import contract_path
    from opt_einsum.parser import parse_einsum_input

    if not isinstance(subscripts, str):
        subscripts, operands = in_letters(subscripts, *operands)
    found = promoted(operands)
    shapes = [tuple(GUESS if size is None else size for size in x.type.shape) for x in found]
    try:
        left, right, _ = parse_einsum_input((subscripts, *shapes), shapes=True)
        shapes = guessed(left.split(","), [x.type.shape for x in found])
        path, _ = contract_path(f"{left}->{right}", *shapes, shapes=True, optimize=optimize)
    except ValueError as error:
        rows = [(x.name or f"operand {place}", x) for place, x in enumerate(found, 1)]
        raise InvalidValue(message(f"einsum does not understand {subscripts!r}: {error}", rows)) from None
    terms: list[Term] = [with_distinct(x, letters) for x, letters in zip(found, left.split(","), strict=True)]
    for places in path:
        chosen = [terms.pop(place) for place in sorted(places, reverse=True)][::-1]
        while len(chosen) > 1:
            kept = set(right).union(*(letters for _, letters in (*terms, *chosen[2:])))
            first, second = in_order(chosen[0], chosen[1], right)
            chosen = [product(*first, *second, kept), *chosen[2:]]
        terms.append(chosen[0])
    x, letters = summed(*terms[0], set(right))
    return shuffled(x, [letters.index(letter) for letter in right])


def in_letters(*items: Any) -> tuple[str, tuple[Any, ...]]:
    """Operands and the lists of their axes in turn, as subscripts and operands."""
    if len(items) < 2:
        raise InvalidValue(message("einsum takes subscripts and operands", (), ['einsum("ij,jk->ik", x, y)']))
    axes, result = list(items[1 : len(items) // 2 * 2 : 2]), items[-1] if len(items) % 2 else None
    text = ",".join(map(letters_of, axes))
    return (text if result is None else f"{text}->{letters_of(result)}"), tuple(items[: len(items) // 2 * 2 : 2])


def letters_of(axes: Sequence[Any]) -> str:
    """Axes named by numbers from 0 to 51, or an ellipsis, as letters."""
    known = [number for number in axes if number is not Ellipsis]
    if not all(isinstance(number, (int, np.integer)) and 0 <= number < len(ascii_letters) for number in known):
        raise InvalidValue(message(f"axes are named by numbers from 0 to {len(ascii_letters) - 1}, not {axes!r}"))
    return "".join("..." if number is Ellipsis else ascii_letters[number] for number in axes)


def guessed(terms: Sequence[str], shapes: Sequence[Shape]) -> list[tuple[int, ...]]:
    """The sizes of operands, where they are not known those of the same letter elsewhere, else a guess."""
    pairs = [pair for term, shape in zip(terms, shapes, strict=True) for pair in zip(term, shape, strict=True)]
    known = {letter: size for letter, size in pairs if size not in (None, 1)}
    return [
        tuple(known.get(letter, GUESS) if size is None else size for letter, size in zip(term, shape, strict=True))
        for term, shape in zip(terms, shapes, strict=True)
    ]


def with_distinct(x: Variable, letters: str) -> Term:
    """An operand in which each letter stands once: one that comes twice means a diagonal."""
    while repeated := [letter for letter, count in Counter(letters).items() if count > 1]:
        first = letters.index(repeated[0])
        second = letters.index(repeated[0], first + 1)
        sizes = sizes_of(x)
        square = [sizes[first] if place == second else size for place, size in enumerate(sizes)]
        x = diagonal(of_sizes(x, square, f"axes of letter {repeated[0]!r}"), 0, first, second)
        letters = letters[:first] + letters[first + 1 : second] + letters[second + 1 :] + repeated[0]
    return x, letters


def summed(x: Variable, letters: str, kept: set[str]) -> Term:
    """An operand summed over the letters that nobody needs."""
    axes = tuple(place for place, letter in enumerate(letters) if letter not in kept)
    fold = any_true if x.type.dtype.kind == "b" else sum
    return (fold(x, axis=axes) if axes else x), "".join(letter for letter in letters if letter in kept)


def product(a: Variable, first: str, b: Variable, second: str, kept: set[str]) -> Term:
    """The product of two operands, summed over the letters of both that nobody needs: a stack of matrix products."""
    (a, first), (b, second) = without_ones(a, first, b, second), without_ones(b, second, a, first)
    a, first = summed(a, first, kept | set(second))
    b, second = summed(b, second, kept | set(first))
    both = [letter for letter in first if letter in second and letter in kept]
    inner = [letter for letter in first if letter in second and letter not in kept]
    rows = [letter for letter in first if letter not in second]
    columns = [letter for letter in second if letter not in first]
    known: dict[str, Number] = dict(zip(second, sizes_of(b), strict=True)) | dict(zip(first, sizes_of(a), strict=True))
    if max(len(both), len(inner)) > 1:  # joined sizes may agree where the sizes themselves do not
        b = of_sizes(b, [known[letter] for letter in second], "operand")
    letters = "".join([*both, *rows, *columns])
    if not inner:  # nothing is summed: each element is one product
        spread = a.dimshuffle(*(first.index(letter) for letter in (*both, *rows)), *"x" * len(columns))
        return spread * b.dimshuffle(*map(second.index, both), *"x" * len(rows), *map(second.index, columns)), letters
    if not rows and not columns and len(both) + len(inner) > 1 and a.type.dtype.kind in "fc":  # one fold, no copies
        whole = shuffled(a, [first.index(letter) for letter in (*both, *inner)])
        return summed(
            whole * shuffled(b, [second.index(letter) for letter in (*both, *inner)]),
            letters + "".join(inner),
            set(both),
        )
    stack = [both] if both else []  # without a stack, an operand whose only axes are summed over is a vector
    above, beside = ([own] if own or both else [] for own in (rows, columns))
    left = grouped(a, first, [*stack, *above, inner], known)
    right = grouped(b, second, [*stack, inner, *beside], known)
    whole = matmul(left, right) if both else dot(left, right)
    if all(len(group) == 1 for group in (*stack, *above, *beside)):
        return whole, letters
    return reshaped(whole, [known[letter] for letter in letters]), letters


def in_order(a: Term, b: Term, right: str) -> tuple[Term, Term]:
    """Two operands, that first whose own letters come first in the result, so that nothing is transposed after."""
    places = [
        [right.index(letter) for letter in own if letter in right and letter not in other]
        for own, other in ((a[1], b[1]), (b[1], a[1]))
    ]
    return (b, a) if all(places) and max(places[1]) < min(places[0]) else (a, b)


def without_ones(x: Variable, letters: str, other: Variable, others: str) -> Term:
    """An operand without the axes that broadcast to those of another: they are known to be of size 1."""
    static = dict(zip(others, other.type.shape, strict=True))
    ones = {
        letter for letter, size in zip(letters, x.type.shape, strict=True) if size == 1 and static.get(letter, 1) != 1
    }
    return summed(x, letters, set(letters) - ones)


def grouped(x: Variable, letters: str, groups: Sequence[list[str]], sizes: dict[str, Number]) -> Variable:
    """The axes of x in the order of groups, those of each joined."""
    whole = shuffled(x, [letters.index(letter) for group in groups for letter in group])
    if all(len(group) == 1 for group in groups):
        return whole
    return reshaped(whole, [joined_size([sizes[letter] for letter in group]) for group in groups])
