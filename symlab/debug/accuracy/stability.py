"""`sl.debug.stability`: how many bits an expression loses on sampled inputs, where, and what loses fewer."""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from symlab.core.function import Function
from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.op import AS_WRITTEN, CONSTANT, INPUT, Kind
from symlab.core.ir.types import ArrayType
from symlab.core.ops.operators import Variable
from symlab.core.ops.passing import as_written
from symlab.core.seams import seam
from symlab.debug.accuracy.branches import with_branches
from symlab.debug.accuracy.candidates import Candidate, Search
from symlab.debug.accuracy.errors import Loss, local_losses, lost_bits
from symlab.debug.accuracy.exactly import float_values
from symlab.debug.accuracy.points import Array
from symlab.debug.accuracy.sampling import Sample, Sampler, Where, joined
from symlab.debug.accuracy.told import said_of

SECONDS = 20.0  # of a search
QUIET = 2.0  # seconds after which a search says what it does
MOST = 5  # suggestions
MOST_ROWS = 8  # nodes that a report shows
SHOWN = 0.05  # bits that a node must lose to be shown
Progress = Callable[[str], None]


def stability(
    expression: Variable | Function,
    ranges: Mapping[Variable, tuple[float, float]] | None = None,
    where: Where = None,
    samples: int = 256,
    seed: int = 0,
) -> Stability:
    """How many bits an elementwise expression (or function of one output) loses, as written, on sampled inputs.

    Inputs are drawn from all floats between the ends of `ranges` (input -> (low, high); else all finite floats), each
    float as likely as any other, where the precondition `where` holds: an expression of the inputs, computed exactly,
    or a function of their values in the order in which the expression reads them. Bits are log2(1 + units in the last
    place between what is computed and the exact value), and all bits of the dtype for a nan.
    """
    root = expression_of(expression)
    inputs = checked_inputs(root)
    if root.type.dtype.kind != "f":
        raise TypeMismatch(no_floats([root]))
    ranges = checked_ranges(ranges or {}, inputs)
    if samples < 8:
        raise InvalidValue(message(f"samples is {samples}, and a search needs 8 at least", (), ["samples=256"]))
    if isinstance(where, Variable) and (unknown := set(checked_inputs(where)) - set(inputs)):
        names = [(node.name or "input", node) for node in unknown]
        raise InvalidValue(message("the precondition has inputs that the expression has not", names))
    sampler = Sampler(root, inputs, ranges, where, root.type.dtype)
    return Stability(root, sampler, sampler.draw(samples, (seed, 0)), seed)


def expression_of(value: Any) -> Variable:
    """The expression behind what was given."""
    value = getattr(value, "details", value)
    if isinstance(value, Function):
        if len(value.outputs) != 1:
            raise TypeMismatch(message(f"the function has {len(value.outputs)} outputs", (), ["one expression of it"]))
        return value.outputs[0]
    if not isinstance(value, Variable):
        raise TypeMismatch(message(f"{value!r} is neither an expression nor a compiled function"))
    return value


def checked_inputs(root: Variable) -> list[Variable]:
    """The inputs of an expression of which all is elementwise and has an exact meaning."""
    inputs: list[Variable] = []
    wrong: list[Variable] = []
    for node in toposort([root]):
        assert isinstance(node, Variable)
        if not isinstance(node.type, ArrayType) or node.type.dtype.kind not in "fb":
            wrong.append(node)
        if node.op is INPUT:
            inputs.append(node)
        elif node.op is CONSTANT and not node.type.ndim:
            continue
        elif node.op is not AS_WRITTEN and (node.op.kind is not Kind.ELEMENTWISE or node.op.exact is None):
            raise TypeMismatch(message(
                f"only elementwise expressions are examined, and {node.op.name} has {why_not(node)}",
                [(node.name or node.op.name, node)], ["the part of the expression below it"],
            ))  # fmt: skip
    wrong += [node for node in inputs if node.type.dtype.kind == "b"]
    if wrong:
        raise TypeMismatch(no_floats(wrong))
    if not inputs:
        raise InvalidValue(message("the expression has no inputs, so there is nothing to sample", [("it", root)]))
    return inputs


def no_floats(nodes: Sequence[Variable]) -> str:
    """The error where integers, truth values or complex numbers stand."""
    names = [(node.name or node.op.name, node) for node in nodes]
    return message("only real floating-point numbers lose bits", names, ["the expression with inputs cast to floats"])


def why_not(node: Variable) -> str:
    """What an op lacks."""
    return "no exact meaning" if node.op.kind is Kind.ELEMENTWISE else "several elements for one"


def checked_ranges(
    ranges: Mapping[Variable, tuple[float, float]], inputs: Sequence[Variable]
) -> dict[Expr, tuple[float, float]]:
    """Ranges of inputs, the lower end first."""
    for node, (low, high) in ranges.items():
        if node not in inputs:
            raise InvalidValue(message(f"{node!r} is no input of the expression", [("range of", node)]))
        if not -np.inf < low <= high < np.inf:
            problem = f"the range of {node.name or 'an input'} is ({low}, {high}), which no finite number is in"
            raise InvalidValue(message(problem, [("range of", node)], ["(low, high) with low below high"]))
    return dict(ranges)


