"""Every elementwise function and operator against `array_api_strict`: all dtypes, shapes, Python numbers, refusals."""

from __future__ import annotations

import itertools
import operator

import array_api_strict as strict
import numpy as np
import pytest

import symlab.xp as xp
from symlab.xp import programs
from symlab.xp.tables import BINARY, UNARY
from tests.xp.against_strict import NAMES, SHAPES, assert_same, both, outcome, values

UNARY_NAMES = sorted(name for names in UNARY.values() for name in names)
BINARY_NAMES = sorted(name for names in BINARY.values() for name in names)
SCALARS = (True, 2, 2.5, 1.5 + 2j)
SPECIAL = (0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 0.5, -2.5, 3.5)
ORDERED = ("greater", "greater_equal", "less", "less_equal", "maximum", "minimum", "lt", "le", "gt", "ge")
OPERATORS = (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and_", "or_", "xor", "lshift", "rshift", "lt", "le",
    "gt", "ge", "eq", "ne",
)  # fmt: skip


@pytest.mark.parametrize("name", UNARY_NAMES)
def test_unary(name):
    for dtype, shape in itertools.product(NAMES, SHAPES):
        ours, theirs = both(values(dtype, shape))
        what = f"{name} of {dtype} {shape}"
        expected = outcome(getattr(strict, name), theirs)
        assert_same(outcome(getattr(xp, name), ours), expected, what, 16 if "complex" in dtype else 8)


@pytest.mark.parametrize("name", BINARY_NAMES)
def test_binary(name):
    for first, second in itertools.product(NAMES, NAMES):
        exponents = values(second, (3,), 2)
        exponents = np.abs(exponents) if name == "pow" or "shift" in name else exponents
        pair = [both(values(first, (2, 3), 1)), both(exponents)]
        expected = outcome(getattr(strict, name), pair[0][1], pair[1][1])
        found = outcome(getattr(xp, name), pair[0][0], pair[1][0])
        assert_same(found, expected, f"{name} of {first}, {second}", 16)


@pytest.mark.parametrize("name", BINARY_NAMES)
def test_shapes_broadcast(name):
    dtype = next(d for d in ("float64", "bool", "int64") if not isinstance(
        outcome(getattr(xp, name), *[both(np.ones((), d))[0]] * 2), Exception))  # fmt: skip
    for one, other in itertools.product(SHAPES, SHAPES):
        first, second = both(np.abs(values(dtype, one, 1))), both(np.abs(values(dtype, other, 2)))
        expected = outcome(getattr(strict, name), first[1], second[1])
        assert_same(outcome(getattr(xp, name), first[0], second[0]), expected, f"{name} {one} {other}", 8)


@pytest.mark.parametrize("name", BINARY_NAMES)
def test_python_numbers(name):
    for dtype, number in itertools.product(NAMES, SCALARS):
        if name in ORDERED and isinstance(number, complex):
            continue  # strict promotes real arrays to complex ones here, which have no order
        ours, theirs = both(np.abs(values(dtype, (2, 3))))
        for flipped in (False, True):
            expected = outcome(getattr(strict, name), *[theirs, number][:: -1 if flipped else 1])
            found = outcome(getattr(xp, name), *[ours, number][:: -1 if flipped else 1])
            assert_same(found, expected, f"{name} of {dtype}, {number!r}, flipped={flipped}", 16)
    assert isinstance(outcome(getattr(xp, name), 1, 2), TypeError)


@pytest.mark.parametrize("name", OPERATORS)
def test_operators(name):
    apply = getattr(operator, name)
    for dtype, number in itertools.product(NAMES, SCALARS):
        if name in ORDERED and isinstance(number, complex):
            continue  # strict promotes real arrays to complex ones here, which have no order
        ours, theirs = both(np.abs(values(dtype, (2, 3))))
        for left, right in (
            ((ours, number), (theirs, number)),
            ((number, ours), (number, theirs)),
            ((ours, ours), (theirs, theirs)),
        ):
            assert_same(outcome(apply, *left), outcome(apply, *right), f"{name} {dtype} {number!r}", 16)


@pytest.mark.parametrize("name", ["neg", "pos", "abs", "invert"])
def test_unary_operators(name):
    for dtype in NAMES:
        ours, theirs = both(values(dtype, (2, 3)))
        assert_same(outcome(getattr(operator, name), ours), outcome(getattr(operator, name), theirs), name)


