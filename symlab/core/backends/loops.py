"""The reference of loops: Python steps through them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr, Lambda, toposort

Array = np.ndarray[Any, Any]


def run_scan(
    *values: Any, body: Lambda, states: int, sequences: int, reverse: bool, until: bool,
    origins: Any = None, within: Callable[[Mapping[Expr, Any]], tuple[Any, ...]] | None = None, **attributes: Any,
) -> tuple[Any, ...]:  # fmt: skip
    """The results of a `scan` node; see `symlab.core.ops.loop`.

    `origins` says what the nodes of the body stand for; `within` gives those who watch a step, for its values.
    """
    from symlab.core.backends.reference import evaluate

    *operands, steps, length = values
    carried, rows, constants = operands[:states], operands[states : states + sequences], operands[states + sequences :]
    room, wanted = check_lengths(int(length), int(steps), rows)
    histories: list[list[Any]] = [[] for _ in body.body.args]
    done, found = 0, list(carried)
    while done < wanted:
        at = wanted - 1 - done if reverse else done
        given = [*carried, *(row[at] for row in rows), *constants]
        inner = {param: np.asarray(value) for param, value in zip(body.params, given, strict=True)}
        observe, before, deeper = within(inner) if within is not None else (None, None, None)
        found = [np.asarray(item) for item in evaluate(body.body.args, inner, observe, origins, before, deeper)]
        check_states(carried, found)
        carried = found[:states]
        done += 1
        for history, value in zip(histories, found, strict=True):
            history.append(value)
        if until and bool(found[-1]):
            break
    kept = histories[: len(histories) - until]
    shapes = [value.shape for value in found] if done else shapes_of(body, carried, rows, constants)
    columns = [
        column(history, shape, item.type.dtype, room, reverse)
        for history, shape, item in zip(kept, shapes, body.body.args, strict=False)
    ]
    return (*carried, *columns, *([np.int64(done)] * until))


def shapes_of(body: Lambda, states: Sequence[Array], rows: Sequence[Array], constants: Sequence[Array]) -> list[Any]:
    """The shapes of what the body would give, had a step been made."""
    from symlab.core.backends.problems import CallFacts

    shapes = [*(item.shape for item in states), *(row.shape[1:] for row in rows), *(item.shape for item in constants)]
    facts = CallFacts(toposort([body.body]), dict(zip(body.params, shapes, strict=True)))
    found = [facts.shapes[item] for item in body.body.args]
    return [tuple(size if isinstance(size, int) else 0 for size in shape) for shape in found]


def check_lengths(room: int, steps: int, rows: Sequence[Array]) -> tuple[int, int]:
    """The room for steps and the steps to make, if the sequences have as many rows."""
    if room < 0:
        raise ValueError(f"a loop cannot make {room} steps")
    for row in rows:
        if len(row) != room:
            raise ValueError(f"a sequence has {len(row)} rows for {room} steps")
    return room, min(max(steps, 0), room)


def check_states(before: Sequence[Array], after: Sequence[Array]) -> None:
    """Raise if a state has changed its shape."""
    for old, new in zip(before, after, strict=False):
        if old.shape != new.shape:
            raise ValueError(f"a state of shape {old.shape} has shape {new.shape} after a step")


def column(history: Sequence[Array], shape: Any, dtype: Any, room: int, reverse: bool) -> Array:
    """The values of all steps as one array, with zeros where no step was made."""
    result = np.zeros((room, *shape), dtype)
    if history:
        result[: len(history)] = history[::-1] if reverse else history
    return result