@dataclass(eq=False)
class Stability:
    """What an expression loses on a sample: `bits` at each point, `losses` by node; `suggest()` searches for less."""

    root: Variable
    sampler: Sampler
    sample: Sample
    seed: int
    kept: dict[float, list[Suggestion]] = field(default_factory=dict)

    @cached_property
    def bits(self) -> Array:
        """The bits lost at each point."""
        return lost_bits(self.root, self.sample)

    @property
    def mean(self) -> float:
        """The mean of the bits lost."""
        return float(self.bits.mean())

    @cached_property
    def losses(self) -> list[Loss]:
        """What each node loses by itself, those that lose most first."""
        return local_losses(self.root, self.sample, self.root.type.dtype)

    @property
    def worst(self) -> dict[str, float]:
        """The input at which most is lost, with what is computed there and the exact value."""
        place = int(np.argmax(self.bits))
        names = [node.name or f"input {number}" for number, node in enumerate(self.sampler.inputs, 1)]
        values = [float(self.sample.points[node][place]) for node in self.sampler.inputs]
        computed = float_values([self.root], self.sample.points)[0][place]
        return {
            **dict(zip(names, values, strict=True)),
            "computed": float(computed),
            "exact": float(self.sample.wanted[place]),
        }

    def suggest(self, seconds: float = SECONDS, progress: Progress | None = None) -> list[Suggestion]:
        """Forms that lose fewer bits, the best first: each measured on points that the search does not see.

        `seconds` is when the search begins nothing new; `progress` is told what it does, by default the error stream
        after two seconds.
        """
        if seconds not in self.kept:
            said = progress or speak(time.monotonic())
            moderate = self.sampler.draw_moderate(len(self.sample) // 4, (self.seed, 2))
            seen = joined([self.sample, moderate], self.sampler)
            search = Search(self.root, seen, time.monotonic() + seconds, said)
            pool = search.run()
            said("ranges on which different forms are best")
            branched = with_branches(pool, seen, self.root)
            found = sorted([*pool, branched] if branched else pool, key=lambda item: item.score)
            fresh = self.sampler.draw(len(self.sample), (self.seed, 1))
            before = float(lost_bits(self.root, fresh).mean())
            least = float(lost_bits(self.root, seen).mean()) - SHOWN
            better = [item for item in found if item.mean < least and item.expression is not self.root]
            self.kept[seconds] = [suggestion(item, fresh, before) for item in better[:MOST]]
        return self.kept[seconds]

    def __repr__(self) -> str:
        lines = [self.head(), *("  " + "  ".join(row) for row in self.rows())]
        return "\n".join([*lines, "worst: " + ", ".join(f"{name} = {value!r}" for name, value in self.worst.items())])

    def head(self) -> str:
        """The first line."""
        bits = 8 * self.root.type.dtype.itemsize
        formula = seam("display.short")(self.root)
        return f"{self.mean:.2f} of {bits} bits lost on average at {len(self.sample)} points: {formula}"

    def rows(self) -> list[tuple[str, str, str]]:
        """Bits, node and source line of the nodes that lose most."""
        found = [loss for loss in self.losses if loss.mean > SHOWN][:MOST_ROWS]
        return [(f"{loss.mean:6.2f}", seam("display.short")(loss.node), place_of(loss.node)) for loss in found]

    def _repr_html_(self) -> str:
        cells = ("".join(f"<td>{html.escape(text)}</td>" for text in row) for row in self.rows())
        rows = "".join(f"<tr>{row}</tr>" for row in cells)
        worst = html.escape(", ".join(f"{name} = {value!r}" for name, value in self.worst.items()))
        heads = "<tr><th>bits</th><th>node</th><th>built in</th></tr>"
        return f"<p>{html.escape(self.head())}</p><table>{heads}{rows}</table><p>worst: {worst}</p>"


@dataclass(frozen=True)
class Suggestion:
    """A form of an expression that loses fewer bits: (before, after) on average at points that no search saw."""

    expression: Variable
    bits: tuple[float, float]
    reasons: tuple[str, ...]

    def __repr__(self) -> str:
        before, after = self.bits
        lines = seam("display.pp")(self.form).splitlines()
        text = "\n".join(f"  {line}" for line in lines)
        return f"{after:.2f} bits lost, {before:.2f} as written:\n{text}\nby " + "; ".join(self.reasons)

    @property
    def form(self) -> Variable:
        """The expression without the mark that keeps its form."""
        inner = self.expression.args[0]
        assert isinstance(inner, Variable)
        return inner

    def _repr_html_(self) -> str:
        before, after = self.bits
        reasons = "".join(f"<li>{html.escape(reason)}</li>" for reason in self.reasons)
        formula = seam("display.latex")(self.form)
        bits = f"{after:.2f} bits lost, {before:.2f} as written"
        return f"<p>{bits}</p><p>$\\displaystyle {formula}$</p><ul>{reasons}</ul>"


def suggestion(candidate: Candidate, fresh: Sample, before: float) -> Suggestion:
    """A candidate measured on fresh points, marked so that the compiler keeps its form."""
    after = float(lost_bits(candidate.expression, fresh).mean())
    return Suggestion(as_written(candidate.expression), (before, after), said_of(candidate.reasons))


def place_of(node: Expr) -> str:
    """The user's line that built a node."""
    origin = getattr(node, "origin", None)
    return f"{origin.place}: {origin.text}" if origin else ""


def speak(started: float) -> Progress:
    """A progress that says, on the error stream, what is done after the first seconds."""

    def said(text: str) -> None:
        spent = time.monotonic() - started
        if spent > QUIET:
            sys.stderr.write(f"stability: {spent:.0f} s, {text}\n")

    return said