@pytest.mark.parametrize(
    "name", ["iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "iand", "ior", "ixor"]
)
def test_operators_that_assign(name):
    for first, second in itertools.product(NAMES, NAMES):
        one, other = both(np.abs(values(first, (2, 3), 1))), both(np.abs(values(second, (3,), 2)))
        kept = xp.positive(one[0]) if first != "bool" else one[0]
        found = outcome(getattr(operator, name), one[0], other[0])
        expected = outcome(getattr(operator, name), one[1], other[1])
        assert_same(found, expected, f"{name} {first} {second}", 16)
        if not isinstance(found, Exception):
            assert found is one[0]
            assert kept.dtype == found.dtype


@pytest.mark.parametrize("name", [*UNARY_NAMES, *BINARY_NAMES])
def test_special_values(name):
    """Zeros of both signs, infinities and nan: results and their signs."""
    row = np.asarray(SPECIAL)
    pairs = [row] if name in UNARY_NAMES else [np.repeat(row, len(row)), np.tile(row, len(row))]
    if name == "floor_divide":  # strict has NumPy's values for infinities: see test_quotients_of_infinities
        pairs = [x[np.isfinite(pairs[0]) & np.isfinite(pairs[1])] for x in pairs]
    ours, theirs = [xp.asarray(x) for x in pairs], [strict.asarray(x) for x in pairs]
    found, expected = outcome(getattr(xp, name), *ours), outcome(getattr(strict, name), *theirs)
    assert_same(found, expected, name, 8)
    if not isinstance(expected, Exception) and found.dtype.kind == "f":
        mine, other = np.asarray(found), expected._array
        zero = (mine == 0) & (other == 0)
        np.testing.assert_array_equal(np.signbit(mine[zero]), np.signbit(other[zero]))


@pytest.mark.parametrize("worth", [programs.WORTH, 0], ids=["evaluated", "compiled"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_quotients_of_infinities(dtype, worth, monkeypatch):
    """The table of the standard: an infinite quotient stays infinite, that by an infinity is a zero with a sign."""
    inf, nan = np.inf, np.nan
    table = (
        (inf, 2.0, inf), (inf, -2.0, -inf), (-inf, 2.0, -inf), (-inf, -2.0, inf), (3.0, inf, 0.0), (3.0, -inf, -0.0),
        (-3.0, inf, -0.0), (-3.0, -inf, 0.0), (0.0, inf, 0.0), (-0.0, inf, -0.0), (inf, inf, nan), (inf, nan, nan),
        (-7.0, 2.0, -4.0),
    )  # fmt: skip
    monkeypatch.setattr(programs, "WORTH", worth)
    programs.program_for.cache_clear()
    first, second, expected = (np.asarray(column, dtype) for column in zip(*table, strict=True))
    one, other = xp.asarray(first), xp.asarray(second)
    for found in (xp.floor_divide(one, other), one // other, operator.ifloordiv(xp.asarray(first), other)):
        assert found.dtype == dtype
        np.testing.assert_array_equal(np.asarray(found), expected)
        sure = ~np.isnan(expected)
        np.testing.assert_array_equal(np.signbit(np.asarray(found))[sure], np.signbit(expected)[sure])
    programs.program_for.cache_clear()


@pytest.mark.parametrize("worth", [programs.WORTH, 0], ids=["evaluated", "compiled"])
def test_infinities_of_complex_exponentials(worth, monkeypatch):
    """The table of the standard for exp(x) - 1: its real part, then its imaginary part; signs where they are told."""
    inf, nan = np.inf, np.nan
    table = (
        (inf, 0.0, inf, 0.0), (inf, -0.0, inf, -0.0), (-inf, 0.0, -1.0, 0.0), (nan, 0.0, nan, 0.0),
        (nan, -0.0, nan, -0.0), (-inf, inf, -1.0, 0.0), (-inf, nan, -1.0, 0.0), (inf, inf, inf, nan),
        (inf, nan, inf, nan), (2.0, inf, nan, nan), (2.0, nan, nan, nan), (nan, 2.0, nan, nan), (nan, nan, nan, nan),
        (inf, 2.0, -inf, inf), (-inf, 2.0, -1.0, 0.0), (0.0, 0.0, 0.0, 0.0), (1.0, -0.0, np.expm1(1.0), -0.0),
    )  # fmt: skip
    monkeypatch.setattr(programs, "WORTH", worth)
    programs.program_for.cache_clear()
    for dtype in (np.complex64, np.complex128):
        a, b, real, imag = (np.asarray(column) for column in zip(*table, strict=True))
        given = np.empty(len(a), dtype)
        given.real, given.imag = a, b
        found = np.asarray(xp.expm1(xp.asarray(given)))
        assert found.dtype == dtype
        for part, expected in ((found.real, real), (found.imag, imag)):
            np.testing.assert_allclose(part, expected, rtol=1e-6)
        sure = (b == 0) & np.isfinite(a)
        np.testing.assert_array_equal(np.signbit(found.imag[sure]), np.signbit(imag[sure]))
    programs.program_for.cache_clear()


def test_clip_and_where():
    for dtype in NAMES:
        limits = ((None, 2), (1, None)) if dtype.startswith("uint") else ((None, None), (-1, 2), (0, None), (None, 1.5))
        for low, high in limits:
            ours, theirs = both(values(dtype, (2, 3)))
            assert_same(
                outcome(xp.clip, ours, low, high),
                outcome(strict.clip, theirs, low, high),
                f"{dtype} {low} {high}",
            )
        for other in NAMES:
            flags, first, second = (
                both(values(d, s, n)) for n, (d, s) in enumerate([("bool", (2, 1)), (dtype, (3,)), (other, ())])
            )
            expected = outcome(strict.where, flags[1], first[1], second[1])
            assert_same(outcome(xp.where, flags[0], first[0], second[0]), expected, f"{dtype} {other}")
    flags = both(np.asarray([True, False]))
    assert_same(xp.where(flags[0], xp.asarray(1.0), 2.0), strict.where(flags[1], strict.asarray(1.0), 2.0), "numbers")
    with pytest.raises(TypeError):
        xp.where(xp.asarray([1, 0]), 1.0, 2.0)
