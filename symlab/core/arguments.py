"""The arguments of a function: their names, defaults and types, and how what a caller gives becomes arrays."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.containers import Container
from symlab.core.ir import config
from symlab.core.ir.errors import (
    InvalidValue,
    RepeatedInput,
    SymlabError,
    TypeMismatch,
    UnknownName,
    WrongSize,
    message,
    near_names,
)
from symlab.core.ir.op import CONSTANT, INPUT, SHARED
from symlab.core.ir.types import ArrayType, ListType, ObjectType, array_type
from symlab.core.ops.generator_states import GeneratorType, words_given
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.shared import SharedVariable, fitting, same_values, unmasked

MISSING = object()
SUBSET = "output_subset"  # the keyword that a call has for itself
ROWS = 12  # as many inputs an error shows


class In:
    """One input of a function with its options.

    `value` is the default, the present value of a shared variable if it is one; with `update` the default becomes what
    that expression is after each call, and `f[variable]` reads it. `allow_downcast` lets arguments lose precision
    (None: only Python floats do); `strict` takes arrays of exactly the right type and converts nothing. `autoname`
    takes the name of the variable where no name is given. `mutable` lets an output of its type be written over the
    argument, unless others are in its memory. `borrow`, `implicit` and `shared` are Theano's, and change nothing.
    """

    def __init__(
        self,
        variable: Variable,
        name: str | None = None,
        value: Any = None,
        update: Variable | None = None,
        mutable: bool | None = None,
        strict: bool = False,
        allow_downcast: bool | None = None,
        autoname: bool = True,
        implicit: bool | None = None,
        borrow: bool | None = None,
        shared: bool = False,
    ) -> None:
        if not isinstance(name, str | None):
            raise TypeMismatch(message(f"the name of an input is a string, and {name!r} is none"))
        self.variable = self.asked_for = variable
        self.value = value.source if isinstance(value, Container) else value  # a container that is shared, or a value
        self.update = None if update is None else checked_update(variable, update)
        self.name = name if name is not None or not autoname else variable.name
        self.strict, self.allow_downcast = strict, allow_downcast
        self.mutable, self.borrow = mutable, borrow

    @property
    def keeps_state(self) -> bool:
        """Whether its default is kept in a shared variable."""
        return self.update is not None or isinstance(self.value, SharedVariable)

    @property
    def present(self) -> Any:
        """The default as it is now; that of an input which shares the container of another function is the other's."""
        return self.value.value if isinstance(self.value, Container) else self.value

    def keep(self, value: Any) -> None:
        """Replace the default."""
        if isinstance(self.value, Container):
            self.value.value = value
        else:
            self.value = value

    def with_variable(self, variable: Variable) -> In:
        """The same options for another variable, which stands for the one that was `asked_for`."""
        made = copy.copy(self)
        made.variable = variable
        return made

    def __repr__(self) -> str:
        return f"In({self.variable!r}{'' if self.value is None else f', value={self.value!r}'})"


def checked_update(variable: Variable, update: Any) -> Variable:
    """The new value of an input's state, which has the rank of the input and a dtype that it can hold."""
    value = as_variable(update)
    fits = value.ndim == variable.ndim and np.can_cast(value.type.dtype, variable.type.dtype, "safe")
    if isinstance(variable.type, ArrayType) and not fits:
        rows = [("input", variable), ("update", value)]
        raise TypeMismatch(message("the update of an input is of its type", rows))
    return value


@dataclass(frozen=True)
class Out:
    """One output of a function; results are always the caller's own, so `borrow` changes nothing."""

    variable: Variable
    borrow: bool = False


def as_inputs(inputs: Any, allow_downcast: bool | None) -> tuple[In, ...]:
    """The inputs as `In` records, or an error about what cannot be one."""
    if not isinstance(inputs, (list, tuple)):
        problem = f"inputs is {type(inputs).__name__}, and must be a list of variables"
        raise TypeMismatch(message(problem, (), ["function([x], ...) instead of function(x, ...)"]))
    return tuple(as_input(item, allow_downcast) for item in inputs)


def as_input(item: Any, allow_downcast: bool | None) -> In:
    """One input as an `In` record."""
    if isinstance(item, Variable):
        item = In(item, allow_downcast=allow_downcast)
    elif isinstance(item, In):
        item = copy.copy(item)  # its default may change with the function
    if not isinstance(item, In):
        raise TypeMismatch(message(f"{item!r} cannot be an input: it is no variable"))
    if item.variable.op is SHARED:
        tries = ["to leave it out of the inputs: a function finds shared variables by itself", "givens to replace it"]
        raise TypeMismatch(message("a shared variable cannot be an input", [("input", item.variable)], tries))
    if item.variable.op is CONSTANT:
        raise TypeMismatch(message("a constant cannot be an input", [("input", item.variable)]))
    if item.allow_downcast is None and config.current().manners == "theano" and is_narrow(item.variable.type):
        item.allow_downcast = False  # Theano rounds a Python number to floatX alone
    return item


