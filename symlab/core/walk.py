"""The graph for people who walk it: ancestors, inputs, order, equality and copies of typed expressions."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from symlab.core.ir.apply import Apply, owner
from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import Interning, Table
from symlab.core.ir.op import CONSTANT, PROJECT
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.replacing import replaced
from symlab.core.shared import SharedVariable
from symlab.core.substitute import checked_givens, clone

__all__ = [
    "Apply",
    "ancestors",
    "applys_between",
    "clone_replace",
    "equal_computations",
    "explicit_graph_inputs",
    "graph_inputs",
    "graph_replace",
    "io_toposort",
    "is_same_graph",
    "list_of_nodes",
    "orphans_between",
    "variables_between",
    "vars_between",
    "walk",
]

Variables = Variable | Sequence[Variable]


def walk(
    nodes: Iterable[Any],
    expand: Callable[[Any], Iterable[Any] | None],
    bfs: bool = True,
    return_children: bool = False,
    hash_fn: Callable[[Any], Any] = id,
) -> Iterator[Any]:
    """`nodes` and all that `expand` gives for them, and again, each once: near ones first, with `bfs=False` deep ones.

    `expand(node)` is an iterable of nodes, or None where the walk ends. With `return_children` pairs (node, what it was
    expanded to) are given. Nodes are the same where `hash_fn` gives the same.
    """
    waiting, seen = deque(nodes), set[Any]()
    while waiting:
        node = waiting.popleft() if bfs else waiting.pop()
        key = hash_fn(node)
        if key in seen:
            continue
        seen.add(key)
        children = expand(node)
        children = None if children is None else list(children)
        yield (node, children) if return_children else node
        waiting.extend(children or ())


def listed(variables: Variables) -> list[Variable]:
    """One variable or several as a list."""
    return [variables] if isinstance(variables, Variable) else list(variables)


def ancestors(variables: Variables, blockers: Collection[Variable] | None = None) -> Iterator[Variable]:
    """The variables and all below them, each once, before its operands; nothing below one of `blockers`."""
    blocked, seen = frozenset(blockers or ()), set[Expr]()
    waiting: list[Expr] = list(reversed(listed(variables)))
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if is_variable(node):
            yield node  # type: ignore[misc]
        if node not in blocked:
            waiting += reversed(node.args)


def is_variable(node: Expr) -> bool:
    """Whether a node is a value of its own; one with several results is not: its projections are."""
    return not hasattr(node.type, "items")


def graph_inputs(variables: Variables, blockers: Collection[Variable] | None = None) -> list[Variable]:
    """The inputs, constants and shared variables below `variables`, in the order in which they are read."""
    order = toposort(listed(variables), frozenset(blockers or ()))
    return [node for node in order if owner(node) is None]  # type: ignore[misc]


def explicit_graph_inputs(variables: Variables) -> list[Variable]:
    """The inputs below `variables` that a caller must give: no constants, no shared variables."""
    return [
        node for node in graph_inputs(variables) if node.op is not CONSTANT and not isinstance(node, SharedVariable)
    ]


def io_toposort(inputs: Iterable[Variable], outputs: Variables) -> list[Apply]:
    """The applications between `inputs` and `outputs`, operands first."""
    inputs = frozenset(inputs)
    order = toposort(listed(outputs), inputs)
    return [
        application
        for node in order
        if node not in inputs and node.op is not PROJECT and (application := owner(node)) is not None
    ]


def variables_between(inputs: Iterable[Variable], outputs: Variables) -> list[Variable]:
    """The variables from `outputs` to `inputs`, both included, near ones first, last operands before first ones."""
    given = frozenset(inputs)

    def expand(variable: Any) -> Iterable[Any] | None:
        made_by = None if variable in given else owner(variable)
        return None if made_by is None else reversed(made_by.inputs)

    return list(walk(listed(outputs), expand, hash_fn=hash))


vars_between = variables_between  # Aesara's name


def applys_between(inputs: Iterable[Variable], outputs: Variables) -> list[Apply]:
    """The applications from `outputs` to `inputs`, in the order of `variables_between`."""
    given = frozenset(inputs)
    between = (owner(variable) for variable in variables_between(given, outputs) if variable not in given)
    return list(dict.fromkeys(application for application in between if application is not None))


list_of_nodes = applys_between  # Theano's name


def orphans_between(inputs: Iterable[Variable], outputs: Variables) -> list[Variable]:
    """The inputs, constants and shared variables that `outputs` need beside `inputs`."""
    given = frozenset(inputs)
    return [node for node in graph_inputs(outputs, given) if node not in given]


def equal_computations(
    xs: Sequence[Any],
    ys: Sequence[Any],
    in_xs: Sequence[Variable] | None = None,
    in_ys: Sequence[Variable] | None = None,
) -> bool:
    """Whether `xs` are computed from `in_xs` exactly as `ys` from `in_ys`; other inputs must be the same variables.

    Operands are compared in the order in which they are written: `x + y` is not `y + x` here. Numbers and arrays stand
    for constants; None equals None alone.
    """
    if len(xs) != len(ys) or len(in_xs or ()) != len(in_ys or ()):
        problem = "as many expressions, and as many inputs, are compared with each other"
        raise InvalidValue(message(problem, (), ["lists of equal lengths"]))
    if any((x is None) is not (y is None) for x, y in zip(xs, ys, strict=True)):
        return False
    xs, ys = ([item for item in several if item is not None] for several in (xs, ys))
    table = Table()
    mine = Interning(table, in_xs or (), exact=True).all(list(map(as_variable, xs)))
    return mine == Interning(table, in_ys or (), exact=True).all(list(map(as_variable, ys)))


def is_same_graph(
    first: Variable, second: Variable, givens: Mapping[Variable, Any] | None = None, debug: bool = False
) -> bool:
    """Whether two variables are the same computation of the same inputs, after replacing `givens` in both."""
    pair = replaced([first, second], checked_givens(givens or {}))
    return equal_computations(pair[:1], pair[1:])


def clone_replace(
    output: Any,
    replace: Mapping[Variable, Any] | Iterable[tuple[Variable, Any]] | None = None,
    rebuild_strict: bool = True,
    copy_inputs_over: bool = True,
) -> Any:
    """`clone` under PyTensor's names of its options."""
    return clone(output, replace, strict=rebuild_strict, share_inputs=copy_inputs_over)


def graph_replace(
    outputs: Any, replace: Mapping[Variable, Any] | Iterable[tuple[Variable, Any]] | None = None, *, strict: bool = True
) -> Any:
    """As `clone_replace`; a key that `outputs` do not contain is an error, unless `strict` is False."""
    pairs = dict(replace.items() if isinstance(replace, Mapping) else replace or ())
    roots = list(outputs.values()) if isinstance(outputs, Mapping) else listed(outputs)
    within = set(toposort(roots))
    absent = [old for old in pairs if old not in within]
    if absent and strict:
        rows = [("to be replaced", absent[0])]
        raise InvalidValue(message(f"{absent[0]!r} is not part of the outputs", rows, ["strict=False"]))
    return clone(outputs, {old: new for old, new in pairs.items() if old in within})
