"""`solver`: where a closed function vanishes, or is least, as SciPy finds it.

The operands are where to begin, then the constants; the body takes both, in this order, and gives a `bundle`. For the
tasks "root" and "root_scalar" that is the function, then its derivatives as the method uses them; for "minimize" and
"minimize_scalar" the scalar, then its gradient and Hessian. The results are the place that was found and whether SciPy
calls it a success. `options` are SciPy's keywords as JSON.

The derivatives are those of the place as a function of the constants, by the implicit function theorem: they are right
where the place was found, and there alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, TupleType, array_type
from symlab.core.ops.operators import Variable
from symlab.core.seams import resolve

IMPLICIT = "symlab.core.autodiff.implicit"


def solver_type(attributes: Mapping[str, Any], start: ArrayType, *constants: ArrayType) -> TupleType:
    """The types of the place and of the success."""
    return TupleType((start, array_type(np.bool_, ())))


def solver_sizes(size: Any, start: Any, *constants: Any, **attributes: Any) -> Any:
    """The sizes of the place and of the success."""
    return start, ()


def solver_vjp(cotangents: Any, node: Variable, *operands: Variable, **attributes: Any) -> Any:
    """Through the system of equations that the place satisfies."""
    return resolve(f"{IMPLICIT}:pullback")(cotangents, node)


def solver_jvp(tangents: Any, node: Variable, *operands: Variable, **attributes: Any) -> Any:
    """Through the system of equations that the place satisfies."""
    return resolve(f"{IMPLICIT}:pushforward")(tangents, node)


SOLVER = Op(
    "solver", Kind.CONTROL, "Where a closed function (attribute `body`) vanishes, or is least.",
    reference="symlab.core.solving:solved", infer=solver_type, vjp=solver_vjp, jvp=solver_jvp, home=__name__,
    extra={"sizes": solver_sizes},
)  # fmt: skip
