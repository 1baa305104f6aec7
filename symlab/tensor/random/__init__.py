"""Random numbers: `RandomStream(seed)` for draws that go on by themselves, keys for draws that are explicit.

The bits are those of Philox4x32-10, the same on every back end and every machine.
"""

# ruff: noqa: F403, PLE0604 - each module says in `__all__` what it adds

from symlab.tensor.random import arrays, continuous, discrete
from symlab.tensor.random.arrays import *
from symlab.tensor.random.continuous import *
from symlab.tensor.random.discrete import *
from symlab.tensor.random.sources import fold_in, key, split
from symlab.tensor.random.streams import RandomStream

__all__ = ["RandomStream", "fold_in", "key", "split", *arrays.__all__, *continuous.__all__, *discrete.__all__]
