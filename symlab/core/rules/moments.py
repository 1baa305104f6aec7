"""Variances and covariances from the differences to the mean: from moments alone they cancel."""

from __future__ import annotations

from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ops.elementwise import add, arccos_guard, cast, mul, reciprocal, sqr
from symlab.core.ops.reduce import sum
from symlab.core.rewrite.fit import size_along
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import rule
from symlab.core.rewrite.sorts import Attributes
from symlab.core.rules.stable_rows import plain
