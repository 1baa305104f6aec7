"""`OpFromGraph`: a sub-graph as one op, with derivatives of its own where a program states them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from symlab.core.autodiff import DISCONNECTED, in_stable_form, seeds_of
from symlab.core.autodiff.connected import pattern
from symlab.core.autodiff.cotangent import Cotangent, Undefined
from symlab.core.autodiff.forward import push
from symlab.core.autodiff.reverse import sweep
from symlab.core.autodiff.stable import stable_forms
from symlab.core.custom.derivatives import checked_gradient, checked_gradients
from symlab.core.custom.records import fitted_operands, op_name, results_of
from symlab.core.ir.errors import InvalidValue, MissingInputError, TypeMismatch, message
from symlab.core.ir.expr import Lambda, leaves
from symlab.core.ir.op import INPUT, Kind, Op, Recipe
from symlab.core.ops.inlined import results_of_body
from symlab.core.ops.loop import BUNDLE
from symlab.core.ops.operators import Variable, as_variable, variable
from symlab.core.ops.replacing import replaced
from symlab.core.ops.shape import filled_like
from symlab.core.shared import SharedVariable

DEFAULT = "default"
Several = tuple[Any, ...]


class OpFromGraph:
    """A sub-graph as an op: `OpFromGraph([x, y], [x * y + 1])` is a function of expressions.

    `inputs` are the variables that stand for its operands, `outputs` one expression or a list of them; shared variables
    in these are found. A node of the op has its `name` until a pass opens it: compiled code is that of the expressions.

    `lop_overrides(inputs, outputs, output_grads)` gives the gradients with respect to the inputs in place of those of
    the sub-graph; `grad_overrides(inputs, output_grads)` too. Either may also be an OpFromGraph of these, or a list
    with such a function, "default" or None (nothing flows) for each input. `rop_overrides(inputs, eval_points)` gives
    the tangents of the outputs. `inline`, `on_unused_input` and `mode` are there for Theano's sake: a sub-graph is
    always compiled in its place, with its function. Errors: MissingInputError, TypeMismatch.
    """

    def __init__(
        self,
        inputs: Sequence[Variable],
        outputs: Any,
        inline: bool = False,
        lop_overrides: Any = DEFAULT,
        grad_overrides: Any = DEFAULT,
        rop_overrides: Any = DEFAULT,
        connection_pattern: Any = None,
        strict: bool = False,
        name: str | None = None,
        on_unused_input: str = "ignore",
        mode: Any = None,
    ) -> None:
        self.several = isinstance(outputs, (list, tuple))
        self.inputs = checked_inputs(inputs)
        self.outputs = tuple(map(as_variable, outputs if self.several else [outputs]))
        self.inline, self.name = inline, name or "subgraph"
        self.stated_pattern = connection_pattern
        if grad_overrides != DEFAULT and lop_overrides != DEFAULT:
            raise InvalidValue(message("lop_overrides and grad_overrides both state the gradient", (), ["one of them"]))
        self.lop_overrides, self.grad_overrides, self.rop_overrides = lop_overrides, grad_overrides, rop_overrides
        self.shared = tuple(found_shared(self, strict))
        self.record = record_of(self)

    def __call__(self, *operands: Any, name: str | None = None) -> Any:
        """The outputs for these operands: one variable, or a list of several."""
        nodes = fitted_operands(self.name, [item.type for item in self.inputs], operands)
        node = Variable(self.record, (*nodes, *self.shared), (("body", self.body),), self.body.body.type)
        found = results_of(node)
        if name is not None:
            found[0].name = name
        return found if len(found) > 1 else found[0]

    def connection_pattern(self, node: Any = None) -> list[list[bool]]:
        """For each input, then each shared variable, whether each output is connected to it: as stated, or found."""
        if self.stated_pattern is not None:
            stated: list[list[bool]] = (
                self.stated_pattern(node) if callable(self.stated_pattern) else self.stated_pattern
            )
            return stated
        return pattern(self.outputs, (*self.inputs, *self.shared))

    @property
    def shared_inputs(self) -> list[SharedVariable]:
        """The shared variables that the outputs read."""
        return list(self.shared)

    @property
    def states_gradient(self) -> bool:
        """Whether the program states a gradient."""
        return any(stated != DEFAULT for stated in (self.lop_overrides, self.grad_overrides))

    @property
    def body(self) -> Lambda:
        """The closed function: the shared variables are further parameters."""
        params = [variable(item.type, item.name) for item in self.shared]
        results = replaced(self.outputs, dict(zip(self.shared, params, strict=True)))
        return Lambda((*self.inputs, *params), BUNDLE(*results) if len(results) > 1 else results[0])

    def __reduce__(self) -> tuple[Any, ...]:
        outputs = list(self.outputs) if self.several else self.outputs[0]
        overrides = (self.lop_overrides, self.grad_overrides, self.rop_overrides)
        return OpFromGraph, (self.inputs, outputs, self.inline, *overrides, self.stated_pattern, False, self.name)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<{self.name}: {len(self.inputs)} inputs, {len(self.outputs)} outputs>"


def checked_inputs(inputs: Sequence[Variable]) -> tuple[Variable, ...]:
    """The inputs, all of them different leaves."""
    found = tuple(inputs)
    for place, item in enumerate(found):
        if getattr(item, "op", None) is not INPUT:
            tries = ["T.dvector('x') and the like, with expressions of them as outputs"]
            raise TypeMismatch(message(f"input {place + 1} of a sub-graph is no variable: {item!r}", (), tries))
        if item in found[:place]:
            raise InvalidValue(message(f"{item!r} is twice among the inputs of a sub-graph", [("input", item)]))
    return found


def found_shared(op: OpFromGraph, strict: bool) -> list[SharedVariable]:
    """The shared variables that the outputs read; any other leaf must be an input."""
    others = [node for node in leaves(op.outputs) if node not in op.inputs]
    free = [node for node in others if node.op is INPUT]
    if free:
        problem = f"{op.name} needs {free[0]!r}, which is not among its inputs"
        raise MissingInputError(message(problem, [(str(getattr(free[0], "name", None)), free[0])], ["to add it there"]))
    shared = [node for node in others if isinstance(node, SharedVariable)]
    if shared and strict:
        raise MissingInputError(message(f"{op.name} is strict, and reads {shared[0]!r}", [("shared", shared[0])]))
    return shared


def record_of(op: OpFromGraph) -> Op:
    """The record of a sub-graph's nodes."""
    stated = (op.lop_overrides, op.grad_overrides, op.rop_overrides) != (DEFAULT,) * 3
    extra: dict[str, Any] = {"inline": "closed" if stated or op.stated_pattern else "open", "made": op}
    if op.stated_pattern is not None:
        extra["connects"] = op.connection_pattern
    return Op(
        op_name(op.name), Kind.CONTROL, "A sub-graph (attribute `body`).", computed,
        lambda attributes, *types: attributes["body"].body.type, vjp=reverse(op), jvp=forward(op),
        home=__name__, extra=MappingProxyType(extra), recipe=Recipe(record, (op,)),
    )  # fmt: skip


