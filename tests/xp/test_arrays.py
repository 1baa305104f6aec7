"""Creation, shapes, indices, reductions, searches and sets against `array_api_strict`."""

from __future__ import annotations

import itertools

import array_api_strict as strict
import numpy as np
import pytest

import symlab.xp as xp
from tests.xp.against_strict import NAMES, SHAPES, assert_same, both, outcome, values


def agree(name, arrays, *args, **options):
    """A function of both namespaces, for arrays from NumPy and other arguments, gives the same."""
    pairs = [both(array) for array in arrays]
    axis = options.get("axis", args[0] if name == "squeeze" else None)
    if axis is not None and arrays and out_of_range(axis, arrays[0].ndim):
        error = outcome(getattr(xp, name), *[pair[0] for pair in pairs], *args, **options)
        return isinstance(error, (IndexError, ValueError, TypeError)) or pytest.fail(f"{name} takes axis {axis}")
    mine, other = dict(options), dict(options)
    if "dtype" in options and options["dtype"] is not None:
        mine["dtype"], other["dtype"] = getattr(xp, options["dtype"]), getattr(strict, options["dtype"])
    found = outcome(getattr(xp, name), *[pair[0] for pair in pairs], *args, **mine)
    expected = outcome(getattr(strict, name), *[pair[1] for pair in pairs], *args, **other)
    shapes = [(array.dtype.name, array.shape) for array in arrays]
    assert_same(found, expected, f"{name} of {shapes}, {args}, {options}", 16)
    return found


def out_of_range(axis, rank):
    """Whether an axis does not exist; of a scalar NumPy, and so strict, takes the axes 0 and -1."""
    return any(not -rank <= place < rank for place in (axis if isinstance(axis, tuple) else (axis,)))


def agree_on_lists(name, arrays, **options):
    """As `agree`, for functions of a list of arrays."""
    pairs = [both(array) for array in arrays]
    found = outcome(getattr(xp, name), [pair[0] for pair in pairs], **options)
    expected = outcome(getattr(strict, name), [pair[1] for pair in pairs], **options)
    assert_same(found, expected, f"{name} of {[(a.dtype.name, a.shape) for a in arrays]}, {options}")


# Creation


@pytest.mark.parametrize("dtype", [None, *NAMES])
def test_filled(dtype):
    for name, shape in itertools.product(("zeros", "ones", "empty"), (*SHAPES, 3, 0)):
        if name != "empty":
            agree(name, [], shape, dtype=dtype)
        assert getattr(xp, name)(shape).shape == (shape if isinstance(shape, tuple) else (shape,))
    for value in (True, 1, 2.5, 1 + 2j):
        if dtype is None or np.can_cast(np.asarray(value).dtype, dtype, "same_kind"):
            agree("full", [], (2, 3), value, dtype=dtype)
    if dtype is not None and "complex" not in dtype:
        with pytest.raises(TypeError, match="fit"):
            xp.full((2,), 1j, dtype=getattr(xp, dtype))
    for other in NAMES:
        x = values(other, (2, 3))
        agree("zeros_like", [x], dtype=dtype)
        agree("ones_like", [x], dtype=dtype)
        agree("full_like", [x], 1, dtype=dtype)
        assert xp.empty_like(xp.asarray(x)).dtype == x.dtype


def test_progressions():
    for bounds in ((5,), (0,), (2, 7), (7, 2), (2, 7, 2), (7, 2, -2), (0.0, 1.0, 0.25), (1.5,), (0, 1, 0.3), (5, 2)):
        agree("arange", [], *bounds)
    for dtype in NAMES[1:11]:
        agree("arange", [], 1, 6, dtype=dtype)
        agree("arange", [], 1, 6, 2, dtype=dtype)
        agree("arange", [], 6, 1, dtype=dtype)
    for num, endpoint in itertools.product((0, 1, 2, 5, 50), (True, False)):
        agree("linspace", [], 0, 1, num, endpoint=endpoint)
        agree("linspace", [], -1.5, 2.5, num, endpoint=endpoint, dtype="float32")
        agree("linspace", [], 1 + 2j, 3.0, num, endpoint=endpoint)
    assert isinstance(outcome(xp.linspace, 0, 1, -1), ValueError)
    assert isinstance(outcome(xp.arange, 0, 1, 0), ValueError)


