"""Classes of equal expressions: union-find, hash-consing and congruence."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from symlab.core.ir.expr import Attributes, Expr, toposort
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import AS_WRITTEN, CONSTANT, Kind, Op
from symlab.core.ir.types import ArrayType
from symlab.core.ops.elementwise import abs, add, exp, mul, neg, reciprocal, sqr, sqrt, sub, true_div
from symlab.core.ops.operators import constant
from symlab.core.ops.trigonometric import cosh
from symlab.core.rewrite.match import COMMUTATIVE

SWAPPED = COMMUTATIVE | {add, mul}  # ops whose operands may change places
AS_TYPED = "as typed"


class ENode(NamedTuple):
    """An op over classes, or a leaf: an input, a constant, or an expression that no identity looks into."""

    op: Op
    args: tuple[int, ...]
    attrs: Attributes = ()
    leaf: Expr | None = None


@dataclass(slots=True)
class EClass:
    """Forms of one value: each with the reason for which it is there, the first one first."""

    type: ArrayType
    nodes: dict[ENode, str]
    constant: Fraction | None = None
    sign: int | None = None  # 1: positive, 0: not negative, None: not known
    is_value: bool = True  # of the dtype of the graph: no condition
    uses: list[tuple[ENode, int]] = field(default_factory=list)
    by_op: dict[Op, list[ENode]] = field(default_factory=dict)  # as of the last rebuild


class EGraph:
    """Expressions of one dtype and what is equal to them; operands are numbers of classes."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = np.dtype(dtype)
        self.parent: list[int] = []
        self.classes: dict[int, EClass] = {}
        self.known: dict[ENode, int] = {}
        self.constants: dict[Any, Expr] = {}
        self.pending: list[int] = []
        self.types: dict[Any, ArrayType] = {}
        self.by_op: dict[Op, list[tuple[int, ENode]]] = {}
        self.is_contradictory = False  # two numbers have become equal, as by x / x = 1 where x is 0

    def __len__(self) -> int:
        """How many nodes there are."""
        return len(self.known)

    def find(self, name: int) -> int:
        """The class that a class has become part of."""
        root = name
        while self.parent[root] != root:
            root = self.parent[root]
        while self.parent[name] != root:
            self.parent[name], name = root, self.parent[name]
        return root

    def __getitem__(self, name: int) -> EClass:
        return self.classes[self.find(name)]

    # Adding

    def expression(self, root: Expr, reason: str = AS_TYPED) -> int:
        """The class of an expression, with one for each of its parts."""
        return self.parts([root], reason)[root]

    def parts(self, roots: Iterable[Expr], reason: str = AS_TYPED) -> dict[Expr, int]:
        """The classes of expressions and all of their parts, each part once."""
        done: dict[Expr, int] = {}
        opaque = frozenset(node for node in toposort(roots) if not is_open(node))
        for node in toposort(roots, opaque):
            if node in opaque or not node.args:
                done[node] = self.leaf(node, reason)
            elif node.op is AS_WRITTEN:
                done[node] = done[node.args[0]]
            else:
                args = [done[arg] for arg in node.args]
                while node.op.flat and len(args) > 2:
                    args[:2] = [self.add(node.op, (args[0], args[1]), node.attrs, reason)]
                done[node] = self.add(node.op, tuple(args), node.attrs, reason)
        return done

    def leaf(self, node: Expr, reason: str = AS_TYPED) -> int:
        """The class of an input, of a constant, or of an expression that is not opened."""
        value = None
        if node.op is CONSTANT and not node.type.shape:
            array = constant_value(node)
            node = self.constants.setdefault((array.dtype, array.tobytes()), node)
            number = float(array) if array.dtype.kind in "fiu" else math.nan
            value = Fraction(number) if math.isfinite(number) else None
        return self.insert(ENode(node.op, (), (), node), scalar_type(node.type.dtype), value, reason)

    def number(self, value: float, reason: str = AS_TYPED) -> int:
        """The class of a number."""
        return self.leaf(constant(value, dtype=self.dtype), reason)

    def add(self, op: Op, args: tuple[int, ...], attrs: Attributes = (), reason: str = AS_TYPED) -> int:
        """The class of an op over classes."""
        node = self.canonical(ENode(op, args, attrs))
        found = self.known.get(node)
        return self.find(found) if found is not None else self.insert(node, self.type_of(node), None, reason)

    def insert(self, node: ENode, type: ArrayType, value: Fraction | None, reason: str) -> int:
        """A new class of one node, unless the node is known."""
        found = self.known.get(node)
        if found is not None:
            return self.find(found)
        name = len(self.parent)
        self.parent.append(name)
        self.known[node] = name
        self.classes[name] = EClass(type, {node: reason}, value, self.sign_of(node, value), type.dtype == self.dtype)
        for arg in dict.fromkeys(node.args):
            self[arg].uses.append((node, name))
        self.fold(node, name)
        return self.find(name)

    def type_of(self, node: ENode) -> ArrayType:
        """The type of a node over scalars."""
        operands = tuple(self[arg].type for arg in node.args)
        key = (node.op, node.attrs, operands)
        found = self.types.get(key)
        if found is None:
            assert node.op.infer is not None
            made = node.op.infer(dict(node.attrs), *operands)
            assert isinstance(made, ArrayType)
            found = self.types[key] = made
        return found

    def canonical(self, node: ENode) -> ENode:
        """A node over the classes that its operands have become part of, in one order where the op has none."""
        if not node.args:
            return node
        args = tuple([self.find(arg) for arg in node.args])
        if len(args) == 2 and node.op in SWAPPED and args[1] < args[0]:
            args = args[::-1]
        return node if args == node.args else ENode(node.op, args, node.attrs)

    # What is known of a class

    def fold(self, node: ENode, name: int) -> None:
        """Merge the class of a node with the number that it is, if a float of the dtype is exactly that."""
        compute = FOLDED.get(node.op)
        here = self[name]
        if compute is None or here.constant is not None or not here.is_value:
            return
        operands = [self[arg].constant for arg in node.args]
        known = [value for value in operands if value is not None]
        value = compute(*known) if len(known) == len(operands) else None
        if value is not None and is_exact(value, self.dtype):
            self.union(self.number(float(value), "numbers are computed"), name)

    def sign_of(self, node: ENode, value: Fraction | None) -> int | None:
        """Whether a node is positive (1), or at least not negative (0)."""
        if value is not None:
            return None if value < 0 else int(value > 0)
        if node.op in SIGNS:
            return SIGNS[node.op]
        signs = [self[arg].sign for arg in node.args]
        known = [sign for sign in signs if sign is not None]
        if node.op in (add, mul, true_div, reciprocal) and len(known) == len(signs):
            return max(known) if node.op is add else min(known)
        return None

    # Merging

    def union(self, first: int, second: int) -> bool:
        """Make two classes one, which is named by the older one; whether they were two."""
        first, second = self.find(first), self.find(second)
        if first == second:
            return False
        kept, gone = min(first, second), max(first, second)
        self.parent[gone] = kept
        into, lost = self.classes[kept], self.classes.pop(gone)
        for node, reason in lost.nodes.items():
            into.nodes.setdefault(node, reason)
        into.uses += lost.uses
        self.is_contradictory |= None not in (into.constant, lost.constant) and into.constant != lost.constant
        into.constant = lost.constant if into.constant is None else into.constant
        into.sign = max((sign for sign in (into.sign, lost.sign) if sign is not None), default=None)
        self.pending.append(kept)
        return True

    def rebuild(self) -> None:
        """Merge what has become equal because its operands have, and tell each class its nodes anew."""
        while self.pending:
            changed = dict.fromkeys(self.find(name) for name in self.pending)
            self.pending = []
            for name in changed:
                self.repair(self.find(name))
        self.by_op = {}
        for name, found in self.classes.items():
            nodes: dict[ENode, str] = {}
            for node, reason in found.nodes.items():
                nodes.setdefault(self.canonical(node), reason)
            found.nodes, found.by_op = nodes, {}
            for node in nodes:
                found.by_op.setdefault(node.op, []).append(node)
                self.by_op.setdefault(node.op, []).append((name, node))
        self.known = {node: name for name, found in self.classes.items() for node in found.nodes}

    def repair(self, name: int) -> None:
        """Nodes over a class that has grown: two of them may be one now."""
        uses, self.classes[name].uses = self.classes[name].uses, []
        kept: dict[ENode, int] = {}
        for node, owner in uses:
            self.known.pop(node, None)
            again, owner = self.canonical(node), self.find(owner)
            other = kept.get(again, self.known.get(again))
            if other is not None:
                self.union(other, owner)
            kept[again] = self.known[again] = self.find(owner)
            self.fold(again, owner)
        self.classes[self.find(name)].uses += kept.items()


