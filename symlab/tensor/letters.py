"""Constructors by letter: `dvector("x")` is a vector of float64, `matrix("w")` a matrix of floatX.

The letters are b, w, i, l (int8, 16, 32, 64), f, d (float32, 64), c, z (complex64, 128); without one it is floatX.
A lettered name is a type: `x.type == dvector`.
"""

from __future__ import annotations

from collections.abc import Sequence

from symlab.core.ir.types import ArrayType, Shape, array_type
from symlab.tensor.types import Several, Unlettered

# fmt: off
__all__ = [  # noqa: RUF022 - by letter, as they are defined
    "bscalar", "bvector", "bmatrix", "brow", "bcol", "btensor3", "btensor4", "btensor5", "btensor6", "btensor7",
    "wscalar", "wvector", "wmatrix", "wrow", "wcol", "wtensor3", "wtensor4", "wtensor5", "wtensor6", "wtensor7",
    "iscalar", "ivector", "imatrix", "irow", "icol", "itensor3", "itensor4", "itensor5", "itensor6", "itensor7",
    "lscalar", "lvector", "lmatrix", "lrow", "lcol", "ltensor3", "ltensor4", "ltensor5", "ltensor6", "ltensor7",
    "fscalar", "fvector", "fmatrix", "frow", "fcol", "ftensor3", "ftensor4", "ftensor5", "ftensor6", "ftensor7",
    "dscalar", "dvector", "dmatrix", "drow", "dcol", "dtensor3", "dtensor4", "dtensor5", "dtensor6", "dtensor7",
    "cscalar", "cvector", "cmatrix", "crow", "ccol", "ctensor3", "ctensor4", "ctensor5", "ctensor6", "ctensor7",
    "zscalar", "zvector", "zmatrix", "zrow", "zcol", "ztensor3", "ztensor4", "ztensor5", "ztensor6", "ztensor7",
    "scalar", "vector", "matrix", "row", "col", "tensor3", "tensor4", "tensor5", "tensor6", "tensor7", "scalars",
    "vectors", "matrices", "rows", "cols", "tensor3s", "tensor4s", "tensor5s", "tensor6s", "tensor7s", "bscalars",
    "bvectors", "bmatrices", "brows", "bcols", "btensor3s", "btensor4s", "btensor5s", "btensor6s", "btensor7s",
    "wscalars", "wvectors", "wmatrices", "wrows", "wcols", "wtensor3s", "wtensor4s", "wtensor5s", "wtensor6s",
    "wtensor7s", "iscalars", "ivectors", "imatrices", "irows", "icols", "itensor3s", "itensor4s", "itensor5s",
    "itensor6s", "itensor7s", "lscalars", "lvectors", "lmatrices", "lrows", "lcols", "ltensor3s", "ltensor4s",
    "ltensor5s", "ltensor6s", "ltensor7s", "fscalars", "fvectors", "fmatrices", "frows", "fcols", "ftensor3s",
    "ftensor4s", "ftensor5s", "ftensor6s", "ftensor7s", "dscalars", "dvectors", "dmatrices", "drows", "dcols",
    "dtensor3s", "dtensor4s", "dtensor5s", "dtensor6s", "dtensor7s", "cscalars", "cvectors", "cmatrices", "crows",
    "ccols", "ctensor3s", "ctensor4s", "ctensor5s", "ctensor6s", "ctensor7s", "zscalars", "zvectors", "zmatrices",
    "zrows", "zcols", "ztensor3s", "ztensor4s", "ztensor5s", "ztensor6s", "ztensor7s",
]
# fmt: on

KINDS: Sequence[Shape] = (
    (), (None,), (None, None), (1, None), (None, 1), *((None,) * rank for rank in range(3, 8)),
)  # fmt: skip


def lettered(dtype: str) -> list[ArrayType]:
    """The types of a dtype in the order scalar, vector, matrix, row, col, tensor3, ..., tensor7."""
    return [array_type(dtype, sizes) for sizes in KINDS]


