"""Random numbers: `RandomStream(seed)` for draws that go on by themselves, keys for draws that are explicit.

The bits are those of Philox4x32-10, the same on every back end and every machine. Where `rng` is a shared generator of
NumPy (`sl.shared(np.random.default_rng(5))`) NumPy draws; `basic`, `utils`, `op`, `type` and `var` have what programs
for Aesara and PyTensor find there.
"""

# ruff: noqa: F403, PLE0604 - each module says in `__all__` what it adds

from symlab.tensor.random import arrays, basic, continuous, discrete, op, type, utils, var
from symlab.tensor.random.arrays import *
from symlab.tensor.random.continuous import *
from symlab.tensor.random.discrete import *
from symlab.tensor.random.op import RandomState, RandomVariable, default_rng
from symlab.tensor.random.sources import fold_in, key, split
from symlab.tensor.random.streams import RandomStream
from symlab.tensor.random.type import rng
from symlab.tensor.random.var import shared_rng

__all__ = [
    "RandomState",
    "RandomStream",
    "RandomVariable",
    "basic",
    "default_rng",
    "fold_in",
    "key",
    "op",
    "rng",
    "shared_rng",
    "split",
    "type",
    "utils",
    "var",
    *arrays.__all__,
    *continuous.__all__,
    *discrete.__all__,
]
