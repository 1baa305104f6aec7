"""Constructors of variables, types and constants."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.reference import evaluate
from symlab.core.ir.errors import InvalidValue, TypeMismatch
from symlab.core.ir.op import CONSTANT, INPUT
from symlab.core.ir.types import ArrayType

LETTERS = {
    "b": "int8",
    "w": "int16",
    "i": "int32",
    "l": "int64",
    "f": "float32",
    "d": "float64",
    "c": "complex64",
    "z": "complex128",
}
SIZES = {
    "scalar": (),
    "vector": (None,),
    "matrix": (None, None),
    "row": (1, None),
    "col": (None, 1),
    **{f"tensor{rank}": (None,) * rank for rank in range(3, 8)},
}
PLURALS = {"matrix": "matrices"}


@pytest.mark.parametrize("kind", SIZES)
@pytest.mark.parametrize("letter", LETTERS)
def test_letters(letter: str, kind: str) -> None:
    made = getattr(T, letter + kind)("x")
    assert (made.name, made.dtype, made.type.shape) == ("x", LETTERS[letter], SIZES[kind])
    assert made.op is INPUT
    assert made.type == getattr(T, letter + kind)
    first, second = getattr(T, letter + PLURALS.get(kind, kind + "s"))("a", "b")
    assert (first.name, second.name) == ("a", "b")
    assert first.type is second.type is made.type


@pytest.mark.parametrize("kind", SIZES)
def test_without_a_letter_the_dtype_is_floatX(kind: str) -> None:
    make, several = getattr(T, kind), getattr(T, PLURALS.get(kind, kind + "s"))
    assert make("x").type == getattr(T, "d" + kind)
    assert make("x", dtype="int32").type == getattr(T, "i" + kind)
    with sl.configure(floatX="float32"):
        assert make("x").type == getattr(T, "f" + kind)
        assert [made.type for made in several(2)] == [getattr(T, "f" + kind)] * 2


def test_plurals() -> None:
    a, b, c = T.vectors("a", "b", "c")
    assert [a.name, b.name, c.name] == ["a", "b", "c"]
    assert T.dvectors("a").name == "a"
    assert [made.name for made in T.lscalars(3)] == [None, None, None]
    assert [made.name for made in T.dscalars("xyz")] == ["x", "y", "z"]
    assert [made.name for made in T.dvectors(["left", "right"])] == ["left", "right"]
    assert [made.name for made in T.dvectors("left", None)] == ["left", None]
    assert T.fmatrices(1).type == T.fmatrix


@pytest.mark.parametrize("names", [(), ("",), (0,), (-2,), (True,), (2, 3), (1.5,), ("a", 2)])
def test_plurals_that_are_none(names: tuple[object, ...]) -> None:
    with pytest.raises(InvalidValue):
        T.dvectors(*names)


def test_sizes_may_be_stated() -> None:
    assert T.matrix("x", shape=(None, 3)).type.shape == (None, 3)
    assert T.tensor("x", dtype="uint8", shape=(2, None)).type == T.TensorType("uint8", (2, None))
    assert T.tensor().type == T.dscalar


def test_broadcastable_flags_as_in_theano() -> None:
    assert T.TensorType("float32", (False, True)) == T.TensorType("float32", (None, 1))
    assert T.TensorType("float64", broadcastable=[True, False]) == T.drow
    assert T.tensor("x", dtype="float64", broadcastable=(False, True)).broadcastable == (False, True)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "uint64", "float16", np.float32, np.dtype("int16"), float])
def test_dtypes(dtype: object) -> None:
    assert T.tensor(dtype=dtype).dtype == np.dtype(dtype).name  # type: ignore[call-overload]


@pytest.mark.parametrize("dtype", ["datetime64[s]", "S3", "V8", object, None, "no such"])
def test_dtypes_that_are_not_numbers(dtype: object) -> None:
    with pytest.raises(TypeMismatch, match="is not a dtype"):
        T.tensor(dtype=dtype)


def test_byte_order_is_that_of_the_machine() -> None:
    assert T.tensor(dtype=">f8").type == T.dscalar


def test_a_type_makes_variables() -> None:
    x = T.fmatrix("x")
    assert isinstance(x.type, ArrayType)
    other = x.type("other")
    assert other is not x
    assert (other.name, other.type) == ("other", x.type)
    assert x.type().name is None


def test_types_survive_pickle() -> None:
    kind = T.TensorType("float32", (None, 3))
    assert pickle.loads(pickle.dumps(kind)) == kind
    assert pickle.loads(pickle.dumps(T.matrix))("x").ndim == 2


def test_constants_keep_dtype_and_shape() -> None:
    value = np.arange(6, dtype="int16").reshape(2, 3)
    node = T.constant(value, "c")
    value[:] = 0
    assert (node.name, node.op, node.type) == ("c", CONSTANT, T.TensorType("int16", (2, 3)))
    assert evaluate([node], {})[0].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert T.constant(2).dtype == "int64"
    assert T.constant(2.5, dtype="float32").dtype == "float32"
    assert T.constant(True).dtype == "bool"
    assert T.constant([[1, 2]]).type.shape == (1, 2)


def test_as_tensor_variable() -> None:
    x = T.dvector("x")
    assert T.as_tensor_variable(x) is x
    assert T.as_tensor_variable([1.0, 2.0]).type == T.TensorType("float64", (2,))
    assert T.as_tensor_variable(1, name="one").name == "one"
    assert T.as_tensor_variable(x, ndim=3).type.shape == (1, 1, None)
    assert T.as_tensor_variable(3, dtype="float32").dtype == "float32"
    stacked = T.as_tensor_variable([x, x * 2])
    assert evaluate([stacked], {x: np.array([1.0, 2.0])})[0].tolist() == [[1.0, 2.0], [2.0, 4.0]]
    assert x.name == "x"


def test_a_name_for_what_has_one_already_makes_no_change() -> None:
    x = T.dvector("x")
    assert T.as_tensor_variable(x, name="y").name == "x"


def test_dtypes_are_the_objects_that_numpy_is_quick_with():
    assert T.zeros(3, "int64").type.dtype is np.dtype("int64")
    assert T.tensor("x", dtype=np.dtype("float64").newbyteorder("="), shape=(None,)).type.dtype is np.dtype("float64")


def test_an_empty_list_is_of_floatX() -> None:
    with sl.configure(floatX="float32"):
        assert T.as_tensor_variable([]).dtype == "float32"
        assert T.as_tensor_variable(()).dtype == "float32"
    assert T.as_tensor_variable(np.zeros(0, "int8")).dtype == "int8"


def test_theanos_order_of_words() -> None:
    assert T.tensor("float32", (False, True), "x").type == T.TensorType("float32", (None, 1))
    assert T.tensor("float32", (False, True), "x").name == "x"
    assert T.tensor(np.int64, shape=(3,)).type == T.TensorType("int64", (3,))
    assert T.tensor("x").name == "x"
    assert T.tensor(dtype="int8", broadcastable=(True,), name="y").name == "y"
    with pytest.raises(InvalidValue, match="takes one name"):
        T.tensor("x", "y")


def test_types_filter_values() -> None:
    kind = T.TensorType("float32", (None, 3))
    assert kind.filter([[1, 2, 3]]).dtype == np.float32
    given = np.zeros((2, 3), np.float32)
    assert kind.filter(given) is given
    for wrong in (np.zeros((2, 3)), [1.0], np.zeros((2, 2), np.float32)):
        with pytest.raises(TypeMismatch):
            kind.filter(wrong)
    assert kind.filter(np.full((1, 3), 1.1), allow_downcast=True).dtype == np.float32
    with pytest.raises(TypeMismatch, match="is no array of"):
        kind.filter([[1, 2, 3]], strict=True)
    assert kind.is_valid_value(given)
    assert not kind.is_valid_value([[1.0, 2.0, 3.0]])
    assert kind.values_eq(given, given.copy())
    assert kind.values_eq_approx(given, given + np.float32(1e-6))
    assert not kind.values_eq_approx(np.zeros(1), np.full(1, 1e-6))
    assert not kind.values_eq_approx(given, given + np.float32(1e-3))
    assert not kind.values_eq(given, given[:1])
    assert kind.may_share_memory(given, given[1:])


def test_types_are_compared_and_cloned() -> None:
    kind, narrower = T.TensorType("float64", (None, 3)), T.TensorType("float64", (2, 3))
    assert kind.is_super(narrower)
    assert not narrower.is_super(kind)
    assert not kind.is_super(T.TensorType("float32", (2, 3)))
    assert kind.in_same_class(narrower)
    assert not kind.in_same_class(T.TensorType("float64", (1, 3)))
    assert kind.clone(shape=(2, 3)) == narrower
    assert kind.clone("int8").dtype == np.int8
    assert kind.clone(broadcastable=(True, False)) == T.TensorType("float64", (1, None))


def test_types_filter_variables() -> None:
    kind = T.TensorType("float64", (None, 3))
    x = T.dmatrix("x")
    assert kind.filter_variable(x).type == kind
    assert kind.filter_variable([[1, 2, 3]]).dtype == "float64"
    assert kind.convert_variable(T.dvector()) is None
    with pytest.raises(TypeMismatch, match="no variable of"):
        kind.filter_variable(T.fmatrix())


def test_flags_may_be_numbers() -> None:
    """Theano's programs write 0 and 1; as sizes they mean what they say."""
    assert T.TensorType("float64", broadcastable=[1, 0, 1]).shape == (1, None, 1)
    assert T.TensorType("float64", broadcastable=(True, None)).shape == (1, None)
    assert T.TensorType("float64", shape=[1, 0]).shape == (1, 0)
    assert T.tensor(dtype="float64", broadcastable=[0, 1]).type.shape == (None, 1)


def test_families_of_types() -> None:
    """Each makes variables of its kind of numbers."""
    for family, kind in (("int", "i"), ("float", "f"), ("complex", "c")):
        for rank, form in enumerate(("scalar", "vector", "matrix")):
            found = [make("x") for make in getattr(T, f"{family}_{form}_types")]
            assert {(x.type.dtype.kind, x.ndim) for x in found} == {(kind, rank)}
        assert getattr(T, f"{family}_types") is getattr(T, f"{family}_scalar_types")
