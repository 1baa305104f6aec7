"""What there is: the tables of rules and of ops, for documentation, tests and the workbench."""

from __future__ import annotations

from collections.abc import Mapping

from symlab.core.ir.op import Op
from symlab.core.ops import OPS
from symlab.core.pipeline import DEFAULT
from symlab.core.rewrite.rule import Rule


def rules() -> tuple[Rule, ...]:
    """Every rule of the default pipeline, each once, in the order of the passes; each has name, formula and reason."""
    return tuple(dict.fromkeys(DEFAULT.rules))


def ops() -> Mapping[str, Op]:
    """Every op by name; each has its documentation, reference, derivatives and C text."""
    return OPS
