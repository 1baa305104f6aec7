"""Types and how variables of them are made: `dvector("x")`, `matrix("w")`, `tensor("x", dtype=, shape=)`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.ir import config
from symlab.core.ir.apply import Apply
from symlab.core.ir.errors import InvalidValue, NoDefaultResult, TypeMismatch, message
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ir.types import ArrayType, Shape, array_type, plain_dtype
from symlab.core.ops import operators
from symlab.core.ops.operators import Variable, as_variable, cast_to, variable

# fmt: off
__all__ = [
    "TensorType", "TensorVariable", "Variable", "all_dtypes", "as_tensor", "as_tensor_variable", "asarray",
    "complex_dtypes", "constant", "continuous_dtypes", "discrete_dtypes", "float_dtypes", "int_dtypes",
    "integer_dtypes", "tensor", "uint_dtypes",
]
# fmt: on

TensorVariable = Variable
int_dtypes = ("int8", "int16", "int32", "int64")
uint_dtypes = ("uint8", "uint16", "uint32", "uint64")
integer_dtypes = (*int_dtypes, *uint_dtypes)
float_dtypes = ("float16", "float32", "float64")
complex_dtypes = ("complex64", "complex128")
continuous_dtypes = (*float_dtypes, *complex_dtypes)
discrete_dtypes = ("bool", *integer_dtypes)
all_dtypes = (*discrete_dtypes, *continuous_dtypes)

Sizes = Iterable[int | bool | None]


def TensorType(
    dtype: Any, shape: Sizes = (), name: str | None = None, *, broadcastable: Sizes | None = None
) -> ArrayType:
    """The type of arrays of a dtype and a static shape.

    A size is a number, or None where it is not known before the call. Flags do as well, as in Theano: True stands for
    a size of 1, which broadcasts, False for one that is not known.
    """
    flags = None if broadcastable is None else [None if flag is None else bool(flag) for flag in broadcastable]
    return array_type(dtype_of(dtype), static_shape(shape if flags is None else flags))


def dtype_of(dtype: Any) -> np.dtype[Any]:
    """The dtype for a name, a NumPy dtype or "floatX"; only numbers have one here."""
    if isinstance(dtype, str) and dtype == "floatX":
        dtype = config.current().floatX
    try:
        found = np.dtype(dtype)
    except TypeError:
        raise TypeMismatch(
            message(f"{dtype!r} is not a dtype", (), ["'float64', 'float32', 'int64', 'bool', ..."])
        ) from None
    if dtype is None or found.kind not in "biufc":
        raise TypeMismatch(message(f"{dtype!r} is not a dtype of numbers", (), ["'float64', 'float32', 'int64', ..."]))
    return plain_dtype(found.newbyteorder("="))


def static_shape(sizes: Sizes) -> Shape:
    """A static shape from sizes or flags."""
    return tuple(static_size(size) for size in sizes)


def static_size(size: int | bool | None) -> int | None:
    """One size from a size or a flag."""
    if isinstance(size, (bool, np.bool_)):
        return 1 if size else None
    if size is None:
        return None
    if not isinstance(size, (int, np.integer)) or size < 0:
        raise InvalidValue(message(f"{size!r} is not a size", (), ["a number, or None where it is not known"]))
    return int(size)


def tensor(
    *words: Any,
    name: str | None = None,
    dtype: Any = "floatX",
    shape: Sizes | None = None,
    broadcastable: Sizes | None = None,
) -> Variable:
    """An input of this dtype and static shape: `tensor("x", dtype="float32", shape=(None, 3))`.

    Theano's order does as well: `tensor("float32", (False, True), "x")`, where the first word is a dtype.
    """
    if words and is_dtype(words[0]) and isinstance(dtype, str) and dtype == "floatX":
        dtype, *words = words  # type: ignore[assignment]
        if words and broadcastable is None and shape is None:
            shape, *words = words  # type: ignore[assignment]
    if len(words) > 1 or (words and name is not None):
        tries = ['tensor("x", dtype="float32", shape=(None, 3))']
        raise InvalidValue(message(f"tensor takes one name, and not {words!r}", (), tries))
    sizes: Sizes = () if shape is None else shape
    kind = TensorType(dtype, sizes, broadcastable=broadcastable)
    return variable(kind, words[0] if words else name)


def is_dtype(word: Any) -> bool:
    """Whether a word is a dtype rather than a name."""
    return word in (*all_dtypes, "floatX") if isinstance(word, str) else isinstance(word, (type, np.dtype))


@dataclass(frozen=True)
class Unlettered:
    """Makes inputs of one rank, of dtype floatX unless `dtype` says otherwise."""

    sizes: Shape

    def __call__(self, name: str | None = None, dtype: Any = "floatX", *, shape: Sizes | None = None) -> Variable:
        """An input of this rank; `shape` may state sizes."""
        kind = TensorType(dtype, self.sizes if shape is None else shape)
        if kind.ndim != len(self.sizes):
            raise InvalidValue(message(f"{len(self.sizes)} axes are wanted, and shape {kind.shape} has {kind.ndim}"))
        return variable(kind, name)


@dataclass(frozen=True)
class Several:
    """Makes several inputs at once: `x, y = dvectors("x", "y")`, or `dvectors("xy")`; `a, b, c = scalars(3)`."""

    single: ArrayType | Unlettered

    def __call__(self, *names: Any) -> Any:
        """One input for each name, or as many as the one number says; a single one comes by itself.

        A list of names is as good as the names; and of one string, as in Theano, each letter is a name.
        """
        if len(names) == 1 and isinstance(names[0], (int, np.integer)) and not isinstance(names[0], bool):
            if names[0] < 1:
                raise InvalidValue(message(f"{names[0]} inputs are wanted, where there must be 1 or more"))
            names = (None,) * int(names[0])
        elif len(names) == 1 and isinstance(names[0], (str, list, tuple)):
            names = tuple(names[0])
        wrong = [name for name in names if not isinstance(name, (str, type(None)))]
        if wrong or not names:
            what = f"{wrong[0]!r} is no name" if wrong else "there are no names"
            raise InvalidValue(message(what, (), ['names, as in dvectors("x", "y"), or one number, as in dvectors(2)']))
        made = [self.single(name) for name in names]
        return made[0] if len(made) == 1 else made


def as_tensor_variable(value: Any, name: str | None = None, ndim: int | None = None, *, dtype: Any = None) -> Variable:
    """`value` as a variable: itself, a constant, or for a list with variables in it their stack.

    With `ndim` axes of size 1 are put in front, or taken away there. The application of an op stands for its result.
    """
    number = None if dtype is not None else dtype_of_number(value)
    found = as_variable(result_of(value) if isinstance(value, Apply) else value)
    if number is not None:
        found = constant(value, dtype=number)
    if isinstance(value, (list, tuple)) and found.op is CONSTANT and found.type.shape == (0,):
        found = cast_to(found, dtype_of("floatX"))  # nothing says of what it is empty
    if dtype is not None:
        found = cast_to(found, dtype_of(dtype))
    if ndim is not None and found.ndim != ndim:
        found = with_rank(found, ndim)
    if name is not None and found is not value:
        found.name = name
    return found


as_tensor = asarray = as_tensor_variable


def result_of(application: Apply) -> Any:
    """The result for which an application stands: its only one, or the one that its op calls its default output."""
    place, results = getattr(application.op, "default_output", None), application.outputs
    if place is None and len(results) == 1:
        place = 0
    if not isinstance(place, int) or not 0 <= place < len(results):
        problem = f"{application.op} has {len(results)} results, and none of them is its default"
        raise NoDefaultResult(message(problem, (), ["one of application.outputs"]))
    return results[place]


def constant(value: Any, name: str | None = None, ndim: int | None = None, dtype: Any = None) -> Variable:
    """A constant: a private copy that keeps the array's dtype and exact shape.

    What is a constant already is given back. With `ndim` axes of size 1 are put in front, or taken away there.
    """
    if isinstance(value, Variable) and value.op is CONSTANT and name is None and dtype is None:
        made = value
    else:
        array = constant_value(value) if isinstance(value, Variable) and value.op is CONSTANT else value
        dtype = dtype_of_number(value) if dtype is None else dtype
        made = operators.constant(array, name, None if dtype is None else dtype_of(dtype))
    if ndim is None or ndim == made.ndim:
        return made
    return operators.constant(constant_value(made).reshape(with_rank(made, ndim).type.shape), name)


def dtype_of_number(value: Any) -> str | None:
    """The dtype that a Python number alone has where Theano's manners hold; None for what NumPy says.

    An integer is of the smallest signed dtype that holds it; a number with a point is of dtype floatX, and where that
    is float64, of float32 if that loses nothing.
    """
    settings = config.current()
    if settings.cast_policy == "numpy+floatX":
        return "float32" if type(value) is float and settings.floatX == "float32" else None
    if settings.manners != "theano" or type(value) not in (bool, int, float):
        return None
    if isinstance(value, float):
        exact = settings.floatX == "float64" and np.float64(np.float32(value)) != value
        return "float64" if exact else "float32" if settings.floatX == "float64" else settings.floatX
    return next((dtype for dtype in int_dtypes if np.iinfo(dtype).min <= value <= np.iinfo(dtype).max), None)


def with_rank(value: Variable, ndim: int) -> Variable:
    """`value` with axes of size 1 put in front or taken away there, so that it has `ndim`."""
    more = value.ndim - ndim
    if more > 0 and all(size == 1 for size in value.type.shape[:more]):
        return value.dimshuffle(*range(more, value.ndim))  # type: ignore[no-any-return]
    if more > 0:
        problem = f"{ndim} axes are wanted, and the value has {value.ndim}"
        raise InvalidValue(message(problem, [(value.name or "value", value)]))
    return value.dimshuffle(*["x"] * (ndim - value.ndim), *range(value.ndim))  # type: ignore[no-any-return]
