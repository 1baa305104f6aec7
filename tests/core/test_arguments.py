"""What a call takes (names, defaults, numbers, lists, arrays of every layout) and what it refuses."""

from __future__ import annotations

import pickle
import sys

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, TypeMismatch

BOTH = ("FAST_RUN", "FAST_COMPILE")
A = np.array([1.0, 2.0, 3.0])


@pytest.fixture(params=BOTH)
def mode(request):
    return request.param


def typed(dtype, rank, name="v"):
    return T.TensorType(dtype, shape=(None,) * rank)(name)


def identity(dtype, rank, mode, **options):
    """A function that gives back its argument."""
    variable = typed(dtype, rank)
    return sl.function([sl.In(variable, **options)], variable, mode=mode, name="same")


# Names and defaults


def test_keywords(mode):
    x, y = T.dvectors("x", "y")
    f = sl.function([x, y], x - 2 * y, mode=mode)
    np.testing.assert_array_equal(f(A, y=A + 1), A - 2 * (A + 1))
    np.testing.assert_array_equal(f(y=A + 1, x=A), A - 2 * (A + 1))


def test_defaults(mode):
    x, y, z = T.dvector("x"), T.dscalar("y"), T.dscalar("z")
    f = sl.function([x, sl.In(y, value=1), sl.In(z, value=10.0, name="scale")], (x + y) * z, mode=mode)
    np.testing.assert_array_equal(f(A), (A + 1) * 10)
    np.testing.assert_array_equal(f(A, 2), (A + 2) * 10)
    np.testing.assert_array_equal(f(A, scale=1), A + 1)
    np.testing.assert_array_equal(f(A, scale=1, y=0), A)
    np.testing.assert_array_equal(f(x=A), (A + 1) * 10)


def test_a_default_before_an_input_without_one(mode):
    x, y = T.dvectors("x", "y")
    f = sl.function([sl.In(y, value=A), x], x + y, mode=mode)
    np.testing.assert_array_equal(f(x=A), A + A)
    with pytest.raises(TypeMismatch, match=r"misses its argument 2 \(x\)"):
        f(A)


def test_a_default_is_not_changed(mode):
    x = T.dvector("x")
    default = A.copy()
    f = sl.function([sl.In(x, value=default)], x, mode=mode)
    f()[:] = -1
    np.testing.assert_array_equal(f(), A)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda f: f(A), r"misses its argument 2 \(y\)"),
        (lambda f: f(), r"misses its argument 1 \(x\)"),
        (lambda f: f(A, A, A), "takes 2 arguments, and 3 were given"),
        (lambda f: f(A, A, z=A), "no input called 'z'"),
        (lambda f: f(A, yy=A), "did you mean 'y'"),
        (lambda f: f(A, A, x=A), "'x' twice"),
    ],
)
def test_calls_that_do_not_fit(mode, call, problem):
    x, y = T.dvectors("x", "y")
    with pytest.raises(TypeMismatch, match=problem) as caught:
        call(sl.function([x, y], x + y, mode=mode))
    assert isinstance(caught.value, TypeError)


def test_inputs_without_names_come_by_position(mode):
    f = sl.function([T.dvector(), T.dvector()], [], on_unused_input="ignore", mode=mode)
    with pytest.raises(TypeMismatch, match="the inputs have none"):
        f(A, x=A)


def test_a_name_of_two_inputs_is_refused(mode):
    x, y = T.dvector("x"), T.dvector("x")
    f = sl.function([x, y], x - y, mode=mode)
    np.testing.assert_array_equal(f(A, A + 1), [-1, -1, -1])
    with pytest.raises(TypeMismatch, match="2 inputs"):
        f(x=A)


# Numbers and lists


