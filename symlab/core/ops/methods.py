"""The methods of variables, each of which is a function of `symlab.tensor`."""

from __future__ import annotations

from typing import Any

from symlab.core.ir.apply import Apply, owner
from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ops.arithmetic import Arithmetic
from symlab.core.ops.protocols import Protocols
from symlab.core.seams import front_end, seam

Axis = int | tuple[int, ...] | None


class Methods(Arithmetic, Protocols):
    """Mixed into `Variable`: NumPy's and Theano's methods and properties."""

    __slots__ = ()

    type: Any
    name: str | None

    @property
    def dtype(self) -> str:
        """The dtype by name, as in Theano."""
        return str(self.type.dtype.name)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return int(self.type.ndim)

    @property
    def broadcastable(self) -> tuple[bool, ...]:
        """Per axis, whether its size is known to be 1."""
        return tuple(self.type.broadcastable)

    @property
    def owner(self) -> Apply | None:
        """What computes this variable: its op, `inputs` and `outputs`; None for inputs, constants, shared variables."""
        assert isinstance(self, Expr)
        return owner(self)

    def get_parents(self) -> list[Apply]:
        """The owner in a list, or nothing: what a walk toward the inputs goes on with."""
        found = self.owner
        return [] if found is None else [found]

    @property
    def data(self) -> Any:
        """The array that a constant is, which is read-only; no other variable has one before a call."""
        if self.op is not CONSTANT:  # type: ignore[attr-defined]
            raise AttributeError(f"{self!r} is no constant, and so it has no data before a call")
        return constant_value(self)  # type: ignore[arg-type]

    def signature(self) -> Any:
        """What tells a constant from all that are not equal to it: its dtype, shape and bytes, all nans being one."""
        data = self.data
        return data.dtype.str, data.shape, data.tobytes()

    @property
    def value(self) -> Any:
        """`data` under Theano's other name."""
        return self.data

    @property
    def shape(self) -> Any:
        """The sizes as an expression: a vector of int64."""
        return front_end("shape")(self)

    @property
    def size(self) -> Any:
        """The number of elements as an expression."""
        return front_end("size")(self)

    @property
    def T(self) -> Any:
        """With the axes reversed."""
        return front_end("transpose")(self)

    @property
    def mT(self) -> Any:
        """With the last two axes exchanged."""
        return front_end("matrix_transpose")(self)

    @property
    def real(self) -> Any:
        """The real part."""
        return front_end("real")(self)

    @property
    def imag(self) -> Any:
        """The imaginary part."""
        return front_end("imag")(self)

    def dimshuffle(self, *pattern: Any) -> Any:
        """The axes in the order of `pattern`, in which "x" is a new axis of size 1."""
        return front_end("dimshuffle")(self, *pattern)

    def transpose(self, *axes: Any) -> Any:
        """The axes in another order, reversed if none is given."""
        return front_end("transpose")(self, *axes)

    def reshape(self, *sizes: Any, ndim: int | None = None, shape: Any = None) -> Any:
        """The elements in another shape, in which one size may be -1."""
        sizes = sizes if shape is None else (shape,)
        return front_end("reshape")(self, sizes[0] if len(sizes) == 1 else sizes, ndim=ndim)

    def __getitem__(self, index: Any) -> Any:
        return front_end("subtensor")(self, index)

    def eval(self, inputs: Any = None, **options: Any) -> Any:
        """The value for the given values of inputs: `x.eval({a: 1.0})`. The compiled function is kept."""
        return seam("eval")(self, inputs or {}, **options)

    def get_test_value(self) -> Any:
        """What `tag.test_value` says, or the value of a constant or shared variable."""
        return seam("test_value")(self)

    def clone(self, name: str | None = None) -> Any:
        """A new input of the type of this variable, with its name and tag; of a constant the same constant anew."""
        return seam("build.clone")(self, name)

    def __repr__(self) -> str:
        return seam("display.short")(self)  # type: ignore[no-any-return]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return seam("display.bundle")(self)

    def dot(self, other: Any) -> Any:
        """The matrix or inner product with `other`."""
        return front_end("dot")(self, other)

    def sum(self, axis: Axis = None, dtype: Any = None, keepdims: bool = False, acc_dtype: Any = None) -> Any:
        """The sum over axes."""
        return front_end("sum")(self, axis=axis, dtype=dtype, keepdims=keepdims, acc_dtype=acc_dtype)

    def prod(self, axis: Axis = None, dtype: Any = None, keepdims: bool = False, acc_dtype: Any = None) -> Any:
        """The product over axes."""
        return front_end("prod")(self, axis=axis, dtype=dtype, keepdims=keepdims, acc_dtype=acc_dtype)

    def mean(self, axis: Axis = None, dtype: Any = None, keepdims: bool = False, acc_dtype: Any = None) -> Any:
        """The mean over axes."""
        return front_end("mean")(self, axis=axis, dtype=dtype, keepdims=keepdims, acc_dtype=acc_dtype)

    def var(self, axis: Axis = None, ddof: int = 0, keepdims: bool = False, corrected: bool = False) -> Any:
        """The variance over axes."""
        return front_end("var")(self, axis=axis, ddof=ddof, keepdims=keepdims, corrected=corrected)

    def std(self, axis: Axis = None, ddof: int = 0, keepdims: bool = False, corrected: bool = False) -> Any:
        """The standard deviation over axes."""
        return front_end("std")(self, axis=axis, ddof=ddof, keepdims=keepdims, corrected=corrected)

    def max(self, axis: Axis = None, keepdims: bool = False) -> Any:
        """The largest element over axes."""
        return front_end("max")(self, axis=axis, keepdims=keepdims)

    def min(self, axis: Axis = None, keepdims: bool = False) -> Any:
        """The smallest element over axes."""
        return front_end("min")(self, axis=axis, keepdims=keepdims)

    def argmax(self, axis: int | None = None, keepdims: bool = False) -> Any:
        """The place of the largest element."""
        return front_end("argmax")(self, axis=axis, keepdims=keepdims)

    def argmin(self, axis: int | None = None, keepdims: bool = False) -> Any:
        """The place of the smallest element."""
        return front_end("argmin")(self, axis=axis, keepdims=keepdims)

    def any(self, axis: Axis = None, keepdims: bool = False) -> Any:
        """Whether any element is true."""
        return front_end("any")(self, axis=axis, keepdims=keepdims)

    def all(self, axis: Axis = None, keepdims: bool = False) -> Any:
        """Whether all elements are true."""
        return front_end("all")(self, axis=axis, keepdims=keepdims)

    def clip(self, a_min: Any, a_max: Any) -> Any:
        """The elements, limited to [a_min, a_max]."""
        return front_end("clip")(self, a_min, a_max)

    def astype(self, dtype: Any) -> Any:
        """The elements cast to `dtype`."""
        return front_end("cast")(self, dtype)

    def flatten(self, ndim: int = 1) -> Any:
        """The elements in `ndim` axes, the last ones joined."""
        return front_end("flatten")(self, ndim)

    def ravel(self) -> Any:
        """The elements in one axis."""
        return front_end("ravel")(self)

    def squeeze(self, axis: Axis = None) -> Any:
        """Without axes of size 1."""
        return front_end("squeeze")(self, axis=axis)

    def swapaxes(self, axis1: int, axis2: int) -> Any:
        """With two axes exchanged."""
        return front_end("swapaxes")(self, axis1, axis2)

    def copy(self, name: str | None = None) -> Any:
        """A new variable with the same value."""
        return front_end("copy")(self, name=name)

    def norm(self, L: Any, axis: Axis = None, keepdims: bool = False) -> Any:
        """The elementwise L-norm over axes."""
        return front_end("norm")(self, L, axis=axis, keepdims=keepdims)

    def fill(self, value: Any) -> Any:
        """An array like this one, full of `value`."""
        return front_end("fill")(self, value)

    def repeat(self, repeats: Any, axis: int | None = None) -> Any:
        """Each element repeated along an axis."""
        return front_end("repeat")(self, repeats, axis=axis)

    def set(self, value: Any) -> Any:
        """What `self`, an expression `x[...]`, was taken of, with `value` in its place; x itself stays as it is."""
        return front_end("set_subtensor")(self, value)

    def inc(self, value: Any) -> Any:
        """What `self`, an expression `x[...]`, was taken of, incremented by `value` there."""
        return front_end("inc_subtensor")(self, value)

    def choose(self, choices: Any, mode: str = "raise") -> Any:
        """For each integer the element at its place of the array of that number among `choices`."""
        return front_end("choose")(self, choices, mode=mode)

    def searchsorted(self, v: Any, side: str = "left", sorter: Any = None) -> Any:
        """Where elements would be put into this vector to keep it in order."""
        return front_end("searchsorted")(self, v, side=side, sorter=sorter)

    def nonzero_values(self) -> Any:
        """The elements that are not zero, in one row."""
        return front_end("nonzero_values")(self)

    def take(self, indices: Any, axis: int | None = None, mode: str = "raise") -> Any:
        """The elements at `indices` along an axis."""
        return front_end("take")(self, indices, axis=axis, mode=mode)

    def compress(self, condition: Any, axis: int | None = None) -> Any:
        """The parts along an axis where a vector of conditions is true."""
        return front_end("compress")(condition, self, axis=axis)

    def zeros_like(self, dtype: Any = None) -> Any:
        """Zeros of this shape."""
        return front_end("zeros_like")(self, dtype=dtype)

    def ones_like(self, dtype: Any = None) -> Any:
        """Ones of this shape."""
        return front_end("ones_like")(self, dtype=dtype)

    def round(self, decimals: int = 0, mode: str = "half_to_even") -> Any:
        """The elements rounded, halves to even unless `mode` is "half_away_from_zero"."""
        return front_end("round")(self, decimals, mode)

    def cumsum(self, axis: int | None = None) -> Any:
        """The running sum along an axis."""
        return front_end("cumsum")(self, axis=axis)

    def cumprod(self, axis: int | None = None) -> Any:
        """The running product along an axis."""
        return front_end("cumprod")(self, axis=axis)

    def trace(self) -> Any:
        """The sum of the diagonal."""
        return front_end("trace")(self)

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
        """The diagonal of two axes."""
        return front_end("diagonal")(self, offset, axis1, axis2)

    def sort(self, axis: int = -1, kind: str | None = None, order: None = None) -> Any:
        """The elements in order along an axis."""
        return front_end("sort")(self, axis, kind, order)

    def argsort(self, axis: int = -1, kind: str | None = None, order: None = None) -> Any:
        """The places of the elements in order along an axis."""
        return front_end("argsort")(self, axis, kind, order)

    def nonzero(self, return_matrix: bool = False) -> Any:
        """The places of the elements that are not zero."""
        return front_end("nonzero")(self, return_matrix)

    def ptp(self, axis: Axis = None) -> Any:
        """The range, largest less smallest, over axes."""
        return front_end("ptp")(self, axis=axis)

    def conj(self) -> Any:
        """The complex conjugate, of real numbers the variable itself."""
        return front_end("conj")(self) if self.type.dtype.kind == "c" else self

    conjugate = conj

    def arccos(self) -> Any:
        """`arccos` of every element."""
        return front_end("arccos")(self)

    def arccosh(self) -> Any:
        """`arccosh` of every element."""
        return front_end("arccosh")(self)

    def arcsin(self) -> Any:
        """`arcsin` of every element."""
        return front_end("arcsin")(self)

    def arcsinh(self) -> Any:
        """`arcsinh` of every element."""
        return front_end("arcsinh")(self)

    def arctan(self) -> Any:
        """`arctan` of every element."""
        return front_end("arctan")(self)

    def arctanh(self) -> Any:
        """`arctanh` of every element."""
        return front_end("arctanh")(self)

    def ceil(self) -> Any:
        """`ceil` of every element."""
        return front_end("ceil")(self)

    def cos(self) -> Any:
        """`cos` of every element."""
        return front_end("cos")(self)

    def cosh(self) -> Any:
        """`cosh` of every element."""
        return front_end("cosh")(self)

    def deg2rad(self) -> Any:
        """`deg2rad` of every element."""
        return front_end("deg2rad")(self)

    def exp(self) -> Any:
        """`exp` of every element."""
        return front_end("exp")(self)

    def exp2(self) -> Any:
        """`exp2` of every element."""
        return front_end("exp2")(self)

    def expm1(self) -> Any:
        """`expm1` of every element."""
        return front_end("expm1")(self)

    def floor(self) -> Any:
        """`floor` of every element."""
        return front_end("floor")(self)

    def log(self) -> Any:
        """`log` of every element."""
        return front_end("log")(self)

    def log10(self) -> Any:
        """`log10` of every element."""
        return front_end("log10")(self)

    def log1p(self) -> Any:
        """`log1p` of every element."""
        return front_end("log1p")(self)

    def log2(self) -> Any:
        """`log2` of every element."""
        return front_end("log2")(self)

    def rad2deg(self) -> Any:
        """`rad2deg` of every element."""
        return front_end("rad2deg")(self)

    def sin(self) -> Any:
        """`sin` of every element."""
        return front_end("sin")(self)

    def sinh(self) -> Any:
        """`sinh` of every element."""
        return front_end("sinh")(self)

    def sqrt(self) -> Any:
        """`sqrt` of every element."""
        return front_end("sqrt")(self)

    def tan(self) -> Any:
        """`tan` of every element."""
        return front_end("tan")(self)

    def tanh(self) -> Any:
        """`tanh` of every element."""
        return front_end("tanh")(self)

    def trunc(self) -> Any:
        """`trunc` of every element."""
        return front_end("trunc")(self)
