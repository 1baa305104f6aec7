"""Whether a rewrite is right: both sides on exact inputs, and whose floating-point value is nearer to the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symlab.core.backends.reference import evaluate
from symlab.core.ir.expr import Expr
from symlab.core.ir.types import ArrayType
from symlab.debug.region import DIGITS, Region, exact_values, region_of

Array = np.ndarray[Any, Any]
MOST = 64  # elements on which an elementwise rewrite is judged
LARGEST = 20_000  # elements up to which other rewrites are computed exactly
EQUAL_ULP = 16.0  # both sides are the same formula up to the rounding of its constants
WORSE_ULP = 16.0  # what a rewrite may lose where its left side was accurate


@dataclass(frozen=True)
class Verdict:
    """The judgement of one rewrite: "identical", "right", "wrong", "worse" or "undetermined"."""

    kind: str
    problem: str = ""
    values: str = ""


def judge(before: Expr, after: Expr, bound: tuple[Expr, ...], values: Mapping[Expr, Array]) -> Verdict:
    """The verdict on `before -> after`, given the values of all nodes below them."""
    if not isinstance(before.type, ArrayType):
        return Verdict("undetermined")
    region = region_of(before, after, bound)
    given = {node: values[node] for node in region.free}
    old, new = (np.asarray(evaluate([side], given)[0]) for side in (before, after))
    if old.shape != new.shape or old.dtype != new.dtype:
        return Verdict("wrong", f"the result has shape {new.shape} and dtype {new.dtype}, not {old.shape}, {old.dtype}")
    if same_bits(old, new):
        return Verdict("identical")
    if region.elementwise:
        places = chosen_places(old, new)
        given = {node: at_places(value, old.shape, places) for node, value in given.items()}
        old, new = old.ravel()[places], new.ravel()[places]
    elif sum(np.size(value) for value in given.values()) > LARGEST:
        return judge_extended(region, given, old, new)
    return judge_exactly(region, given, old, new)


def same_bits(old: Array, new: Array) -> bool:
    """Whether two arrays hold the same numbers, nan being itself."""
    return bool(np.array_equal(old, new, equal_nan=old.dtype.kind in "fc"))


def chosen_places(old: Array, new: Array) -> Array:
    """Where to look: the largest differences, the extremes, and a fixed random choice."""
    a, b = old.ravel(), new.ravel()
    if a.size <= MOST:
        return np.arange(a.size)
    with np.errstate(all="ignore"):
        difference = np.abs(np.nan_to_num(a.astype(complex) - b.astype(complex), nan=np.inf))
        size = np.abs(np.nan_to_num(a.astype(complex)))
    extremes = [np.argsort(-difference, kind="stable")[: MOST // 2], np.argsort(size, kind="stable")[[0, 1, -2, -1]]]
    rest = np.random.default_rng(0).choice(a.size, MOST // 3, replace=False)
    return np.unique(np.concatenate([*extremes, rest]))[:MOST]


def at_places(value: Array, shape: tuple[int, ...], places: Array) -> Array:
    """The elements of a broadcast operand at flat positions of the result."""
    return np.broadcast_to(value, shape).ravel()[places]


def judge_exactly(region: Region, given: Mapping[Expr, Array], old: Array, new: Array) -> Verdict:
    """The verdict by mpmath at 60 digits."""
    import mpmath

    with mpmath.workdps(DIGITS):
        try:
            left, right = (exact_values(side, region, given) for side in (region.before, region.after))
        except (TypeError, ValueError, LookupError, AttributeError) as error:
            return Verdict("undetermined", f"no exact value: {error}")
        pairs = zip(np.ravel(left), np.ravel(right), np.ravel(old), np.ravel(new), strict=True)
        for place, (truth, other, was, now) in enumerate(pairs):
            found = judge_element(truth, other, was, now, old.dtype)
            if found is not None:
                return replace(found, values=repro(given, place, np.shape(old), was, now))
    return Verdict("right")


def judge_element(truth: Any, other: Any, was: Any, now: Any, dtype: np.dtype[Any]) -> Verdict | None:
    """What is wrong with one element, if anything."""
    import mpmath

    if isinstance(truth, (bool, np.bool_)) or isinstance(other, (bool, np.bool_)):
        return None if bool(truth) == bool(other) else Verdict("wrong", f"{bool(truth)} became {bool(other)}")
    if not mpmath.isfinite(truth):
        return None  # the formula as written has no value here
    if not mpmath.isfinite(other):
        return Verdict("wrong", f"a defined value, {mpmath.nstr(truth, 8)}, became {mpmath.nstr(other, 8)}")
    unit = unit_in_last_place(truth, dtype)
    if abs(truth - other) > EQUAL_ULP * unit:
        return Verdict("wrong", f"the formula's value {mpmath.nstr(truth, 12)} became {mpmath.nstr(other, 12)}")
    lost, kept = error_in(now, truth, unit), error_in(was, truth, unit)
    if lost > max(WORSE_ULP, 2 * kept):
        return Verdict("worse", f"{float(kept):.3g} ULP became {float(lost):.3g} ULP")
    return None


def error_in(value: Any, truth: Any, unit: Any) -> Any:
    """The distance of a floating-point value from the truth in ULPs; an overflow to the right infinity is none."""
    import mpmath

    number = mpmath.mpmathify(value.item())
    if mpmath.isnan(number):
        return mpmath.inf
    if mpmath.isinf(number):
        largest = np.finfo(value.dtype).max if value.dtype.kind in "fc" else np.iinfo(value.dtype).max
        return 0 if abs(truth) >= float(largest) else mpmath.inf
    return abs(number - truth) / unit


def unit_in_last_place(truth: Any, dtype: np.dtype[Any]) -> Any:
    """The spacing of numbers of this dtype near `truth`; 1 for integers."""
    import mpmath

    if dtype.kind not in "fc":
        return mpmath.mpf(1) / 2
    info = np.finfo(dtype)
    size = max(abs(truth), mpmath.mpf(float(info.tiny)))
    return mpmath.mpf(2) ** (mpmath.floor(mpmath.log(size, 2)) - info.nmant)


def judge_extended(region: Region, given: Mapping[Expr, Array], old: Array, new: Array) -> Verdict:
    """The verdict on large arrays: both sides in the next wider floating-point type, where NumPy's functions have it."""
    wider = {"f": np.longdouble, "c": np.clongdouble}.get(old.dtype.kind)
    if wider is None:
        return Verdict("undetermined")
    try:
        sides = [extended_value(side, region, given, wider) for side in (region.before, region.after)]
    except (TypeError, ValueError) as error:
        return Verdict("undetermined", str(error))
    left, right = sides
    scale = np.maximum(np.abs(left), np.max(np.abs(left), initial=0) * 1e-3)
    with np.errstate(all="ignore"):
        wrong = np.isfinite(left) & ~(np.abs(left - right) <= 1e4 * np.finfo(wider).eps * scale + 64 * eps_of(old) * np.abs(left))
    if wrong.any():
        place = int(np.argmax(wrong.ravel()))
        problem = f"the formula's value {left.ravel()[place]} became {right.ravel()[place]}"
        return Verdict("wrong", problem, f"element {np.unravel_index(place, old.shape)}")
    return Verdict("right")


