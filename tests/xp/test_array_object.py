"""The array object: indices, assignment, numbers, DLPack, NumPy, pickles, what the namespace says of itself."""

from __future__ import annotations

import inspect
import itertools
import operator
import pickle

import array_api_strict as strict
import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
import symlab.xp as xp
from symlab.core.ops.operators import Variable
from tests.xp.against_strict import NAMES, assert_same, both, outcome, values

X = values("float64", (3, 4, 5))
INDICES = (
    0, -1, (0, 1), (0, 1, 2), (..., 0), (slice(None), 1), (slice(1, None), slice(None, -1)), (slice(None, None, -1),),
    (None, 0), (..., None), (slice(3, 0, -2), ..., 1), (0, ..., None, 1), (slice(0, 0),),
    (slice(None, None, 2), None, 0), ...,
)  # fmt: skip


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_parts(index):
    np.testing.assert_array_equal(np.asarray(xp.asarray(X)[index]), X[index])
    for dtype in NAMES:
        x = values(dtype, (3, 4, 5))
        found = xp.asarray(x)
        found[index] = xp.asarray(x[index])[()] if x[index].ndim == 0 else xp.flip(xp.asarray(x[index]))
        expected = x.copy()
        expected[index] = np.flip(x[index])
        np.testing.assert_array_equal(np.asarray(found), expected)
        found[index] = 1 if x.dtype.kind != "b" else True
        expected[index] = 1
        np.testing.assert_array_equal(np.asarray(found), expected)


@pytest.mark.parametrize("dtype", NAMES)
def test_masks_and_places(dtype):
    x = values(dtype, (3, 4))
    for mask in (x != 0, x[:, 0] != 0, np.zeros((3, 4), bool), np.asarray(True), np.asarray(False)):
        np.testing.assert_array_equal(np.asarray(xp.asarray(x)[xp.asarray(mask)]), x[mask])
        found, expected = xp.asarray(x), x.copy()
        found[xp.asarray(mask)] = xp.asarray(np.asarray(1, dtype))
        expected[mask] = 1
        np.testing.assert_array_equal(np.asarray(found), expected)
        if mask.ndim:
            found[xp.asarray(mask)] = xp.asarray(x[mask])
            expected[mask] = x[mask]
            np.testing.assert_array_equal(np.asarray(found), expected)
    rows, columns = np.asarray([0, 2, -1]), np.asarray([1, 3, 0])
    found = xp.asarray(x)
    np.testing.assert_array_equal(np.asarray(found[xp.asarray(rows), xp.asarray(columns)]), x[rows, columns])
    np.testing.assert_array_equal(np.asarray(found[xp.asarray(rows), 1]), x[rows, 1])
    np.testing.assert_array_equal(np.asarray(found[xp.asarray(rows), ...]), x[rows])
    np.testing.assert_array_equal(np.asarray(found[xp.asarray(rows[0]), xp.asarray(columns[1])]), x[0, 3])


@pytest.mark.parametrize(
    "index", [3, -4, (0, 4), (0, 0, 5), (0, 0, 0, 0), (..., ...), 1.5, "a", (slice(0.5),)], ids=str
)
def test_places_that_are_not(index):
    with pytest.raises(IndexError):
        xp.asarray(X)[index]
    with pytest.raises(IndexError):
        xp.asarray(X)[index] = 1.0


def test_masks_that_do_not_fit():
    with pytest.raises(IndexError, match="mask"):
        xp.asarray(X)[xp.asarray([True, False])]


def test_assignment_keeps_the_dtype_and_other_arrays():
    x = xp.asarray(np.zeros(3))
    y = x[...]
    x[0] = 1.0
    assert float(y[0]) == 0.0
    x += 1
    assert np.asarray(x).tolist() == [2.0, 1.0, 1.0]
    for dtype, value in (("int64", 1.5), ("int64", 1j), ("float64", 1j), ("bool", 1), ("int8", True), ("uint8", -1)):
        with pytest.raises((TypeError, ValueError)):
            xp.zeros(3, dtype=getattr(xp, dtype))[0] = value
    for dtype, other in (("int64", "float64"), ("float64", "complex128"), ("bool", "int8"), ("float32", "int32")):
        with pytest.raises(TypeError):
            xp.zeros(3, dtype=getattr(xp, dtype))[0] = xp.ones((), dtype=getattr(xp, other))
    with pytest.raises(ValueError, match=r"shape|size"):
        xp.zeros(3)[:] = xp.ones(2)
    with pytest.raises(TypeError, match="would change"):
        x = xp.zeros(3, dtype=xp.float32)
        x += xp.ones(3)
    with pytest.raises(ValueError, match="would change"):
        x = xp.zeros(3)
        x += xp.ones((2, 3))


