"""`function`: from expressions to something that can be called."""

from __future__ import annotations

import copy
import threading
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from symlab.core.arguments import SUBSET, Signature
from symlab.core.backends.base import Executable, Interface, available, chosen
from symlab.core.backends.problems import Promises
from symlab.core.backends.reference import evaluate_graph
from symlab.core.containers import WithContainers
from symlab.core.fgraph import Maker
from symlab.core.generators import with_generators
from symlab.core.ir import config
from symlab.core.ir.composites import function_of_composites
from symlab.core.ir.config import Config
from symlab.core.ir.errors import TypeMismatch, UnknownName, message, near_names
from symlab.core.ir.expr import Expr, leaves
from symlab.core.ir.op import INPUT
from symlab.core.ir.types import ListType, ObjectType
from symlab.core.modes import MONITORED_LOOPS, Mode, as_mode
from symlab.core.ops.operators import Variable
from symlab.core.overwriting import overwriting
from symlab.core.pipeline import run
from symlab.core.request import Request, make_request, swapped, with_outputs
from symlab.core.rewrite.trace import Trace
from symlab.core.seams import seam
from symlab.core.shared import SharedVariable
from symlab.core.stateful import StatefulFunction
from symlab.core.steps import holds_monitored

_turns = threading.RLock()  # functions without compiled code update shared variables one after another


class NoCompilerWarning(UserWarning):
    """There is no C compiler: functions run on the NumPy reference evaluator."""


@function_of_composites
def function(
    inputs: Any,
    outputs: Any = None,
    mode: Mode | str | None = None,
    updates: Any = None,
    givens: Any = None,
    no_default_updates: Any = False,
    accept_inplace: bool = False,
    name: str | None = None,
    rebuild_strict: bool = True,
    allow_input_downcast: bool | None = None,
    profile: Any = None,
    on_unused_input: str | None = None,
    trust_input: bool = False,
    device: str | None = None,
) -> Any:
    """A callable that computes `outputs` from `inputs` and then replaces shared variables by their `updates`.

    `inputs` is a list of variables or `In`; `outputs` is one variable, a list, a dict, or None. `updates` maps shared
    variables to their new values, all computed from the old ones; `givens` replaces variables before anything else.
    The result is one array, a list, a dict or None, as `outputs` was; results of rank 0 are 0-d arrays. `device` is
    "cpu", "cuda" or "auto" (a GPU where there is one), else what is configured. `accept_inplace` lets outputs made with
    `T.inplace` be written over arguments. Errors: MissingInputError,
    UnusedInputError, TypeMismatch, ConfigError.
    """
    settings = config.current()
    if device is not None:
        settings = replace(settings, **config.checked({"device": device}))
    policy = settings.on_unused_input if on_unused_input is None else on_unused_input
    request = make_request(
        inputs, outputs, updates, givens, no_default_updates, name, policy, allow_input_downcast, rebuild_strict
    )
    request = replace(request, inplace=accept_inplace)
    made = compile_request(request, as_mode(settings.mode if mode is None else mode), settings)
    made.trust_input = trust_input
    return made


def compile_request(request: Request, mode: Mode, settings: Config) -> Any:
    """The compiled function of a request; modes with checks wrap it."""
    if mode.check is None and holds_monitored([*request.outputs, *request.updates.values()]):
        mode = MONITORED_LOOPS
    if mode.check is not None:
        settings = replace(settings, device="cpu")  # what checks look at is the program for the processor
    on_device = chosen(mode.backend, settings) == "cuda"
    trace = run(mode.pipeline.for_device() if on_device else mode.pipeline, request.graph(), settings)
    made = Function(request, mode, settings, replace(trace, name=request.name))
    front = overwriting(made.front, request) if mode.check is None else seam(mode.check)(made)
    return with_generators(StatefulFunction(front, request) if request.states else front, request)


class FunctionKind(type):
    """The type of `Function`: what a user calls is one too, whether compiled code or checks stand in front of it."""

    def __instancecheck__(cls, value: Any) -> bool:
        behind = (value, getattr(value, "details", None), getattr(value, "made", None))
        return any(super(FunctionKind, cls).__instancecheck__(item) for item in behind)