def record(op: OpFromGraph) -> Op:
    """The record of a sub-graph, from a pickle."""
    return op.record


def computed(*values: Any, body: Lambda) -> Any:
    """The values of a sub-graph's results, where no pass has opened it."""
    from symlab.core.backends.reference import evaluate

    (found,) = evaluate([body.body], dict(zip(body.params, values, strict=True)))
    return found


# Derivatives


def reverse(op: OpFromGraph) -> Callable[..., Several]:
    """The record's `vjp`: what is stated, and for all else that of the sub-graph."""

    def vjp(cotangent: Any, node: Variable, *operands: Variable, body: Lambda) -> Several:
        given = cotangent if isinstance(cotangent, tuple) else (cotangent,)
        found: list[Any] = [DEFAULT] * len(operands)
        if op.states_gradient:
            found[: len(op.inputs)] = stated_gradients(op, node, given, operands[: len(op.inputs)])
        if any(isinstance(item, str) for item in found):
            inner = sub_gradients(node, given, operands)
            found = [own if isinstance(item, str) else item for item, own in zip(found, inner, strict=True)]
        return tuple(found)

    return vjp


def stated_gradients(op: OpFromGraph, node: Variable, given: Several, inputs: Sequence[Variable]) -> Sequence[Any]:
    """What the overrides give for each input; the text "default" stands for the gradient of the sub-graph."""
    outputs = results_of(node)
    gradients = [filled_like(y, 0) if item is None else item for y, item in zip(outputs, given, strict=True)]
    by_grad = op.lop_overrides == DEFAULT
    stated = op.grad_overrides if by_grad else op.lop_overrides
    asked = (list(inputs), gradients) if by_grad else (list(inputs), outputs, gradients)
    if not isinstance(stated, (list, tuple)):
        return checked_gradients(op.name, overridden(stated, asked), node, inputs)
    if len(stated) != len(inputs):
        raise InvalidValue(message(f"{op.name} has {len(inputs)} inputs, and {len(stated)} overrides"))
    pairs = enumerate(zip(stated, inputs, strict=True), 1)
    return [
        item if isinstance(item, str) else checked_gradient(op.name, place, (one(item, asked), x), node)
        for place, (item, x) in pairs
    ]


