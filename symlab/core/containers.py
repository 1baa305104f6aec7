"""What Theano's programs ask a function for its values: `f.value[x]`, `f.container[x]`, `f.input_storage`, `f.fn`.

Nothing of this is how a function works here: every container reads and writes the default of an input, or the shared
variable that keeps its state.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from symlab.core.ir.errors import TypeMismatch, UnknownName


class Storage(list[Any]):
    """The value of a container as a list of one, which is read and written through it."""

    def __init__(self, container: Container) -> None:
        super().__init__([None])
        self.container = container

    def __getitem__(self, place: Any) -> Any:
        return [self.container.value][place]

    def __setitem__(self, place: Any, value: Any) -> None:
        [None][place]  # only the first place exists
        self.container.value = value

    def __iter__(self) -> Iterator[Any]:
        return iter([self.container.value])

    def __repr__(self) -> str:
        return repr([self.container.value])


_storages: WeakKeyDictionary[Any, dict[Any, Storage]] = WeakKeyDictionary()  # by what keeps the value


@dataclass(eq=False)
class Container:
    """The place of one input of a function."""

    function: Any
    key: Any

    @property
    def value(self) -> Any:
        """The default of the input, or its state."""
        return self.function[self.key]

    @value.setter
    def value(self, value: Any) -> None:
        self.function[self.key] = value

    data = value

    @property
    def storage(self) -> list[Any]:
        """The value in a list of one; containers of one value have the same list."""
        owner, key = self.function.owner_of(self.key)
        kept = _storages.setdefault(owner, {})
        return kept.setdefault(key, Storage(self))

    @property
    def source(self) -> Any:
        """What an input of another function starts from: the shared variable that keeps the state, or the container."""
        state = self.function.source_of(self.key)
        return self if state is None else state


@dataclass(frozen=True, eq=False)
class Containers:
    """The places of a function's inputs, by variable, name or position."""

    function: Any

    def __getitem__(self, key: Any) -> Container:
        self.function[key]  # a key that the function does not know is refused here
        return Container(self.function, key)

    def __contains__(self, key: Any) -> bool:
        return self.function.knows(key)  # type: ignore[no-any-return]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.function.signature.inputs)

    def keys(self) -> list[Any]:
        """The variables, names and positions by which inputs are known."""
        inputs = self.function.signature.inputs
        names = [item.name for item in inputs if item.name]
        return [*(item.asked_for for item in inputs), *names, *range(len(inputs))]


class WithContainers:
    """What a function has of this; `seen` is the function as its users hold it."""

    signature: Any

    @property
    def seen(self) -> Any:
        """The function that a container belongs to."""
        return self

    def __contains__(self, key: Any) -> bool:
        return self.knows(key)

    def knows(self, key: Any) -> bool:
        """Whether an input is known by this variable, name or position."""
        try:
            self.signature.place_of_key(key)
        except (UnknownName, TypeMismatch):
            return False
        return True

    @property
    def value(self) -> Any:
        """What is indexed for the defaults of inputs, as the function itself is."""
        return self

    @property
    def container(self) -> Containers:
        """The places of the inputs."""
        return Containers(self.seen)

    finder = container

    @property
    def input_storage(self) -> list[Container]:
        """The places of the inputs in their order, then those of the shared variables that a call reads."""
        places = [Container(self.seen, place) for place in range(len(self.signature.inputs))]
        return places + [variable.container for variable in self.seen.get_shared()]

    @property
    def fn(self) -> Runner:
        """A call without arguments."""
        return Runner(self.seen)

    def owner_of(self, key: Any) -> tuple[Any, Any]:
        """What keeps the value of an input, and under which key."""
        state = self.source_of(key)
        return (self.seen, self.signature.place_of_key(key)) if state is None else (state, 0)

    def source_of(self, key: Any) -> Any:
        """The shared variable that keeps the state of an input; None for one that has a default only."""
        return None


@dataclass
class Runner:
    """Computes from what the containers of the inputs hold: `f.input_storage[0].value = x; f.fn()`."""

    function: Any
    allow_gc: bool = True  # Theano's: memory that is not needed is given back in any case
    outputs: list[Any] = field(default_factory=list)

    def __call__(self, n_calls: int | None = None, output_subset: Any = None) -> Any:
        """The results, computed `n_calls` times."""
        for _ in range(n_calls or 1):
            self.outputs = self.function(output_subset=output_subset)
        return self.outputs

    @property
    def storage_map(self) -> dict[Any, list[Any]]:
        """The lists of the values of inputs and of shared variables."""
        inputs = [item.asked_for for item in self.function.signature.inputs]
        places = zip([*inputs, *self.function.get_shared()], self.function.input_storage, strict=True)
        return {variable: place.storage for variable, place in places}

    @property
    def nodes(self) -> list[Any]:
        """The applications of the compiled graph in order."""
        return self.function.maker.fgraph.toposort()  # type: ignore[no-any-return]