class Function(WithContainers, metaclass=FunctionKind):
    """A compiled function and all that can be asked about it."""

    def __init__(self, request: Request, mode: Mode, settings: Config, trace: Trace) -> None:
        self.request, self.mode, self.config, self.trace = request, mode, settings, trace
        self.signature = Signature(request.name, request.inputs)
        self.shared = request.shared()
        self.notes: list[str] = []
        self.trust_input = False  # Theano's; arguments are looked at in any case
        self.watchers: Callable[[Mapping[Expr, Any]], Sequence[Any]] = nobody  # of a call on the reference evaluator
        self.subsets: dict[tuple[Any, ...], Any] = {}  # functions of some of the outputs
        started = time.perf_counter()
        self.executable = self.build()
        self.build_seconds = time.perf_counter() - started

    def build(self) -> Executable | None:
        """The compiled form, or None where the reference evaluator runs the graph."""
        backend, reason = available(self.mode.backend, self.config)
        if backend is None:
            if reason:
                self.notes.append(reason)
                warnings.warn(reason, NoCompilerWarning, stacklevel=6)
            return None
        executable, reason = backend.build(self.interface(), self.trace, self.config)
        if reason:
            self.notes.append(reason)
        return executable

    def interface(self) -> Interface:
        """What a back end must know to make a callable."""
        return Interface(
            names=self.signature.distinct_names,
            shared=self.shared_leaves,
            layout=self.request.layout,
            keys=self.request.keys,
            convert=self.signature.convert,
            details=self,
        )

    @cached_property
    def front(self) -> Any:
        """What the user calls: the compiled object where there is one, else this."""
        if self.executable is None or not self.executable.converts or self.signature.is_strict:
            return self
        return self.executable.front

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """The results for these arguments, in the layout of the outputs.

        With `output_subset`, positions or keys of outputs, only those are computed, and all updates; the result is a
        list of them, or a dict where the outputs are one.
        """
        return self.answer(self.computed, args, keywords)

    def computed(self, *arrays: np.ndarray[Any, Any]) -> Any:
        """The results for arrays that fit."""
        return self.evaluate(arrays) if self.executable is None else self.executable.front(*arrays)

    def answer(self, run: Callable[..., Any], args: Sequence[Any], keywords: dict[str, Any]) -> Any:
        """What `run` gives for the converted arguments; where `output_subset` is asked for, that instead."""
        if self.signature.asks_for_subset(keywords):
            return self.call_subset(*args, **keywords)
        return run(*self.signature.convert(args, keywords))

    def call_subset(self, *args: Any, **keywords: Any) -> Any:
        """A call for some of the outputs, of a function that is made when it is first asked for."""
        if not self.signature.asks_for_subset(keywords):
            return self.answer(self.front, args, keywords)
        wanted = tuple(keywords.pop(SUBSET))
        if wanted not in self.subsets:
            self.subsets[wanted] = compile_request(with_outputs(self.request, wanted), self.mode, self.config)
        return self.subsets[wanted](*args, **keywords)

    def evaluate(self, arrays: Sequence[np.ndarray[Any, Any]]) -> Any:
        """A call on the reference evaluator; shared variables change together, after everything else succeeded."""
        if not self.request.updates:
            return self.packed(self.roots(arrays))
        with _turns:
            roots = self.roots(arrays)
            first = len(roots) - len(self.request.updates)
            pairs = [
                (target, own_value(target.type, value))
                for target, value in zip(self.request.updates, roots[first:], strict=True)
            ]
            try:
                store(pairs)
            except BaseException:
                store(pairs)  # an interrupt between two of them: all or none
                raise
        return self.packed(roots[:first])

    def roots(self, arrays: Sequence[np.ndarray[Any, Any]]) -> list[Any]:
        """The values of all outputs and updates for these inputs, by the reference evaluator."""
        values = self.values(arrays)
        self.promises.check(values)
        return evaluate_graph(self.trace.graph, values, *self.watchers(values))

    @cached_property
    def promises(self) -> Promises:
        """The sizes that must agree though nothing is computed of them."""
        return Promises.of(self.trace.graph)

    def values(self, arrays: Sequence[np.ndarray[Any, Any]]) -> dict[Expr, Any]:
        """The values of the graph's leaves: the given arrays, and what the shared variables hold now."""
        graph = self.trace.graph
        known: dict[Expr, Any] = dict(zip(graph.inputs, arrays, strict=True))
        known.update({leaf: variable.cell.get_value(borrow=True) for leaf, variable in self.shared_leaves.items()})
        return known

    @cached_property
    def shared_leaves(self) -> dict[Expr, SharedVariable]:
        """The interned leaf of each shared variable."""
        wanted = set(self.shared)
        first = self.trace.first_graph
        return {
            node: typed
            for node, found in first.origins.items()
            for typed in found
            if isinstance(typed, SharedVariable) and typed in wanted
        }

    def packed(self, values: Sequence[Any]) -> Any:
        """Results in the layout that the user asked for; arrays of their own, never views of inputs."""
        arrays = [own_value(out.type, value) for out, value in zip(self.request.outputs, values, strict=True)]
        match self.request.layout:
            case "s":
                return arrays[0]
            case "l":
                return arrays
            case "d":
                return dict(zip(self.request.keys, arrays, strict=True))
        return None

    @property
    def name(self) -> str:
        """The function's name; of one without, the file and line where it was made, as "train.py:12"."""
        return self.request.place or self.request.name

    @property
    def inputs(self) -> tuple[Variable, ...]:
        """The input variables."""
        return tuple(item.variable for item in self.request.inputs)

    @property
    def outputs(self) -> tuple[Variable, ...]:
        """The outputs as typed."""
        return self.request.outputs

    @property
    def updates(self) -> Mapping[SharedVariable, Variable]:
        """The updates as typed."""
        return self.request.updates

    @property
    def source(self) -> str:
        """The generated code; each line carries its node."""
        if self.executable is not None:
            return self.executable.source
        why = f" ({'; '.join(self.notes)})" if self.notes else ""
        return f"// {self.name} runs on the NumPy reference evaluator: there is no generated code{why}\n"

    @property
    def program(self) -> Any:
        """Kernels, order and buffers of the compiled form."""
        return self.trace.program

    @cached_property
    def profile(self) -> Any:
        """Times per step and per phase of the compilation: `f.profile(args)` measures, printing shows."""
        return seam("debug.profile")(self)

    @cached_property
    def maker(self) -> Maker:
        """What Theano's users ask for the compiled graph: `f.maker.fgraph.toposort()`."""
        return Maker(self)

    def copy(
        self,
        share_memory: bool = False,
        swap: Mapping[SharedVariable, SharedVariable] | None = None,
        delete_updates: bool = False,
        name: str | None = None,
        profile: Any = None,
    ) -> Any:
        """A function like this one: with shared variables swapped for others of the same type, or without updates.

        Memory kept between calls is never shared, so that both may be called at once.
        """
        return compile_request(swapped(self.request, swap or {}, delete_updates, name), self.mode, self.config)

    def __getitem__(self, key: Any) -> Any:
        """The default of an input, by variable, name or position."""
        return self.request.inputs[self.signature.place_of_key(key)].present

    def __setitem__(self, key: Any, value: Any) -> None:
        place = self.signature.place_of_key(key)
        self.request.inputs[place].keep(self.signature.converted(place, value))

    @property
    def seen(self) -> Any:
        """The function as its users hold it."""
        return self.front

    def get_shared(self) -> list[SharedVariable]:
        """The shared variables that a call reads or updates."""
        return list(self.shared)

    def free(self) -> None:
        """Give back memory kept between calls."""
        if self.executable is not None:
            self.executable.free()

    def __reduce__(self) -> tuple[Any, ...]:
        return remade, (self.request, self.mode, self.config, self.trust_input)

    def __copy__(self) -> Any:
        return remade(self.request, self.mode, self.config, self.trust_input)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return remade(copy.deepcopy(self.request, memo), self.mode, self.config, self.trust_input)

    def __repr__(self) -> str:
        names = ", ".join(str(item.name or "?") for item in self.request.inputs)
        return f"<symlab function {self.request.name}({names}), {self.mode.name}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return seam("display.bundle")(self)


