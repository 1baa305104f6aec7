"""The stability development cases as typed expressions: a value and its gradients, with the numbers that probe them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import symlab as sl
import symlab.tensor as T
from symlab.core.ops.operators import Variable

CASES = Path(__file__).parents[1] / "data" / "stability_cases.json"
AS_WRITTEN = ("ctl_magic_round", "ctl_dekker_split", "ctl_dekker_split64", "ctl_zero_times", "ctl_x_div_x")
NAMES = {"where": T.switch, "ne": T.neq, "pi": math.pi, "arctan2": T.arctan2}


@dataclass(frozen=True)
class Case:
    """One case: its record, typed inputs with values, the formula as people write it."""

    record: dict[str, Any]
    inputs: dict[str, Variable]
    values: dict[str, np.ndarray[Any, Any]]
    expression: Variable

    @property
    def family(self) -> str:
        return str(self.record["family"])

    @property
    def gradients(self) -> list[Variable]:
        """The derivatives of the sum of the result, for the inputs for which the record has them."""
        wanted = [self.inputs[name] for name in self.record["expected_grad"] or ()]
        found = sl.grad(T.sum(self.expression), wanted, disconnected_inputs="ignore") if wanted else []
        return list(found)

    def function(self, mode: Any) -> Any:
        """The compiled value and gradients; cases about rounding itself are computed as written."""
        algebra = "floating" if self.family in AS_WRITTEN else "real"
        with sl.configure(algebra=algebra):
            outputs = [self.expression, *self.gradients]
            return sl.function(
                list(self.inputs.values()), outputs, mode=mode, on_unused_input="ignore", name=self.record["id"]
            )


def number(text: str, dtype: str) -> Any:
    """A number from its hexadecimal digits, or from its name."""
    return np.dtype(dtype).type(float(text) if text.strip("-+") in ("inf", "nan") else float.fromhex(text))


def formula(text: str, inputs: dict[str, Variable]) -> Variable:
    """The expression that a text of assignments and a last formula writes."""
    known: dict[str, Any] = {**vars(T), **NAMES, **inputs}
    *assignments, last = text.split(";")
    for assignment in assignments:
        name, _, value = assignment.partition("=")
        known[name.strip()] = eval(value, {"__builtins__": {}}, known)
    result: Variable = eval(last, {"__builtins__": {}}, known)
    return result


def case_of(record: dict[str, Any]) -> Case:
    """A record as a case."""
    inputs, values = {}, {}
    for name, item in record["vars"].items():
        values[name] = np.array([number(text, item["dtype"]) for text in item["hex"]]).reshape(item["shape"])
        inputs[name] = T.TensorType(item["dtype"], shape=(None,) * len(item["shape"]))(name)
    return Case(record, inputs, values, formula(record["naive"], inputs))


def cases() -> Iterator[Case]:
    """Every case."""
    for record in json.loads(CASES.read_text()):
        yield case_of(record)