@pytest.mark.parametrize(
    ("dtype", "bounds"),
    [
        ("uint8", (5, 0, -1)), ("uint8", (0, 256, 51)), ("uint8", (3, 3, 200)), ("int8", (-128, 128, 100)),
        ("int64", (-(2**63), 2**63, 2**62)), ("uint64", (2**64 - 1, 2**64 - 6, -2)), ("uint64", (5, 3, 2**63)),
        ("uint64", (0, 2**63 + 10, 2**62)), ("uint32", (2**32 - 1, 0, -(2**31))),
    ],
)  # fmt: skip
def test_progressions_at_the_ends_of_a_dtype(dtype, bounds):
    """Steps down and steps that do not fit: the elements are those of Python's range."""
    found = xp.arange(*bounds, dtype=getattr(xp, dtype))
    assert found.dtype == dtype
    assert [int(item) for item in found] == list(range(*bounds))


def test_progressions_that_leave_a_dtype():
    for bounds, dtype in (((250, 260), "uint8"), ((-3, 2), "uint16"), ((120, 140, 9), "int8")):
        with pytest.raises(ValueError, match="does not fit"):
            xp.arange(*bounds, dtype=getattr(xp, dtype))


def test_diagonals_that_no_matrix_reaches():
    x = xp.asarray([[1.0, 2.0], [3.0, 4.0]])
    for far in (2**63, 2**70, -(2**63) - 1, 3, -3):
        np.testing.assert_array_equal(np.asarray(xp.eye(2, 3, k=far)), np.zeros((2, 3)))
        kept, gone = (xp.tril, xp.triu) if far > 0 else (xp.triu, xp.tril)
        np.testing.assert_array_equal(np.asarray(kept(x, k=far)), np.asarray(x))
        np.testing.assert_array_equal(np.asarray(gone(x, k=far)), np.zeros((2, 2)))
        assert xp.linalg.diagonal(x, offset=far).shape == (0,)
        assert float(xp.linalg.trace(x, offset=far)) == 0.0


def test_an_array_larger_than_memory():
    """The error is a MemoryError and has a text."""
    for build in (lambda: xp.arange(2**50), lambda: xp.zeros((2**25, 2**25)) + 1):
        with pytest.raises(MemoryError, match=r"Unable to allocate.*shape") as caught:
            build()
        assert "array" in str(caught.value)


def test_matrices():
    for rows, columns, k in itertools.product((0, 1, 3), (None, 0, 2, 4), (-5, -1, 0, 2, 5)):
        agree("eye", [], rows, columns, k=k)
    for dtype in NAMES:
        agree("eye", [], 3, k=1, dtype=dtype)
        for k, shape in itertools.product((-2, 0, 1), (*SHAPES, (3, 4))):
            agree("tril", [values(dtype, shape)], k=k)
            agree("triu", [values(dtype, shape)], k=k)


def test_grids():
    for indexing in ("xy", "ij", "ab"):
        agree("meshgrid", [values("float64", (3,)), values("float64", (2,))], indexing=indexing)
        agree("meshgrid", [values("int32", (3,)), values("int32", (2,)), values("int32", (0,))], indexing=indexing)
    agree("meshgrid", [values("int64", (3,))])
    agree("meshgrid", [values("int64", (3,)), values("float64", (3,))])


def test_asarray():
    for obj in (True, 1, 2.5, 1j, [1, 2], [[1.0, 2], [3, 4]], [], [[]], [True, False], [1, 2j], (1, 2)):
        assert_same(outcome(xp.asarray, obj), outcome(strict.asarray, obj), repr(obj))
    for dtype in NAMES:
        for obj in (0, 1, [0, 1, 1]):
            assert_same(
                xp.asarray(obj, dtype=getattr(xp, dtype)),
                strict.asarray(obj, dtype=getattr(strict, dtype)),
                f"{obj} {dtype}",
            )
    assert_same(xp.asarray(2**64 - 1, dtype=xp.uint64), strict.asarray(2**64 - 1, dtype=strict.uint64), "a large one")
    assert_same(xp.asarray([xp.asarray(1.0), 2.0]), strict.asarray([1.0, 2.0]), "arrays in a list")
    memory = np.arange(3.0)
    assert np.shares_memory(np.asarray(xp.asarray(memory)), memory)
    assert np.shares_memory(np.asarray(xp.asarray(memory, copy=False)), memory)
    assert not np.shares_memory(np.asarray(xp.asarray(memory, copy=True)), memory)
    one = xp.asarray([1, 2])
    assert xp.asarray(one, copy=False) is xp.asarray(one, dtype=xp.int64, copy=False) is one
    for apart in (xp.asarray(one, copy=True), xp.asarray(one)):
        assert apart is not one
        one[0] = 7
        assert int(apart[0]) == 1
        one[0] = 1
    for wrong in ("a", None, [object()], 2**70, np.float16(1), np.asarray(["a"])):
        assert isinstance(outcome(xp.asarray, wrong), (TypeError, ValueError)), wrong
    for call in (
        lambda: xp.asarray([1, 2], copy=False),
        lambda: xp.asarray(memory, dtype=xp.float32, copy=False),
        lambda: xp.asarray(memory, device="gpu"),
    ):
        with pytest.raises(ValueError, match=r"copy|copied|device"):
            call()


