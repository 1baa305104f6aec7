"""The stability development cases, compiled: DebugMode finds nothing wrong with them, and how many are accurate."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from tests.core.rules.test_stability import largest_error
from tests.debug.stability import cases

README = Path(__file__).parents[2] / "README.md"
CASES = {case.record["id"]: case for case in cases()}


def judged(case, results) -> dict[str, bool]:
    """Whether the compiled value and each gradient that the case accepts are near enough to the exact ones."""
    record, dtype = case.record, np.dtype(case.record["dtype"])
    value, *slopes = [np.asarray(result).astype(dtype) for result in results]
    found = {"value": largest_error(value, record["expected"]) <= record["accept"]["value_ulp"]}
    accepted = record["accept"].get("grad_ulp", {})
    for name, slope in zip(record["expected_grad"] or (), slopes, strict=True):
        if name in accepted:
            found[f"gradient in {name}"] = largest_error(slope, record["expected_grad"][name]) <= accepted[name]
    return found


@functools.cache
def compiled() -> dict[str, dict[str, bool]]:
    """The judgement of every case compiled in FAST_RUN."""
    return {name: judged(case, case.function("FAST_RUN")(*case.values.values())) for name, case in CASES.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_debugmode_finds_nothing(name):
    case = CASES[name]
    f = case.function("DebugMode")
    report = f.check(list(case.values.values()))
    assert report, str(report)


@pytest.mark.slow
def test_the_readme_says_how_many_are_accurate(capsys):
    families = defaultdict(list)
    for name, found in compiled().items():
        families[CASES[name].family].append(found)
    with capsys.disabled():
        print("\npassed of total, in families: values, gradients")
        for family, found in families.items():
            values = [case["value"] for case in found]
            slopes = [fine for case in found for what, fine in case.items() if what != "value"]
            print(f"  {sum(values)} of {len(values)}, {sum(slopes)} of {len(slopes)}  {family}")
    values = [found["value"] for found in compiled().values()]
    slopes = [fine for found in compiled().values() for what, fine in found.items() if what != "value"]
    said = re.search(r"(\d+) of\s+(\d+) values and (\d+) of (\d+) gradients", README.read_text(encoding="utf-8"))
    assert said is not None
    assert [int(number) for number in said.groups()] == [sum(values), len(values), sum(slopes), len(slopes)]