FITTING = [
    ("float64", 1, [1, 2.5], [1.0, 2.5]),
    ("float64", 1, (1, 2), [1.0, 2.0]),
    ("float64", 1, range(3), [0.0, 1.0, 2.0]),
    ("float64", 2, [[1, 2], [3, 4]], [[1.0, 2.0], [3.0, 4.0]]),
    ("float64", 1, [], []),
    ("float64", 0, 3, 3.0),
    ("float64", 0, True, 1.0),
    ("float64", 1, np.array([1, 2], np.int32), [1.0, 2.0]),
    ("float64", 1, np.array([1, 2], np.float32), [1.0, 2.0]),
    ("float64", 0, np.float32(0.5), 0.5),
    ("float32", 0, 0.1, np.float32(0.1)),
    ("float32", 0, 3, 3.0),
    ("float32", 1, [0.5, 1], [0.5, 1.0]),
    ("float32", 0, float("inf"), np.inf),
    ("int32", 1, [1, 2], [1, 2]),
    ("int32", 1, [1.0, 2.0], [1, 2]),
    ("int8", 0, 127, 127),
    ("int64", 0, 2**62, 2**62),
    ("uint8", 1, [0, 255], [0, 255]),
    ("bool", 1, [True, False], [True, False]),
    ("bool", 0, 1, True),
    ("complex128", 0, 1j, 1j),
    ("complex128", 1, [1, 2j], [1, 2j]),
    ("complex128", 0, 2.5, 2.5),
]


@pytest.mark.parametrize(("dtype", "rank", "value", "expected"), FITTING)
def test_what_loses_nothing_is_taken(mode, dtype, rank, value, expected):
    result = identity(dtype, rank, mode)(value)
    assert result.dtype == dtype
    assert result.ndim == rank
    np.testing.assert_array_equal(result, expected)


LOSING = [
    ("float32", 1, np.array([0.5])),
    ("float32", 0, np.float64(0.5)),
    ("float32", 1, [0.1]),
    ("float32", 0, 1e300),
    ("float32", 0, 2**24 + 1),
    ("int32", 1, np.array([1.0])),
    ("int32", 1, np.array([1])),
    ("int32", 0, 1.5),
    ("int32", 1, [1.5]),
    ("int32", 1, [2**40]),
    ("int8", 0, 128),
    ("uint8", 0, -1),
    ("int64", 0, 2**63),
    ("bool", 0, 2),
    ("float64", 0, 1j),
    ("float64", 1, np.array([1j])),
]


@pytest.mark.parametrize(("dtype", "rank", "value"), LOSING)
def test_what_loses_something_is_refused(mode, dtype, rank, value):
    with pytest.raises(TypeMismatch, match=r"argument 1 \(v\) of same"):
        identity(dtype, rank, mode)(value)


def test_downcasts_where_they_are_allowed(mode):
    f = identity("float32", 1, mode, allow_downcast=True)
    np.testing.assert_array_equal(f(np.array([0.1])), [np.float32(0.1)])
    i = typed("int32", 1)
    g = sl.function([i], i, allow_input_downcast=True, mode=mode)
    np.testing.assert_array_equal(g([1.9, -1.9]), [1, -1])


def test_downcasts_where_none_is_allowed(mode):
    f = identity("float32", 0, mode, allow_downcast=False)
    assert f(np.float32(0.1)) == np.float32(0.1)
    with pytest.raises(TypeMismatch):
        f(0.1)
    x = typed("float32", 0)
    with pytest.raises(TypeMismatch):
        sl.function([x], x, allow_input_downcast=False, mode=mode)(0.1)


@pytest.mark.parametrize("rank", [0, 1])
def test_strict_inputs_convert_nothing(mode, rank):
    f = identity("float64", rank, mode, strict=True)
    value = np.ones((2,) * rank)
    np.testing.assert_array_equal(f(value), value)
    for wrong in (value.tolist() if rank else 1, value.astype(np.float32)):
        with pytest.raises(TypeMismatch, match="strict"):
            f(wrong)


@pytest.mark.parametrize(
    "value", ["abc", ["a"], None, [None], [[1, 2], [3]], object(), {"a": 1}, np.zeros(2, "datetime64[s]"), b"abc"]
)
def test_what_are_no_numbers(mode, value):
    with pytest.raises((TypeMismatch, InvalidValue), match="argument 1"):
        identity("float64", 1, mode)(value)


def test_a_mask_is_not_lost(mode):
    with pytest.raises(TypeMismatch, match="mask"):
        identity("float64", 1, mode)(np.ma.masked_array(A, [0, 1, 0]))


