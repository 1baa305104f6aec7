"""`scan_checkpoints`: a loop whose gradient keeps every Nth state only, and computes the steps between them again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, UnsupportedLoop, message
from symlab.core.ops.create import counted
from symlab.core.ops.elementwise import minimum
from symlab.core.ops.index import WHOLE
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.join import join
from symlab.core.ops.loop import Loop, State, make_loop
from symlab.core.ops.operators import Variable, constant, variable
from symlab.core.ops.shape import GIVEN, INTEGER, number_of, reshaped, sizes_of, spread
from symlab.core.scan import Recurrent, Scanned, Taken, listed, make_request
from symlab.core.updates import OrderedUpdates

__all__ = ["scan_checkpoints"]


def scan_checkpoints(
    fn: Any,
    sequences: Any = (),
    outputs_info: Any = None,
    non_sequences: Any = (),
    name: str | None = None,
    n_steps: Any = None,
    save_every_N: int = 10,
    padding: bool = True,
) -> tuple[Any, OrderedUpdates]:
    """The outputs of `scan` after every `save_every_N` steps and after the last; and its updates.

    A gradient through it takes the memory of so many states and of `save_every_N` steps, not of all steps, and the time
    of one more walk forward: with n steps the least memory is that of about sqrt(n) states. Outputs have no taps but
    -1, sequences none but 0, and the loop no `until`. `padding=False` says that the number of steps is a multiple of
    `save_every_N`, so that the sequences need not be copied.
    """
    check_taps(sequences, outputs_info)
    request = make_request(fn, sequences, outputs_info, non_sequences, n_steps, False)
    size = as_steps(save_every_N)
    found = Scanned.of(request)
    if found.loop.until:
        raise InvalidValue(message("a loop with checkpoints cannot stop early", (), ["scan, which takes until(...)"]))
    outer = chunked(found.loop, size, padding)
    outputs = [outer.history(number) for _, number in found.places]
    first = found.loop.states - len(found.updates)
    updates = {leaf: outer.last(first + place) for place, leaf in enumerate(found.updates)}
    return found.formed(outputs, False), OrderedUpdates(updates)


def as_steps(size: Any) -> int:
    """The number of steps from one checkpoint to the next."""
    if not isinstance(size, (int, np.integer)) or size < 1:
        raise InvalidValue(message(f"save_every_N is a number of steps, and {size!r} is none"))
    return int(size)


def check_taps(sequences: Any, outputs: Any) -> None:
    """Raise if a step reads more than the step before and the present row."""
    found = [Recurrent.of(item) for item in listed(outputs)]
    taps = [item.taps for item in map(Taken.of, listed(sequences)) if item.taps != (0,)]
    taps += [item.taps for item in found if item is not None and item.taps != (-1,)]
    if taps:
        problem = f"a loop with checkpoints reads the step before and the present row, not the taps {list(taps[0])}"
        raise UnsupportedLoop(message(problem, (), ["a state for each former value", "scan"]))


def chunked(loop: Loop, size: int, padding: bool) -> Loop:
    """The loop as one over chunks of so many steps, each of which is a loop within."""
    known = loop.node.attr("known")
    chunks = -(-known // size) if known is not None else None
    count: Any = chunks if chunks is not None else number_of((loop.length + (size - 1)) // size)
    whole = not padding or (known is not None and known % size == 0)
    first = loop.states + loop.sequences
    sequences = loop.pairs[loop.states : first]
    rows = [(param, variable(param.type.with_shape((size, *param.type.shape)))) for param, _ in sequences]
    arrays = [in_chunks(array, loop.length, count, size, whole) for _, array in sequences]
    steps: Any = constant(size, dtype=INTEGER)
    given = [(row, array) for (_, row), array in zip(rows, arrays, strict=True)]
    if not whole:
        steps = variable(loop.length.type, "steps")
        given.append((steps, minimum(loop.length - counted(count) * size, size)))
    firsts = [variable(param.type) for param in loop.params[: loop.states]]
    inner = make_loop(
        [State(param, start, new) for param, start, new in zip(loop.params, firsts, loop.results, strict=False)],
        rows, loop.results[loop.states :], steps, constant(size, dtype=INTEGER),
        constants=loop.pairs[first:], known=size,
    )  # fmt: skip
    states = [
        State(start, value, inner.last(place))
        for place, (start, value) in enumerate(zip(firsts, loop.node.args, strict=False))
    ]
    outputs = [last_row(inner.history(loop.states + place), steps) for place in range(loop.outputs)]
    room = constant(chunks, dtype=INTEGER) if chunks is not None else count
    return make_loop(states, given, outputs, room, room, known=chunks, recompute=True)


def in_chunks(array: Variable, length: Variable, count: Any, size: int, whole: bool) -> Variable:
    """Rows in chunks along a new first axis, the last one filled up with zeros."""
    sizes: Sequence[Any] = sizes_of(array)[1:]
    if not whole:
        missing = number_of(count * size - length)
        array = join(array, spread(constant(0, dtype=array.type.dtype), (missing, *sizes)), axis=0)
    return reshaped(array, (count, size, *sizes))


def last_row(history: Variable, steps: Variable) -> Variable:
    """The row of the last step that was made."""
    return slice_op(history, steps - 1, index=(GIVEN, *[WHOLE] * (history.ndim - 1)))  # type: ignore[no-any-return]
