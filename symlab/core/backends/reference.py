"""The NumPy reference evaluator: the oracle of every test, and what runs where there is no compiler."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidIndex, InvalidValue, Misfit, NodeError, SymlabError, message
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import Graph, constant_value
from symlab.core.ir.op import AS_WRITTEN, CALL, CONSTANT, SHARED, Kind
from symlab.core.ir.types import ArrayType, Held, TupleType
from symlab.core.ops.branch import IFELSE
from symlab.core.ops.loop import SCAN

Value = Any  # an ndarray, or a tuple of ndarrays for a node with several results
Observe = Callable[[Expr, Value], None]
Before = Callable[[Expr], None]
Origins = Mapping[Expr, Sequence[Expr]]
Within = Callable[[Expr, Mapping[Expr, Value]], tuple[Observe | None, Before | None, Any]]
OWN: Mapping[type[Exception], type[SymlabError]] = {IndexError: InvalidIndex, ValueError: InvalidValue}


def evaluate(
    roots: Sequence[Expr],
    values: Mapping[Expr, Value],
    observe: Observe | None = None,
    origins: Origins | None = None,
    before: Before | None = None,
    within: Within | None = None,
) -> list[Value]:
    """The values of `roots`, given those of some nodes (usually the inputs); nothing below a given node is computed.

    `observe(node, value)` sees every computed node, `before(node)` those that are about to be; `within(loop, values)`
    gives both, and itself, for one step of a loop with these values of its parameters. `origins` says which typed nodes
    an interned node stands for, so that an error names the user's line.
    """
    order = toposort(roots, frozenset(values))
    if any(node.op is IFELSE for node in order):
        with np.errstate(all="ignore"):
            return evaluate_needed(roots, values, observe, origins, before, within)
    left = users_within(order, roots)
    known: dict[Expr, Value] = {}
    with np.errstate(all="ignore"):
        for node in order:
            if before is not None and node not in values:
                before(node)
            value = known[node] = values[node] if node in values else computed(node, known, origins, within)
            if observe is not None:
                observe(node, value)
            if node not in values:
                release(node, known, left)
    return [known[root] for root in roots]


def evaluate_needed(
    roots: Sequence[Expr],
    values: Mapping[Expr, Value],
    observe: Observe | None,
    origins: Origins | None,
    before: Before | None,
    within: Within | None,
) -> list[Value]:
    """As `evaluate`, with the operands of a choice computed only if its condition chooses them."""
    known: dict[Expr, Value] = dict(values)
    waiting = list(reversed(roots))
    while waiting:
        node = waiting[-1]
        missing = [] if node in known else [arg for arg in chosen_args(node, known) if arg not in known]
        if missing:
            waiting += reversed(missing)
            continue
        waiting.pop()
        if node in known:
            continue
        if before is not None:
            before(node)
        if node.op is IFELSE:
            known[node] = tuple(known[arg] for arg in chosen_args(node, known)[1:])
        else:
            known[node] = computed(node, known, origins, within)
        if observe is not None:
            observe(node, known[node])
    return [known[root] for root in roots]


def chosen_args(node: Expr, known: Mapping[Expr, Value]) -> Sequence[Expr]:
    """The operands that a node needs: of a choice the condition, then the branch that it chooses."""
    if node.op is not IFELSE:
        return node.args
    condition, half = node.args[0], len(node.args) // 2
    if condition not in known:
        return (condition,)
    return (condition, *(node.args[1 : half + 1] if known[condition] else node.args[half + 1 :]))


def evaluate_graph(
    graph: Graph,
    values: Mapping[Expr, Value],
    observe: Observe | None = None,
    before: Before | None = None,
    within: Within | None = None,
) -> list[Value]:
    """The values of a graph's roots, given those of its inputs and shared variables."""
    return evaluate(graph.roots, values, observe, graph.origins, before, within)


def users_within(order: Iterable[Expr], roots: Iterable[Expr]) -> dict[Expr, int]:
    """How often each node will still be read."""
    left = dict.fromkeys(order, 0)
    for root in roots:
        left[root] += 1
    for node in order:
        for arg in node.args:
            if arg in left:
                left[arg] += 1
    return left


