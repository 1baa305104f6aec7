"""Scalar code that C and CUDA share: types, numbers, formulas, addresses."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import Op
from symlab.core.lower.kernel import Apply, Reduce
from symlab.core.lower.roles import formula
from symlab.core.lower.sizes import Atom, Size, terms_of

Dtype = np.dtype[Any]


@dataclass(frozen=True)
class Dialect:
    """How a language names types, in memory and in registers, and the numbers that have no digits."""

    memory: Mapping[str, str]
    register: Mapping[str, str]
    infinity: str
    nan: str
    complex_number: str  # of {0} and {1}
    own: str = "c"  # the fact of an op's record that holds a text in this language alone

    def in_memory(self, dtype: Dtype) -> str:
        """The type of an element in memory."""
        return self.memory[name_of(dtype)]

    def in_register(self, dtype: Dtype) -> str:
        """The type of a value that is computed with."""
        return self.register.get(name_of(dtype)) or self.memory[name_of(dtype)]

    def converted(self, text: str, dtype: Dtype) -> str:
        """A value just computed, rounded to its dtype where registers are wider."""
        if dtype == np.float16:
            return f"({self.register['float16']})({self.memory['float16']})({text})"
        return text

    def number(self, value: Any, dtype: Dtype) -> str:
        """A number exactly as it is."""
        if dtype.kind == "b":
            return str(int(value))
        if dtype.kind == "c":
            part = np.dtype(f"f{dtype.itemsize // 2}")
            return self.complex_number.format(self.number(value.real, part), self.number(value.imag, part))
        if dtype.kind == "f":
            return self.real(float(value), dtype)
        return integer(int(value), dtype)

    def real(self, value: float, dtype: Dtype) -> str:
        """A floating-point number in hexadecimal digits."""
        suffix = "f" if dtype.itemsize < 8 else ""
        if math.isnan(value):
            return self.nan.format(f=suffix)
        sign = "-" if math.copysign(1.0, value) < 0 else ""
        digits = self.infinity.format(f=suffix) if math.isinf(value) else abs(value).hex() + suffix
        return f"(-{digits})" if sign else digits

    def apply(self, item: Apply, operands: Sequence[str]) -> str:
        """The formula of an instruction."""
        text = item.op.extra.get(self.own) or formula(item.op, item.kind)
        assert text is not None
        suffix = self.suffix(item.kind if item.kind.kind in "fc" else item.dtype)
        attributes = dict(item.node.attrs) if item.node.op is item.op else {}
        if not isinstance(text, str):
            text = text(partial(self.coefficient, dtype=item.kind), **attributes)
        made = text.format(*operands, **{**attributes, "f": suffix, "t": self.in_register(item.dtype)})
        return self.converted(made, item.dtype)

    def coefficient(self, value: float, dtype: Dtype) -> str:
        """A number that a formula holds, rounded to the dtype in which registers hold values of this one."""
        held = np.result_type(dtype, np.float32)
        with np.errstate(over="ignore"):
            return self.number(held.type(value), held)

    def combine(self, item: Reduce, total: str, element: str) -> str:
        """An accumulator with one element more."""
        text = formula(item.op, item.kind)
        assert isinstance(text, str)
        return text.format(total, element, f=self.suffix(item.accumulator), t=self.accumulator(item.accumulator))

    def accumulator(self, dtype: Dtype) -> str:
        """The type of an accumulator; truth is folded in integers."""
        return "int32_t" if dtype.kind == "b" else self.in_register(dtype)

    def start(self, op: Op, dtype: Dtype) -> str:
        """Where an accumulator starts."""
        return self.number(op.extra["start"](dtype), dtype)

    def suffix(self, dtype: Dtype) -> str:
        """What the names of functions end with for this dtype."""
        return "f" if name_of(dtype) in ("float16", "float32", "complex64") else ""


@lru_cache(64)
def name_of(dtype: Dtype) -> str:
    """NumPy's name of a dtype, which NumPy itself takes long to find."""
    return dtype.name


def integer(value: int, dtype: Dtype) -> str:
    """An integer constant; the most negative one has no digits of its own."""
    unsigned = "u" if dtype.kind == "u" else ""
    if value == -(2**63):
        return "(-9223372036854775807ll - 1)"
    text = f"{value}{unsigned}ll" if dtype.itemsize == 8 else f"{value}{unsigned}"
    return f"({text})" if value < 0 else text


def helpers(nodes: Iterable[Expr | None]) -> Iterator[str]:
    """The functions, each text once, that the formulas of these nodes call beside the runtime's."""
    texts = (node.op.extra.get("helpers") for node in nodes if node is not None)
    yield from (text for text in dict.fromkeys(texts) if text)


# Sizes


def size_text(size: Size, names: Mapping[int, str]) -> str:
    """A size as an expression over the names of atoms."""
    if isinstance(size, int):
        return str(size) if size >= 0 else f"({size})"
    parts = []
    for monomial, factor in reversed(terms_of(size)):
        factors = [names[number] for number in monomial]
        if factor != 1 or not factors:
            factors.insert(0, str(factor))
        parts.append(" * ".join(factors))
    text = " + ".join(parts)
    return text if len(parts) == 1 and parts[0].isidentifier() else f"({text})"


def needed_atoms(sizes: Sequence[Size], atoms: Sequence[Atom]) -> list[int]:
    """The atoms that sizes are made of, also within other atoms, in the order in which they can be computed."""
    found: set[int] = set()
    waiting = [size for size in sizes if not isinstance(size, int)]
    while waiting:
        for number in waiting.pop().atoms():
            if number not in found:
                found.add(number)
                waiting.extend(arg for arg in atoms[number].args if not isinstance(arg, int))
    return sorted(found)