@pytest.mark.parametrize("kind", [bool, int, float, complex, "index"])
def test_one_number(kind):
    convert = kind if kind != "index" else lambda x: x.__index__()
    for dtype, value in itertools.product(NAMES, (0, 1)):
        ours, theirs = xp.asarray(value, dtype=getattr(xp, dtype)), strict.asarray(value, dtype=getattr(strict, dtype))
        found, expected = outcome(convert, ours), outcome(convert, theirs)
        if isinstance(expected, Exception):
            assert isinstance(found, TypeError), (dtype, kind)
        else:
            assert type(found) is type(expected), (dtype, kind)
            assert found == expected
    with pytest.raises(TypeError):
        convert(xp.asarray([1, 2]))
    with pytest.raises(TypeError):
        convert(xp.asarray([1]))


def test_iteration_and_transposes():
    assert [np.asarray(row).tolist() for row in xp.asarray(np.eye(2))] == [[1.0, 0.0], [0.0, 1.0]]
    with pytest.raises(TypeError):
        iter(xp.asarray(1.0))
    x = xp.asarray(X)
    np.testing.assert_array_equal(np.asarray(x.mT), np.swapaxes(X, -1, -2))
    np.testing.assert_array_equal(np.asarray(x[0, ...].T), X[0].T)
    for wrong in (lambda: x.T, lambda: xp.asarray([1.0]).mT, lambda: xp.asarray([1.0]).T):
        with pytest.raises(ValueError, match="axes"):
            wrong()
    assert (x.size, x.ndim, x.shape, x.device) == (60, 3, (3, 4, 5), "cpu")


@pytest.mark.parametrize("dtype", NAMES)
def test_dlpack(dtype):
    x = values(dtype, (2, 3))
    ours = xp.asarray(x)
    assert ours.__dlpack_device__() == (1, 0)
    np.testing.assert_array_equal(np.from_dlpack(ours), x)
    assert_same(xp.from_dlpack(x), strict.asarray(x), dtype)
    assert_same(xp.from_dlpack(ours, copy=True), strict.asarray(x), dtype)
    assert np.shares_memory(np.asarray(xp.from_dlpack(x)), x)
    assert not np.shares_memory(np.asarray(xp.from_dlpack(x, copy=True)), x)
    assert_same(xp.asarray(strict.asarray(x)), strict.asarray(x), dtype)
    with pytest.raises(ValueError, match="stream"):
        ours.__dlpack__(stream=1)
    with pytest.raises(ValueError, match="device"):
        xp.from_dlpack(x, device="gpu")


class Unversioned:
    """An exporter whose consumer names no version of DLPack, and so cannot be told that memory is only to be read."""

    def __init__(self, array, **options):
        self.array, self.options = array, options

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**self.options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


@pytest.mark.parametrize("sizes", [(0,), (2, 0), (0, 3), (0, 0), (2, 3, 0)], ids=str)
def test_masks_without_elements(sizes):
    """A size of a mask is that of the axis or 0, and with a 0 it chooses nothing."""
    x = values("float64", (2, 3, 4))
    mask, found = np.zeros(sizes, bool), xp.asarray(x)
    chosen = found[xp.asarray(mask)]
    assert chosen.shape == x[mask].shape == (0, *x.shape[len(sizes) :])
    found[xp.asarray(mask)] = 5.0
    found[xp.asarray(mask)] = chosen
    np.testing.assert_array_equal(np.asarray(found), x)
    for wrong in ((0, 2), (3, 0), (0, 0, 0, 0)):
        with pytest.raises(IndexError):
            found[xp.asarray(np.zeros(wrong, bool))]


