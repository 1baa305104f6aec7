"""The record of one operation, from which everything else about it follows.

Back ends implement kinds, never single ops: an op is declared once, in a file of `symlab.core.ops`.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any, TypeVar

from symlab.core.ir.types import Type
from symlab.core.seams import resolve, seam


class Kind(Enum):
    """How a back end computes an op."""

    LEAF = "leaf"  # has no operands: an input, a constant, a shared variable, a parameter, a pattern variable
    ELEMENTWISE = "elementwise"  # one scalar formula at every position of the broadcast operands
    REDUCTION = "reduction"  # folds axes with a scalar formula (attributes `axes` and `keepdims`)
    STRUCTURAL = "structural"  # moves or counts elements: views, joins, shapes, fills
    CALL = "call"  # a library routine
    CONTROL = "control"  # closed functions, regions, projections


Record = TypeVar("Record")
CText = str | Callable[..., str]
NO_ATTRIBUTES: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Recipe:
    """How an op that a program made is made again; of two ops of one name, equal recipes make the same op."""

    make: Callable[..., Any]
    arguments: tuple[Any, ...]


def named_by_programs(kind: type[Record]) -> type[Record]:
    """The class of frozen records to which programs may attach what they like, also a name, as to functions."""
    refuse = kind.__setattr__

    def attach(self: Any, attribute: str, value: Any) -> None:
        if attribute == "name":  # symlab's ops are known by their own names
            attribute = "called"
        if attribute in kind.__dataclass_fields__:  # type: ignore[attr-defined]
            refuse(self, attribute, value)
        object.__setattr__(self, attribute, value)

    kind.__setattr__ = attach  # type: ignore[method-assign]
    return kind


@named_by_programs
@dataclass(frozen=True, eq=False)
class Op:
    """One operation.

    `reference(*values, **attributes)` is its meaning in NumPy: a function, or the name of one ("scipy.special:erf"),
    which is imported when first needed. `infer(attributes, *types)` gives the type of the result. An elementwise op
    states `partials`, one function `(y, *operands) -> expression` per operand (None: not differentiable there), and
    `dtypes`, which gives the dtypes to cast operands to and that of the result. Other ops state
    `vjp(cotangent, y, *operands, **attributes)` (a tuple, None where there is no dependence) and
    `jvp(tangents, y, *operands, **attributes)`. `c` is the scalar formula that C and CUDA share, with {0}, {1} for the
    operands and {f} for the suffix of float32 functions; a mapping gives it per dtype kind ("f", "i", "u", "b", "c"),
    or a function `(number, **attributes)` that writes it, where `number(value)` is the text of a constant.
    `exact` is its meaning in mpmath. `flat` marks associative and commutative ops, which are n-ary in normal form.
    """

    name: str
    kind: Kind
    doc: str = ""
    reference: Callable[..., Any] | str | None = None
    infer: Callable[..., Type] | None = None
    partials: tuple[Callable[..., Any] | None, ...] = ()
    vjp: Callable[..., Any] | None = None
    jvp: Callable[..., Any] | None = None
    c: str | Mapping[str, CText] | None = None
    exact: Callable[..., Any] | str | None = None
    latex: str | None = None
    infix: str | None = None
    flat: bool = False
    dtypes: Callable[..., Any] | None = None
    domain: tuple[float, float] = (-3.0, 3.0)  # where the generic tests draw operands
    ulp: float = 4.0  # compiled and reference may differ by so much
    home: str = ""  # the module that declares it
    extra: Mapping[str, Any] = field(default_factory=lambda: NO_ATTRIBUTES)  # facts for one kind only
    recipe: Recipe | None = None  # of an op that a program made: symlab's own are found by name

    def __post_init__(self) -> None:
        object.__setattr__(self, "__doc__", self.doc)  # so that help(exp) tells of exp
        object.__setattr__(self, "__name__", self.name)

    def __getattr__(self, attribute: str) -> Any:
        made = self.__dict__.get("extra", NO_ATTRIBUTES).get("made")
        if made is None or attribute.startswith("__"):
            raise AttributeError(f"an op has no {attribute}")
        return getattr(made, attribute)  # of the record of a program's op the program asks what it wrote

    def __repr__(self) -> str:
        return self.name

    def __call__(self, *operands: Any, **attributes: Any) -> Any:
        """A typed node that applies this op."""
        return seam("build.apply")(self, operands, attributes)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        if self.recipe is None or self.is_declared:
            return find_op, (self.home, self.name)
        return self.recipe.make, self.recipe.arguments

    def connection_pattern(self, node: Any) -> list[list[bool]]:
        """For each operand of an `Apply` whether each result is connected to it, as far as gradients go."""
        return seam("build.pattern")(node)  # type: ignore[no-any-return]

    @property
    def is_declared(self) -> bool:
        """Whether a module that others can import has this op under its name, as it has functions."""
        module = sys.modules.get(self.home)
        return self.home != "__main__" and getattr(module, self.name, None) is self

    @property
    def as_made(self) -> Any:
        """What a program made, where this is the record of it; else the op itself."""
        return self.extra.get("made", self)

    def seen_as(self, attributes: Mapping[str, Any]) -> Any:
        """What a program knows a node of this op by: the object that it made, with the attributes of the node."""
        seen = self.extra.get("seen")
        return self.as_made if seen is None else seen(attributes)

    @property
    def compute(self) -> Callable[..., Any]:
        """The reference as a function."""
        return resolved(self.reference)


def resolved(target: Callable[..., Any] | str | None) -> Callable[..., Any]:
    """A function given as itself or by name."""
    if isinstance(target, str):
        return resolve(target)  # type: ignore[no-any-return]
    if target is None:
        raise LookupError("this op has no such function")
    return target


def find_op(home: str, name: str) -> Op:
    """The op called `name` that the module `home` declares."""
    for value in vars(importlib.import_module(home)).values():
        if isinstance(value, Op) and value.name == name:
            return value
    raise LookupError(f"{home} declares no op called {name!r}")


def leaf(name: str, doc: str) -> Op:
    """A leaf op."""
    return Op(name, Kind.LEAF, doc, home=__name__)


INPUT = leaf("input", "A variable that a caller gives a value.")
SHARED = leaf("shared", "A variable that keeps its value between calls.")
CONSTANT = leaf("constant", "A value known when the expression is built.")
PARAM = leaf("param", "A parameter of a closed function.")
WILD = leaf("wild", "A variable of a pattern.")
CALL = Op("call", Kind.CONTROL, "A closed function applied to operands (attribute `body`).", home=__name__)
AS_WRITTEN = Op("as_written", Kind.CONTROL, "A value computed exactly as it was written.", home=__name__)
PROJECT = Op(
    "project", Kind.CONTROL, "One result of a node with several (attribute `index`).",
    reference=lambda values, index: values[index], infer=lambda attributes, items: items.items[attributes["index"]],
    home=__name__,
)  # fmt: skip
