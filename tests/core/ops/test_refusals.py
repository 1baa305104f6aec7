"""Every op, given what it does not take: it is refused where it is built, and the sentence says what is wrong."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from symlab.core.ir.errors import ShapeMismatch, TypeMismatch
from symlab.core.ir.op import Kind
from symlab.core.ir.types import array_type
from symlab.core.ops import OPS
from symlab.core.ops.operators import Variable, variable
from tests.core.ops.refusals import BITS, REFUSALS, SIZED, UNCONDITIONAL, Refusal, changed, rule_of
from tests.core.ops.samples import ELEMENTWISE, arity, attributes
from tests.core.ops.structural_cases import CASES

FIRST = {case.op.name: case for case in reversed(CASES)}
BY_NAME = pytest.mark.parametrize("op", list(ELEMENTWISE.values()), ids=list(ELEMENTWISE))
ANY_NUMBER = {"join", "make_vector"}  # of one operand at least
BY_ATTRIBUTES = {
    "inc_take",
    "numpy_draw",
    "quantile",
    "seeded",
    "set_take",
    "softmax_slope",
    "take",
}  # these say how many


def operands(types: list[Any]) -> list[Variable]:
    """An input of each dtype and shape."""
    return [variable(array_type(dtype, shape), f"x{place}") for place, (dtype, shape) in enumerate(types)]


def test_every_op_refuses_something() -> None:
    covered = {refusal.op for refusal in REFUSALS} | UNCONDITIONAL
    assert {op.name for op in OPS.values() if op.kind not in (Kind.ELEMENTWISE, Kind.LEAF)} - covered == set()
    assert not {refusal.op for refusal in REFUSALS} & UNCONDITIONAL


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_what_is_refused_and_why(refusal: Refusal) -> None:
    case = FIRST[refusal.op]
    types, attrs = changed(case, refusal)
    with pytest.raises(refusal.kind, match=re.escape(f"{refusal.op}: {refusal.says}")):
        case.op(*operands(types), **attrs)


@pytest.mark.parametrize("case", list(FIRST.values()), ids=list(FIRST))
def test_the_number_of_operands(case: Any) -> None:
    """One operand too few, and one too many where there may not be more."""
    name, types = case.op.name, [(operand.dtype, operand.shape) for operand in case.operands]
    if types and name not in ANY_NUMBER | BY_ATTRIBUTES:
        with pytest.raises(TypeMismatch, match=rf"^{name} takes \d operands?( or more)?, and \d were given$"):
            case.op(*operands(types[:-1]), **case.attributes)
    if name in ANY_NUMBER:
        with pytest.raises(ValueError, match=rf"^{name}: .*(nothing|one scalar at least)"):
            case.op(**case.attributes)
        return
    if name == "numpy_draw":  # the numbers that a distribution has, one or several
        return
    with pytest.raises((TypeError, ValueError, IndexError), match=rf"^{name}[ :]") as caught:
        case.op(*operands([*types, (np.dtype("float64"), (2,))]), **case.attributes)
    if name in SIZED.split():
        assert "1 sizes are given for the 0 that are not in the attribute" in str(caught.value)


# Elementwise ops


@BY_NAME
def test_the_number_of_numbers(op: Any) -> None:
    numbers = operands([(np.dtype("float64"), ())] * (arity(op) + 1))
    with pytest.raises(TypeMismatch, match=rf"^{op.name} takes {arity(op)} operands?, and {arity(op) - 1} were given"):
        op(*numbers[: arity(op) - 1], **attributes(op, "float64"))
    if not op.flat:
        with pytest.raises(TypeMismatch, match=f"^{op.name} takes .* and {arity(op) + 1} were given"):
            op(*numbers, **attributes(op, "float64"))


@BY_NAME
def test_what_is_no_number(op: Any) -> None:
    with pytest.raises(TypeMismatch, match=f"^{op.name}: 'two' is not made of numbers"):
        op(*["two"] * arity(op), **attributes(op, "float64"))


@BY_NAME
def test_an_option_that_is_not_there(op: Any) -> None:
    numbers = operands([(np.dtype("float64"), ())] * arity(op))
    with pytest.raises(TypeMismatch, match=f"^{op.name} has no option called 'colour'"):
        op(*numbers, colour="red")


@pytest.mark.parametrize("op", [op for op in ELEMENTWISE.values() if arity(op) > 1], ids=str)
def test_sizes_that_do_not_meet(op: Any) -> None:
    dtype = "int64" if rule_of(op) == BITS else "uint64" if op.name == "philox" else "float64"
    arrays = operands([(np.dtype(dtype), (3,))] + [(np.dtype(dtype), (4,))] * (arity(op) - 1))
    with pytest.raises(ShapeMismatch, match=f"^{op.name}: axis -1 has size 3 in one operand and 4 in another"):
        op(*arrays)


@pytest.mark.parametrize("op", [op for op in ELEMENTWISE.values() if rule_of(op)], ids=str)
def test_dtypes_that_are_refused(op: Any) -> None:
    dtype, sentence = rule_of(op)
    numbers = operands([(np.dtype(dtype), ())] * arity(op))
    with pytest.raises(TypeMismatch, match=re.escape(f"{op.name}: {sentence}")):
        op(*numbers, **attributes(op, dtype))


@pytest.mark.parametrize("op", [op for op in ELEMENTWISE.values() if not rule_of(op)], ids=str)
def test_other_ops_take_every_dtype(op: Any) -> None:
    """So that the table of what is refused cannot grow old unseen."""
    for dtype in ("bool", "int8", "float32", "complex64"):
        op(*operands([(np.dtype(dtype), ())] * arity(op)), **attributes(op, dtype))