def eps_of(array: Array) -> float:
    """The relative spacing of an array's dtype."""
    return float(np.finfo(array.dtype).eps)


def extended_value(root: Expr, region: Region, given: Mapping[Expr, Array], wider: Any) -> Array:
    """One side of a region with wider numbers; raises where a function computes in double all the same."""
    from symlab.core.ir.graph import constant_value
    from symlab.core.ir.op import CONSTANT

    known: dict[Expr, Array] = {}
    for node in region.nodes(root):
        if node in region.free or node.op is CONSTANT:
            value = np.asarray(given[node] if node in region.free else constant_value(node))
            known[node] = value.astype(wider) if value.dtype.kind in "fc" else value
            continue
        args = [known[arg] for arg in node.args]
        made = args[0]
        with np.errstate(all="ignore"):
            if node.op.flat and len(args) > 2:
                for arg in args[1:]:
                    made = node.op.compute(made, arg)
            else:
                made = np.asarray(node.op.compute(*args, **node.attributes))
        if node.type.dtype.kind in "fc" and made.dtype != np.dtype(wider):
            raise TypeError(f"{node.op.name} does not compute in {np.dtype(wider)}")
        known[node] = made
    return known[root]


def repro(given: Mapping[Expr, Array], place: int, shape: tuple[int, ...], was: Any, now: Any) -> str:
    """The operands at which a rewrite fails, and both results."""
    parts = []
    for node, value in list(given.items())[:4]:
        flat = np.ravel(value)
        name = getattr(node, "name", None) or node.op.name
        if flat.size:
            parts.append(f"{name} = {flat[place if flat.size == int(np.prod(shape)) else 0]!r}")
    return f"{', '.join(parts)}: before {was!r}, after {now!r}"
