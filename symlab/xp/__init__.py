"""The Array API standard, eager: arrays with values, whose every operation is run by symlab's ops.

`x = sl.xp.asarray([1.0, 2.0])`, then `x + 1`, `sl.xp.exp(x)`, `sl.xp.linalg.norm`... at once, without a function to
compile. Dtypes mix as the standard says: within one kind only.
"""

# ruff: noqa: F401, F403 - each module says in `__all__` what it adds

from symlab.tensor.dtypes import (
    bool,
    broadcast_shapes,
    complex64,
    complex128,
    e,
    finfo,
    float32,
    float64,
    iinfo,
    inf,
    int8,
    int16,
    int32,
    int64,
    isdtype,
    nan,
    newaxis,
    pi,
    uint8,
    uint16,
    uint32,
    uint64,
)
from symlab.xp import fft, linalg
from symlab.xp.array import Array, astype
from symlab.xp.creation import *
from symlab.xp.elementwise import *
from symlab.xp.inspection import __array_namespace_info__
from symlab.xp.linalg import matmul, tensordot, vecdot
from symlab.xp.manipulation import *
from symlab.xp.promotion import can_cast, result_type
from symlab.xp.searching import *
from symlab.xp.statistics import *

__array_api_version__ = "2024.12"