def is_narrow(type: Any) -> bool:
    """Whether these are single numbers of fewer digits than floatX has."""
    return type == array_type(np.float32, ()) and config.current().floatX == "float64"


@dataclass(frozen=True, eq=False)
class Signature:
    """The inputs of one function, and the conversion of a call's arguments."""

    function: str
    inputs: tuple[In, ...]

    @property
    def names(self) -> tuple[str | None, ...]:
        """The names under which arguments can be given."""
        return tuple(item.name for item in self.inputs)

    @property
    def distinct_names(self) -> tuple[str | None, ...]:
        """The names, without those that several inputs have."""
        count = Counter(self.names)
        return tuple(name if count[name] == 1 else None for name in self.names)

    @property
    def is_strict(self) -> bool:
        """Whether a scalar input takes fewer numbers than compiled code would: each call must be looked at here."""
        return any(not item.variable.ndim and (item.strict or item.allow_downcast is False) for item in self.inputs)

    def convert(self, args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[np.ndarray[Any, Any], ...]:
        """One array for each input: of its dtype and rank, C-contiguous, aligned."""
        given = self.bound(args, keywords)
        return tuple(self.converted(place, value) for place, value in enumerate(given))

    def asks_for_subset(self, keywords: dict[str, Any]) -> bool:
        """Whether a call is for some of the outputs only; `output_subset=None` asks for all, and is taken out."""
        if SUBSET not in keywords or SUBSET in self.names:
            return False
        if keywords[SUBSET] is None:
            del keywords[SUBSET]
        return SUBSET in keywords

    def bound(self, args: Sequence[Any], keywords: Mapping[str, Any]) -> list[Any]:
        """The argument or default of each input, by position."""
        given = self.given(args, keywords)
        return [self.default(place) if value is MISSING else value for place, value in enumerate(given)]

    def given(self, args: Sequence[Any], keywords: Mapping[str, Any]) -> list[Any]:
        """The argument of each input, by position, or MISSING."""
        if len(args) > len(self.inputs):
            problem = f"{self.function} takes {len(self.inputs)} arguments, and {len(args)} were given"
            raise TypeMismatch(message(problem, self.operands(), self.attempts()))
        given: list[Any] = [*args, *[MISSING] * (len(self.inputs) - len(args))]
        for name, value in keywords.items():
            given[self.place_of(name, len(args))] = value
        return given

    def place_of(self, name: str, positional: int) -> int:
        """The position of the input called `name`, which was not given yet."""
        places = [place for place, known in enumerate(self.names) if known == name]
        if not places:
            known = [known for known in self.names if known]
            tries = [near_names(name, known) or f"one of {in_short(known) or 'no names: the inputs have none'}"]
            raise TypeMismatch(message(f"{self.function} has no input called {name!r}", self.operands(), tries))
        if len(places) > 1:
            raise TypeMismatch(message(f"{len(places)} inputs of {self.function} are called {name!r}", self.operands()))
        if places[0] < positional:
            raise TypeMismatch(message(f"{self.function} got {name!r} twice: by position and by name"))
        return places[0]

    def default(self, place: int) -> Any:
        """The default of an input that was not given."""
        value = self.inputs[place].present
        if value is None:
            problem = f"{self.function} misses its argument {self.called(place)}"
            raise TypeMismatch(message(problem, self.operands(place), self.attempts()))
        return value

    def place_of_key(self, key: Any) -> int:
        """The position of an input that is known by its variable, its name or its position."""
        if isinstance(key, int) and -len(self.inputs) <= key < len(self.inputs):
            return key % len(self.inputs)
        if isinstance(key, str):
            return self.place_of(key, 0)
        places = [place for place, item in enumerate(self.inputs) if item.variable is key or item.asked_for is key]
        if not places:
            raise UnknownName(message(f"{key!r} is no input of {self.function}", self.operands()))
        return places[0]

    def called(self, place: int) -> str:
        """How an input is called in errors."""
        name = self.inputs[place].name
        return f"{place + 1} ({name})" if name else str(place + 1)

    def attempts(self) -> list[str]:
        """How it is called, where that is short enough to be read."""
        names = [name or f"argument {place + 1}" for place, name in enumerate(self.names)]
        return [f"{self.function}({', '.join(names)})"] if 0 < len(names) <= ROWS else []

    def operands(self, around: int = 0) -> list[tuple[str, Any]]:
        """The inputs as rows of an error, of many those beside one of them."""
        first = max(0, min(around - ROWS // 2, len(self.inputs) - ROWS))
        shown = list(enumerate(self.inputs))[first : first + ROWS]
        return [(item.name or f"argument {place + 1}", item.variable) for place, item in shown]

    def converted(self, place: int, value: Any) -> Any:
        """One argument as an array that fits its input."""
        return as_argument(f"argument {self.called(place)} of {self.function}", self.inputs[place], value)


def as_argument(name: str, item: In, value: Any) -> Any:
    """A value as an array that fits an input: C-contiguous, aligned, in native byte order."""
    if isinstance(value, Variable):
        tries = ["its value, or givens={x: expression} when the function is made"]
        raise TypeMismatch(message(f"{name} is an expression; a call takes values", [("given", value)], tries))
    if isinstance(item.variable.type, ListType):
        return as_elements(name, item.variable.type, value)
    if isinstance(item.variable.type, ObjectType):
        return item.variable.type.filter(value, strict=item.strict, allow_downcast=item.allow_downcast)
    if isinstance(item.variable.type, GeneratorType):
        return words_given(name, item.variable.type, value)
    array = with_dtype(name, item, value)
    check_shape(name, item, array)
    fits = array.flags.c_contiguous and array.flags.aligned and array.dtype.isnative
    if fits and type(array) is np.ndarray:
        return array
    return np.array(array, order="C", dtype=array.dtype.newbyteorder("="))


def in_short(names: Sequence[str]) -> str:
    """Names one after another, of many the first ones."""
    return ", ".join([*names[:ROWS], f"{len(names) - ROWS} more"] if len(names) > ROWS else names)


def checked_default(item: In, place: int, function: str) -> In:
    """An input whose default, if it has one, is an array of its type, and a copy of what was given."""
    if item.value is None or isinstance(item.value, Container):
        return item
    name = f"the default of argument {place + 1}{f' ({item.name})' if item.name else ''} of {function}"
    made = copy.copy(item)
    made.value = copy.copy(as_argument(name, item, item.value))
    return made


def as_elements(name: str, type: ListType, value: Any) -> list[Any]:
    """The value of an input that is a list: copies of its elements, each as an array of their type."""
    if not isinstance(value, (list, tuple)):
        raise TypeMismatch(message(f"{name} must be a list, and is {value.__class__.__name__}", (), ["[x, y]"]))
    several = [(f"element {place} of {name}", item) for place, item in enumerate(value)]
    if isinstance(type.item, ListType):
        return [as_elements(role, type.item, item) for role, item in several]
    return [np.array(fitting(item, type.item, role), order="C") for role, item in several]


def with_dtype(name: str, item: In, value: Any) -> np.ndarray[Any, Any]:
    """The value as an array of the input's dtype, where nothing is lost that the caller did not allow to lose."""
    wanted = item.variable.type.dtype
    array = as_array(name, value)
    if item.strict and (array.dtype != wanted or not isinstance(value, (np.ndarray, np.generic))):
        found = array.dtype if isinstance(value, (np.ndarray, np.generic)) else type(value).__name__
        raise TypeMismatch(message(f"{name} is strict: it takes arrays of {wanted.name} only, and got {found}"))
    if array.dtype == wanted:
        return array
    fits = np.can_cast(array.dtype, wanted, "safe") or same_values(value, array, wanted, item.allow_downcast is None)
    if item.allow_downcast or fits:
        with np.errstate(all="ignore"):
            return array.astype(wanted)
    problem = f"{name} must be {wanted.name}, and is {array.dtype}: a cast could lose digits"
    tries = [f"value.astype('{wanted.name}')", "allow_input_downcast=True when the function is made"]
    raise TypeMismatch(message(problem, [("wanted", item.variable)], tries))


def as_array(name: str, value: Any) -> np.ndarray[Any, Any]:
    """The value as an array of numbers."""
    try:
        array = unmasked(value, name)
    except SymlabError:
        raise
    except (ValueError, TypeError) as error:
        raise InvalidValue(message(f"{name} is not an array of numbers: {error}")) from None
    if array.dtype.kind not in "biufc":
        problem = f"{name} is not an array of numbers: NumPy gives it dtype {array.dtype}"
        if isinstance(value, int):
            raise InvalidValue(message(f"{name} is an integer of more than 64 bits", (), [f"float({value})"]))
        raise TypeMismatch(message(problem, (), ["numbers, lists of equal lengths, or arrays"]))
    return array


def check_shape(name: str, item: In, array: np.ndarray[Any, Any]) -> None:
    """Rank and known sizes of an argument."""
    type = item.variable.type
    assert isinstance(type, ArrayType)
    if array.ndim != type.ndim:
        problem = f"{name} must have {type.ndim} axes, and has {array.ndim}: its shape is {array.shape}"
        raise TypeMismatch(message(problem, [("wanted", item.variable)]))
    for axis, (size, known) in enumerate(zip(array.shape, type.shape, strict=True)):
        if known not in (None, size):
            problem = f"axis {axis} of {name} must have size {known}, and has {size}: its shape is {array.shape}"
            raise WrongSize(message(problem, [("wanted", item.variable)]))


def check_distinct(inputs: Sequence[In]) -> None:
    """Each variable may be an input once, and must be one that can be given."""
    seen: set[Variable] = set()
    for item in inputs:
        if item.variable in seen:
            raise RepeatedInput(message(f"{item.variable!r} is an input twice", [("input", item.variable)]))
        seen.add(item.variable)


def is_free(node: Any) -> bool:
    """Whether a leaf has no value unless a caller gives one."""
    return node.op is INPUT
