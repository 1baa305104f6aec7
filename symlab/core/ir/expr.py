"""Nodes, closed functions, traversal and flat pickling. Nothing here recurses over a graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from symlab.core.ir.op import Op
from symlab.core.ir.types import Type
from symlab.core.seams import seam

Attributes = tuple[tuple[str, Any], ...]
Found = TypeVar("Found")
STRUCTURE = frozenset({"op", "args", "attrs", "type", "digest"})


class Expr:
    """One immutable node, equal only to itself.

    `type` is None for the variables of patterns and what is built on them; `digest` is set on interned nodes only.
    """

    __slots__ = ("__weakref__", "args", "attrs", "digest", "op", "type")

    op: Op
    args: tuple[Expr, ...]
    attrs: Attributes
    type: Any
    digest: bytes

    def __init__(
        self,
        op: Op,
        args: tuple[Expr, ...] = (),
        attrs: Attributes = (),
        type: Type | None = None,
        digest: bytes = b"",
    ) -> None:
        _set_op(self, op)
        _set_args(self, args)
        _set_attrs(self, attrs)
        _set_type(self, type)
        _set_digest(self, digest)

    @classmethod
    def of_parts(cls, op: Op, args: tuple[Expr, ...], attrs: Attributes, type: Type | None) -> Self:
        """A node of this class, also of one that programs derive and make in another way."""
        return cls(op, args, attrs, type)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in STRUCTURE:
            raise AttributeError(f"{name} of an expression cannot be changed: build a new expression")
        object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        return seam("display.short")(self)  # type: ignore[no-any-return]

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The attributes by name."""
        return dict(self.attrs)

    def attr(self, name: str, default: Any = None) -> Any:
        """The attribute called `name`."""
        for key, value in self.attrs:
            if key == name:
                return value
        return default

    def label(self) -> tuple[Any, ...]:
        """What a node carries beside its structure; typed nodes have a name, a tag and an origin."""
        return ()

    def relabel(self, label: tuple[Any, ...]) -> None:
        """Put back what `label` gave."""

    def __reduce__(self) -> tuple[Any, ...]:
        if not self.args:
            return restore_leaf, (self.__class__, self.op, self.attrs, self.type), self.label()
        return unpack_last, (pack([self]),)

    def __setstate__(self, label: tuple[Any, ...]) -> None:
        self.relabel(label)


_set_op, _set_args, _set_attrs, _set_type, _set_digest = (
    getattr(Expr, name).__set__ for name in ("op", "args", "attrs", "type", "digest")
)


def take_structure(leaf: Expr, node: Expr) -> None:
    """Let a leaf that nobody has read yet be what `node` is."""
    for put, value in ((_set_op, node.op), (_set_args, node.args), (_set_attrs, node.attrs), (_set_type, node.type)):
        put(leaf, value)


@dataclass(frozen=True, eq=False)
class Lambda:
    """A closed function of positional parameters, kept in the attributes of the node that calls it."""

    params: tuple[Expr, ...]
    body: Expr
    exact: bool = False  # computed as written: only exact rules enter

    @property
    def digest(self) -> bytes:
        """What equal Lambdas have in common (interned ones only)."""
        return b"exact" * self.exact + b"".join(param.digest for param in self.params) + self.body.digest


def toposort(roots: Iterable[Expr], stop: Container[Expr] = frozenset()) -> list[Expr]:
    """Every node below `roots`, operands first, in the order in which they are read; nothing below `stop`."""
    seen: set[Expr] = set()
    order: list[Expr] = []
    opened: list[Expr] = []
    stack: list[Expr | None] = list(reversed(list(roots)))
    while stack:
        node = stack.pop()
        if node is None:  # all below the node that was opened last are in order
            order.append(opened.pop())
        elif node not in seen:
            seen.add(node)
            if not node.args or node in stop:
                order.append(node)
                continue
            opened.append(node)
            stack.append(None)
            stack.extend(reversed(node.args))
    return order


def found_below(node: Expr, known: dict[Expr, Found], found: Callable[[Expr, list[Found]], Found]) -> Found:
    """What is found of a node from what is found of its operands; `known` keeps it of each, and stops the walk."""
    stack = [node]
    while stack:
        top = stack[-1]
        waiting = [arg for arg in top.args if arg not in known]
        if waiting and top not in known:
            stack.extend(waiting)
            continue
        stack.pop()
        if top not in known:
            known[top] = found(top, [known[arg] for arg in top.args])
    return known[node]


def users(roots: Iterable[Expr]) -> Counter[Expr]:
    """How many operand places (or roots) each node fills."""
    roots = list(roots)
    count = Counter(roots)
    for node in toposort(roots):
        count.update(node.args)
    return count


def leaves(roots: Iterable[Expr]) -> list[Expr]:
    """The nodes without operands below `roots`, in the order in which they are read."""
    return [node for node in toposort(roots) if not node.args]


def pack(roots: Sequence[Expr]) -> list[Any]:
    """The graph as one flat list: leaves as themselves, other nodes by the places of their operands."""
    place: dict[Expr, int] = {}
    packed: list[Any] = []
    for node in toposort(roots):
        entry: Any = node
        if node.args:
            places = tuple(place[arg] for arg in node.args)
            entry = (node.__class__, node.op, places, node.attrs, node.type, node.label())
        place[node] = len(packed)
        packed.append(entry)
    return packed


def unpack(packed: Iterable[Any]) -> list[Expr]:
    """The nodes of `pack`, in the same order."""
    nodes: list[Expr] = []
    for entry in packed:
        if isinstance(entry, tuple):
            kind, op, places, attrs, type, label = entry
            node = kind.of_parts(op, tuple(nodes[place] for place in places), attrs, type)
            node.relabel(label)
            nodes.append(node)
        else:
            nodes.append(entry)
    return nodes


def unpack_last(packed: Iterable[Any]) -> Expr:
    """The root of a pickled expression."""
    return unpack(packed)[-1]


def restore_leaf(kind: Any, op: Op, attrs: Attributes, type: Type | None) -> Expr:
    """A leaf read from a pickle: a new object, so that a checkpoint never aliases a live variable.

    Its label comes later, since what it carries may lead back to the leaf: a default update does.
    """
    node: Expr = kind.of_parts(op, (), attrs, type)
    return node
