"""What the namespace can do, as the standard asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from symlab.tensor.dtypes import isdtype
from symlab.xp.array import DEVICE, check_device
from symlab.xp.promotion import DEFAULTS, DTYPES

__all__ = ["__array_namespace_info__"]


class Namespace:
    """What `xp` can do."""

    def capabilities(self) -> Mapping[str, Any]:
        """Masks and shapes that depend on data work; arrays have up to 64 axes."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> str:
        """Where arrays are made."""
        return DEVICE

    def default_dtypes(self, *, device: Any = None) -> Mapping[str, np.dtype[Any]]:
        """The dtypes of what is made without one."""
        check_device(device)
        return dict(DEFAULTS)

    def devices(self) -> list[str]:
        """Where arrays can be."""
        return [DEVICE]

    def dtypes(self, *, device: Any = None, kind: Any = None) -> Mapping[str, np.dtype[Any]]:
        """The dtypes by name, those of a kind if one is given."""
        check_device(device)
        return {name: dtype for name, dtype in DTYPES.items() if kind is None or isdtype(dtype, kind)}


def __array_namespace_info__() -> Namespace:
    """What the namespace can do."""
    return Namespace()