def test_an_expression_is_no_value(mode):
    with pytest.raises(TypeMismatch, match="a call takes values"):
        identity("float64", 1, mode)(T.dvector("other"))


# Ranks and sizes


@pytest.mark.parametrize("value", [1.0, np.zeros((2, 2)), np.zeros(()), [[1.0]]])
def test_wrong_ranks(mode, value):
    with pytest.raises(TypeMismatch, match="must have 1 axes"):
        identity("float64", 1, mode)(value)


def test_wrong_sizes(mode):
    x = T.tensor(dtype="float64", shape=(None, 3), name="x")
    f = sl.function([x], x, mode=mode)
    assert f(np.zeros((2, 3))).shape == (2, 3)
    with pytest.raises(InvalidValue, match=r"axis 1 .* must have size 3, and has 2"):
        f(np.zeros((3, 2)))
    row = T.drow("row")
    with pytest.raises(InvalidValue, match="size 1"):
        sl.function([row], row, mode=mode)(np.zeros((2, 2)))


# Layouts


def unaligned(value):
    """The same numbers at odd addresses."""
    memory = np.zeros(value.nbytes + 1, np.uint8)
    found = memory[1:].view(value.dtype).reshape(value.shape)
    found[:] = value
    return found


def read_only(value):
    found = value.copy()
    found.setflags(write=False)
    return found


M = np.arange(12.0).reshape(3, 4)
LAYOUTS = {
    "transposed": lambda: (M.T, M.T),
    "Fortran": lambda: (np.asfortranarray(M), M),
    "strided": lambda: (M[::2, ::-1], M[::2, ::-1].copy()),
    "broadcast": lambda: (np.broadcast_to(M[0], (5, 4)), np.repeat(M[:1], 5, 0)),
    "unaligned": lambda: (unaligned(M), M),
    "read-only": lambda: (read_only(M), M),
    "empty": lambda: (M[:0], M[:0]),
    "big-endian": lambda: (M.astype(">f8"), M),
    "subclass": lambda: (M.view(np.recarray), M),
    "memory map": lambda: (M.view(np.memmap), M),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(mode, layout):
    given, expected = LAYOUTS[layout]()
    x = T.dmatrix("x")
    result, total = sl.function([x], [x * 2, x.sum()], mode=mode)(given)
    assert type(result) is np.ndarray
    assert result.dtype.isnative
    np.testing.assert_array_equal(result, expected * 2)
    assert total == expected.sum()


def test_objects_that_are_arrays(mode):
    class Wrapped:
        def __array__(self, dtype=None, copy=None):
            return A

    np.testing.assert_array_equal(identity("float64", 1, mode)(Wrapped()), A)


def test_the_other_64_bit_integers_of_numpy(mode):
    """NumPy has two dtypes of 64 bits, equal but not one; Python integers above int64 get the second of them."""
    given = np.arange(3, dtype=np.longlong)
    np.testing.assert_array_equal(identity("int64", 1, mode)(given), given)
    assert identity("int64", 0, mode)(np.longlong(3)) == 3
    np.testing.assert_array_equal(identity("int64", 1, mode, value=given)(), given)
    assert identity("uint64", 0, mode)(2**64 - 1) == 2**64 - 1
    assert identity("uint64", 1, mode)([2**64 - 1, 2**63]).tolist() == [2**64 - 1, 2**63]


def test_arguments_are_let_go(mode):
    f = identity("float64", 1, mode)
    given = A.copy()
    before = sys.getrefcount(given)
    for _ in range(10):
        f(given)
    assert sys.getrefcount(given) == before


def test_in_prints_itself_and_is_pickled():
    x = T.dvector("x")
    assert repr(sl.In(x, value=1)) == "In(x, value=1)"
    kept = pickle.loads(pickle.dumps(sl.In(x, value=A, name="other")))
    assert kept.name == "other"
    np.testing.assert_array_equal(kept.value, A)


def test_an_integer_of_many_digits_is_told_as_what_it_is():
    x = T.dscalar("x")
    f = sl.function([x], x * 2)
    with pytest.raises(InvalidValue, match=r"more than 64 bits(?s:.*)try float\(1000000"):
        f(10**30)
