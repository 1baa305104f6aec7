"""Functions that write results over arguments, as `accept_inplace=True` allows to what `T.inplace` makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symlab.core.arguments import Signature
from symlab.core.delegating import Delegating
from symlab.core.request import Request


class OverwritingFunction(Delegating, to="made"):
    """A function in front of another one that copies results into the arrays that they are to be written over."""

    def __init__(self, made: Any, request: Request, pairs: Sequence[tuple[int, int]]) -> None:
        self.made, self.layout, self.pairs = made, request.layout, pairs
        self.signature = Signature(request.name, request.inputs)

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """The results, some of which are then in the arguments as well."""
        found = self.made(*args, **keywords)
        given = self.signature.given(args, keywords)
        results = [found] if self.layout == "s" else list(found.values()) if self.layout == "d" else found
        for output, place in self.pairs:
            argument, result = given[place], results[output]
            if isinstance(argument, np.ndarray) and argument.shape == result.shape and argument.dtype == result.dtype:
                argument[...] = result
        return found


def overwriting(made: Any, request: Request) -> Any:
    """The function itself, unless an output is to be written over an input."""
    places = {item.variable: place for place, item in enumerate(request.inputs)}
    targets = [getattr(getattr(output, "tag", None), "written_over", None) for output in request.outputs]
    pairs = [(output, places[target]) for output, target in enumerate(targets) if target in places]
    return OverwritingFunction(made, request, pairs) if pairs else made
