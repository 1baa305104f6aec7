"""Repetition by counts that are known at the call only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from symlab.core.ir.errors import Misfit, TypeMismatch
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, array_type
from symlab.core.ops.declare import declared


def repeated_type(attributes: Mapping[str, Any], counts: ArrayType) -> ArrayType:
    """The type of `places_repeated`."""
    if counts.ndim != 1 or counts.dtype.kind not in "iu":
        raise Misfit(f"counts are a vector of integers, not {counts}", kind=TypeMismatch)
    return array_type(np.int64, (None,))


places_repeated: Op = declared(
    "places_repeated",
    Kind.CALL,
    doc="0, 1, 2, ..., each as often as its count says: places for `take`.",
    reference=lambda counts: np.repeat(np.arange(len(counts), dtype=np.int64), counts.astype(np.int64)),
    infer=repeated_type,
)