def overridden(stated: Any, asked: Sequence[list[Variable]]) -> Any:
    """What an override gives: a sub-graph takes everything in a row, a function its lists."""
    if isinstance(stated, OpFromGraph):
        found = stated(*(item for part in asked for item in part))
        return found if isinstance(found, list) else [found]
    return stated(*asked)


def one(stated: Any, asked: Sequence[list[Variable]]) -> Any:
    """What the override for one input gives."""
    if stated is None or isinstance(stated, Variable) or not callable(stated):
        return stated
    found = overridden(stated, asked)
    return found[0] if isinstance(found, (list, tuple)) else found


def sub_gradients(node: Variable, cotangents: Sequence[Any], operands: Sequence[Variable]) -> Several:
    """The gradients of a sub-graph with respect to its parameters, over the operands."""
    params = node.attr("body").params
    flowing = [(y, g) for y, g in zip(results_of_body(node), cotangents, strict=True) if g is not None]
    weights = [variable(y.type) for y, _ in flowing]
    seeds = in_stable_form(seeds_of([y for y, _ in flowing], weights), params)  # type: ignore[misc]
    flows = sweep(seeds, params, {}).flows
    found = [flows.get(param) for param in params]
    over: Mapping[Variable, Variable] = {
        **dict(zip(params, operands, strict=True)),
        **dict(zip(weights, (g for _, g in flowing), strict=True)),
    }
    return tuple(over_operands_flow(flow, node, over) for flow in found)


def over_operands_flow(flow: Any, node: Variable, over: Mapping[Variable, Variable]) -> Any:
    """A gradient over parameters as one over operands."""
    if isinstance(flow, Cotangent):
        return replaced([flow.expression], over)[0]
    return Undefined(node) if isinstance(flow, Undefined) else None


def forward(op: OpFromGraph) -> Callable[..., Any]:
    """The record's `jvp`: what is stated, else that of the sub-graph."""

    def jvp(tangents: Several, node: Variable, *operands: Variable, body: Lambda) -> Any:
        if op.rop_overrides == DEFAULT:
            found = sub_tangents(node, tangents, operands)
        else:
            inputs = list(operands[: len(op.inputs)])
            moved = [filled_like(x, 0) if t is None else t for x, t in zip(inputs, tangents, strict=False)]
            given = overridden(op.rop_overrides, (inputs, moved))
            several = given if isinstance(given, (list, tuple)) else [given]
            found = [None if item is None or item is DISCONNECTED else as_variable(item) for item in several]
        return tuple(found) if len(op.outputs) > 1 else found[0]

    return jvp


def sub_tangents(node: Variable, tangents: Several, operands: Sequence[Variable]) -> list[Any]:
    """The tangents of a sub-graph's results, over the operands."""
    params = node.attr("body").params
    moving = {param: variable(param.type) for param, t in zip(params, tangents, strict=True) if t is not None}
    found = push(stable_forms(results_of_body(node), params), moving)  # type: ignore[arg-type]
    over = dict(zip(params, operands, strict=True))
    over.update((moving[param], t) for param, t in zip(params, tangents, strict=True) if t is not None)
    return [replaced([item], over)[0] if isinstance(item, Variable) else None for item in found]
