"""Functions that the NumPy programs share."""

from __future__ import annotations

import numpy as np


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
