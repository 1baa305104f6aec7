"""Theano's classes of ops: recognized with `isinstance`, and made and applied as Theano's programs do it.

`Reshape(2)(x, shape)` is `T.reshape(x, shape, ndim=2)`, and `isinstance(node.op, Reshape)` asks whether an op reshapes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import symlab.tensor as T
from symlab.compat.theano.kinds import Recognized, named, recognized
from symlab.core.ir.apply import Apply
from symlab.core.ir.errors import RankMismatch, TypeMismatch, message
from symlab.core.ops.operators import Variable, as_variable


@dataclass(frozen=True)
class Applied:
    """An op of Theano's: the name of its class, what it was made with, and the function that it stands for."""

    name: str
    options: tuple[tuple[str, Any], ...]
    function: Callable[..., Any] = field(compare=False, repr=False)

    def __call__(self, *inputs: Any, return_list: bool = False, **more: Any) -> Any:
        """The result for these inputs, or the list of all results."""
        found = self.function(dict(self.options), *inputs, **more)
        return (list(found) if isinstance(found, (list, tuple)) else [found]) if return_list else found

    def make_node(self, *inputs: Any) -> Apply | None:
        """The application to these inputs."""
        found = self(*inputs)
        return (found[0] if isinstance(found, (list, tuple)) else found).owner  # type: ignore[no-any-return]

    def __getattr__(self, name: str) -> Any:
        for option, value in self.__dict__.get("options", ()):
            if option == name:
                return value
        raise AttributeError(f"{self.__dict__.get('name', 'the op')} has no {name}")

    def __reduce__(self) -> Any:
        return made_again, (self.name, self.options)

    def __str__(self) -> str:
        return self.name + "{" + ", ".join(f"{name}={value}" for name, value in self.options) + "}"


def made_again(name: str, options: tuple[tuple[str, Any], ...]) -> Applied:
    """The op of a class of this module, made with these options."""
    kind = globals()[name]
    found: Applied = kind(*dict(options)["axes"]) if name in ("Rebroadcast", "Unbroadcast") else kind(**dict(options))
    return found


def op_class(name: str, ops: str, function: Callable[..., Any], /, **defaults: Any) -> Recognized:
    """A class of ops: the names of symlab's that it stands for, its meaning, and what it is made with."""

    def make(*given: Any, **more: Any) -> Applied:
        unknown = more.keys() - defaults.keys()
        if len(given) > len(defaults) or unknown:
            tries = [f"{name}({', '.join(defaults)})"]
            raise TypeMismatch(message(f"{name} is not made with {(*given, *sorted(unknown))}", (), tries))
        told = {**defaults, **dict(zip(defaults, given, strict=False)), **more}
        return Applied(name, tuple((key, frozen(value)) for key, value in told.items()), function)

    found = recognized(name, f"Theano's class of ops called {name}.", named(*ops.split()), make)
    return recognized(name, found.__doc__ or "", lambda value: of_class(value, name, found), make)


def of_class(value: Any, name: str, kind: Recognized) -> bool:
    """Whether an op of symlab's is of a kind, or one of Theano's of that name."""
    return value.name == name if isinstance(value, Applied) else kind.test(value)


def frozen(value: Any) -> Any:
    """A list as a tuple, which has a hash."""
    return tuple(value) if isinstance(value, list) else value


def dimshuffled(options: Any, x: Any) -> Variable:
    """The axes of x in another order, if there are as many as told."""
    x = as_variable(x)
    if len(options["input_broadcastable"]) != x.ndim:
        problem = f"an array of {len(options['input_broadcastable'])} axes is wanted, and there are {x.ndim}"
        raise RankMismatch(message(problem, [(x.name or "x", x)]))
    return T.dimshuffle(x, *options["new_order"])


def rebroadcast(options: Any, x: Any) -> Variable:
    """x with axes that broadcast or do not."""
    for axis, flag in options["axes"]:
        x = T.addbroadcast(x, axis) if flag else T.unbroadcast(x, axis)
    return as_variable(x)


