"""Whether a rewrite is right: both sides on exact inputs, and whose floating-point value is nearer to the truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import mpmath
import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import CONSTANT
from symlab.core.ir.types import ArrayType
from symlab.core.rewrite.driver import Step
from symlab.debug.elements import EXACT, WIDE, Numbers, Place, Side, picked, side_of
from symlab.debug.exact import DIGITS, UNREAL, NoExactValue, exactly
from symlab.debug.region import region_of
from symlab.debug.sensitivity import is_isolated, is_reliable, unsteadiness

Array = np.ndarray[Any, Any]
Name = Callable[[Expr], str]
MOST = 64  # elements on which a rewrite is judged
LADDER = (60, 400, 1200)  # decimal digits, more where something seems wrong, until they are enough
SLOW_LADDER = (60, 120, 250)  # the same, where functions are slow at many digits
SLOW = frozenset(
    [
        "gamma",
        "gammaln",
        "psi",
        "tri_gamma",
        "polygamma",
        "betaln",
        "betainc",
        "gammainc",
        "gammaincc",
        "erfinv",
        "erfcinv",
    ]
)
AFFORDABLE = 20_000  # elements computed exactly for one element of the result
COSTLY = 300_000  # the same, to make sure of what wider floating-point numbers found
BUDGET = 100_000  # elements computed exactly for one rewrite
EQUAL_ULP = 16.0  # both sides are the same formula up to the rounding of its constants
WORSE_ULP = 16.0  # what a rewrite may lose where its left side was accurate
MOST_SHOWN = 4


@dataclass(frozen=True)
class Verdict:
    """The judgement of one rewrite: "identical", "right", "wrong", "worse" or "undetermined"."""

    kind: str
    problem: str = ""
    values: str = ""


RIGHT = Verdict("right")
IDENTICAL = Verdict("identical")


def judge(step: Step, values: Mapping[Expr, Array], exact: bool = False, name_of: Name = str) -> Verdict:
    """The verdict on a rewrite, given the values of all nodes of both sides; an exact one must not change a bit."""
    if not isinstance(step.before.type, ArrayType):
        return Verdict("undetermined", "several results")
    old, new = np.asarray(values[step.before]), np.asarray(values[step.after])
    if old.shape != new.shape or old.dtype != new.dtype:
        return Verdict("wrong", f"the result has shape {new.shape} and dtype {new.dtype}, not {old.shape}, {old.dtype}")
    if same_bits(old, new):
        return IDENTICAL
    free = region_of(step)
    before, after = (side_of(root, free, values) for root in (step.before, step.after))
    with exactly():
        return Judgement(step, values, (before, after), exact, name_of).verdict()


def same_bits(old: Array, new: Array) -> bool:
    """Whether two arrays hold the same numbers, nan being itself."""
    return bool(np.array_equal(old, new, equal_nan=old.dtype.kind in "fc"))


@dataclass(eq=False)
class Judgement:
    """One rewrite, its two sides, and the values of their nodes."""

    step: Step
    values: Mapping[Expr, Array]
    sides: tuple[Side, Side]
    exact: bool
    name_of: Name

    def verdict(self) -> Verdict:
        """The verdict, from the elements at which the sides differ most and some others."""
        left, undetermined = BUDGET, ""
        old, new = (self.values[side.root] for side in self.sides)
        for place in chosen_places(old, new):
            cost = sum(side.size(side.parts(place)) for side in self.sides)
            if left < BUDGET and cost > left:
                break
            left -= cost
            try:
                found = self.judged(place, old[place], new[place], cost)
            except NoExactValue as error:
                found = Verdict("undetermined", str(error))
            if found.kind in ("wrong", "worse"):
                return replace(found, values=self.shown(place, old[place], new[place]))
            undetermined = undetermined or found.problem
        return Verdict("undetermined", undetermined) if undetermined else RIGHT

    def judged(self, place: Place, was: Any, now: Any, cost: int) -> Verdict:
        """The verdict on one element: at few digits, and once more at many if something seems wrong."""
        if self.exact:
            return judge_bits(was, now)
        if (was.dtype.kind in "biu" and was == now) or self.is_excused(place):
            return RIGHT
        if cost > AFFORDABLE and self.at_precision(place, was, now, WIDE).kind == "right":
            return RIGHT
        if cost > COSTLY:
            return Verdict("undetermined", f"{cost} elements are too many to be computed exactly")
        for digits in self.ladder:
            with exactly(digits):
                found = self.at_precision(place, was, now, EXACT)
                if found.kind == "right" or (digits > DIGITS and self.is_reliable(place)):
                    return found
        return Verdict("undetermined", f"more than {self.ladder[-1]} digits are needed")

    @property
    def ladder(self) -> tuple[int, ...]:
        """How many decimal digits are computed with, one number after another."""
        slow = any(node.op.name in SLOW for side in self.sides for node in side.nodes if not side.is_given(node))
        return SLOW_LADDER if slow else LADDER

    def is_reliable(self, place: Place) -> bool:
        """Whether both sides have enough digits."""
        return all(is_reliable(side, place, self.values) for side in self.sides)

    def at_precision(self, place: Place, was: Any, now: Any, numbers: Numbers) -> Verdict:
        """The verdict on one element with both sides in such numbers."""
        truth, other = (side.value(place, self.values, numbers) for side in self.sides)
        if was.dtype.kind in "biu":
            return judge_discrete(truth, other, was, now)

        def slack(arguments: bool) -> Any:
            return sum(unsteadiness(side, place, self.values, numbers, arguments) for side in self.sides)

        if mpmath.isfinite(truth):
            return judge_number(truth, other, was, now, slack)
        return judge_undefined(truth, was, now, lambda: is_isolated(self.sides[0], place, self.values, numbers))

    def is_excused(self, place: Place) -> bool:
        """Whether what the rule takes for granted does not hold here."""
        assuming = self.step.rule.assuming
        if not assuming:
            return False
        for side in self.sides:
            for node, box in side.parts(place):
                part = picked(box, np.asarray(self.values[node]))
                if node.op is not CONSTANT and part.dtype.kind in "fc" and fails(assuming, part, side.is_given(node)):
                    return True
        return False

    def shown(self, place: Place, was: Any, now: Any) -> str:
        """The operands of an element, and what became of it."""
        before = self.sides[0]
        texts = []
        for node, box in before.parts(place):
            if before.is_given(node) and node.op is not CONSTANT and len(texts) < MOST_SHOWN:
                value = self.values[node]
                part = picked(box, np.asarray(value)).ravel()
                few = ", ".join(f"{item.item()!r}" for item in part[:MOST_SHOWN])
                texts.append(f"{self.name_of(node)} = {few}{', ...' if part.size > MOST_SHOWN else ''}")
        where = f"element {place}: " if place else ""
        return f"{where}{'; '.join(texts)}: before {was.item()!r}, after {now.item()!r}"


def fails(assuming: Sequence[str], part: Array, given: bool) -> bool:
    """Whether numbers are not what a rule takes for granted."""
    finite = bool(np.all(np.isfinite(part)))
    small = not given and bool(np.any(np.abs(part) < np.finfo(part.dtype).tiny))
    failing = {"finite": not finite, "real_algebra": not finite, "no_overflow": not finite or small}
    return any(failing[name] if name in failing else not bool(np.all(part)) for name in assuming)


def chosen_places(old: Array, new: Array) -> list[Place]:
    """Where to look: where one result is nan, the largest differences, the extremes, and a fixed random choice."""
    a, b = old.ravel(), new.ravel()
    if a.size <= MOST:
        return [tuple(map(int, np.unravel_index(place, old.shape))) for place in range(a.size)]
    with np.errstate(all="ignore"):
        difference = np.abs(np.nan_to_num(a.astype(complex) - b.astype(complex), nan=np.inf))
        difference[(a == b) | (np.isnan(a) & np.isnan(b))] = 0
        size = np.abs(np.nan_to_num(a.astype(complex)))
        relative = np.nan_to_num(difference / size)
    chosen = [np.argsort(-key, kind="stable")[: MOST // 4] for key in (difference, relative)]
    chosen += [
        np.argsort(size, kind="stable")[[0, 1, -2, -1]],
        np.random.default_rng(0).choice(a.size, MOST // 3, replace=False),
    ]
    order = dict.fromkeys(int(place) for places in chosen for place in places)
    return [tuple(map(int, np.unravel_index(place, old.shape))) for place in list(order)[:MOST]]


# One element


def judge_bits(was: Any, now: Any) -> Verdict:
    """The verdict where everything is computed as written."""
    if was == now or (np.isnan(was) and np.isnan(now)):
        return RIGHT
    close = was.dtype.kind == "f" and abs(was - now) <= abs(np.spacing(was))
    return RIGHT if close else Verdict("wrong", f"a region computed as written changed from {was} to {now}")


def judge_discrete(truth: Any, other: Any, was: Any, now: Any) -> Verdict:
    """The verdict on an integer or a truth value that changed."""
    if truth != other:
        return Verdict("wrong", f"the formula's value {truth} became {other}")
    if was == truth != now:
        return Verdict("worse", f"{was}, which was right, became {now}")
    return RIGHT


def judge_number(truth: Any, other: Any, was: Any, now: Any, slack: Callable[[bool], Any]) -> Verdict:
    """The verdict on one number; `slack` tells what the rounding of operands does to it, arguments with them or not.

    Exact values of both sides come from the same operands. What may set them apart is that a constant, or an operand
    that follows from another one, was rounded; arguments were not.
    """
    unit = unit_in_last_place(truth, was.dtype)
    lost, kept = error_in(now, truth, unit), error_in(was, truth, unit)
    apart = abs(truth - other) / unit if mpmath.isfinite(other) else mpmath.inf
    wrong = apart > EQUAL_ULP and (mpmath.isfinite(other) or lost > EQUAL_ULP)
    worse = lost > max(WORSE_ULP, 2 * kept)
    if not wrong and not worse:
        return RIGHT
    if wrong and apart > EQUAL_ULP + 8 * slack(False) / unit:
        return Verdict("wrong", f"the formula's value {mpmath.nstr(truth, 12)} became {mpmath.nstr(other, 12)}")
    if worse and lost > max(WORSE_ULP, 2 * kept) + 8 * slack(True) / unit:
        return Verdict("worse", f"an error of {shown_error(kept)} became one of {shown_error(lost)}")
    return RIGHT


def judge_undefined(truth: Any, was: Any, now: Any, is_pole: Callable[[], bool]) -> Verdict:
    """The verdict where the formula as written has no finite value: what is defined may not become nan."""
    if truth is UNREAL:
        became_real = np.isnan(was) and not np.isnan(now)
        return Verdict("wrong", f"nan, for there is no real value, became {now}") if became_real else RIGHT
    if np.isnan(now) and not np.isnan(was):
        return Verdict("wrong", f"{was} became nan")
    if mpmath.isinf(truth) and error_in(was, truth, 1) == 0 and error_in(now, truth, 1) != 0:
        opposite = bool(np.isinf(now))
        return Verdict("wrong", f"{was} became {now}") if opposite or is_pole() else RIGHT
    return RIGHT


def error_in(value: Any, truth: Any, unit: Any) -> Any:
    """The distance of a floating-point value from the truth in ULPs; an overflow to the right infinity is none."""
    number = mpmath.mpmathify(value.item())
    if mpmath.isnan(number):
        return mpmath.inf
    if mpmath.isinf(number) or mpmath.isinf(truth):
        if value.dtype.kind == "c":
            return 0 if abs(truth) >= float(np.finfo(value.dtype).max) else mpmath.inf
        beyond = abs(truth) >= float(np.finfo(value.dtype).max)
        return 0 if mpmath.isinf(number) and beyond and (number > 0) == (truth > 0) else mpmath.inf
    return abs(number - truth) / unit


def unit_in_last_place(truth: Any, dtype: np.dtype[Any]) -> Any:
    """The spacing of numbers of this dtype near `truth`."""
    info = np.finfo(dtype)
    size = max(abs(truth), mpmath.mpf(float(info.tiny)))
    return mpmath.mpf(2) ** (mpmath.floor(mpmath.log(size, 2)) - info.nmant)


def shown_error(ulps: Any) -> str:
    """An error as people say it."""
    return "everything" if mpmath.isinf(ulps) else f"{float(ulps):.3g} ULP"
