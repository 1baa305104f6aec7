"""What programs ask with `isinstance`, and small functions that only Theano has."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np

from symlab.compat.theano.settings import config
from symlab.core.arguments import In
from symlab.core.custom.types import generic
from symlab.core.fgraph import Composite
from symlab.core.function import function
from symlab.core.ifelse import ifelse
from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.op import CONSTANT, Kind, Op
from symlab.core.ir.types import ArrayType
from symlab.core.modes import MODES, Mode, as_mode
from symlab.core.ops.operators import Variable, as_variable, constant
from symlab.core.ops.passing import copy
from symlab.core.ops.replacing import rebuilt
from symlab.core.seams import seam
from symlab.core.shared import SharedVariable as Shared
from symlab.core.shared import fitting, shared
from symlab.core.substitute import copied
from symlab.debug.monitor import monitor_mode
from symlab.tensor.elementwise import cast
from symlab.tensor.elementwise import round as nearest
from symlab.tensor.reductions import softmax as rows_softmax
from symlab.tensor.types import TensorType as tensor_type
from symlab.tensor.types import all_dtypes

VERSION = "1.0.5"  # whose interface this is


class Recognized(type):
    """A class whose instances are those objects that `test` recognizes, and whose call makes one."""

    test: Callable[[Any], bool]
    make: Callable[..., Any]

    def __instancecheck__(cls, value: Any) -> bool:
        return bool(cls.test(value))

    def __call__(cls, *args: Any, **options: Any) -> Any:
        """A new object of this kind."""
        return cls.make(*args, **options)


def recognized(name: str, doc: str, test: Callable[[Any], bool], make: Callable[..., Any] | None = None) -> Recognized:
    """A class for `isinstance`; one without `make` cannot be called."""

    def refuse(*args: Any, **options: Any) -> Any:
        raise TypeError(f"{name} is a kind of op here, to be recognized and not to be made: call the function itself")

    return Recognized(name, (), {"__doc__": doc, "test": staticmethod(test), "make": staticmethod(make or refuse)})


def named(*names: str) -> Callable[[Any], bool]:
    """Recognizes the ops of these names."""
    return lambda value: isinstance(value, Op) and value.name in names


def is_elementwise(value: Any) -> bool:
    """Whether an op, or every op of a fused kernel, is elementwise."""
    ops = value.ops if isinstance(value, Composite) else (value,)
    return all(isinstance(op, Op) and op.kind is Kind.ELEMENTWISE for op in ops)


def is_constant(value: Any) -> bool:
    """Whether a variable is a constant."""
    return isinstance(value, Expr) and value.op is CONSTANT


TensorType = recognized(
    "TensorType", "The type of arrays of a dtype and broadcastable pattern.",
    lambda value: isinstance(value, ArrayType), tensor_type,
)  # fmt: skip
TensorType.may_share_memory = ArrayType.may_share_memory  # type: ignore[attr-defined]
for comparison in ("values_eq", "values_eq_approx"):  # which in Theano need no type
    setattr(TensorType, comparison, partial(getattr(ArrayType, comparison), None))
TensorConstant = recognized(
    "TensorConstant", "A constant.", is_constant,
    lambda type, data, name=None: constant(np.asarray(data, type.dtype), name),
)  # fmt: skip
SharedVariable = recognized(
    "SharedVariable", "A variable with a value of its own.", lambda value: isinstance(value, Shared),
    lambda name, type, value, strict, allow_downcast=None, container=None: shared_of(
        name, type, value, strict, allow_downcast
    ),
)  # fmt: skip
CONVERSIONS = {f"_convert_to_{dtype}": partial(cast, dtype=dtype) for dtype in all_dtypes}
Scan = recognized("Scan", "Loops.", named("scan"))


def variable_of(type: Any, owner: Any = None, index: int | None = None, name: str | None = None) -> Variable:
    """A variable of a type that nothing computes, of any value if the type is none; see `outputs` of an application."""
    if owner is not None:
        raise TypeMismatch(message("the results of an application are its outputs", (), ["node.outputs"]))
    return (type if callable(type) else generic)(name)  # type: ignore[no-any-return]


AnyVariable = recognized("Variable", "An expression.", lambda value: isinstance(value, Variable), variable_of)
Elemwise = recognized(
    "Elemwise", "Ops that work element by element: those of single numbers take arrays as they are.", is_elementwise,
    lambda scalar_op, inplace_pattern=None, name=None, nfunc_spec=None, openmp=None: scalar_op,
)  # fmt: skip
DeepCopyOp = recognized("DeepCopyOp", "Copies.", named("copy"), lambda: copy)
Subtensor = recognized("Subtensor", "Slices.", named("slice"))
DebugMode = recognized(
    "DebugMode", "The mode that checks.", lambda value: isinstance(value, Mode) and value.name == "DebugMode",
    lambda **options: TolerantMode.of(MODES["DebugMode"]),
)  # fmt: skip
NanGuardMode = recognized(
    "NanGuardMode", "The mode that watches for nan.", lambda value: isinstance(value, Mode) and "Nan" in value.name,
    lambda **options: Mode("NanGuardMode", MODES["FAST_RUN"].pipeline, "auto", "debug.NanGuardMode", options),
)  # fmt: skip
MonitorMode = recognized(
    "MonitorMode", "The mode that calls functions before and after every node.",
    lambda value: isinstance(value, Mode) and value.name == "MonitorMode",
    lambda pre_func=None, post_func=None, **options: TolerantMode.of(monitor_mode(pre_func, post_func)),
)  # fmt: skip


def shared_of(name: str | None, type: Any, value: Any, strict: bool, allow_downcast: bool | None) -> Shared:
    """A shared variable of a type."""
    array = fitting(value, type, name or "the shared variable")
    return shared(array, name, strict, allow_downcast, shape=type.shape)


@dataclass(frozen=True)
class Choice:
    """The op of a choice between so many values for each of two branches."""

    n_outs: int
    as_view: bool = False
    gpu: bool = False
    name: str | None = None

    def __post_init__(self) -> None:
        if self.n_outs < 1:
            raise InvalidValue(message(f"a choice has at least one result, not {self.n_outs}"))

    def __call__(self, condition: Any, *values: Any, return_list: bool = False) -> Any:
        """One result of the choice, or a list of several."""
        if len(values) != 2 * self.n_outs:
            raise InvalidValue(message(f"two branches of {self.n_outs} values are wanted, not {len(values)} values"))
        found = ifelse(condition, list(values[: self.n_outs]), list(values[self.n_outs :]), self.name)
        return found if return_list or self.n_outs > 1 else found[0]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IfElse if isinstance(other, Op) else Choice)

    def __hash__(self) -> int:
        return hash(Choice)


IfElse = recognized("IfElse", "Choices between two branches.", named("ifelse"), Choice)


DEBUGMODE_SWITCHES = ("check_isfinite", "check_preallocated_output", "check_py_code", "require_matching_strides")


class TolerantMode(Mode):
    """A mode that knows no mistake in the name of a rewrite: Theano ignores those that it does not have.

    The switches of Theano's DebugMode may be set on it as on every mode of Theano's, and change nothing: symlab's
    DebugMode finds nan and inf right where the expression as written has them.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in DEBUGMODE_SWITCHES:
            raise AttributeError(f"the {name} of a mode is not changed: make another mode")
        object.__setattr__(self, name, value)

    @classmethod
    def of(cls, mode: Mode) -> TolerantMode:
        """The same mode."""
        return cls(mode.name, mode.pipeline, mode.backend, mode.check, mode.options)

    def including(self, *names: str) -> Mode:
        """The mode with those of these passes and rules that there are."""
        return super().including(*there_are(names, FAST_RUN))

    def excluding(self, *names: str) -> Mode:
        """The mode without those of these passes and rules that it has."""
        return super().excluding(*there_are(names, self))


