"""What tests of ops need: `check_op` applies to an op of yours what symlab's own ops are tested with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symlab.core.autodiff import Rop, grad
from symlab.core.autodiff.cotangent import is_discrete
from symlab.core.function import function
from symlab.core.gradcheck import TOLERANCE, gradcheck
from symlab.core.ir.errors import GradientError, Misfit, NullTypeGradError, SymlabError, TypeMismatch, message
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import array_type
from symlab.core.ops.operators import Variable, variable

__all__ = ["OpReport", "check_op"]

Array = np.ndarray[Any, Any]
DTYPES = ("float64", "float32", "float16", "int64", "int32", "int8", "uint8", "bool", "complex128", "complex64")
EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, 1e-300, 1e300, np.inf, -np.inf, np.nan)


@dataclass
class OpReport:
    """What `check_op` looked at, in the order of the checks, and what it found wrong."""

    name: str
    checks: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def check(self, what: str, problems: Iterator[str]) -> None:
        """Note one check; an error of symlab is a problem too."""
        self.checks.append(what)
        try:
            self.problems += [f"{what}: {problem}" for problem in problems]
        except SymlabError as error:
            self.problems.append(f"{what}: {error}")

    def __str__(self) -> str:
        lines = [f"{self.name}: {len(self.checks)} checks, {len(self.problems)} problems"]
        return "\n  ".join([*lines, *(self.problems or self.checks)])


def check_op(op: Any, *operands: Any, seed: int = 0) -> OpReport:
    """Test an op: compiled code against the reference, dtypes, shapes, derivatives. AssertionError if one fails.

    An elementwise op (`sl.custom.elementwise`) needs no `operands`: they are drawn from its `domain`, for every dtype
    that it takes, in shapes that broadcast, with strides, without elements and without axes, and at the edges of the
    numbers. Any other op, or function of expressions, is tested at the operands that are given, an array each; those
    of floating point must lie where it is smooth, if it has derivatives. The report says what was looked at.
    """
    report = OpReport(getattr(op, "name", None) or getattr(op, "__name__", None) or str(op))
    generator = np.random.default_rng(seed)
    if operands:
        check_at(report, op, [np.asarray(value) for value in operands], "at the given operands")
    elif isinstance(op, Op) and op.kind is Kind.ELEMENTWISE:
        check_formula(report, op, generator)
    else:
        tries = ["check_op(op, array, ...), with an array for each operand"]
        raise TypeMismatch(message(f"{report.name} needs operands to be tested at", (), tries))
    if report.problems:
        raise AssertionError(str(report))
    return report


def check_formula(report: OpReport, op: Op, generator: np.random.Generator) -> None:
    """All checks of an elementwise op."""
    count = len(op.partials)
    accepted = [dtype for dtype in DTYPES if takes(op, dtype)]
    if not accepted:
        report.problems.append("it takes no dtype at all")
    for dtype in accepted:
        for name, values in samples(op, dtype, generator):
            report.check(f"{dtype}, {name}", differing(op, values, op.ulp))
    if any(op.partials) and "float64" in accepted:
        point = [drawn(op, "float64", (3, 4), generator) for _ in range(count)]
        report.check("derivatives against differences", wrong_gradient(op, point))
        report.check("forward against reverse derivatives", wrong_tangent(op, point))


def check_at(report: OpReport, op: Callable[..., Any], values: Sequence[Array], where: str) -> None:
    """All checks of any op at one point."""
    report.check(f"compiled and reference {where}", differing(op, values, 64.0))
    for place, part in enumerate(parts_of(op, values)):
        if any(value.dtype.kind == "f" for value in values) and has_derivative(part, values):
            name = f"derivatives of result {place + 1}"
            report.check(f"{name} against differences", wrong_gradient(part, values))
            report.check(f"{name}, forward against reverse", wrong_tangent(part, values))


def takes(op: Op, dtype: str) -> bool:
    """Whether an op takes operands of this dtype."""
    assert op.dtypes is not None
    try:
        op.dtypes([np.dtype(dtype)] * len(op.partials))
    except Misfit:
        return False
    return not (np.dtype(dtype).kind == "c" and isinstance(op.c, str))


def drawn(op: Op, dtype: str, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
    """Numbers of a dtype in the op's domain."""
    low, high = op.domain
    kind = np.dtype(dtype).kind
    if kind == "b":
        return generator.integers(0, 2, shape).astype(bool)
    if kind in "iu":
        least = int(np.ceil(max(low, 0) if kind == "u" else low))
        return generator.integers(least, max(int(high), least) + 1, shape).astype(dtype)
    found = generator.uniform(low, high, shape)
    return (found + 1j * generator.uniform(low, high, shape) if kind == "c" else found).astype(dtype)


