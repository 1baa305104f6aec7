"""The catalogue of stable forms: formulas of every row, compiled, against exact values and derivatives.

Which are not right yet is listed in `stability_catalogue_unmet.json`, so that nothing that is right becomes wrong.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

import symlab as sl
from tests.core.rules.test_stability import error_or_nan
from tests.debug.catalogue import ACCEPTED, Entry, entries, truth

UNMET = Path(__file__).parents[1] / "data" / "stability_catalogue_unmet.json"
ENTRIES = {str(entry): entry for entry in entries()}
ROWS = 75


def error(value: Any, wanted: Any, dtype: str) -> float:
    """The distance of a computed number from an exact one, in units in the last place."""
    info = np.finfo(dtype)
    with mpmath.workdps(60):
        return error_or_nan(float(value), mpmath.mpf(wanted), mpmath.mpf(float(info.max)), info)


def conditions(entry: Entry, exact: list[Any]) -> np.ndarray:
    """By how much a change of the points in their last place changes the values, in units in the last place."""
    found = np.zeros(np.ravel(exact[0]).shape)
    for name, slopes in zip(entry.values, exact[1:]) if entry.is_elementwise else ():
        triples = zip(entry.values[name], np.ravel(exact[0]), np.ravel(slopes), strict=True)
        found = np.maximum(found, [relative_change(*triple) for triple in triples])
    return found


def relative_change(point: Any, value: Any, slope: Any) -> float:
    """|x f'(x) / f(x)|, 0 where there is no such number."""
    if not value or not mpmath.isfinite(value) or not mpmath.isfinite(slope):
        return 0.0
    return float(mpmath.fabs(mpmath.mpf(float(point)) * slope / value))


@functools.cache
def judged() -> dict[str, bool]:
    """Whether the value and each derivative of each entry are near enough to the exact ones."""
    found = {}
    for name, entry in ENTRIES.items():
        with sl.configure(algebra=entry.algebra):
            inputs, outputs = entry.expressions()
            results = sl.function(inputs, outputs, on_unused_input="ignore")(*entry.values.values())
        exact = truth(entry)
        accepted = np.maximum(ACCEPTED, conditions(entry, exact))
        for what, result, wanted in zip(["value", *entry.values], results, exact):
            numbers = np.asarray(result).astype(entry.dtype).ravel()
            errors = [error(*pair, entry.dtype) for pair in zip(numbers, np.ravel(wanted), strict=True)]
            limits = accepted if len(errors) == len(accepted) else ACCEPTED
            found[f"{name} | {what}"] = bool(np.all(np.asarray(errors) <= limits))
    return found


def test_every_row_has_formulas() -> None:
    assert {entry.row for entry in ENTRIES.values()} == set(range(1, ROWS + 1))


@pytest.mark.slow
def test_what_is_right_stays_right(capsys: pytest.CaptureFixture[str]) -> None:
    values = [right for name, right in judged().items() if name.endswith("| value")]
    slopes = [right for name, right in judged().items() if not name.endswith("| value")]
    with capsys.disabled():
        print(f"\n{sum(values)} of {len(values)} values, {sum(slopes)} of {len(slopes)} gradients")
    unmet = sorted(name for name, right in judged().items() if not right)
    assert [name for name in unmet if name not in json.loads(UNMET.read_text(encoding="utf-8"))] == []
    assert sum(values) >= 0.95 * len(values)
    assert sum(slopes) >= 0.9 * len(slopes)