FAST_COMPILE, FAST_RUN = (TolerantMode.of(MODES[name]) for name in ("FAST_COMPILE", "FAST_RUN"))


def get_mode(mode: Mode | str | None) -> Mode:
    """The mode, or the one of that name; None is the one that is configured."""
    return mode if isinstance(mode, TolerantMode) else TolerantMode.of(as_mode(config.mode if mode is None else mode))


def there_are(names: Sequence[str], mode: Mode) -> list[str]:
    """The names that are those of passes and rules of a mode."""
    known = {*mode.pipeline.names, *(rule.name for rule in mode.pipeline.rules)}
    return [name for name in names if name in known]


def mode_of(linker: str = "cvm", optimizer: str | None = "fast_run") -> Mode:
    """The mode for one of Theano's linkers and optimizers: "py" is NumPy, and every other one compiled code."""
    little = str(optimizer).lower() in ("none", "merge", "o1", "fast_compile")
    pipeline = (FAST_COMPILE if little else FAST_RUN).pipeline
    return TolerantMode("Mode", pipeline, "reference" if linker == "py" else "auto")


TheanoMode = recognized("Mode", "Which passes run, on which back end.", lambda value: isinstance(value, Mode), mode_of)


def change_flags(flags: Any = (), **more: Any) -> AbstractContextManager[Any]:
    """Other values of flags (a dict, pairs, or by name), within a `with` block or a decorated function."""
    return config.change_flags(**{**dict(flags), **more})


