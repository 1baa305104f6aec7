"""The front end that people type: `import symlab.tensor as T`.

NumPy's names, those of the Array API and Theano's are here side by side, as the same objects.
"""

# ruff: noqa: F401, F403 - each module says in `__all__` what it adds

from typing import Any

from symlab.core.custom.watch import Print
from symlab.core.ir.errors import near_names
from symlab.tensor import (
    extra_ops,
    fft,
    inplace,
    io,
    linalg,
    nlinalg,
    nnet,
    opt,
    optimize,
    random,
    raw_random,
    rng_mrg,
    shared_randomstreams,
    signal,
    slinalg,
    sort,
    special,
    xlogx,
)
from symlab.tensor.compositions import *
from symlab.tensor.contracting import *
from symlab.tensor.creation import *
from symlab.tensor.dtypes import *
from symlab.tensor.elementwise import *
from symlab.tensor.families import *
from symlab.tensor.gradients import *
from symlab.tensor.grids import *
from symlab.tensor.indexing import *
from symlab.tensor.interpolation import *
from symlab.tensor.io import *
from symlab.tensor.joining import *
from symlab.tensor.known import *
from symlab.tensor.letters import *
from symlab.tensor.linalg import (
    batched_dot,
    batched_tensordot,
    cross,
    dense_dot,
    dot,
    inner,
    kron,
    matmul,
    matrix_dot,
    matvec,
    outer,
    tensordot,
    vdot,
    vecdot,
    vecmat,
)
from symlab.tensor.nnet import to_one_hot
from symlab.tensor.padding import *
from symlab.tensor.reductions import *
from symlab.tensor.regrouping import *
from symlab.tensor.searching import *
from symlab.tensor.sets import *
from symlab.tensor.shaping import *
from symlab.tensor.signal.conv import convolve
from symlab.tensor.special import *
from symlab.tensor.statistics import *
from symlab.tensor.types import *


def __getattr__(name: str) -> Any:
    near = near_names(name, [other for other in globals() if not other.startswith("_")])
    raise AttributeError(f"module 'symlab.tensor' has no attribute {name!r}" + (f"; {near}" if near else ""))
