"""Rules that are verified on boxes: their two sides, enclosed over whole boxes, are nowhere farther apart than told.

Samples say that two formulas agree at points. This says that they agree at every point of the boxes: of the difference
of both sides, Taylor polynomials are enclosed by intervals (`intervals`). Boxes on which a side is not defined, or on
which a choice is not the same everywhere, are left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ops.operators import constant
from symlab.core.ops.polynomials import horner
from symlab.core.rewrite.rule import Rule
from symlab.testing import intervals
from symlab.testing.formulas import instances
from symlab.testing.intervals import Interval, Jet, exp_terms, log_terms, number, power_terms, sine_terms, variable

TOLERANCE, TINY = 1e-6, 1e-12  # of the larger side, and beside it
LEAST = 0.25  # the part of the boxes on which the sides must agree
GRID: Mapping[int, tuple[int, int]] = {1: (120, 8), 2: (32, 6)}  # variables: boxes along each, and the order
RANGES: Mapping[str, tuple[float, float]] = {"positive": (0.05, 4.05), "share": (0.02, 0.98), "small": (-0.1, 0.1)}
RANGE = (-3.0, 3.0)
Values = Mapping[Expr, Any]


class Unknown(Exception):
    """An op has no enclosure, or a rule no variables that boxes are made of."""


@dataclass(frozen=True)
class Verified:
    """On how many boxes the sides of a rule agree everywhere, differ everywhere, and on how many nothing is known."""

    agree: int
    differ: int
    unknown: int

    def __bool__(self) -> bool:
        return not self.differ and self.agree >= LEAST * (self.agree + self.unknown)


def verified(rule: Rule) -> Verified | None:
    """The boxes on which a rule is verified; None where it is no formula of one or two numbers that is known here."""
    if (
        rule.left is None
        or rule.right is None
        or rule.sequences
        or any(sort.name == "attributes" for sort in rule.sorts.values())
    ):
        return None
    made = next(instances(rule, "float64"))
    right = made.right if isinstance(made.right, Expr) else constant(np.array(made.right, "float64"))
    names = {node: str(getattr(node, "name", "")) for node in made.values}
    if len(made.values) not in GRID or any(value.ndim != 1 for value in made.values.values()):
        return None
    try:
        return compared(made.left, right, [(node, rule.sorts[names[node]].samples.__name__) for node in names])
    except Unknown:
        return None


def compared(left: Expr, right: Any, variables: Sequence[tuple[Expr, str]]) -> Verified:
    """Both sides on the boxes over the ranges of their variables."""
    count, order = GRID[len(variables)]
    ranges = [RANGES.get(kind, RANGE) for _, kind in variables]
    halves = [(high - low) / count / 2 for low, high in ranges]
    middles = np.meshgrid(
        *[low + half * (2 * np.arange(count) + 1) for (low, _), half in zip(ranges, halves)], indexing="ij"
    )
    jets: dict[Expr, Any] = {
        node: variable(place, len(variables), middle.ravel(), half, order)
        for place, ((node, _), middle, half) in enumerate(zip(variables, middles, halves))
    }
    space = Space(len(variables), order, middles[0].ravel(), tuple(halves))
    with np.errstate(all="ignore"):
        for node in toposort([left, right]):
            if node not in jets:
                jets[node] = space.value(node, [jets[arg] for arg in node.args])
        first, second = space.real(jets[left]), space.real(jets[right])
        apart = (first + -second).enclosure(halves)
        limit = TOLERANCE * np.maximum(first.enclosure(halves).size, second.enclosure(halves).size) + TINY
    defined = np.isfinite(limit) & space.decided
    agree = defined & (apart.size <= limit)
    differ = defined & ((apart.low > limit) | (apart.high < -limit))
    return Verified(int(agree.sum()), int(differ.sum()), int((~agree & ~differ).sum()))


class Space:
    """The boxes, and on which of them every choice so far was the same everywhere."""

    def __init__(self, variables: int, order: int, like: np.ndarray, halves: tuple[float, ...]) -> None:
        self.variables, self.order, self.like, self.halves = variables, order, like, halves
        self.decided = np.ones(like.shape, bool)

    def number(self, value: float) -> Jet:
        """A constant on all boxes."""
        return number(value, self.variables, self.like, self.order)

    def real(self, value: Any) -> Jet:
        """A value as a jet."""
        return value if isinstance(value, Jet) else self.number(0.0).chosen(value, self.number(1.0), self.number(0.0))

    def value(self, node: Expr, args: list[Any]) -> Any:
        """What a node is on each box: a jet, or truth values."""
        if node.op is CONSTANT:
            item = constant_value(node).item()
            if not math.isfinite(item):
                return self.number(item)
            return np.full(self.like.shape, item) if isinstance(item, bool) else self.number(float(item))
        name = node.op.name
        if name == "pow":
            exponent = node.args[1]
            if exponent.op is not CONSTANT:
                raise Unknown(name)
            return args[0].of(power_terms(float(constant_value(exponent).item())))
        if name == "polynomial":
            return self.real(horner(node.attr("coefficients"), self.real(args[0]), self.number))
        if name in CHOICES:
            return CHOICES[name](self, *args)
        if name not in FUNCTIONS:
            raise Unknown(name)
        return FUNCTIONS[name](*[self.real(arg) for arg in args])

    def less(self, first: Jet, second: Jet) -> np.ndarray:
        """Where one value is below another everywhere; where neither that nor the opposite holds is left out."""
        gap = (first + -second).enclosure(self.halves)
        self.decided &= (gap.high < 0) | (gap.low > 0)
        return gap.high < 0

    def equal(self, first: Jet, second: Jet) -> np.ndarray:
        """Nowhere, where the values are apart; where they may meet is left out."""
        self.less(first, second)
        return np.zeros(self.like.shape, bool)


def choice(space: Space, condition: Any, first: Any, second: Any) -> Jet:
    """The value of `switch`, whose condition is the same on a whole box."""
    return space.real(first).chosen(condition, space.real(first), space.real(second))


def by_slope(start: Callable[[np.ndarray], np.ndarray], slope: Callable[[Jet], Jet]) -> Callable[[Jet], Jet]:
    """A function that rises, by its values and the formula of its derivative."""

    def terms(x: Interval, count: int) -> list[Interval]:
        line = variable(0, 1, x.low, 0.0, count - 1).middle.with_constant(x)
        steps = slope(Jet(line, line, 1, count - 1)).middle
        first = intervals.rising(start, x)
        divided = [steps.at(k) * intervals.exactly(1 / (k + 1), x.low) for k in range(count - 1)]
        return [first, *(intervals.outward(item.low, item.high, 2) for item in divided)]

    return lambda x: x.of(terms)


def plus(x: Jet, value: float) -> Jet:
    """A jet and a number."""
    return x.both(lambda a: a.with_constant(a.at(0) + intervals.exactly(value, a.low[0])))


def times(x: Jet, value: float) -> Jet:
    """A jet times a number."""
    return x.both(lambda a: a * intervals.exactly(value, a.low))


def exp(x: Jet) -> Jet:
    """The exponential of a jet."""
    return x.of(exp_terms)


def log(x: Jet) -> Jet:
    """The logarithm of a jet, which must be positive."""
    return x.of(log_terms)


def over(x: Jet) -> Jet:
    """1 over a jet, which must not be 0."""
    return x.of(power_terms(-1.0))


def root(x: Jet) -> Jet:
    """The root of a jet, which must be positive."""
    return x.of(power_terms(0.5))


def sigmoid(x: Jet) -> Jet:
    """1 / (1 + exp(-x))."""
    return over(plus(exp(-x), 1.0))


def total(*terms: Jet) -> Jet:
    """The sum of jets."""
    return sum(terms[1:], terms[0])


def multiplied(*factors: Jet) -> Jet:
    """The product of jets."""
    result = factors[0]
    for factor in factors[1:]:
        result = result * factor
    return result


sine, cosine = (lambda x: x.of(sine_terms(0))), (lambda x: x.of(sine_terms(1)))
erf = by_slope(np.vectorize(math.erf), lambda x: times(exp(-(x * x)), 2 / math.sqrt(math.pi)))
erfc = by_slope(np.vectorize(lambda x: -math.erfc(x)), lambda x: times(exp(-(x * x)), 2 / math.sqrt(math.pi)))

FUNCTIONS: Mapping[str, Callable[..., Jet]] = {
    "add": total,
    "mul": multiplied,
    "sub": lambda x, y: x + -y,
    "true_div": lambda x, y: x * over(y),
    "neg": lambda x: -x,
    "reciprocal": over,
    "sqr": lambda x: x * x,
    "sqrt": root,
    "exp": exp,
    "expm1": lambda x: plus(exp(x), -1.0),
    "exp2": lambda x: exp(times(x, math.log(2))),
    "log": log,
    "log1p": lambda x: log(plus(x, 1.0)),
    "log1mexp": lambda x: log(plus(-exp(x), 1.0)),
    "logaddexp": lambda x, y: log(exp(x) + exp(y)),
    "sin": sine,
    "cos": cosine,
    "tan": lambda x: sine(x) * over(cosine(x)),
    "sinh": lambda x: times(exp(x) + -exp(-x), 0.5),
    "cosh": lambda x: times(exp(x) + exp(-x), 0.5),
    "tanh": lambda x: plus(times(sigmoid(times(x, 2.0)), 2.0), -1.0),
    "sigmoid": sigmoid,
    "sigmoid_slope": lambda x: sigmoid(x) * sigmoid(-x),
    "softplus": lambda x: log(plus(exp(x), 1.0)),
    "hypot": lambda x, y: root(x * x + y * y),
    "arctan": by_slope(np.arctan, lambda x: over(plus(x * x, 1.0))),
    "arcsin": by_slope(np.arcsin, lambda x: over(root(plus(-(x * x), 1.0)))),
    "arccos": lambda x: plus(-FUNCTIONS["arcsin"](x), math.pi / 2),
    "arcsinh": by_slope(np.arcsinh, lambda x: over(root(plus(x * x, 1.0)))),
    "arccosh": by_slope(np.arccosh, lambda x: over(root(plus(x * x, -1.0)))),
    "arctanh": by_slope(np.arctanh, lambda x: over(plus(-(x * x), 1.0))),
    "erf": erf,
    "erfc": lambda x: -erfc(x),
    "erfcx": lambda x: exp(x * x) * -erfc(x),
    "xlogx": lambda x: x * log(x),
}
CHOICES: Mapping[str, Callable[..., Any]] = {
    "switch": choice,
    "lt": lambda space, x, y: space.less(x, y),
    "le": lambda space, x, y: space.less(x, y),
    "gt": lambda space, x, y: space.less(y, x),
    "ge": lambda space, x, y: space.less(y, x),
    "eq": lambda space, x, y: space.equal(x, y),
    "and": lambda space, x, y: x & y,
    "or": lambda space, x, y: x | y,
    "isinf": lambda space, x: np.zeros(space.like.shape, bool),
    "isfinite": lambda space, x: np.ones(space.like.shape, bool),
    "abs": lambda space, x: x.chosen(space.less(space.number(0.0), x), x, -x),
    "maximum": lambda space, x, y: x.chosen(space.less(y, x), x, y),
    "minimum": lambda space, x, y: x.chosen(space.less(x, y), x, y),
}
