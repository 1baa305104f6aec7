"""The ops, one record each, a file per subject; `OPS` is the table of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from symlab.core.ir.errors import UnknownName, message, near_names
from symlab.core.ir.op import Op
from symlab.core.ops import (
    agreement,
    bessel,
    bits,
    choosing,
    compare,
    complexes,
    conv,
    create,
    cumulative,
    elementwise,
    exponential,
    factorizations,
    fourier,
    gamma_differences,
    gather,
    generators,
    hypergeometric,
    incomplete,
    index,
    inverses,
    join,
    linalg,
    matrix_functions,
    nn,
    passing,
    pencils,
    polynomials,
    products,
    random,
    reduce,
    repetition,
    rounding,
    search,
    shape,
    solutions,
    sort,
    special,
    spectra,
    trigonometric,
    windows,
)

SUBJECTS = (
    elementwise,
    exponential,
    trigonometric,
    rounding,
    compare,
    bits,
    complexes,
    special,
    incomplete,
    hypergeometric,
    gamma_differences,
    products,
    polynomials,
    bessel,
    reduce,
    shape,
    create,
    index,
    gather,
    join,
    repetition,
    cumulative,
    sort,
    nn,
    linalg,
    inverses,
    solutions,
    factorizations,
    spectra,
    matrix_functions,
    pencils,
    generators,
    random,
    choosing,
    conv,
    windows,
    fourier,
    search,
    agreement,
    passing,
)

OPS: Mapping[str, Op] = MappingProxyType(
    {
        value.name: value
        for subject in SUBJECTS
        for value in vars(subject).values()
        if isinstance(value, Op) and value.home == subject.__name__
    }
)


def find(name: str) -> Op:
    """The op called `name`."""
    if name not in OPS:
        raise UnknownName(message(f"there is no op called {name!r}", (), [near_names(name, OPS) or "a name of OPS"]))
    return OPS[name]