def is_open(node: Expr) -> bool:
    """Whether identities may look into an expression: it is elementwise, or it only asks for a form to be kept."""
    return node.op is AS_WRITTEN or (node.op.kind is Kind.ELEMENTWISE and isinstance(node.type, ArrayType))


def scalar_type(dtype: np.dtype[Any]) -> ArrayType:
    """The type of one element."""
    return ArrayType(dtype, ())


def is_exact(value: Fraction, dtype: np.dtype[Any]) -> bool:
    """Whether a float of a dtype has exactly this value."""
    try:
        found = dtype.type(float(value))
    except OverflowError:
        return False
    return bool(np.isfinite(found)) and Fraction(float(found)) == value


def root_of(value: Fraction) -> Fraction | None:
    """The square root of a fraction, if it is one too."""
    if value < 0:
        return None
    found = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
    return found if found * found == value else None


FOLDED: Mapping[Op, Callable[..., Fraction | None]] = MappingProxyType(
    {
        add: lambda a, b: a + b,
        sub: lambda a, b: a - b,
        mul: lambda a, b: a * b,
        true_div: lambda a, b: a / b if b else None,
        neg: lambda a: -a if a else None,  # 0.0 is not -0.0
        reciprocal: lambda a: 1 / a if a else None,
        sqr: lambda a: a * a,
        sqrt: root_of,
    }
)
SIGNS: Mapping[Op, int] = MappingProxyType({exp: 1, cosh: 1, sqr: 0, abs: 0, sqrt: 0})
