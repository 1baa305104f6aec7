"""What the functions of this package take: axes, sizes, several arrays of one dtype."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidAxis, InvalidSize, InvalidValue, ShapeMismatch, TypeMismatch, message, no_axis
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.join import make_vector
from symlab.core.ops.operators import WEAK, Variable, as_variable, cast_to
from symlab.core.ops.shape import Number, number_of, specified, spread, unbroadcast
from symlab.core.seams import seam
from symlab.core.shared import SharedVariable

Axis = int | Sequence[int] | None


def known_axis(axis: Any) -> Any:
    """The number that an axis is known to be, else the axis itself."""
    if not isinstance(axis, Variable):
        return axis
    folded = axis if axis.op is CONSTANT else seam("build.rewritten")(axis)
    return constant_value(folded) if folded.op is CONSTANT else axis


def axis_of(axis: Any, rank: int, x: Any = None) -> int:
    """One axis, counted from the front."""
    axis = known_axis(axis)
    try:
        place = operator.index(axis)
    except TypeError:
        raise TypeMismatch(message(f"an axis is an integer known now, not {axis!r}")) from None
    if not -rank <= place < rank:
        operands = [(x.name or "x", x)] if isinstance(x, Variable) else []
        problem, attempt = no_axis(place, rank)
        raise InvalidAxis(message(problem, operands, [attempt]))
    return place + rank if place < 0 else place


def axes_of(axis: Axis, rank: int, x: Any = None) -> tuple[int, ...]:
    """Axes in order, each once; None stands for all."""
    if axis is None:
        return tuple(range(rank))
    wanted = axis if isinstance(axis, (list, tuple)) or np.ndim(axis) else [axis]
    found = sorted(axis_of(one, rank, x) for one in wanted)
    if len(set(found)) != len(found):
        raise InvalidAxis(message(f"an axis is named twice in {axis}"))
    return tuple(found)


def sizes_from(shape: Any, ndim: int | None = None) -> list[Number]:
    """The sizes of a shape: a number, a list of numbers and scalars, or a vector of known length (else say `ndim`)."""
    if isinstance(shape, Variable) and shape.ndim == 1:
        shape = elements_of(shape, ndim)
    elif isinstance(shape, np.ndarray):
        shape = shape.reshape(-1).tolist()
    elif not isinstance(shape, (list, tuple)):
        shape = [shape]
    sizes = [size_from(size) for size in shape]
    if ndim is not None and len(sizes) != ndim:
        raise InvalidValue(message(f"{ndim} axes are wanted, and the shape has {len(sizes)}"))
    return sizes


def size_from(size: Any) -> Number:
    """One size, bound or count: an int, or a scalar of int64."""
    kind = size.type.dtype.kind if isinstance(size, Variable) else np.asarray(size).dtype.kind
    if kind not in "iu" or np.ndim(size) if not isinstance(size, Variable) else kind not in "iu" or size.ndim:
        operands = [(size.name or "size", size)] if isinstance(size, Variable) else []
        raise InvalidSize(message(f"a size is an integer, not {size!r}", operands, ["a scalar of an integer dtype"]))
    return number_of(size)


def only_known(options: Mapping[str, Any], function: str, *known: str) -> None:
    """Raise unless each option is one of those that a function takes for other libraries' sake, without effect."""
    for name in options:
        if name not in known:
            raise TypeMismatch(message(f"{function} has no option called {name!r}", (), [*map(repr, known)]))


def elements_of(vector: Variable, length: int | None = None) -> list[Any]:
    """The elements of a vector whose length is known."""
    known = vector.type.shape[0] if length is None else length
    if known is None and isinstance(vector, SharedVariable):  # its value tells, and the call checks it
        known = len(vector.get_value(borrow=True))
        vector = specified(vector, (known,))
    if known is None:
        problem = "the length of this shape is not known, and so the rank of the result is not"
        raise InvalidSize(message(problem, [(vector.name or "shape", vector)], ["ndim="]))
    if vector.op is make_vector:
        return list(vector.args)
    if vector.op is CONSTANT:
        return constant_value(vector).tolist()  # type: ignore[no-any-return]
    vector = specified(vector, (known,))
    return [slice_op(vector, index=(place,)) for place in range(known)]


def of_sizes(x: Variable, sizes: Sequence[Number], name: str) -> Variable:
    """x, whose sizes must be these: checked now where they are known, else at the call; a size of 1 is no exception."""
    for axis, (found, wanted) in enumerate(zip(x.type.shape, sizes, strict=True)):
        if isinstance(wanted, int) and found not in (None, wanted):
            problem = f"{name} of size {found} along axis {axis} where {wanted} is wanted"
            raise ShapeMismatch(message(problem, [(x.name or name, x)]))
    told = [axis for axis, size in enumerate(x.type.shape) if size is not None and sizes[axis] != size]
    return spread(unbroadcast(x, axes=tuple(told)) if told else x, sizes)


def promoted(values: Iterable[Any]) -> list[Variable]:
    """Several arrays cast to their common dtype; Python's numbers give way."""
    known = [item if isinstance(item, Variable) or type(item) in WEAK else as_variable(item) for item in values]
    if not known:
        raise InvalidValue(message("one array at least is needed"))
    dtypes = [item.type.dtype if isinstance(item, Variable) else item for item in known]
    common = np.result_type(*dtypes)
    return [cast_to(item, common) for item in known]