@pytest.mark.parametrize("options", [{}, {"copy": False}, {"copy": True}, {"max_version": (0, 8)}], ids=str)
def test_dlpack_of_memory_that_is_only_read(options):
    fixed = np.arange(6.0)
    fixed.flags.writeable = False
    for x in (xp.zeros((2, 3)), xp.full((0,), True), xp.ones((2, 3)).mT, xp.broadcast_to(xp.asarray(2.0), (3,))):
        expected = np.array(x)
        found = np.from_dlpack(Unversioned(x, **options))
        np.testing.assert_array_equal(found, expected)
        assert options.get("copy") is not False or not x.size or np.shares_memory(found, np.asarray(x))
    found = np.from_dlpack(Unversioned(xp.asarray(fixed), **options))
    np.testing.assert_array_equal(found, fixed)
    assert not np.shares_memory(found, fixed)  # the consumer may write into it
    spread = xp.zeros((1000, 1000))
    assert np.shares_memory(np.from_dlpack(spread), np.asarray(spread)[0])  # a consumer who is told shares it


def test_devices():
    x = xp.asarray(1.0)
    assert x.to_device("cpu") is x
    for wrong in (lambda: x.to_device("gpu"), lambda: x.to_device("cpu", stream=1), lambda: xp.zeros(2, device="gpu")):
        with pytest.raises(ValueError, match=r"device|stream"):
            wrong()


def test_numpy_and_other_objects():
    x = xp.asarray([1.0, 2.0])
    for wrong in (np.ones(2), [1.0, 2.0], "a", None):
        for pair in ((x, wrong), (wrong, x)):
            assert isinstance(outcome(operator.add, *pair), TypeError)
            assert isinstance(outcome(xp.add, *pair), TypeError)
    assert (x == None) is False  # noqa: E711 - what Python makes of it
    read = np.asarray(x)
    with pytest.raises(ValueError, match="read-only"):
        read[0] = 5.0
    assert np.array(x).flags.writeable
    with pytest.raises(TypeError, match="asarray"):
        xp.Array([1.0])


def test_pickles_and_texts():
    x = xp.asarray(X)
    np.testing.assert_array_equal(np.asarray(pickle.loads(pickle.dumps(x))), X)
    assert repr(xp.asarray([1, 2])) == "Array([1, 2], dtype=int64)"


def test_casts():
    for first, second in itertools.product(NAMES, NAMES):
        ours, theirs = both(np.abs(values(first, (2, 3))) if first != "bool" else values(first, (2, 3)))
        found = outcome(xp.astype, ours, getattr(xp, second))
        assert_same(found, outcome(strict.astype, theirs, getattr(strict, second)), f"{first} {second}")
    x = xp.asarray(1.0)
    assert xp.astype(x, xp.float64, copy=False) is x
    assert xp.astype(x, xp.float64) is not x


# Dtypes and the namespace


def test_promotion():
    for first, second in itertools.product(NAMES, NAMES):
        found = outcome(xp.result_type, getattr(xp, first), xp.zeros(2, dtype=getattr(xp, second)))
        expected = outcome(strict.result_type, getattr(strict, first), getattr(strict, second))
        assert isinstance(found, TypeError) if isinstance(expected, Exception) else found == expected._np_dtype
        mine = xp.can_cast(getattr(xp, first), getattr(xp, second))
        assert mine == strict.can_cast(getattr(strict, first), getattr(strict, second)), (first, second)
    for dtype, number in itertools.product(NAMES, (True, 1, 1.5, 1j)):
        found = outcome(xp.result_type, getattr(xp, dtype), number)
        expected = outcome(strict.result_type, getattr(strict, dtype), number)
        assert isinstance(found, TypeError) if isinstance(expected, Exception) else found == expected._np_dtype
    with pytest.raises(ValueError, match="needs an array"):
        xp.result_type(1, 2.0)


def test_limits():
    for name in NAMES:
        mine, other = getattr(xp, name), getattr(strict, name)
        for function, fields in (("finfo", "bits eps max min smallest_normal"), ("iinfo", "bits max min")):
            found, expected = (
                outcome(getattr(xp, function), mine),
                outcome(getattr(strict, function), other),
            )
            if isinstance(expected, Exception):
                assert isinstance(found, TypeError)
                continue
            for field in fields.split():
                assert getattr(found, field) == getattr(expected, field)
                assert type(getattr(found, field)) in (int, float)
            assert found.dtype == expected.dtype._np_dtype
    assert xp.finfo(xp.zeros(2)).bits == 64


