"""Interning: from what the user typed to the graph that one compilation owns."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import numpy as np

from symlab.core.ir.expr import Attributes, Expr, Lambda, pack, toposort, unpack
from symlab.core.ir.op import AS_WRITTEN, CALL, CONSTANT, INPUT, PARAM, SHARED, WILD, Kind, Op, Recipe
from symlab.core.ir.types import ArrayType, Held, Type, array_type
from symlab.core.seams import seam

LARGE = 1 << 16  # bytes above which an array is known by its token, not by its content


class Token:
    """A private read-only copy of a large array, known by this object's identity."""

    __slots__ = ("array",)

    def __init__(self, array: np.ndarray[Any, Any]) -> None:
        self.array = np.array(array)
        self.array.setflags(write=False)

    def __repr__(self) -> str:
        return f"array of shape {self.array.shape}"


def constant_value(node: Expr) -> np.ndarray[Any, Any]:
    """The array of a constant node."""
    value = node.attr("value")
    return value.array if isinstance(value, Token) else value


def constant_attrs(value: Any, dtype: Any = None) -> tuple[Attributes, ArrayType]:
    """The attributes and the type of a constant: a private read-only copy, with one bit pattern for nan."""
    array = np.array(value, dtype)
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if array.dtype.kind in "fc":
        array[np.isnan(array)] = np.nan
    array.setflags(write=False)
    kept: Any = Token(array) if array.nbytes > LARGE else array
    return (("value", kept),), array_type(array.dtype, array.shape)


def encode(value: Any) -> bytes:
    """A value as bytes in which type and value both count, so that 1, 1.0 and True differ."""
    match value:
        case bool() | int() | str() | None:
            return f"{type(value).__name__} {value!r}".encode()
        case float():
            return b"float" + struct.pack("<d", value)
        case np.ndarray():
            return f"array {value.dtype.str} {value.shape} ".encode() + value.tobytes()
        case tuple():
            parts = [encode(part) for part in value]
            return b"tuple" + b"".join(struct.pack("<q", len(part)) + part for part in parts)
        case Lambda():
            return b"lambda" + value.digest
        case Op():
            return f"op {value.home} {value.name}".encode()
    raise TypeError(f"{value!r} cannot be an attribute: its meaning has no bytes")


class Table:
    """The interned nodes of one compilation, by structural digest."""

    def __init__(self) -> None:
        self.nodes: dict[bytes, Expr] = {}
        self.numbers: dict[Any, int] = {}
        self.heads: dict[tuple[Op, int], bytes] = {}
        self.recipes: dict[tuple[str, str], dict[Recipe, int]] = {}  # by home and name of the ops that programs made
        self.written: dict[Expr, tuple[Expr | None, ...]] = {}  # sums of several operands, and of two in another order

    def intern(
        self,
        op: Op,
        args: tuple[Expr, ...] = (),
        attrs: Attributes = (),
        type: Type | None = None,
        content: bytes | None = None,
    ) -> Expr:
        """The one node of this structure; its digest is made from those of its operands."""
        if content is None:
            content = encode(attrs) if attrs else b""
        code = type.code if type is not None else b"any"
        head = self.heads.get((op, len(args)))
        if head is None:
            head = self.heads[op, len(args)] = f"{self.name_of(op)} {len(args)} ".encode()
        digest = blake2b(b"".join([head, code, *[arg.digest for arg in args], content]), digest_size=16).digest()
        node = self.nodes.get(digest)
        if node is None:
            node = self.nodes[digest] = Expr(op, args, attrs, type, digest)
        return node

    def commutative(self, op: Op, args: tuple[Expr, ...], attrs: Attributes, type: Type | None) -> Expr:
        """The one node over operands in any order; how it was written first is remembered."""
        ordered = tuple(sorted(args, key=lambda arg: arg.digest))
        node = self.intern(op, ordered, attrs, type)
        if ordered != args and node not in self.written:
            rest = [item for arg in args[1:] for item in (arg, None)]
            self.written[node] = (args[0], *rest)
        return node

    def name_of(self, op: Op) -> str:
        """The name of an op; those that programs made may share one, and are numbered as they are met."""
        if op.recipe is None:
            return op.name
        known = self.recipes.setdefault((op.home, op.name), {})
        return f"{op.home}.{op.name} {known.setdefault(op.recipe, len(known))}"

    def leaf(self, op: Op, identity: Any, attrs: Attributes, type: Type | None) -> Expr:
        """A leaf known by its place among the leaves met so far, never by name or address."""
        number = self.numbers.setdefault((op, identity), len(self.numbers))
        return self.intern(op, (), (*attrs, ("number", number)), type, b"leaf %d" % number)

    def constant(self, value: Any, dtype: Any = None) -> Expr:
        """A constant, equal to others of the same dtype, shape and bytes."""
        attrs, type = constant_attrs(value, dtype)
        if isinstance(attrs[0][1], Token):
            return self.leaf(CONSTANT, attrs[0][1], attrs, type)
        return self.intern(CONSTANT, (), attrs, type)


