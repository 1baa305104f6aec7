"""What the parameters of distributions must be: known ones are looked at when a draw is written, others by the call."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ops.agreement import DOMAINS, within
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.rewrite.analysis import UNKNOWN, Bounds, bounds_of

DEEPEST = 4  # ops that are looked at: a long chain of draws is built in time that is linear in its length
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "not negative": "is not below 0",
        "positive": "is above 0",
        "probability": "is between 0 and 1",
        "chance": "is above 0 and at most 1",
        "share": "is at least 0 and below 1",
        "above 1": "is above 1",
    }
)
PARAMETERS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "bernoulli": {"p": "probability"},
        "binomial": {"n": "not negative", "p": "probability"},
        "negative_binomial": {"n": "positive", "p": "chance"},
        "nbinom": {"n": "positive", "p": "chance"},
        "betabinom": {"n": "not negative", "a": "positive", "b": "positive"},
        "poisson": {"lam": "not negative"},
        "geometric": {"p": "chance"},
        "hypergeometric": dict.fromkeys(("ngood", "nbad", "nsample"), "not negative"),
        "zipf": {"a": "above 1"},
        "logseries": {"p": "share"},
        "pareto": {"b": "positive"},
        "power": {"a": "positive"},
        "weibull": {"shape": "positive"},
        "gamma": {"shape": "positive"},
        "standard_gamma": {"shape": "positive"},
        "invgamma": {"shape": "positive"},
        "gengamma": {"alpha": "positive", "p": "positive", "lambd": "positive"},
        "chisquare": {"df": "positive"},
        "beta": {"a": "positive", "b": "positive"},
        "f": {"dfnum": "positive", "dfden": "positive"},
        "t": {"df": "positive"},
        "standard_t": {"df": "positive"},
        "wald": {"mean": "positive", "scale": "positive"},
        "vonmises": {"kappa": "not negative"},
        "truncexpon": {"b": "positive"},
        "dirichlet": {"alpha": "positive"},
        "multinomial": {"n": "not negative", "p": "not negative"},
    }
)
# Draws by quantiles of SciPy, which are nan where a parameter is not good: the draw raises for them.
BY_QUANTILE = frozenset(
    ("binomial", "negative_binomial", "nbinom", "betabinom", "poisson", "hypergeometric", "multinomial")
)


def checked(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of a distribution: refused if they are known to be outside of its domain, else looked at by calls."""
    found = dict(told)
    for key, domain in PARAMETERS.get(name, {}).items():
        if told.get(key) is None:
            continue
        value, node = known(told[key]), as_variable(told[key])
        if value is not None and not np.all(DOMAINS[domain][0](value)):
            raise InvalidValue(message(f"{key} of {name} {WORDS[domain]}", [(key, node)]))
        if value is None and name not in BY_QUANTILE:
            found[key] = surely(node, domain)
    check_together(name, told)
    return found


def check_together(name: str, told: Mapping[str, Any]) -> None:
    """Refuse known parameters that do not go together."""
    if name == "categorical":
        weights = known(told.get("p"))
        if weights is not None and not np.all((weights >= 0) & (weights.sum(-1, keepdims=True) > 0)):
            raise InvalidValue(message("p of categorical has weights, not all 0", [("p", as_variable(told["p"]))]))
    if name == "triangular":
        ends = [known(told.get(key)) for key in ("left", "mode", "right")]
        if all(end is not None for end in ends):
            left, mode, right = ends
            if not np.all((left <= mode) & (mode <= right) & (left < right)):
                raise InvalidValue(message("mode of triangular lies between left and right, which differ"))


def surely(value: Variable, domain: str) -> Variable:
    """A value of which a call makes certain that it lies in a domain, unless its expression shows that it does."""
    kind = value.type.dtype.kind
    if kind not in "biuf" or (value.op is within and value.attr("domain") == domain):
        return value
    test = DOMAINS[domain][0]
    if all(test(end) for end in range_of(value)):
        return value
    return within(value, domain=domain)  # type: ignore[no-any-return]


def range_of(node: Expr, depth: int = DEEPEST) -> Bounds:
    """The least and the greatest number that a node can be, as far as the last few ops show it."""
    if not depth:
        return UNKNOWN
    with np.errstate(all="ignore"):
        return bounds_of({}, (), node, [range_of(arg, depth - 1) for arg in node.args])


def known(value: Any) -> Any:
    """The value of a parameter, if it is known when the draw is written."""
    if value is None:
        return None
    node = as_variable(value)
    return constant_value(node) if node.op is CONSTANT and node.type.dtype.kind in "biuf" else None
