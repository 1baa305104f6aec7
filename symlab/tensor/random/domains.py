"""What the parameters of distributions must be: those that are known are looked at when a draw is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ops.operators import as_variable

Test = tuple[Callable[[Any], Any], str]

POSITIVE: Test = (lambda value: value > 0, "is above 0")
NOT_NEGATIVE: Test = (lambda value: value >= 0, "is not below 0")
PROBABILITY: Test = (lambda value: (value >= 0) & (value <= 1), "is between 0 and 1")
CHANCE: Test = (lambda value: (value > 0) & (value <= 1), "is above 0 and at most 1")

DOMAINS: Mapping[str, Mapping[str, Test]] = {
    "bernoulli": {"p": PROBABILITY},
    "binomial": {"n": NOT_NEGATIVE, "p": PROBABILITY},
    "negative_binomial": {"n": POSITIVE, "p": CHANCE},
    "nbinom": {"n": POSITIVE, "p": CHANCE},
    "betabinom": {"n": NOT_NEGATIVE, "a": POSITIVE, "b": POSITIVE},
    "poisson": {"lam": NOT_NEGATIVE},
    "geometric": {"p": CHANCE},
    "hypergeometric": dict.fromkeys(("ngood", "nbad", "nsample"), NOT_NEGATIVE),
    "zipf": {"a": (lambda value: value > 1, "is above 1")},
    "logseries": {"p": (lambda value: (value >= 0) & (value < 1), "is at least 0 and below 1")},
    "pareto": {"b": POSITIVE},
    "power": {"a": POSITIVE},
    "weibull": {"shape": POSITIVE},
    "gamma": {"shape": POSITIVE},
    "standard_gamma": {"shape": POSITIVE},
    "invgamma": {"shape": POSITIVE},
    "gengamma": {"alpha": POSITIVE, "p": POSITIVE, "lambd": POSITIVE},
    "chisquare": {"df": POSITIVE},
    "beta": {"a": POSITIVE, "b": POSITIVE},
    "f": {"dfnum": POSITIVE, "dfden": POSITIVE},
    "t": {"df": POSITIVE},
    "standard_t": {"df": POSITIVE},
    "wald": {"mean": POSITIVE, "scale": POSITIVE},
    "vonmises": {"kappa": NOT_NEGATIVE},
    "dirichlet": {"alpha": POSITIVE},
    "categorical": {"p": (lambda value: (value >= 0) & (value.sum(-1, keepdims=True) > 0), "has weights, not all 0")},
    "multinomial": {"n": NOT_NEGATIVE, "p": NOT_NEGATIVE},
}


def check_parameters(name: str, told: Mapping[str, Any]) -> None:
    """Refuse parameters of a distribution that are known to be outside of its domain."""
    for key, (test, words) in DOMAINS.get(name, {}).items():
        value = known(told.get(key))
        if value is not None and not np.all(test(value)):
            raise InvalidValue(message(f"{key} of {name} {words}", [(key, as_variable(told[key]))]))
    if name == "triangular":
        ends = [known(told.get(key)) for key in ("left", "mode", "right")]
        if all(end is not None for end in ends):
            left, mode, right = ends
            if not np.all((left <= mode) & (mode <= right) & (left < right)):
                raise InvalidValue(message("mode of triangular lies between left and right, which differ"))


def known(value: Any) -> Any:
    """The value of a parameter, if it is known when the draw is written."""
    if value is None:
        return None
    node = as_variable(value)
    return constant_value(node) if node.op is CONSTANT and node.type.dtype.kind in "biuf" else None