@dataclass(frozen=True, eq=False, repr=False)
class Graph:
    """Interned inputs and roots (outputs, then new values of `updated`), and the typed nodes behind each node.

    `typed_roots` are the roots as they were interned first.
    """

    table: Table
    inputs: tuple[Expr, ...]
    roots: tuple[Expr, ...]
    updated: tuple[Expr, ...]
    origins: Mapping[Expr, tuple[Expr, ...]]
    typed_roots: tuple[Expr, ...] = ()

    @classmethod
    def of(cls, inputs: Sequence[Expr], outputs: Sequence[Expr], updates: Mapping[Any, Expr] | None = None) -> Graph:
        """Intern what the user typed, as typed; only exact regions are closed off."""
        updates = updates or {}
        interning = Interning(Table())
        found = [interning.visit(leaf) for leaf in (*inputs, *updates)]
        roots = interning.all([*outputs, *updates.values()])
        origins = {node: tuple(typed) for node, typed in interning.origins.items()}
        leaves = tuple(found[: len(inputs)]), tuple(found[len(inputs) :])
        return cls(interning.table, leaves[0], tuple(roots), leaves[1], origins, tuple(roots))

    def with_roots(self, roots: Iterable[Expr]) -> Graph:
        """The same graph with other roots, in the same table."""
        return replace(self, roots=tuple(roots))

    @property
    def outputs(self) -> tuple[Expr, ...]:
        """The roots that a call returns."""
        return self.roots[: len(self.roots) - len(self.updated)]

    @property
    def new_values(self) -> tuple[Expr, ...]:
        """The roots that become the values of `updated`, in the same order."""
        return self.roots[len(self.roots) - len(self.updated) :]

    def with_moved(self, moves: Iterable[tuple[Any, Expr, Expr]]) -> Graph:
        """The same graph, in which what nodes became (scope, before, after) stands for what was typed before."""
        origins = dict(self.origins)
        for _, before, after in moves:
            if after not in origins and before in origins:
                origins[after] = origins[before]
        return replace(self, origins=origins)

    def nodes(self) -> list[Expr]:
        """Every node, operands first."""
        return toposort(self.roots)

    def holds_objects(self) -> bool:
        """Whether there are values that are no arrays: those of the reference evaluator alone."""
        return any(isinstance(node.type, Held) for node in (*self.inputs, *self.nodes()))

    def typed(self, node: Expr) -> Expr | None:
        """The first typed node that an interned node stands for."""
        found = self.origins.get(node)
        return found[0] if found else None

    @property
    def digest(self) -> str:
        """The fingerprint of the whole graph, equal across processes."""
        parts = [node.digest for node in (*self.inputs, *self.updated, *self.roots)]
        return blake2b(b"".join(parts) + b"%d %d" % (len(self.inputs), len(self.updated)), digest_size=16).hexdigest()

    def __repr__(self) -> str:
        count = len(self.nodes())
        return f"<graph of {count} node{'s' * (count != 1)}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return seam("display.bundle")(self)

    def __reduce__(self) -> tuple[Any, ...]:
        found = [*self.inputs, *self.updated]
        kept = [*found, *self.roots]
        order = {node: place for place, node in enumerate(toposort(kept))}
        return load_graph, (pack(kept), [order[node] for node in kept], len(self.inputs), len(self.updated))


def load_graph(packed: list[Any], places: list[int], inputs: int, updated: int) -> Graph:
    """A graph read from a pickle, interned in a table of its own; the typed nodes behind it are gone."""
    table = Table()
    nodes = unpack_interned(packed, table)
    found = [nodes[place] for place in places]
    first = inputs + updated
    return Graph(table, tuple(found[:inputs]), tuple(found[first:]), tuple(found[inputs:first]), {})