# Shapes


@pytest.mark.parametrize("shape", SHAPES)
def test_one_array_reshaped(shape):
    x = values("float64", shape)
    for axis in (-4, -3, -2, -1, 0, 1, 2, 3, (0, 1), (0, -1)):
        agree("squeeze", [x], axis)
        agree("flip", [x], axis=axis)
        agree("expand_dims", [x], axis) if isinstance(axis, int) else None
        for shift in (-5, -1, 0, 2):
            agree("roll", [x], shift, axis=axis)
    agree("roll", [x], 2)
    agree("roll", [x], (1, 2), axis=(0, 1))
    agree("flip", [x])
    for new in ((-1,), (6,), (3, 2), (3, -1), (0,), (1, -1), (4, 4), (-1, -1), (2, 1, 3), (0, -1), ()):
        agree("reshape", [x], new)
    for axes in itertools.permutations(range(len(shape))):
        agree("permute_dims", [x], axes)
    agree("permute_dims", [x], (0, 0))
    agree("matrix_transpose", [x])
    for axis in (0, 1, -1, 5):
        agree("unstack", [x], axis=axis)
    for source, destination in ((0, -1), (-1, 0), ((0, 1), (1, 0)), (0, 7)):
        agree("moveaxis", [x], source, destination)
    for counts in ((2,), (2, 1), (1, 2, 3), (0, 2), (2, 2, 2, 2), ()):
        agree("tile", [x], counts)
    for repeats, axis in itertools.product((0, 1, 3), (None, 0, -1)):
        agree("repeat", [x], repeats, axis=axis)


def test_repeat_by_counts():
    x = values("int32", (2, 3))
    pair = both(x)
    for counts, axis in (([1, 2], 0), ([0, 1, 2], 1), ([2], 1), ([1, 2], 1), (range(6), None)):
        array = np.asarray(list(counts))
        expected = outcome(strict.repeat, pair[1], strict.asarray(array), axis=axis)
        assert_same(outcome(xp.repeat, pair[0], xp.asarray(array), axis=axis), expected, f"{counts} {axis}")


def test_broadcasting():
    for shape, wanted in itertools.product(SHAPES, (*SHAPES, (4, 2, 3), (2,))):
        agree("broadcast_to", [values("float32", shape)], wanted)
        agree("broadcast_arrays", [values("float32", shape), values("int8", wanted)])
        found, expected = (outcome(space.broadcast_shapes, shape, wanted) for space in (xp, strict))
        assert found == expected or (isinstance(found, ValueError) and isinstance(expected, ValueError))


def test_joins():
    for first, second in itertools.product(NAMES, NAMES):
        arrays = [values(first, (2, 3)), values(second, (2, 3))]
        agree_on_lists("concat", arrays)
        agree_on_lists("stack", arrays)
    for one, other, axis in itertools.product(SHAPES, SHAPES, (None, -1, 0, 1, 2)):
        arrays = [values("float64", one), values("float64", other)]
        agree_on_lists("concat", arrays, axis=axis)
        if axis is not None:
            agree_on_lists("stack", arrays, axis=axis)
    agree_on_lists("concat", [])


# Reductions


@pytest.mark.parametrize(
    "name", ["all", "any", "count_nonzero", "max", "mean", "min", "prod", "std", "sum", "var", "argmax", "argmin"]
)
def test_reductions(name):
    several = (None, 0, -1, 1, 5, (0, 1), (0, -1), ())
    axes = (None, 0, -1, 1, 5) if name.startswith("arg") else several
    for dtype in NAMES:
        for shape, axis, keepdims in itertools.product(SHAPES, axes, (False, True)):
            if dtype not in ("float64", "bool", "int64") and shape not in ((2, 3), ()):
                continue
            agree(name, [values(dtype, shape)], axis=axis, keepdims=keepdims)


