"""Why a gradient is missing: the path along which a variable is disconnected from a cost."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from symlab.core.autodiff.cotangent import is_discrete, value_count
from symlab.core.autodiff.reverse import Sweep
from symlab.core.ir.errors import message
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.op import CONSTANT, Kind
from symlab.core.ops.loop import SCAN

SHOWN = 12  # nodes of a path


def label(node: Expr) -> str:
    """A node by its name, or by its op."""
    return getattr(node, "name", None) or node.op.name


def disconnected_message(cost: str, variable: Expr, found: Sweep, held: Collection[Expr]) -> str:
    """What to say of a variable that the cost does not depend on."""
    name = label(variable)
    tries = ["disconnected_inputs='ignore', which takes its gradient to be 0"]
    if variable not in set(found.order):
        leaves = dict.fromkeys(label(node) for node in found.order if is_variable(node))
        problem = f"{cost} does not depend on {name}: it is computed from {', '.join(leaves) or 'constants alone'}"
        return message(problem, [(name, variable)], tries)
    path = shortest_path(variable, [node for node in found.order if not is_discrete(node)], found.reached)
    if path[-1] not in found.reached:
        path = shortest_path(variable, found.order, found.reached)
    text = " -> ".join(label(node) for node in shortened(path))
    if path[-1].op.name == "numpy_draw":
        tries = ["draws of T.random.RandomStream(seed), which are differentiated", "loc + scale * normal(0, 1)", *tries]
    problem = f"no gradient passes from {cost} to {name}: {text}, and {reason(path, held)}"
    return message(problem, [(label(node), node) for node in shortened(path)], tries)


def is_variable(node: Expr) -> bool:
    """Whether a node is a leaf that is no constant."""
    return node.op.kind is Kind.LEAF and node.op is not CONSTANT


def shortened(path: Sequence[Expr]) -> list[Expr]:
    """The ends of a path that is too long to be shown."""
    return list(path) if len(path) <= SHOWN else [*path[: SHOWN // 2], *path[-SHOWN // 2 :]]


def undefined_message(variable: Expr, node: Expr, why: str = "") -> str:
    """What to say of a variable whose gradient needs the derivative of a node that has none."""
    name, path = label(variable), shortest_path(variable, toposort([node]), {node})
    text = " -> ".join(label(part) for part in shortened(path))
    problem = f"the gradient with respect to {name} needs the derivative of {node.op.name}, which has none: {text}"
    problem += f" ({why})" if why else ""
    tries = ["T.disconnected_grad or T.zero_grad around it", "null_gradients='return'"]
    return message(problem, [(label(part), part) for part in shortened(path)], tries)


def shortest_path(variable: Expr, order: Sequence[Expr], ends: Collection[Expr]) -> list[Expr]:
    """The shortest path from a variable to one of `ends`, or to where it is used no further."""
    users: dict[Expr, list[Expr]] = {}
    for node in order:
        for arg in node.args:
            users.setdefault(arg, []).append(node)
    before: dict[Expr, Expr | None] = {variable: None}
    waiting = deque([variable])
    while waiting:
        node = waiting.popleft()
        if node in ends or not users.get(node):
            return backward(node, before)
        for user in users[node]:
            if user not in before:
                before[user] = node
                waiting.append(user)
    return [variable]


def backward(node: Expr, before: Mapping[Expr, Expr | None]) -> list[Expr]:
    """The path that leads to a node."""
    path: list[Expr] = []
    following: Any = node
    while following is not None:
        path.append(following)
        following = before[following]
    return path[::-1]


def reason(path: Sequence[Expr], held: Collection[Expr]) -> str:
    """Why the last step of a path passes no gradient."""
    for node in reversed(path):
        if node in held:
            return f"{label(node)} is held constant"
    last = path[-1]
    if len(path) < 2:
        return "nothing that the cost reaches uses it"
    place = last.args.index(path[-2]) if path[-2] in last.args else 0
    if last.op is SCAN:
        return f"no step of {last.op.name} passes a gradient on to operand {place + 1}"
    if value_count(last) == 0:
        what = (
            "the sizes of its operand alone" if last.op.name == "size_of" else "its operand, and passes no gradient on"
        )
        return f"{last.op.name} depends on {what}"
    if last.op.recipe is not None:
        return f"{last.op.name} is an op of the program, and its gradient has nothing for operand {place + 1}"
    return f"operand {place + 1} of {last.op.name} is a size or a place, not a value"
