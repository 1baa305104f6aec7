"""`theano.tests.unittest_tools`: what tests of programs and libraries written for Theano derive from and call."""

from __future__ import annotations

import os
import unittest
from collections.abc import Sequence
from typing import Any

import numpy as np

import symlab as sl
from symlab.core.gradcheck import verify_grad as verify

SEED = 666  # Theano's, unless THEANO_UNITTEST_SEED says another


def fetch_seed(pseed: int | None = None) -> int | None:
    """The seed of tests: the given one, else the number in THEANO_UNITTEST_SEED ("random": None), else 666."""
    if pseed is not None:
        return pseed
    told = os.environ.get("THEANO_UNITTEST_SEED", str(SEED))
    return None if told == "random" else int(told)


def seed_rng(pseed: int | None = None) -> int | None:
    """Seed NumPy's global generator, as tests of Theano's kind do before they draw."""
    seed = fetch_seed(pseed)
    np.random.seed(seed)
    return seed


def verify_grad(op: Any, pt: Sequence[Any], n_tests: int = 2, rng: Any = None, *args: Any, **options: Any) -> None:
    """Compare a gradient with finite differences at `pt`, with a generator that is seeded as tests are."""
    generator = np.random.RandomState(seed_rng()) if rng is None else rng
    verify(op, pt, n_tests, generator, *args, **options)


def assert_allclose(expected: Any, value: Any, rtol: float | None = None, atol: float | None = None) -> None:
    """Arrays of one shape whose numbers are close, as their dtypes allow."""
    coarse = any(np.asarray(item).dtype in (np.float32, np.complex64) for item in (expected, value))
    relative, absolute = (1e-5, 1e-5) if coarse else (1e-6, 1e-8)
    np.testing.assert_allclose(
        value, expected, rtol=relative if rtol is None else rtol, atol=absolute if atol is None else atol
    )


class InferShapeTester(unittest.TestCase):
    """Tests that the shapes of an op's results are known without running it."""

    def setUp(self) -> None:
        """Seed NumPy's generator."""
        seed_rng()

    def _compile_and_check(
        self, inputs: Sequence[Any], outputs: Sequence[Any], numeric_inputs: Sequence[Any], cls: Any,
        excluding: Any = None, warn: bool = True, check_topo: bool = True,
    ) -> None:  # fmt: skip
        """The shapes of `outputs` for these values; no op of the class `cls` may be needed to know them."""
        values = sl.function(inputs, outputs, on_unused_input="ignore")(*numeric_inputs)
        f = sl.function(inputs, [output.shape for output in outputs], on_unused_input="ignore")
        if check_topo:
            kinds = cls if isinstance(cls, tuple) else (cls,)
            used = [node.op for node in f.maker.fgraph.toposort()]
            assert not any(isinstance(op, kinds) for op in used), f"the shapes need one of {kinds}"
        for found, value in zip(f(*numeric_inputs), values, strict=True):
            assert tuple(found) == np.shape(value), (found, np.shape(value))
