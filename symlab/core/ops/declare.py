"""How ops are declared: one function per kind, and the rules by which dtypes are found."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir import config
from symlab.core.ir.errors import Misfit, TypeMismatch
from symlab.core.ir.op import NO_ATTRIBUTES, CText, Kind, Op
from symlab.core.ir.types import ArrayType, BroadcastError, array_type, broadcast_shapes, inexact, real_part

Dtype = np.dtype[Any]
Dtypes = Sequence[Any]  # dtypes, and Python numbers, which are weak
Casts = tuple[tuple[Dtype, ...], Dtype]  # what each operand is cast to, and the dtype of the result
DtypeRule = Callable[[Dtypes], Casts]


def common_dtype(dtypes: Dtypes) -> Dtype:
    """NumPy 2's promotion; Python numbers give way to arrays of their kind."""
    return np.result_type(*dtypes)


def same(dtypes: Dtypes) -> Casts:
    """Operands and result have the promoted dtype of the operands."""
    common = common_dtype(dtypes)
    return (common,) * len(dtypes), common


def number(dtypes: Dtypes) -> Casts:
    """As `same`, for ops that NumPy does not define on booleans."""
    common = common_dtype(dtypes)
    if common.kind == "b":
        raise Misfit("booleans are not numbers here", "x ^ y or ~x, or a cast to integers", kind=TypeMismatch)
    return (common,) * len(dtypes), common


def inexact_dtype(dtypes: Dtypes) -> Dtype:
    """The dtype in which NumPy computes a function with real values of such operands."""
    common = common_dtype(dtypes)
    if common.kind in "fc":
        return common
    arrays = [dtype for dtype in dtypes if isinstance(dtype, np.dtype)]
    if not arrays or common != common_dtype(arrays):  # a Python number beside booleans is a number of 64 bits
        return inexact(common)
    return common_dtype([inexact(dtype) for dtype in arrays])


def floating(dtypes: Dtypes) -> Casts:
    """Integers become floating point, of the size that NumPy chooses."""
    common = inexact_dtype(dtypes)
    return (common,) * len(dtypes), common


def real_floating(dtypes: Dtypes) -> Casts:
    """As `floating`, for functions of real numbers only."""
    common = inexact_dtype(dtypes)
    if common.kind == "c":
        raise Misfit("this function takes real numbers", "x.real or abs(x)", kind=TypeMismatch)
    return (common,) * len(dtypes), common


def quotient(dtypes: Dtypes) -> Casts:
    """Integer by integer is a number of dtype floatX."""
    common = common_dtype(dtypes)
    if common.kind not in "fc":
        common = np.dtype(config.current().floatX)
    return (common,) * len(dtypes), common


def comparison(dtypes: Dtypes) -> Casts:
    """The operands are promoted, to a dtype that holds Python integers too; the result is boolean."""
    common = common_dtype([*dtypes, *(outside(value, dtypes) for value in dtypes if type(value) is int)])
    return (common,) * len(dtypes), np.dtype(bool)


def ordering(dtypes: Dtypes) -> Casts:
    """As `comparison`, for numbers that have an order."""
    casts, result = comparison(dtypes)
    refuse_unordered(casts[0])
    return casts, result


def outside(value: int, dtypes: Dtypes) -> Any:
    """The smallest dtype of a Python integer that the operands' dtype does not hold, else the integer itself."""
    common = common_dtype(dtypes)
    if common.kind not in "iu" or np.iinfo(common).min <= value <= np.iinfo(common).max:
        return value
    return np.min_scalar_type(value)


def refuse_complex(dtype: Dtype) -> None:
    """Raise for a dtype whose numbers have no order."""
    if dtype.kind == "c":
        raise Misfit("complex numbers have no order", "abs(x) or x.real", kind=TypeMismatch)


def refuse_unordered(dtype: Dtype) -> None:
    """As `refuse_complex`; where Theano's manners hold, complex numbers compare as NumPy's, by real parts first."""
    if config.current().manners != "theano":
        refuse_complex(dtype)


def predicate(dtypes: Dtypes) -> Casts:
    """Operands of any dtype as they are, the result is boolean."""
    return tuple(common_dtype([dtype]) for dtype in dtypes), np.dtype(bool)


def arithmetic(dtypes: Dtypes) -> Casts:
    """As `same`, with booleans as the integers 0 and 1 (int8, as in NumPy)."""
    common = common_dtype(dtypes)
    if common.kind == "b":
        common = np.dtype(np.int8)
    return (common,) * len(dtypes), common


def power_of(dtypes: Dtypes) -> Casts:
    """As `arithmetic`; an integer with an exponent that is known to be negative is refused."""
    (first, *others), common = arithmetic(dtypes)
    if common.kind in "iu" and type(dtypes[-1]) is int and dtypes[-1] < 0:
        problem = f"an integer to the power {dtypes[-1]} is not an integer"
        raise Misfit(problem, "a floating-point base, as in 1.0 * x", kind=TypeMismatch)
    return (first, *others), common


def ordered(dtypes: Dtypes) -> Casts:
    """As `same`, for numbers that have an order."""
    common = common_dtype(dtypes)
    refuse_unordered(common)
    return (common,) * len(dtypes), common


def special(dtypes: Dtypes) -> Casts:
    """As `real_floating`, in float64 unless it is float32, as in SciPy."""
    real_floating(dtypes)
    common = np.dtype(np.float32 if common_dtype(dtypes) == np.float32 else np.float64)
    return (common,) * len(dtypes), common


