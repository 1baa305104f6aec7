"""Of what sort the classes of a graph are, by their floats at the points of a sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.rewrite.sorts import Sort
from symlab.core.saturation.egraph import EGraph, ENode
from symlab.core.saturation.matching import proven
from symlab.debug.accuracy.points import Array
from symlab.debug.accuracy.sampling import Sample

SIGNS: Mapping[str, Callable[[Array], Array]] = MappingProxyType(
    {
        "positive": lambda values: values > 0,
        "not negative": lambda values: values >= 0,
        "negative": lambda values: values < 0,
        "between 0 and 1": lambda values: (values >= 0) & (values <= 1),
    }
)


class SampledSigns:
    """Says of what sort classes are by their floats at the points of a sample, where that cannot be proven."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self.known: dict[int, Array] = {}

    def __call__(self, graph: EGraph, sort: Sort, name: int) -> bool:
        """Whether a class may be of a sort."""
        holds = SIGNS.get(sort.name)
        if holds is None or graph[name].type.dtype != graph.dtype:
            return proven(graph, sort, name)
        values = self.values(graph, name)
        with np.errstate(invalid="ignore"):
            return bool(np.all(holds(values) | np.isnan(values)))

    def values(self, graph: EGraph, name: int) -> Array:
        """The floats of a class: of its first node, whose operands are older."""
        waiting = [graph.find(name)]
        while waiting:
            here = waiting[-1]
            node = next(iter(graph[here].nodes))
            missing = [arg for arg in map(graph.find, node.args) if arg not in self.known]
            if missing and here not in self.known:
                waiting += missing
                continue
            waiting.pop()
            if here not in self.known:
                with np.errstate(all="ignore"):
                    self.known[here] = floats_of(node, [self.known[graph.find(arg)] for arg in node.args], self.sample)
        return self.known[graph.find(name)]


def floats_of(node: ENode, operands: Sequence[Array], sample: Sample) -> Array:
    """The floats of a node at the points of a sample."""
    if node.leaf is None:
        value = node.op.compute(*operands, **dict(node.attrs))
    else:
        value = constant_value(node.leaf) if node.leaf.op is CONSTANT else sample.points[node.leaf]
    return np.broadcast_to(value, (len(sample),))