def test_kinds():
    kinds = ("bool", "signed integer", "unsigned integer", "integral", "real floating", "complex floating", "numeric")
    for name, kind in itertools.product(NAMES, kinds):
        assert xp.isdtype(getattr(xp, name), kind) == strict.isdtype(getattr(strict, name), kind)
    assert xp.isdtype(xp.int8, (xp.int16, "signed integer"))
    assert not xp.isdtype(xp.int8, (xp.int16, xp.bool))
    for wrong in ("float", 1.5):
        with pytest.raises((TypeError, ValueError)):
            xp.isdtype(xp.int8, wrong)


def test_the_namespace_tells_what_it_can_do():
    info, other = xp.__array_namespace_info__(), strict.__array_namespace_info__()
    assert info.capabilities().keys() == other.capabilities().keys()
    assert info.default_dtypes() == {key: dtype._np_dtype for key, dtype in other.default_dtypes().items()}
    for kind in (None, "bool", "integral", "numeric", ("bool", "real floating")):
        assert info.dtypes(kind=kind) == {key: dtype._np_dtype for key, dtype in other.dtypes(kind=kind).items()}
    assert info.devices() == [info.default_device()]
    x = xp.asarray(1.0)
    assert x.__array_namespace__() is xp is x.__array_namespace__(api_version="2024.12")
    with pytest.raises(ValueError, match="version"):
        x.__array_namespace__(api_version="2000.01")
    assert (xp.pi, xp.e, xp.inf, xp.newaxis) == (strict.pi, strict.e, strict.inf, strict.newaxis)
    assert np.isnan(xp.nan)


@pytest.mark.parametrize("space", ["", "linalg", "fft"])
def test_every_name_and_signature_of_the_standard(space):
    ours, theirs = (getattr(module, space) if space else module for module in (xp, strict))
    own = {"Device", "ArrayAPIStrictFlags", "__version__"} | {
        name for name in dir(theirs) if "array_api_strict" in name
    }
    names = [name for name in theirs.__all__ if name not in own]
    assert [name for name in names if not hasattr(ours, name)] == []
    for name in names:
        if inspect.isfunction(getattr(theirs, name)):
            mine, other = (
                list(inspect.signature(getattr(module, name)).parameters.values()) for module in (ours, theirs)
            )
            assert [(p.name, p.kind) for p in mine if p.kind != p.POSITIONAL_ONLY] == [
                (p.name, p.kind) for p in other if p.kind != p.POSITIONAL_ONLY
            ], name


# Expressions


def test_expressions_have_a_namespace():
    """A function written for the standard takes arrays and expressions alike."""

    def normalized(x):
        space = x.__array_namespace__()
        centred = x - space.mean(x, axis=-1, keepdims=True)
        return centred / space.sqrt(space.sum(space.square(centred), axis=-1, keepdims=True))

    x = T.dmatrix("x")
    assert x.__array_namespace__() is T
    assert isinstance(normalized(x), Variable)
    found = normalized(xp.asarray(X[0]))
    np.testing.assert_allclose(sl.function([x], normalized(x))(X[0]), np.asarray(found), rtol=1e-14)


def test_the_front_end_has_the_standards_names():
    skipped = {
        "Device",
        "ArrayAPIStrictFlags",
        "from_dlpack",
        "__version__",
        "__array_namespace_info__",
        "__array_api_version__",
    }
    names = [name for name in strict.__all__ if name not in skipped and "array_api_strict" not in name]
    assert [name for name in names if not hasattr(T, name)] == []
    for space in ("linalg", "fft"):
        assert [name for name in getattr(strict, space).__all__ if not hasattr(getattr(T, space), name)] == []


def test_the_reflected_matrix_product():
    x, y = xp.asarray([[1, 2], [3, 4]]), xp.asarray([[0, 1], [1, 0]])
    np.testing.assert_array_equal(np.asarray(y.__rmatmul__(x)), np.asarray(x) @ np.asarray(y))
    assert x.__rmatmul__([[1, 2]]) is NotImplemented
    with pytest.raises(TypeError):
        [[1, 2]] @ x
