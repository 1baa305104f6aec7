"""Functions that write results over arguments: what `T.inplace` makes, and what `In(mutable=True)` allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from symlab.core.arguments import Signature
from symlab.core.delegating import Delegating
from symlab.core.ir.types import ArrayType
from symlab.core.request import Request


class OverwritingFunction(Delegating, to="made"):
    """A function in front of another one that copies results into the arrays that they are to be written over."""

    def __init__(self, made: Any, request: Request, pairs: Sequence[tuple[int, int]]) -> None:
        self.made, self.layout, self.pairs = made, request.layout, pairs
        self.signature = Signature(request.name, request.inputs)

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """The results, some of which are then in the arguments as well; a call for some outputs leaves arguments."""
        if self.signature.asks_for_subset(keywords):
            return self.made(*args, **keywords)
        found = self.made(*args, **keywords)
        given = self.signature.given(args, keywords)
        results = [found] if self.layout == "s" else list(found.values()) if self.layout == "d" else found
        for output, place in self.pairs:
            others = [*given[:place], *given[place + 1 :], *self.values_kept()]
            write_over(given[place], results[output], others)
        return found

    def values_kept(self) -> list[Any]:
        """The values of the shared variables, of which one may be the argument itself."""
        return [variable.cell.get_value(borrow=True) for variable in self.made.get_shared()]

    def __getitem__(self, key: Any) -> Any:
        return self.made[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.made[key] = value


def write_over(argument: Any, result: np.ndarray[Any, Any], others: Sequence[Any]) -> None:
    """Copy a result into an argument that is an array of its kind, can be written, and is no part of the others."""
    if not isinstance(argument, np.ndarray) or not argument.flags.writeable:
        return
    if argument.shape != result.shape or argument.dtype != result.dtype:
        return
    if not any(isinstance(other, np.ndarray) and np.may_share_memory(other, argument) for other in others):
        argument[...] = result


def overwriting(made: Any, request: Request) -> Any:
    """The function itself, unless outputs are to be written over arguments, or may be."""
    pairs = [*asked_for(request)] if request.inplace else []
    pairs += allowed(request, pairs)
    return OverwritingFunction(made, request, pairs) if pairs else made


def asked_for(request: Request) -> Iterator[tuple[int, int]]:
    """The outputs that `T.inplace` made, and the places of the inputs that they are written over."""
    places = {item.variable: place for place, item in enumerate(request.inputs)}
    for number, output in enumerate(request.outputs):
        target = getattr(getattr(output, "tag", None), "written_over", None)
        if target in places:
            yield number, places[target]


def allowed(request: Request, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """For each other input that may be written over an output of its type that is written nowhere else."""
    outputs = {number: out for number, out in enumerate(request.outputs) if number not in dict(pairs)}
    found = []
    for place, item in enumerate(request.inputs):
        kind = item.variable.type
        if not item.mutable or not isinstance(kind, ArrayType) or place in dict(pairs).values():
            continue
        fits = (n for n, out in outputs.items() if (out.type.dtype, out.type.ndim) == (kind.dtype, kind.ndim))
        if (number := next(fits, None)) is not None:
            found.append((number, place))
            del outputs[number]
    return found