def upcast(dtype: str, *dtypes: str) -> str:
    """The dtype to which all of these can be promoted."""
    return str(np.result_type(*map(np.dtype, (dtype, *dtypes))))


def get_default_mode() -> Mode:
    """The mode of functions that name none."""
    return get_mode(None)


def version(print_too: bool = True) -> tuple[Any, bool]:
    """The version that Theano's programs see, and whether files were changed."""
    return VERSION, False


def ScalarType(dtype: Any) -> ArrayType:
    """The type of single numbers of a dtype, which are arrays of rank 0 here."""
    return tensor_type(dtype, ())


def iround(a: Any, mode: str | None = None) -> Any:
    """The nearest whole numbers as int64."""
    return cast(nearest(a, mode) if mode else nearest(a), "int64")


def is_flat(var: Variable, ndim: int | None = None) -> bool:
    """Whether a variable has this number of axes, 1 if none is told."""
    return var.ndim == (1 if ndim is None else ndim)


def no_lock(*args: Any, **options: Any) -> None:
    """Nothing to do: entries of the code cache are written under other names and then renamed."""


def function_dump(
    filename: str, inputs: Any, outputs: Any = None, *, extra_tag_to_remove: Any = None, **options: Any
) -> None:
    """Write what `function` is called with to a file, as a pickle: `function(**pickle.load(file))` makes it again."""
    unknown = options.keys() - signature(function).parameters.keys()
    if unknown:
        raise TypeError(f"function has no option {sorted(unknown)[0]!r}")
    with Path(filename).open("wb") as file:
        pickle.dump({"inputs": inputs, "outputs": outputs, **options}, file, pickle.HIGHEST_PROTOCOL)


def d3viz(fct: Any, outfile: str | Path, copy_deps: bool = True, *args: Any, **options: Any) -> None:
    """Write symlab's interactive view of a function or expression to a file: one page that needs nothing else."""
    seam("display.html")(fct, outfile)


def softmax(c: Any) -> Variable:
    """softmax of the rows of c; that of a vector is a matrix of one row, as in Theano."""
    x = as_variable(c)
    return rows_softmax(x.dimshuffle("x", 0) if x.ndim == 1 else x)


def Param(variable: Variable, default: Any = None, name: str | None = None, **options: Any) -> In:
    """An input with its options, as programs older than `In` name them."""
    return In(variable, name=name, value=default, **options)


def sparse_grad(x: Variable) -> Variable:
    """x itself: every gradient of an indexed variable is written in place where that is right."""
    return x


def clone_graph(
    inputs: Sequence[Variable], outputs: Sequence[Variable], copy_inputs: bool = True
) -> tuple[list[Any], list[Any]]:
    """Inputs, or copies of them, and copies of all that is computed from them on the way to the outputs."""
    copies = [copied(leaf) if copy_inputs and leaf.op is not CONSTANT else leaf for leaf in inputs]
    done: dict[Any, Any] = dict(zip(inputs, copies, strict=True))
    for node in toposort(outputs, frozenset(inputs)):
        if node not in done:
            done[node] = rebuilt(node, tuple(done[arg] for arg in node.args)) if node.args else node
    return copies, [done[output] for output in outputs]
