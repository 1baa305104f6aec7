"""What Theano's programs ask a function for the values of its inputs: `f.value[x]` and `f.container[x].value`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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

    @property
    def storage(self) -> list[Any]:
        """The value in a list of its own."""
        return [self.value]

    @property
    def source(self) -> Any:
        """What an input of another function starts from: the shared variable that keeps the state, or the default."""
        return self.function.source_of(self.key)


@dataclass(frozen=True, eq=False)
class Containers:
    """The places of a function's inputs, by variable, name or position."""

    function: Any

    def __getitem__(self, key: Any) -> Container:
        self.function[key]  # a key that the function does not know is refused here
        return Container(self.function, key)


class WithContainers:
    """What a function has of this."""

    @property
    def value(self) -> Any:
        """What is indexed for the defaults of inputs, as the function itself is."""
        return self

    @property
    def container(self) -> Containers:
        """The places of the inputs."""
        return Containers(self)