def release(node: Expr, known: dict[Expr, Value], left: dict[Expr, int]) -> None:
    """Forget the operands that nobody reads again."""
    for arg in node.args:
        left[arg] -= 1
        if not left[arg]:
            known.pop(arg, None)


def computed(node: Expr, known: Mapping[Expr, Value], origins: Origins | None, within: Within | None = None) -> Value:
    """The value of one node whose operands are known."""
    if node.op is CONSTANT:
        return constant_value(node)
    if node.op is SHARED and hasattr(node, "cell"):
        return node.cell.get_value(borrow=True)
    if node.op.kind is Kind.LEAF:
        name = getattr(node, "name", None) or node
        raise NodeError(message(f"{name} has no value", [(str(name), node)], ["to give it as an input"]))
    args = [known[arg] for arg in node.args]
    try:
        return checked_type(node, apply_op(node, args, origins, within))
    except SymlabError:
        raise
    except Exception as error:
        raise node_error(error, node, args, origins) from error


def apply_op(node: Expr, args: Sequence[Value], origins: Origins | None = None, within: Within | None = None) -> Value:
    """The reference of one op over values."""
    if node.op is AS_WRITTEN:
        return args[0]
    if node.op is CALL:
        function = node.attr("body")
        return evaluate([function.body], dict(zip(function.params, args, strict=True)), origins=origins)[0]
    if node.op is SCAN:
        told = functools.partial(within, node) if within is not None else None
        return node.op.compute(*args, **node.attributes, origins=origins, within=told)
    if node.op.kind is Kind.ELEMENTWISE:
        check_sizes(node, args)
        if node.op.flat:
            return functools.reduce(node.op.compute, args)
        return node.op.compute(*args, **node.attributes)
    check = node.op.extra.get("check")
    if check is not None:
        check([arg.type for arg in node.args], args, node.attributes)
    if node.op.extra.get("performs"):  # in Theano's words: the op is told its node
        return node.op.compute(node, *args)
    return node.op.compute(*args, **node.attributes)


def check_sizes(node: Expr, args: Sequence[Value]) -> None:
    """Sizes that were not known when the graph was built must agree now: they do not broadcast."""
    shapes = {arg.shape for arg in args}
    if len(shapes) < 2 or (len(shapes) == 2 and () in shapes):
        return
    rank = max(map(len, shapes))
    for axis in range(-rank, 0):
        sizes = {
            arg.shape[axis]
            for arg, operand in zip(args, node.args, strict=True)
            if arg.ndim >= -axis and operand.type.shape[axis] != 1
        }
        if len(sizes) > 1:
            raise Misfit(size_problem(node, axis, sorted(sizes)))


def size_problem(node: Expr, axis: int, sizes: Sequence[int]) -> str:
    """What to say of sizes that met in an elementwise op."""
    text = f"axis {axis} has sizes {' and '.join(map(str, sizes))} in operands of {node.op.name}"
    if 1 in sizes:
        text += "; a size that is not declared as 1 does not broadcast: declare it, as in T.col or shape=(1, None)"
    return text


def checked_type(node: Expr, value: Value) -> Value:
    """The value as an array of the node's dtype and rank; anything else is a fault of the op's record."""
    if isinstance(node.type, Held):
        return value
    if not isinstance(node.type, TupleType):
        return checked_array(node, node.type, value)
    if len(value) != len(node.type.items):
        raise NodeError(f"the reference of {node.op.name} gave {len(value)} results where its type is {node.type}")
    return tuple(checked_array(node, item, part) for item, part in zip(node.type.items, value, strict=True))


def checked_array(node: Expr, type: ArrayType, value: Any) -> np.ndarray[Any, Any]:
    """One result as an array of its type."""
    array = np.asarray(value)
    if array.dtype != type.dtype or array.ndim != type.ndim:
        found = f"{array.dtype}, rank {array.ndim}"
        raise NodeError(f"the reference of {node.op.name} gave {found} where its type is {type}")
    return array


