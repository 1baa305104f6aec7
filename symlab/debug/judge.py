"""Whether a rewrite is right: both sides on exact inputs, and whose floating-point value is nearer to the truth."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import mpmath
import numpy as np

from symlab.core.backends.reference import evaluate
from symlab.core.ir.expr import Expr
from symlab.core.ir.types import ArrayType
from symlab.core.rewrite.driver import Step
from symlab.debug.elements import EXACT, WIDE, Side, side_of
from symlab.debug.exact import UNREAL, NoExactValue
from symlab.debug.region import Region, region_of
from symlab.debug.sensitivity import unsteadiness

Array = np.ndarray[Any, Any]
MOST = 64  # elements on which a rewrite is judged
DIGITS = (60, 1200)  # decimal digits: at first, and before anything is reported
AFFORDABLE = 20_000  # elements computed exactly for one element of the result
COSTLY = 300_000  # the same, to make sure of what wider floating-point numbers found
BUDGET = 100_000  # elements computed exactly for one rewrite
EQUAL_ULP = 16.0  # both sides are the same formula up to the rounding of its constants
WORSE_ULP = 16.0  # what a rewrite may lose where its left side was accurate
_turns = threading.RLock()  # mpmath's precision belongs to the process


@dataclass(frozen=True)
class Verdict:
    """The judgement of one rewrite: "identical", "right", "wrong", "worse" or "undetermined"."""

    kind: str
    problem: str = ""
    values: str = ""


RIGHT = Verdict("right")
IDENTICAL = Verdict("identical")


def judge(step: Step, values: Mapping[Expr, Array], exact: bool = False) -> Verdict:
    """The verdict on a rewrite, given the values of all nodes below it; an exact one must not change a bit."""
    if not isinstance(step.before.type, ArrayType):
        return Verdict("undetermined", "several results")
    region = region_of(step)
    given = {node: np.asarray(values[node]) for node in region.free}
    parts: dict[Expr, Array] = {}
    (old,), (new,) = (evaluate([side], given, parts.__setitem__) for side in (step.before, step.after))
    parts.update({node: np.asarray(value) for node, value in parts.items()})
    if old.shape != new.shape or old.dtype != new.dtype:
        return Verdict("wrong", f"the result has shape {new.shape} and dtype {new.dtype}, not {old.shape}, {old.dtype}")
    if same_bits(old, new):
        return IDENTICAL
    with _turns:
        return Judgement(step, region, given, parts, old, new, exact).verdict()


def same_bits(old: Array, new: Array) -> bool:
    """Whether two arrays hold the same numbers, nan being itself."""
    return bool(np.array_equal(old, new, equal_nan=old.dtype.kind in "fc"))


@dataclass(eq=False)
class Judgement:
    """One rewrite with its values: `parts` are those of all nodes of the region, `old` and `new` those of the roots."""

    step: Step
    region: Region
    given: Mapping[Expr, Array]
    parts: Mapping[Expr, Array]
    old: Array
    new: Array
    exact: bool
    sides: tuple[Side, Side] = field(init=False)

    def __post_init__(self) -> None:
        shapes = {node: value.shape for node, value in self.parts.items()}
        before, after = (side_of(root, self.region.free, shapes) for root in (self.region.before, self.region.after))
        self.sides = before, after

    def verdict(self) -> Verdict:
        """The verdict, from the elements at which the sides differ most and some others."""
        left, undetermined = BUDGET, ""
        for place in chosen_places(self.old, self.new):
            cost = sum(side.size(side.parts(place)) for side in self.sides)
            if left < BUDGET and cost > left:
                break
            left -= cost
            try:
                found = self.judged(place, cost)
            except NoExactValue as error:
                undetermined = undetermined or str(error)
                continue
            if found.kind in ("wrong", "worse"):
                return Verdict(found.kind, found.problem, self.repro(place))
            undetermined = undetermined or found.problem
        return Verdict("undetermined", undetermined) if undetermined else RIGHT

    def judged(self, place: tuple[int, ...], cost: int) -> Verdict:
        """The verdict on one element: at few digits, and once more at many if something seems wrong."""
        was, now = self.old[place], self.new[place]
        if self.excused(place):
            return RIGHT
        if was.dtype.kind in "biu" and was == now:
            return RIGHT
        if self.exact:
            return self.judged_as_written(was, now)
        if cost > AFFORDABLE:
            pair = [side.value(place, self.given, WIDE) for side in self.sides]
            if self.seems_right(place, pair, was, now, WIDE):
                return RIGHT
            if cost > COSTLY:
                return Verdict("undetermined", f"{cost} elements are too many to be computed exactly")
        for digits in DIGITS:
            with mpmath.workdps(digits):
                truth, other = (side.value(place, self.given) for side in self.sides)
                found = judge_element(truth, other, was, now, self.allowance(place))
                if found.kind == "right":
                    return found
        return found
