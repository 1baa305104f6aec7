"""Nodes that have no C: compiled code asks Python for the value of their NumPy reference."""

from __future__ import annotations

import gc
import itertools
import math
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from symlab.core.backends.c.library import Library
from symlab.core.backends.reference import explained, write_values
from symlab.core.ir.expr import Expr
from symlab.core.ir.types import ArrayType, TupleType
from symlab.core.lower.prepare import Prepared
from symlab.core.lower.program import ReferenceCall

FAILED = 1
Layout = tuple[tuple[np.dtype[Any], range], ...]
SIGNATURE = "int(int64_t, void **, int64_t *)"


def result_types(node: Expr) -> Sequence[ArrayType]:
    """The types of a node's results."""
    return node.type.items if isinstance(node.type, TupleType) else (node.type,)


def layout(node: Expr, wanted: Sequence[bool]) -> Layout:
    """The dtypes of a node's operands and of its results that are read, and where the sizes of each stand in a row."""
    found = []
    first = 0
    for item in (*(arg.type for arg in node.args), *itertools.compress(result_types(node), wanted)):
        rank = len(item.shape)
        found.append((item.dtype, range(first, first + rank)))
        first += rank
    return tuple(found)


class References:
    """The nodes that one compiled function leaves to Python, and what went wrong in each thread."""

    def __init__(self, calls: Sequence[ReferenceCall], prepared: Prepared, library: Library) -> None:
        self.nodes: tuple[Expr, ...] = tuple(call.node for call in calls)
        self.wanted = tuple(tuple(result is not None for result in call.results) for call in calls)
        self.layouts = tuple(map(layout, self.nodes, self.wanted))
        self.prepared, self.ffi = prepared, library.ffi
        self.failed = threading.local()
        # It lives as long as the function does. An interrupt may come before or after all that `compute` guards.
        self.callback = self.ffi.callback(SIGNATURE, self.compute, FAILED, self.note)

    @property
    def address(self) -> int:
        """What compiled code calls."""
        return int(self.ffi.cast("uintptr_t", self.callback))

    def compute(self, number: int, arrays: Any, sizes: Any) -> int:
        """Compute one node: operands and the results that are read lie at `arrays`, their sizes in a row at `sizes`.

        The caller may hold cells of shared variables, so nothing may run here that calls the function again: the
        garbage collector rests.
        """
        node = self.nodes[number]
        values: list[np.ndarray[Any, Any]] = []
        enabled = gc.isenabled()
        try:
            gc.disable()
            values += self.arrays(self.layouts[number], arrays, sizes)
            count = len(node.args)
            write_values(node, self.wanted[number], values[:count], values[count:])
        except BaseException as error:  # noqa: BLE001 - `explain` hands it to the caller of the function
            self.failed.error = explained(error, node, values[: len(node.args)], self.prepared)
            return FAILED
        finally:
            if enabled:
                gc.enable()
        return 0

    def note(self, kind: Any, error: BaseException, trace: Any) -> None:
        """Keep an error that came outside of what `compute` guards."""
        self.failed.error = error

    def arrays(self, layout: Layout, addresses: Any, sizes: Any) -> Iterator[np.ndarray[Any, Any]]:
        """The operands and the results that are read as arrays over the memory of compiled code."""
        for place, (dtype, axes) in enumerate(layout):
            yield self.array(addresses[place], tuple([sizes[axis] for axis in axes]), dtype)

    def array(self, address: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
        """An array over memory."""
        count = math.prod(shape)
        if not count:
            return np.empty(shape, dtype)
        memory = self.ffi.buffer(self.ffi.cast("char *", address), count * dtype.itemsize)
        return np.frombuffer(memory, dtype, count).reshape(shape)

    def error(self) -> BaseException | None:
        """What went wrong last in this thread."""
        error: BaseException | None = getattr(self.failed, "error", None)
        self.failed.error = None
        return error