def write_values(
    node: Expr, wanted: Sequence[bool], operands: Sequence[Any], results: Sequence[np.ndarray[Any, Any]]
) -> None:
    """Compute a node from its operands, which stay as they are, into those of its results that are wanted."""
    for operand in operands:
        operand.flags.writeable = False
    with np.errstate(all="ignore"):
        value = checked_type(node, apply_op(node, operands))
    values = value if isinstance(node.type, TupleType) else (value,)
    for found, result in zip(itertools.compress(values, wanted), results, strict=True):
        if found.shape != result.shape:
            raise ValueError(f"{node.op.name} has shape {found.shape}, where {result.shape} was expected")
        result[...] = found


def explained(error: BaseException, node: Expr, operands: Sequence[Any], prepared: Any) -> BaseException:
    """The error of a node of a program as the evaluator would raise it, with the user's line."""
    if isinstance(error, SymlabError) or not isinstance(error, Exception):
        return error
    found = node_error(error, prepared.source(node), operands, prepared.original.origins)
    found.__cause__ = error.with_traceback(outside_frames(error.__traceback__))
    return found


def outside_frames(frames: TracebackType | None) -> TracebackType | None:
    """The frames of the program's own function: those of symlab hold arrays over memory that the call gives back."""
    while frames is not None and frames.tb_frame.f_globals.get("__name__", "").partition(".")[0] == "symlab":
        frames = frames.tb_next
    return frames


def node_error(error: Exception, node: Expr, args: Sequence[Value], origins: Origins | None) -> NodeError:
    """The error of one node: NumPy's sentence, the node, the user's line, the operands' types and shapes."""
    kind = error.kind if isinstance(error, Misfit) else OWN.get(type(error), type(error))
    return node_problem(kind, str(error), node, [shape_text(arg) for arg in args], origins)


def shape_text(value: Value) -> str:
    """The shape of a value, or the shapes of several results."""
    if isinstance(value, list):
        return f"of a list of {len(value)}"
    return " and ".join(map(shape_text, value)) if isinstance(value, tuple) else str(np.shape(value))


def node_problem(
    kind: type[Exception],
    text: str,
    node: Expr,
    shapes: Sequence[str] | None,
    origins: Origins | None,
    tries: Sequence[str] = (),
) -> NodeError:
    """The error of one node in the template of all errors; `shapes` are those of its operands, where they are known."""
    origins = origins or {}
    behind = origins.get(node) or (node,)
    typed = behind[0]
    is_typed = typed.op is node.op and len(typed.args) == len(node.args)  # else a rule made the node of it
    args = typed.args if is_typed else [first_typed(arg, origins) for arg in node.args]
    operands = [(getattr(arg, "name", None) or f"operand {place + 1}", arg) for place, arg in enumerate(args)]
    if shapes:
        found = ", ".join(shapes[place] for place in as_typed(typed, node, origins))
        text += f"; operand{'s have shapes' if len(shapes) > 1 else ' has shape'} {found}"
    origin = next((origin for item in behind if (origin := getattr(item, "origin", None))), None)
    where = f" (built in {origin})" if origin else ""
    return node_error_class(kind)(message(f"{node.op.name}{where}: {text}", operands, tries))


def first_typed(node: Expr, origins: Mapping[Expr, Sequence[Expr]]) -> Expr:
    """What the user typed of a node, where it has the same type."""
    typed = (origins.get(node) or (node,))[0]
    return typed if typed.type == node.type else node


def as_typed(typed: Expr, node: Expr, origins: Mapping[Expr, Sequence[Expr]]) -> Sequence[int]:
    """The places of a node's operands in the order in which the user wrote them."""
    places = {item: place for place, arg in enumerate(node.args) for item in origins.get(arg, ())}
    order = [places[arg] for arg in typed.args if arg in places]
    return order if len(order) == len(node.args) else range(len(node.args))


def node_error_class(kind: type[Exception]) -> type[NodeError]:
    """A NodeError that is also an error of the kind that NumPy raises."""
    if issubclass(NodeError, kind):
        return NodeError
    own = {"__doc__": f"A {kind.__name__} of one node.", "__str__": Exception.__str__}  # NumPy's may build another text
    return type(f"Node{kind.__name__}", (NodeError, kind), own)
