"""Vectorization: an expression over arrays becomes the same expression over stacks of them, with no loop."""

from __future__ import annotations

from symlab.core.batching.stack import Unbatchable
from symlab.core.batching.vectorize import vectorize, vectorize_graph

__all__ = ["Unbatchable", "vectorize", "vectorize_graph"]