def nobody(values: Mapping[Expr, Any]) -> Sequence[Any]:
    """Who watches a call with these values in most modes."""
    return ()


def store(pairs: Sequence[tuple[SharedVariable, np.ndarray[Any, Any]]]) -> None:
    """Give shared variables their new values."""
    for variable, value in pairs:
        variable.cell.set_value(value, borrow=True)


def own_value(type: Any, value: Any) -> Any:
    """An array, or a list of them, of its own; an object of a program's type is handed on as it is."""
    if isinstance(type, ListType):
        return [own_value(type.item, item) for item in value]
    return value if isinstance(type, ObjectType) else np.array(value, order="C")


def remade(request: Request, mode: Mode, settings: Config, trust_input: bool = False) -> Any:
    """A function read from a pickle, or copied."""
    made = compile_request(request, mode, settings)
    made.trust_input = trust_input
    return made


def evaluate_expression(expression: Variable, inputs: Any, **options: Any) -> Any:
    """The value of an expression for these values; the compiled function is kept with the variable."""
    given = by_variable(expression, inputs)
    wanted = (tuple(given), options, config.current())
    kept = expression.tag.__dict__.setdefault("_functions", [])
    found = next((compiled for key, compiled in kept if key == wanted), None)
    if found is None:
        found = function(list(given), expression, **{"on_unused_input": "ignore", **options})
        kept.append((wanted, found))
    return found(*given.values())


def by_variable(expression: Variable, inputs: Any) -> dict[Variable, Any]:
    """The given values by input, which may be known by its name."""
    if not isinstance(inputs, Mapping):
        problem = f"eval takes a dict from variables to values, and not {type(inputs).__name__}"
        raise TypeMismatch(message(problem, (), ["x.eval({variable: value})"]))
    free = [node for node in leaves([expression]) if node.op is INPUT and isinstance(node, Variable)]
    given: dict[Variable, Any] = {}
    for key, value in inputs.items():
        matches = [node for node in free if node.name == key] if isinstance(key, str) else [key]
        if len(matches) != 1:
            names = [node.name for node in free if node.name]
            problem = f"{len(matches) or 'no'} inputs of {expression!r} are called {key!r}"
            raise UnknownName(message(problem, (), [near_names(str(key), names) or "the variables themselves as keys"]))
        given[matches[0]] = value
    return given