def test_options_of_reductions():
    for name, dtype, wanted in itertools.product(
        ("sum", "prod"), ("int8", "uint16", "float32", "complex64"), NAMES[1:]
    ):
        if np.can_cast(dtype, wanted):
            agree(name, [values(dtype, (2, 3))], dtype=wanted)
    for name, correction in itertools.product(("std", "var"), (0, 1, 2.5)):
        agree(name, [values("float64", (4, 5))], axis=0, correction=correction)
    for name, dtype, initial in itertools.product(("cumulative_sum", "cumulative_prod"), NAMES, (False, True)):
        for shape in ((3,), (0,)):
            agree(name, [values(dtype, shape)], include_initial=initial)
        for axis in (None, 0, 1, -1, 4):
            agree(name, [values(dtype, (2, 3))], axis=axis, include_initial=initial)
        agree(name, [values("int8", (3,))], dtype="int32")
        with pytest.raises(ValueError, match="axes needs"):
            getattr(xp, name)(xp.asarray(1.0))


def test_differences():
    for dtype, n, axis in itertools.product(NAMES, (0, 1, 2), (0, -1, 3)):
        agree("diff", [values(dtype, (3, 4))], n=n, axis=axis)
    pair, edge = both(values("float64", (3, 4))), both(values("float64", (3, 2), 1))
    for options in ({"prepend": 1}, {"append": 1}, {"prepend": 1, "append": 1}):
        mine, other = (dict.fromkeys(options, edge[place]) for place in (0, 1))
        assert_same(xp.diff(pair[0], **mine), strict.diff(pair[1], **other), str(options))


# Places and orders


def test_orders():
    for dtype, axis, descending in itertools.product(NAMES, (0, 1, -1, 4), (False, True)):
        x = values(dtype, (4, 5))
        agree("sort", [x], axis=axis, descending=descending)
        agree("argsort", [x], axis=axis, descending=descending)
    for shape in SHAPES:
        agree("sort", [values("float64", shape)])
        agree("argsort", [values("float64", shape)], descending=True)
    x = xp.asarray([2, 1, 2, 1])
    assert list(np.asarray(xp.argsort(x, descending=True))) == [0, 2, 1, 3]  # equal ones in their order


def test_places():
    for dtype, shape in itertools.product(NAMES, SHAPES):
        agree("nonzero", [values(dtype, shape)])
    for dtype, side in itertools.product(NAMES, ("left", "right")):
        agree("searchsorted", [np.sort(values(dtype, (5,))), values(dtype, (2, 3), 1)], side=side)
    row, order = values("float64", (5,)), np.argsort(values("float64", (5,)))
    found = xp.searchsorted(xp.asarray(row), xp.asarray(row), sorter=xp.asarray(order))
    np.testing.assert_array_equal(np.asarray(found), np.searchsorted(row, row, sorter=order))
    for places, axis in (([0, 2, -1], 1), ([1], 0), ([], 0), ([3], 1), ([0], None), ([[0]], 0)):
        agree("take", [values("int16", (2, 3)), np.asarray(places, np.int64)], axis=axis)
    agree("take", [values("int16", (3,)), np.asarray([2, 0])])
    agree("take", [values("int16", (3,)), np.asarray([1.0])])
    x = values("float32", (3, 4))
    for axis in (0, 1, -1):
        agree("take_along_axis", [x, np.argsort(x, axis=axis)], axis=axis)


@pytest.mark.parametrize("name", ["unique_all", "unique_counts", "unique_inverse", "unique_values"])
def test_sets(name):
    for dtype, shape in itertools.product(NAMES, SHAPES):
        agree(name, [values(dtype, shape)])
    agree(name, [np.asarray([np.nan, 1.0, np.nan, -0.0])])


def test_membership():
    integers = [name for name in NAMES if "int" in name]
    for first, second in itertools.product(integers, integers):
        found = agree("isin", [values(first, (2, 3)), values(second, (4,), 1)])
        if not isinstance(found, Exception):
            inverted = xp.isin(xp.asarray(values(first, (2, 3))), xp.asarray(values(second, (4,), 1)), invert=True)
            np.testing.assert_array_equal(np.asarray(inverted), ~np.asarray(found))
    for one, other in itertools.product(SHAPES, SHAPES):
        agree("isin", [values("int64", one), values("int64", other, 1)])
    for dtype in NAMES:  # strict takes integers only
        first, second = values(dtype, (2, 3)), values(dtype, (2, 3)).ravel()[::2]
        found = xp.isin(xp.asarray(first), xp.asarray(second))
        np.testing.assert_array_equal(np.asarray(found), np.isin(first, second))
    assert not np.asarray(xp.isin(xp.asarray([np.nan]), xp.asarray([np.nan]))).any()
    agree("isin", [values("int64", (3,))], 2)
    assert isinstance(outcome(xp.isin, 1, 2), TypeError)
