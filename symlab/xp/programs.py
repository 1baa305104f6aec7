"""Expressions kept by what they compute and for which types, and run on arrays at once.

A program is built once for a function of `symlab.tensor`, its options and the types of its operands: their dtypes,
ranks, and which sizes are 1. At first the reference evaluator runs it, which costs some microseconds a call. When a
program has worked so much that compiling would have cost no more, it is compiled. Work is counted in elements and
calls, not in seconds, so that a script gives the same bits each time it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from symlab.core.backends.base import available
from symlab.core.backends.reference import evaluate
from symlab.core.function import compile_request
from symlab.core.ir import config
from symlab.core.ir.expr import toposort
from symlab.core.ir.types import array_type
from symlab.core.modes import as_mode
from symlab.core.ops.operators import Variable, variable
from symlab.core.request import make_request

Array = np.ndarray[Any, Any]
Types = tuple[tuple[np.dtype[Any], tuple[int | None, ...]], ...]
Options = tuple[tuple[str, Any], ...]

CALL = 20_000  # what the evaluator's overhead for one node is worth, in elements
WORTH = 200_000_000  # compiling takes 0.15 to 0.3 s, and NumPy some 1 ns an element
KEPT = 4096  # programs, the least recently used is forgotten first


class Program:
    """An expression with its inputs."""

    def __init__(self, inputs: Sequence[Variable], outputs: Sequence[Variable], layout: Callable[..., Any]) -> None:
        self.inputs, self.outputs, self.layout = tuple(inputs), tuple(outputs), layout
        self.nodes = sum(1 for node in toposort(outputs) if node.args)
        self.work = 0
        self.compiled: Callable[..., Sequence[Array]] | None = None

    def __call__(self, arrays: Sequence[Array]) -> Any:
        """The results for these arrays."""
        if self.compiled is not None:
            return self.layout(self.compiled(*arrays))
        self.work += CALL * self.nodes + max((array.size for array in arrays), default=0)
        if self.work > WORTH:
            self.work = 0
            self.compiled = self.compile()
        return self.layout(evaluate(self.outputs, dict(zip(self.inputs, arrays, strict=True))))

    def compile(self) -> Callable[..., Sequence[Array]] | None:
        """The compiled function; None where functions are not compiled, so that the evaluator stays."""
        settings = replace(config.current(), device="cpu", reuse_outputs=False)
        mode = as_mode(settings.mode)
        if available(mode.backend, settings)[0] is None:
            return None
        request = make_request(list(self.inputs), list(self.outputs), None, None, False, None, "ignore", None, True)
        return compile_request(request, mode, settings)  # type: ignore[no-any-return]


def run(function: Callable[..., Any], arrays: Sequence[Array], **options: Any) -> Any:
    """What the expression `function(*operands, **options)` is for these arrays: one array, or a tuple of them."""
    types = tuple([(array.dtype, tuple([1 if size == 1 else None for size in array.shape])) for array in arrays])
    return program_for(function, tuple(options.items()), types)(arrays)


def run_exactly(function: Callable[..., Any], arrays: Sequence[Array], **options: Any) -> Any:
    """As `run`, for a function that must know all sizes."""
    types = tuple([(array.dtype, array.shape) for array in arrays])
    return program_for(function, tuple(options.items()), types)(arrays)


@lru_cache(KEPT)
def program_for(function: Callable[..., Any], options: Options, types: Types) -> Program:
    """The program of a function with these options for operands of these types."""
    inputs = [variable(array_type(dtype, shape)) for dtype, shape in types]
    found = function(*inputs, **dict(options))
    outputs, layout = ([found], first) if isinstance(found, Variable) else (list(found), layout_of(found))
    for node in toposort(outputs):
        if isinstance(node, Variable):
            node.origin = None  # the line that came first, which is not the line that runs
    return Program(inputs, outputs, layout)


def first(values: Sequence[Array]) -> Array:
    """The only result."""
    return values[0]


def layout_of(found: Any) -> Callable[[Sequence[Array]], Any]:
    """What makes of several results the tuple, or the named tuple, that the function gave."""
    return found._make if hasattr(found, "_make") else tuple