def unpack_interned(packed: list[Any], table: Table) -> list[Expr]:
    """The nodes of a packed interned graph, interned again: digests are the same as before."""
    places: dict[Expr, Expr] = {}
    for node in unpack(packed):
        if node.args:
            args = tuple(places[arg] for arg in node.args)
            places[node] = table.intern(node.op, args, node.attrs, node.type)
        elif node.attr("number") is not None:
            value = node.attr("value", node)
            attrs = tuple(pair for pair in node.attrs if pair[0] != "number")
            table.numbers[(node.op, value)] = number = node.attr("number")
            places[node] = table.intern(node.op, (), (*attrs, ("number", number)), node.type, b"leaf %d" % number)
        else:
            places[node] = table.intern(node.op, (), node.attrs, node.type)
    return list(places.values())


class Interning:
    """One walk over typed nodes; within a Lambda, over its body."""

    def __init__(self, table: Table, params: Sequence[Expr] = (), exact: bool = False) -> None:
        self.table, self.exact = table, exact
        self.done: dict[Expr, Expr] = {
            param: table.intern(PARAM, (), (("index", index),), param.type) for index, param in enumerate(params)
        }
        self.origins: dict[Expr, list[Expr]] = {}

    def all(self, roots: Iterable[Expr]) -> list[Expr]:
        """Intern everything below `roots`."""
        roots = list(roots)
        for typed in toposort(roots):
            self.visit(typed)
        return [self.done[root] for root in roots]

    def visit(self, typed: Expr) -> Expr:
        """Intern one typed node whose operands are interned."""
        node = self.done.get(typed)
        if node is None:
            node = self.done[typed] = self.interned(typed)
        self.origins.setdefault(node, []).append(typed)
        return node

    def interned(self, typed: Expr) -> Expr:
        """The interned node for one typed node."""
        args = tuple([self.done[arg] for arg in typed.args])
        if not args and typed.op.kind is Kind.LEAF:
            return self.leaf(typed)
        if typed.op is AS_WRITTEN:
            return args[0] if self.exact else self.closed(typed, typed.args[1:], args[1:], typed.args[0], True)
        if typed.op.kind is Kind.CONTROL and (function := typed.attr("body")) is not None:
            if typed.op is not CALL:
                return self.kept(typed, args, function)
            return self.closed(typed, function.params, args, function.body, self.exact or function.exact)
        intern = self.table.intern if self.exact or not typed.op.flat else self.table.commutative
        return intern(typed.op, args, typed.attrs, typed.type)

    def leaf(self, typed: Expr) -> Expr:
        """The interned leaf: constants by content, large arrays and variables by first occurrence."""
        value = typed.attr("value")
        if typed.op in (WILD, INPUT, SHARED):
            return self.table.leaf(typed.op, typed, (), typed.type)
        if isinstance(value, Token):
            return self.table.leaf(typed.op, value, typed.attrs, typed.type)
        return self.table.intern(typed.op, (), typed.attrs, typed.type)

    def closed(self, typed: Expr, params: Sequence[Expr], args: tuple[Expr, ...], body: Expr, exact: bool) -> Expr:
        """A node that calls `body` as a closed Lambda over `args`: its free leaves become operands too."""
        order = toposort([body], frozenset(params))
        free = [node for node in order if is_open(node) and node not in params]
        inner = Interning(self.table, (*params, *free), exact)
        for node in order:
            inner.visit(node)
        function = Lambda(tuple(inner.done[param] for param in (*params, *free)), inner.done[body], exact)
        args = (*args, *(self.visit(leaf) for leaf in free))
        return self.table.intern(CALL, args, (("body", function),), typed.type)

    def kept(self, typed: Expr, args: tuple[Expr, ...], function: Lambda) -> Expr:
        """A node whose closed function needs nothing from outside."""
        inner = Interning(self.table, function.params, self.exact or function.exact)
        (body,) = inner.all([function.body])
        for node, found in inner.origins.items():
            if node.args:  # a parameter stands for another variable in each function
                self.origins.setdefault(node, []).extend(found)
        made = Lambda(tuple(inner.done[param] for param in function.params), body, inner.exact)
        return self.table.intern(typed.op, args, with_body(typed.attrs, made), typed.type)


def with_body(attrs: Attributes, body: Lambda) -> Attributes:
    """Attributes with another closed function."""
    return tuple([("body", body) if pair[0] == "body" else pair for pair in attrs])


def is_open(node: Expr) -> bool:
    """Whether a node is a leaf that must reach a closed Lambda as an operand."""
    if node.op.kind is not Kind.LEAF:
        return False
    return node.op is not CONSTANT or isinstance(node.attr("value"), Token)
