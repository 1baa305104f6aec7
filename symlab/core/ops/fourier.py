"""Fourier transforms along the last axis, none of them normalized: each is, but for zeros, another's transpose."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import Misfit, TypeMismatch
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, Shape, array_type, real_part
from symlab.core.ops.compare import eq, switch
from symlab.core.ops.complexes import real
from symlab.core.ops.create import counted
from symlab.core.ops.declare import declared
from symlab.core.ops.elementwise import mul
from symlab.core.ops.extents import STATIC
from symlab.core.ops.join import join
from symlab.core.ops.operators import Variable, constant
from symlab.core.ops.shape import GIVEN, check_given, filled_in, separated, sizes_of, spread, with_new_axes
from symlab.core.ops.stacks import same_sizes

Array = np.ndarray[Any, Any]


def fft_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of `fft`."""
    if x.dtype.kind != "c" or not x.ndim:
        raise Misfit(f"{{0}} is {x}, where complex numbers along an axis are wanted", "a cast", kind=TypeMismatch)
    return x


def fft_reference(x: Array, inverse: bool) -> Array:
    """NumPy's, without its factor; of no elements nothing."""
    if not x.size:
        return x.copy()
    return np.asarray(np.fft.ifft(x, norm="forward") if inverse else np.fft.fft(x), x.dtype)


fft: Op = declared(
    "fft",
    Kind.CALL,
    doc="The sums of x_k exp(-2 pi i j k / n) over the last axis, with the other sign if `inverse`; no factor.",
    reference=fft_reference,
    infer=fft_type,
    vjp=lambda g, y, x, inverse: (fft(g, inverse=not inverse),),
    jvp=lambda tangents, y, x, inverse: fft(tangents[0], inverse=inverse),
    latex=r"\mathcal{{F}}\left({0}\right)",
    extra=MappingProxyType({"sizes": same_sizes, "leading": True}),
)


def half_sizes(sizes: Any, x: Shape) -> Shape:
    """The last axis holds the frequencies from 0 to n / 2."""
    return (*x[:-1], sizes.plus(sizes.floor_divide(x[-1], 2), 1))


def rfft_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of `rfft`."""
    if x.dtype.char not in "fd" or not x.ndim:
        raise Misfit(f"{{0}} is {x}, where real numbers along an axis are wanted", "a cast", kind=TypeMismatch)
    return array_type(np.result_type(x.dtype, np.complex64), half_sizes(STATIC, x.shape))


def rfft_vjp(g: Variable, y: Variable, x: Variable) -> tuple[Variable]:
    """The real part of the other transform, of frequencies of which those left out are 0."""
    sizes = sizes_of(x)
    rest = spread(constant(0, dtype=g.type.dtype), [*sizes[:-1], sizes[-1] - (sizes[-1] // 2 + 1)])
    return (real(fft(join(g, rest, axis=g.ndim - 1), inverse=True)),)


rfft: Op = declared(
    "rfft",
    Kind.CALL,
    doc="The first half of `fft` of real numbers: the other half is its conjugate.",
    reference=lambda x: np.asarray(np.fft.rfft(x), np.result_type(x.dtype, np.complex64)),
    infer=rfft_type,
    vjp=rfft_vjp,
    jvp=lambda tangents, y, x: rfft(tangents[0]),
    latex=r"\mathcal{{F}}\left({0}\right)",
    extra=MappingProxyType({"sizes": half_sizes, "leading": True}),
)


def whole_sizes(sizes: Any, x: Shape, *given: Shape, size: tuple[Any, ...]) -> Shape:
    """The last axis has the size that is asked for."""
    return (*x[:-1], sizes.value(1) if size[0] == GIVEN else size[0])


def irfft_type(attributes: Mapping[str, Any], x: ArrayType, *given: ArrayType) -> ArrayType:
    """The type of `irfft`."""
    fft_type({}, x)
    check_given(attributes["size"], given)
    return array_type(real_part(x.dtype), whole_sizes(STATIC, x.shape, **attributes))


def irfft_reference(x: Array, *given: Any, size: tuple[Any, ...]) -> Array:
    """NumPy's, without its factor."""
    (n,) = filled_in(size, given)
    if x.shape[-1] != int(n) // 2 + 1 or n < 1:
        raise ValueError(f"{x.shape[-1]} frequencies are not half of those of {int(n)} numbers")
    return np.asarray(np.fft.irfft(x, int(n), norm="forward"), x.real.dtype)


def irfft_vjp(g: Variable, y: Variable, x: Variable, *given: Variable, size: Any) -> tuple[Any, ...]:
    """The frequencies of the cotangent, twice those that the sum holds twice."""
    n, last = sizes_of(g)[-1], sizes_of(x)[-1]
    place = with_new_axes(counted(last), range(x.ndim - 1), x.ndim)
    once = eq(place * (n - 2 * place), 0)
    return (
        mul(rfft(g), switch(once, constant(1, dtype=g.type.dtype), constant(2, dtype=g.type.dtype))),
        *(None for _ in given),
    )


irfft: Op = declared(
    "irfft",
    Kind.CALL,
    doc="The real numbers (so many as `size` says) whose `rfft` are n times these frequencies.",
    reference=irfft_reference,
    infer=irfft_type,
    vjp=irfft_vjp,
    jvp=lambda tangents, y, x, *given, size: irfft(tangents[0], *given, size=size),
    latex=r"\mathcal{{F}}^{{-1}}\left({0}\right)",
    extra=MappingProxyType({"sizes": whole_sizes, "values": 1}),
)


def halves(x: Variable, size: Any) -> Variable:
    """`irfft` with a size."""
    template, given = separated([size])
    return irfft(x, *given, size=template)  # type: ignore[no-any-return]
