"""Complex numbers and their parts.

A real cost changes with the real and the imaginary part of z; the cotangent of z holds both slopes, as
slope(real) + i slope(imaginary). These ops are not functions of z alone, so they state `vjp` and `jvp`.
"""

from __future__ import annotations

from typing import Any

from symlab.core.ir.op import Op
from symlab.core.ops import references
from symlab.core.ops.declare import argument, by_kind, elementwise, magnitude, paired, same
from symlab.core.ops.elementwise import EXACT, abs, sqr

real: Op = elementwise(
    "real",
    doc="The real part.",
    reference=references.real,
    dtypes=magnitude,
    partials=(None,),
    vjp=lambda g, y, z: (join(g, 0 * g, z),),
    jvp=lambda tangents, y, z: real(tangents[0]),
    c=by_kind(f="({0})", i="({0})", u="({0})", b="({0})"),
    exact=EXACT + "real",
    latex=r"\Re\left({0}\right)",
)

imag: Op = elementwise(
    "imag",
    doc="The imaginary part.",
    reference=references.imag,
    dtypes=magnitude,
    partials=(None,),
    vjp=lambda g, y, z: (join(0 * g, g, z),),
    jvp=lambda tangents, y, z: imag(tangents[0]),
    c=by_kind(f="0", i="0", u="0", b="0"),
    exact=EXACT + "imag",
    latex=r"\Im\left({0}\right)",
)

conj: Op = elementwise(
    "conj",
    doc="The complex conjugate; real numbers as they are.",
    reference=references.conj,
    dtypes=same,
    partials=(None,),
    vjp=lambda g, y, z: (conj(g),),
    jvp=lambda tangents, y, z: conj(tangents[0]),
    c=by_kind(f="({0})", i="({0})", u="({0})", b="({0})"),
    exact="mpmath:conj",
    latex=r"\overline{{{0}}}",
)

angle = elementwise(
    "angle",
    doc="The angle of a complex number in (-pi, pi]; 0 or pi for real numbers.",
    reference=references.angle,
    dtypes=argument,
    partials=(None,),
    vjp=lambda g, y, z: (join(-g * slope(imag, z), g * slope(real, z), z),),
    jvp=lambda tangents, y, z: real(tangents[0]) * -slope(imag, z) + imag(tangents[0]) * slope(real, z),
    exact=EXACT + "angle",
    latex=r"\arg\left({0}\right)",
)

complex: Op = elementwise(
    "complex",
    doc="The complex number a + b i.",
    reference=references.complex,
    dtypes=paired,
    partials=(None, None),
    vjp=lambda g, y, a, b: (real(g), imag(g)),
    jvp=lambda tangents, y, a, b: complex(*(0 * part if t is None else t for part, t in zip((a, b), tangents))),
    exact="mpmath:mpc",
    latex=r"{0}+{1}i",
)


def conjugate(x: Any) -> Any:
    """The conjugate by which a cotangent is multiplied where the value was multiplied by x; a real number as it is."""
    return conj(x) if x.type.dtype.kind == "c" else x


def join(real_slope: Any, imaginary_slope: Any, z: Any) -> Any:
    """The cotangent of z from those of its parts; a real number has one part only."""
    return complex(real_slope, imaginary_slope) if z.type.dtype.kind == "c" else real_slope


def slope(part: Any, z: Any) -> Any:
    """A part of z over |z|^2."""
    return part(z) / sqr(abs(z))
