"""Of each class of equal forms the one that loses least, by its floats beside the exact values.

A class has one exact value at each point. So a form is judged where it stands: its op on the best floats that its
operands have, against that value. Forms are made from the operands upward, and a better operand makes the forms above
it better, until nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import mpmath
import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ops.elementwise import pow
from symlab.core.ops.operators import Variable
from symlab.core.saturation.egraph import EGraph, ENode
from symlab.core.saturation.extract import applied, cost_of
from symlab.debug.accuracy.exactly import exact_op, fraction_of, rounded
from symlab.debug.accuracy.points import Array, error_bits
from symlab.debug.accuracy.sampling import Sample
from symlab.debug.accuracy.signs import floats_of
from symlab.debug.exact import as_exact, exactly, objects

PRICE = 0.002  # bits that a unit of cost must gain
SWEEPS = 12


@dataclass(eq=False, slots=True)
class Form:
    """One way to compute a class: a node over forms of its operands, with its floats and what they lose."""

    name: int
    node: ENode
    operands: tuple[Form, ...]
    values: Array
    bits: Array
    cost: float
    made: Variable | None = field(default=None)

    def parts(self) -> Iterator[Form]:
        """This form and those that it is made of, operands first, each once."""
        seen: set[Form] = set()
        waiting: list[tuple[Form, bool]] = [(self, False)]
        while waiting:
            form, done = waiting.pop()
            if done:
                yield form
            elif form not in seen:
                seen.add(form)
                waiting.append((form, True))
                waiting += [(operand, False) for operand in reversed(form.operands) if operand not in seen]

    def expression(self) -> Variable:
        """The form as an expression."""
        for form in self.parts():
            if form.made is None:
                form.made = applied(form.node, [operand.made for operand in form.operands if operand.made is not None])
        assert self.made is not None
        return self.made

    def reasons(self, graph: EGraph) -> list[str]:
        """Why its nodes are in the graph."""
        return list(dict.fromkeys(graph[form.name].nodes.get(form.node, "") for form in self.parts()))


class Measured:
    """A saturated graph with the exact value of each class at the points of a sample."""

    def __init__(self, graph: EGraph, sample: Sample) -> None:
        self.graph, self.sample = graph, sample
        self.order = sorted(graph.classes)
        self.nodes = {name: list(graph.classes[name].nodes) for name in self.order}
        self.exact = self.exact_values()
        self.wanted = {name: self.nearest(name) for name in self.exact}
        self.forms: dict[Any, Form] = {}

    def exact_values(self) -> dict[int, Array]:
        """The exact values of classes, by their first node that has one: its operands are older classes."""
        known: dict[int, Array] = {}
        with exactly(int(self.sample.digits.max())):
            for name in self.order:
                found = (self.exact_node(node, known) for node in self.nodes[name])
                value = next((value for value in found if value is not None), None)
                if value is not None:
                    known[name] = value
        return known

    def exact_node(self, node: ENode, known: Mapping[int, Array]) -> Array | None:
        """The exact value of a node, None while an operand has none."""
        if node.leaf is not None:
            return self.exact_leaf(node.leaf)
        args = [self.graph.find(arg) for arg in node.args]
        if any(arg not in known for arg in args):
            return None
        operands = [known[arg] for arg in args]
        if all(operand.dtype != object for operand in operands):  # conditions
            return np.asarray(node.op.compute(*operands, **dict(node.attrs)))
        if node.op.exact is None:
            return None
        if node.op is pow and (constant := self.graph[args[1]].constant) is not None:
            meant = fraction_of(float(constant))
            if meant is not None:
                operands[1] = objects([mpmath.mpf(meant.numerator) / meant.denominator], ())
        return exact_op(self.typed(node), operands)

    def exact_leaf(self, leaf: Expr) -> Array | None:
        """The exact numbers of an input or a constant."""
        if leaf.op is CONSTANT:
            return as_exact(constant_value(leaf))
        values = self.sample.points.get(leaf)
        return None if values is None else as_exact(values)

    def typed(self, node: ENode) -> Expr:
        """A node as its op sees it: with its type."""
        return Expr(node.op, (), node.attrs, self.graph.type_of(node))

    def nearest(self, name: int) -> Array:
        """The floats nearest to the exact values of a class."""
        values = rounded(self.exact[name], self.graph[name].type.dtype)
        return np.broadcast_to(values, (len(self.sample),))

    # Forms

    def best(self, weights: Array) -> dict[int, Form]:
        """Of each class the form that loses least in the weighted mean, its cost counted too."""
        best: dict[int, tuple[float, Form]] = {}
        with np.errstate(all="ignore"):
            for _ in range(SWEEPS):
                changed = False
                for name in self.order:
                    for node in self.nodes[name] if name in self.wanted else ():
                        form = self.form(name, node, best)
                        if form is None:
                            continue
                        score = float(weights @ form.bits) + PRICE * form.cost
                        if name not in best or score < best[name][0] - 1e-3:
                            best[name] = score, form
                            changed = True
                if not changed:
                    break
        return {name: form for name, (_, form) in best.items()}

    def form(self, name: int, node: ENode, best: Mapping[int, tuple[float, Form]]) -> Form | None:
        """A node over the best forms of its operands, computed once for each choice of them."""
        found = [best.get(self.graph.find(arg)) for arg in node.args]
        operands = tuple([item[1] for item in found if item is not None])
        if len(operands) < len(found):
            return None
        key = (name, node, tuple(map(id, operands)))
        made = self.forms.get(key)
        if made is None:
            made = self.forms[key] = self.computed(name, node, operands)
        return made

    def computed(self, name: int, node: ENode, operands: tuple[Form, ...]) -> Form:
        """The floats of a form, and the bits that they lose; conditions lose nothing by themselves."""
        values = floats_of(node, [form.values for form in operands], self.sample)
        wanted = self.wanted[name]
        floats = values.dtype == self.graph.dtype and wanted.dtype == values.dtype
        bits = error_bits(values, wanted) if floats else np.zeros(len(values))
        cost = cost_of(node) + sum(form.cost for form in operands)
        return Form(name, node, operands, values, bits, cost)

    def roots(self, name: int, best: Mapping[int, Form], weights: Array) -> list[Form]:
        """The forms of one class over the best forms of operands, those that lose least first."""
        name = self.graph.find(name)
        pairs = {item: (0.0, form) for item, form in best.items()}
        with np.errstate(all="ignore"):
            found = [form for node in self.nodes[name] if (form := self.form(name, node, pairs)) is not None]
        return sorted([best[name], *found], key=lambda form: float(weights @ form.bits) + PRICE * form.cost)
