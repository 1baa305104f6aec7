"""How many bits an expression loses at each point, and which of its nodes lose them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.op import AS_WRITTEN, CONSTANT
from symlab.debug.accuracy.exactly import exact_values, float_node, float_values, rounded
from symlab.debug.accuracy.points import Array, error_bits
from symlab.debug.accuracy.sampling import Sample
from symlab.debug.exact import NoExactValue, as_exact, exactly


@dataclass(frozen=True)
class Loss:
    """What one node loses by itself: bits at each point, its operands being the floats nearest to the exact ones."""

    node: Expr
    bits: Array

    @property
    def mean(self) -> float:
        """The mean of the bits."""
        return float(self.bits.mean())


def lost_bits(root: Expr, sample: Sample) -> Array:
    """The error of an expression, computed as it is written, at each point of a sample."""
    return error_bits(np.asarray(float_values([root], sample.points)[0], sample.wanted.dtype), sample.wanted)


def local_losses(root: Expr, sample: Sample, dtype: np.dtype[Any]) -> list[Loss]:
    """The nodes below a root with what each of them loses, those that lose most first."""
    nodes = toposort([root])
    exact = nearest_floats(nodes, sample, dtype)
    found = []
    with np.errstate(all="ignore"):
        for node in nodes:
            if not node.args or node.op is AS_WRITTEN or node not in exact or node.type.dtype != dtype:
                continue
            if all(arg in exact for arg in node.args):
                value = float_node(node, [exact[arg] for arg in node.args])
                found.append(Loss(node, error_bits(value.astype(dtype), exact[node])))
    return sorted(found, key=lambda loss: -loss.mean)


def nearest_floats(nodes: Sequence[Expr], sample: Sample, dtype: np.dtype[Any]) -> Mapping[Expr, Array]:
    """The exact values of nodes, as the nearest floats of their dtypes."""
    found: dict[Expr, Array] = {}
    with exactly(int(sample.digits.max())):
        known = {node: as_exact(values) for node, values in sample.points.items()}
        for node in nodes:
            try:
                known.setdefault(node, exact_values([node], known)[0])
            except NoExactValue:
                continue
            kind = node.type.dtype if node.op is not CONSTANT else dtype
            found[node] = np.broadcast_to(rounded(known[node], kind), (len(sample),))
    return found
