"""Theano's `tensor.sort`: order and the largest, the same functions as those of `symlab.tensor`."""

from __future__ import annotations

from symlab.tensor.reductions import argsort, sort
from symlab.tensor.searching import argtopk, topk, topk_and_argtopk

__all__ = ["argsort", "argtopk", "sort", "topk", "topk_and_argtopk"]