def special_single(dtypes: Dtypes) -> Casts:
    """As `special`; where Theano's manners hold, small integers are float32 in the functions where SciPy's are too."""
    if config.current().manners == "theano" and inexact_dtype(dtypes) == np.float32:
        return (np.dtype(np.float32),) * len(dtypes), np.dtype(np.float32)
    return special(dtypes)


def rounded(dtypes: Dtypes) -> Casts:
    """Real numbers as they are: booleans and integers are whole already."""
    common = common_dtype(dtypes)
    refuse_complex(common)
    return (common,) * len(dtypes), common


def real_arithmetic(dtypes: Dtypes) -> Casts:
    """As `arithmetic`, for numbers that have an order."""
    casts, common = arithmetic(dtypes)
    refuse_complex(common)
    return casts, common


def shifted(dtypes: Dtypes) -> Casts:
    """As `bits`, with booleans as the integers 0 and 1."""
    bits(dtypes)
    return arithmetic(dtypes)


def argument(dtypes: Dtypes) -> Casts:
    """Floating-point or complex numbers; the result is real."""
    casts, common = floating(dtypes)
    return casts, real_part(common)


def paired(dtypes: Dtypes) -> Casts:
    """Two real numbers, float32 at least; the result is the complex dtype made of them."""
    _, common = real_floating(dtypes)
    common = np.result_type(common, np.float32)
    return (common,) * len(dtypes), np.dtype(f"c{2 * common.itemsize}")


def as_they_are(dtypes: Dtypes) -> Casts:
    """An operand of any dtype as it is; an attribute says what becomes of it."""
    found = tuple(common_dtype([dtype]) for dtype in dtypes)
    return found, found[0]


def magnitude(dtypes: Dtypes) -> Casts:
    """Operands as they are; a complex one has a real result."""
    common = common_dtype(dtypes)
    return (common,) * len(dtypes), real_part(common)


def bits(dtypes: Dtypes) -> Casts:
    """Booleans and integers only."""
    common = common_dtype(dtypes)
    if common.kind not in "bui":
        raise Misfit("bits exist in booleans and integers only", "a cast to an integer type", kind=TypeMismatch)
    return (common,) * len(dtypes), common


def choice(dtypes: Dtypes) -> Casts:
    """The first operand is a condition, the others are promoted."""
    common = common_dtype(dtypes[1:])
    return (np.dtype(bool), *(common,) * (len(dtypes) - 1)), common


def elementwise_type(rule: DtypeRule, *types: ArrayType) -> ArrayType:
    """The type of an elementwise result whose operands were cast already."""
    return type_by_rule(rule, config.current().manners, *types)


@lru_cache(16384)
def type_by_rule(rule: DtypeRule, manners: str, *types: ArrayType) -> ArrayType:
    """The type that a rule gives where these manners hold."""
    _, dtype = rule([item.dtype for item in types])
    try:
        shape = broadcast_shapes(*(item.shape for item in types))
    except BroadcastError as error:
        first, second = list(dict.fromkeys(size for size in error.sizes if size not in (1, None)))[:2]
        problem = f"axis {error.axis} has size {first} in one operand and {second} in another"
        raise Misfit(problem, "operands of equal sizes, or of size 1 where they should broadcast") from None
    return array_type(dtype, shape)


def declaring_module() -> str:
    """The module whose top level calls `elementwise`, `reduction`, ..."""
    return str(sys._getframe(2).f_globals["__name__"])


def elementwise(
    name: str,
    *,
    doc: str,
    reference: Callable[..., Any] | str,
    dtypes: DtypeRule,
    partials: tuple[Callable[..., Any] | None, ...],
    infer: Callable[..., ArrayType] | None = None,
    attributes: tuple[str, ...] = (),
    **facts: Any,
) -> Op:
    """An op that computes one scalar formula at every position.

    It has as many operands as `partials` (a `flat` one takes more, from the left). `attributes` names what else it
    takes; its type is that of `dtypes` unless `infer` says otherwise.
    """

    def type_by_dtypes(attributes: Mapping[str, Any], *types: ArrayType) -> ArrayType:
        return elementwise_type(dtypes, *types)

    return Op(
        name, Kind.ELEMENTWISE, doc, reference, infer or type_by_dtypes, partials, dtypes=dtypes,
        home=declaring_module(), extra=MappingProxyType({"attributes": attributes}), **facts,
    )  # fmt: skip


def by_kind(*texts: Mapping[str, CText], **kinds: CText) -> Mapping[str, CText]:
    """C texts by the kind of the operands' dtype ("f", "i", "u", "b"); a kind without one runs the reference."""
    found: dict[str, CText] = {}
    for text in (*texts, kinds):
        found |= text
    return MappingProxyType(found)


def integers(text: str) -> Mapping[str, str]:
    """A C text for signed and unsigned integers, whose result is brought back from C's int to the dtype."""
    return dict.fromkeys("iu", f"(({{t}}){text})")


def declared(
    name: str,
    kind: Kind,
    *,
    doc: str,
    reference: Callable[..., Any] | str,
    infer: Callable[..., Any],
    vjp: Callable[..., Any] | None = None,
    jvp: Callable[..., Any] | None = None,
    extra: Mapping[str, Any] = NO_ATTRIBUTES,
    **facts: Any,
) -> Op:
    """An op of a kind that has attributes and states its own type rule and derivatives."""
    return Op(name, kind, doc, reference, infer, vjp=vjp, jvp=jvp, home=declaring_module(), extra=extra, **facts)