def samples(op: Op, dtype: str, generator: np.random.Generator) -> Iterator[tuple[str, list[Array]]]:
    """Operands in the shapes, strides and places at which code goes wrong."""
    count = len(op.partials)
    many = [drawn(op, dtype, (7, 33), generator) for _ in range(count)]
    yield "many elements", many
    yield "shapes that broadcast", [item[:1] if place % 2 else item[:, :1] for place, item in enumerate(many)]
    yield "strides", [item[::-2, ::3] for item in many]
    yield "no elements", [item[:0] for item in many]
    yield "no axes", [np.array(item[0, 0]) for item in many]
    if np.dtype(dtype).kind == "f":
        with np.errstate(all="ignore"):
            edge = np.array(EDGES).astype(dtype)
        grid = np.meshgrid(*[edge] * count)
        yield "edges", [item.ravel() for item in grid]


# The checks


def inputs_for(values: Sequence[Array]) -> list[Variable]:
    """An input for each array; a size of 1 is static, so that it broadcasts."""
    return [
        variable(array_type(value.dtype, tuple(1 if size == 1 else None for size in value.shape)), f"x{place}")
        for place, value in enumerate(values)
    ]


def differing(op: Callable[..., Any], values: Sequence[Array], ulp: float) -> Iterator[str]:
    """Where the compiled function differs from the reference evaluator."""
    inputs = inputs_for(values)
    made = op(*inputs)
    outputs = list(made) if isinstance(made, (list, tuple)) else [made]
    compiled = function(inputs, outputs, mode="FAST_RUN", on_unused_input="ignore")(*values)
    reference = function(inputs, outputs, mode="FAST_COMPILE", on_unused_input="ignore")(*values)
    for place, (found, wanted, output) in enumerate(zip(compiled, reference, outputs, strict=True)):
        if wanted.dtype != output.type.dtype or wanted.ndim != output.ndim:
            yield f"the reference gives {wanted.dtype}, rank {wanted.ndim}, where the type is {output.type}"
        elif found.shape != wanted.shape:
            yield f"result {place + 1} has shape {found.shape} compiled, and {wanted.shape} by the reference"
        else:
            yield from far_apart(found, wanted, ulp)


def far_apart(found: Array, wanted: Array, ulp: float) -> Iterator[str]:
    """The worst element, if it is off by more than so many units in the last place."""
    if not found.size:
        return
    if wanted.dtype.kind not in "fc":
        wrong = np.asarray(found != wanted)
    else:
        with np.errstate(all="ignore"):
            size = np.abs(wanted)
            unit = np.spacing(np.minimum(size, np.finfo(size.dtype).max))
            near = np.abs(found.astype(wanted.dtype) - wanted) <= ulp * unit
        wrong = ~np.asarray(near | (found == wanted) | (np.isnan(found) & np.isnan(wanted)))
    if wrong.any():
        index = tuple(map(int, np.argwhere(wrong)[0])) if wrong.ndim else ()
        yield f"{int(wrong.sum())} elements differ; at {index} compiled {found[index]!r}, reference {wanted[index]!r}"


def parts_of(op: Callable[..., Any], values: Sequence[Array]) -> list[Callable[..., Variable]]:
    """An op with several results as one function for each."""
    made = op(*inputs_for(values))
    if not isinstance(made, (list, tuple)):
        return [op]
    return [lambda *inputs, place=place: op(*inputs)[place] for place in range(len(made))]


def has_derivative(op: Callable[..., Any], values: Sequence[Array]) -> bool:
    """Whether an op's result varies with its operands, and says how."""
    inputs = inputs_for(values)
    output = op(*inputs)
    if is_discrete(output):
        return False
    varying = [item for item in inputs if item.type.dtype.kind == "f"]
    try:
        grad(output.sum(), varying, disconnected_inputs="ignore")
    except NullTypeGradError:
        return False
    return True


def wrong_gradient(op: Callable[..., Any], point: Sequence[Array]) -> Iterator[str]:
    """Where the gradient is not that of differences."""
    try:
        gradcheck(op, point)
    except GradientError as error:
        yield str(error)


def wrong_tangent(op: Callable[..., Any], point: Sequence[Array]) -> Iterator[str]:
    """Where the forward derivative is not the reverse one: <w, J v> is <J' w, v>."""
    generator = np.random.default_rng(1)
    inputs = inputs_for(point)
    varying = [place for place, value in enumerate(point) if value.dtype.kind == "f"]
    output = op(*inputs)
    directions = [generator.standard_normal(point[place].shape).astype(point[place].dtype) for place in varying]
    wrt, along = [inputs[place] for place in varying], inputs_for(directions)
    pushed = (Rop(output, wrt, along, disconnected_outputs="ignore")).sum()
    pulled = grad(output.sum(), wrt, disconnected_inputs="ignore")
    weighted = sum((g * v).sum() for g, v in zip(pulled, along, strict=True))
    both = function([*inputs, *along], [pushed, weighted], on_unused_input="ignore")
    forward, backward = map(float, both(*point, *directions))
    limit = TOLERANCE.get(str(output.type.dtype), 1e-6) * max(1.0, abs(forward), abs(backward))
    if not abs(forward - backward) <= limit:
        yield f"along a direction the sum changes by {forward:.9g} forward, by {backward:.9g} in reverse"