def of_axes(*names: str) -> MappingProxyType[str, None]:
    """Options that are None unless they are told."""
    return MappingProxyType(dict.fromkeys(names))


def Rebroadcast(*axes: Any) -> Applied:
    """Theano's op of pairs of an axis and whether it broadcasts."""
    return Applied("Rebroadcast", (("axes", tuple(axes)),), rebroadcast)


def Unbroadcast(*axes: int) -> Applied:
    """The op after which axes do not broadcast."""
    return Applied("Unbroadcast", (("axes", tuple(axes)),), lambda o, x: T.unbroadcast(x, *o["axes"]))


TOTAL = of_axes("axis", "dtype", "acc_dtype")
DTYPE = of_axes("dtype")
Alloc = op_class("Alloc", "broadcast_to", lambda o, value, *shape: T.alloc(value, *shape))
AllocDiag = op_class(
    "AllocDiag", "set_take", lambda o, x: T.alloc_diag(x, o["offset"], o["axis1"], o["axis2"]),
    offset=0, axis1=0, axis2=1,
)  # fmt: skip
AllocEmpty = op_class("AllocEmpty", "broadcast_to", lambda o, *shape: T.empty(shape, o["dtype"]), **DTYPE)
ARange = op_class("ARange", "arange", lambda o, *bounds: T.arange(*bounds, dtype=o["dtype"]), **DTYPE)
Argmax = op_class("Argmax", "argmax", lambda o, x: T.argmax(x, o["axis"]), axis=None)
ArgSortOp = op_class("ArgSortOp", "argsort", lambda o, x, axis=-1: T.argsort(x, axis, o["kind"]), kind=None, order=None)
Bartlett = op_class("Bartlett", "", lambda o, M: T.bartlett(M))
BroadcastTo = op_class("BroadcastTo", "broadcast_to", lambda o, x, *shape: T.broadcast_to(x, shape))
Choose = op_class("Choose", "", lambda o, a, choices: T.choose(a, choices, o["mode"]), mode="raise")
CumOp = op_class(
    "CumOp", "cumsum cumprod",
    lambda o, x: (T.cumsum if o["mode"] == "add" else T.cumprod)(x, o["axis"]), axis=None, mode="add",
)  # fmt: skip
DiffOp = op_class("DiffOp", "", lambda o, x: T.diff(x, o["n"], o["axis"]), n=1, axis=-1)
DimShuffle = op_class(
    "DimShuffle", "dimshuffle", dimshuffled, input_broadcastable=(), new_order=(), inplace=True
)  # fmt: skip
Dot = op_class("Dot", "dot product_added product_scaled", lambda o, a, b: T.dot(a, b))
ExtractDiag = op_class(
    "ExtractDiag", "take", lambda o, x: T.diagonal(x, o["offset"], o["axis1"], o["axis2"]),
    offset=0, axis1=0, axis2=1, view=False,
)  # fmt: skip
Eye = op_class("Eye", "", lambda o, n, m=None, k=0: T.eye(n, m, k, o["dtype"]), **DTYPE)
FillDiagonal = op_class("FillDiagonal", "", lambda o, x, value: T.fill_diagonal(x, value))
FillDiagonalOffset = op_class(
    "FillDiagonalOffset", "", lambda o, x, value, offset: T.fill_diagonal_offset(x, value, offset)
)
Join = op_class("Join", "join", lambda o, axis, *arrays: T.join(axis, *arrays), view=-1)
MakeVector = op_class(
    "MakeVector", "make_vector", lambda o, *scalars: T.stack([T.cast(x, o["dtype"]) for x in scalars]), dtype="int64"
)
Max = op_class("Max", "max", lambda o, x: T.max(x, o["axis"]), axis=None)
MaxAndArgmax = op_class("MaxAndArgmax", "max argmax", lambda o, x: T.max_and_argmax(x, o["axis"]), axis=None)
Mean = op_class("Mean", "", lambda o, x: T.mean(x, o["axis"]), axis=None)
Min = op_class("Min", "min", lambda o, x: T.min(x, o["axis"]), axis=None)
PermuteRowElements = op_class(
    "PermuteRowElements", "", lambda o, x, y, inverse=False: T.permute_row_elements(x, y, inverse)
)
Prod = op_class(
    "Prod", "prod",
    lambda o, x: T.prod(x, o["axis"], o["dtype"], acc_dtype=o["acc_dtype"], no_zeros_in_input=o["no_zeros_in_input"]),
    **TOTAL, no_zeros_in_input=False,
)  # fmt: skip
RavelMultiIndex = op_class(
    "RavelMultiIndex", "", lambda o, *places: T.ravel_multi_index(places[:-1], places[-1], o["mode"], o["order"]),
    mode="raise", order="C",
)  # fmt: skip
Repeat = op_class("Repeat", "", lambda o, x, repeats: T.repeat(x, repeats, o["axis"]), axis=None)
Reshape = op_class("Reshape", "reshape", lambda o, x, shape: T.reshape(x, shape, o["ndim"]), ndim=None, name=None)
ScalarFromTensor = op_class("ScalarFromTensor", "", lambda o, x: T.scalar_from_tensor(x))
SearchsortedOp = op_class(
    "SearchsortedOp", "searchsorted", lambda o, x, v, sorter=None: T.searchsorted(x, v, o["side"], sorter), side="left"
)
Shape = op_class("Shape", "size_of make_vector", lambda o, x: T.shape(x))
Shape_i = op_class("Shape_i", "size_of", lambda o, x: T.shape(x)[o["i"]], i=0)
SortOp = op_class("SortOp", "sort", lambda o, x, axis=-1: T.sort(x, axis, o["kind"]), kind=None, order=None)
SpecifyShape = op_class("SpecifyShape", "specify_shape", lambda o, x, shape: T.specify_shape(x, shape))
Split = op_class("Split", "slice", lambda o, x, axis, sizes: T.split(x, sizes, o["len_splits"], axis), len_splits=None)
Sum = op_class("Sum", "sum", lambda o, x: T.sum(x, o["axis"], o["dtype"], acc_dtype=o["acc_dtype"]), **TOTAL)
TensorFromScalar = op_class("TensorFromScalar", "", lambda o, x: T.tensor_from_scalar(x))
TopKOp = op_class(
    "TopKOp", "argsort", lambda o, x, kth: T.topk_and_argtopk(x, kth, o["axis"], o["sorted"], o["idx_dtype"]),
    axis=-1, sorted=True, idx_dtype="int64",
)  # fmt: skip
Tri = op_class("Tri", "", lambda o, n, m=None, k=0: T.tri(n, m, k, o["dtype"]), **DTYPE)
Unique = op_class(
    "Unique", "unique", lambda o, x: T.unique(x, **o),
    return_index=False, return_inverse=False, return_counts=False, axis=None,
)  # fmt: skip
UnravelIndex = op_class(
    "UnravelIndex", "", lambda o, places, dims: T.unravel_index(places, dims, o["order"]), order="C"
)

# Ops of indexing
AdvancedIncSubtensor = op_class(
    "AdvancedIncSubtensor", "inc_take set_take",
    lambda o, x, y, *index: T.inc_subtensor(x[index], y, set_instead_of_inc=o["set_instead_of_inc"]),
    inplace=False, set_instead_of_inc=False,
)  # fmt: skip
AdvancedSubtensor = op_class("AdvancedSubtensor", "take", lambda o, x, *index: x[index])
mrg_uniform = recognized("mrg_uniform", "Uniform numbers of MRG31k3p.", named("mrg_uniform"))
IncSubtensor = recognized("IncSubtensor", "Slices incremented or set.", named("inc_slice", "set_slice"))