def several(*singles: ArrayType | Unlettered) -> list[Several]:
    """The plurals of these."""
    return [Several(single) for single in singles]


bscalar, bvector, bmatrix, brow, bcol, btensor3, btensor4, btensor5, btensor6, btensor7 = lettered("int8")
wscalar, wvector, wmatrix, wrow, wcol, wtensor3, wtensor4, wtensor5, wtensor6, wtensor7 = lettered("int16")
iscalar, ivector, imatrix, irow, icol, itensor3, itensor4, itensor5, itensor6, itensor7 = lettered("int32")
lscalar, lvector, lmatrix, lrow, lcol, ltensor3, ltensor4, ltensor5, ltensor6, ltensor7 = lettered("int64")
fscalar, fvector, fmatrix, frow, fcol, ftensor3, ftensor4, ftensor5, ftensor6, ftensor7 = lettered("float32")
dscalar, dvector, dmatrix, drow, dcol, dtensor3, dtensor4, dtensor5, dtensor6, dtensor7 = lettered("float64")
cscalar, cvector, cmatrix, crow, ccol, ctensor3, ctensor4, ctensor5, ctensor6, ctensor7 = lettered("complex64")
zscalar, zvector, zmatrix, zrow, zcol, ztensor3, ztensor4, ztensor5, ztensor6, ztensor7 = lettered("complex128")
scalar, vector, matrix, row, col, tensor3, tensor4, tensor5, tensor6, tensor7 = (Unlettered(sizes) for sizes in KINDS)

scalars, vectors, matrices, rows, cols, tensor3s, tensor4s, tensor5s, tensor6s, tensor7s = several(
    scalar, vector, matrix, row, col, tensor3, tensor4, tensor5, tensor6, tensor7
)
bscalars, bvectors, bmatrices, brows, bcols, btensor3s, btensor4s, btensor5s, btensor6s, btensor7s = several(
    bscalar, bvector, bmatrix, brow, bcol, btensor3, btensor4, btensor5, btensor6, btensor7
)
wscalars, wvectors, wmatrices, wrows, wcols, wtensor3s, wtensor4s, wtensor5s, wtensor6s, wtensor7s = several(
    wscalar, wvector, wmatrix, wrow, wcol, wtensor3, wtensor4, wtensor5, wtensor6, wtensor7
)
iscalars, ivectors, imatrices, irows, icols, itensor3s, itensor4s, itensor5s, itensor6s, itensor7s = several(
    iscalar, ivector, imatrix, irow, icol, itensor3, itensor4, itensor5, itensor6, itensor7
)
lscalars, lvectors, lmatrices, lrows, lcols, ltensor3s, ltensor4s, ltensor5s, ltensor6s, ltensor7s = several(
    lscalar, lvector, lmatrix, lrow, lcol, ltensor3, ltensor4, ltensor5, ltensor6, ltensor7
)
fscalars, fvectors, fmatrices, frows, fcols, ftensor3s, ftensor4s, ftensor5s, ftensor6s, ftensor7s = several(
    fscalar, fvector, fmatrix, frow, fcol, ftensor3, ftensor4, ftensor5, ftensor6, ftensor7
)
dscalars, dvectors, dmatrices, drows, dcols, dtensor3s, dtensor4s, dtensor5s, dtensor6s, dtensor7s = several(
    dscalar, dvector, dmatrix, drow, dcol, dtensor3, dtensor4, dtensor5, dtensor6, dtensor7
)
cscalars, cvectors, cmatrices, crows, ccols, ctensor3s, ctensor4s, ctensor5s, ctensor6s, ctensor7s = several(
    cscalar, cvector, cmatrix, crow, ccol, ctensor3, ctensor4, ctensor5, ctensor6, ctensor7
)
zscalars, zvectors, zmatrices, zrows, zcols, ztensor3s, ztensor4s, ztensor5s, ztensor6s, ztensor7s = several(
    zscalar, zvector, zmatrix, zrow, zcol, ztensor3, ztensor4, ztensor5, ztensor6, ztensor7
)
