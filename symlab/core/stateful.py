"""Functions with inputs that keep a state: their default is what the update of the last call made of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from symlab.core.arguments import MISSING, SUBSET, Signature
from symlab.core.containers import WithContainers
from symlab.core.delegating import Delegating
from symlab.core.request import Request
from symlab.core.shared import SharedVariable, shared


class StatefulFunction(WithContainers, Delegating, to="front"):
    """A function in front of a compiled one, in which shared variables stand for the inputs with state."""

    def __init__(self, front: Any, request: Request) -> None:
        self.front = front
        self.signature = Signature(request.name, request.all_inputs())
        self.states: dict[int, SharedVariable] = {place: state for place, _, state in request.states}

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """The results; an argument for an input with state replaces that state first."""
        subset = {SUBSET: keywords.pop(SUBSET)} if self.signature.asks_for_subset(keywords) else {}
        given = self.signature.given(args, keywords)
        with self.replaced({place: given[place] for place in self.states if given[place] is not MISSING}):
            others = {place: value for place, value in enumerate(given) if place not in self.states}
            values = [self.signature.default(p) if value is MISSING else value for p, value in others.items()]
            return self.front(*values, **subset)

    @contextmanager
    def replaced(self, arguments: dict[int, Any]) -> Iterator[None]:
        """States with other values; where the call fails they are what they were."""
        values = {place: self.signature.converted(place, value) for place, value in arguments.items()}
        before = {place: self.states[place].cell.get_value(borrow=True) for place in values}
        try:
            for place, value in values.items():
                self.states[place].set_value(value)
            yield
        except BaseException:
            for place, value in before.items():
                self.states[place].set_value(value, borrow=True)
            raise

    def __getitem__(self, key: Any) -> Any:
        """The state or default of an input, by variable, name or position; functions of one state give one object."""
        place = self.signature.place_of_key(key)
        if place in self.states:
            return self.states[place].get_value(borrow=True)
        return self.signature.inputs[place].present

    def __setitem__(self, key: Any, value: Any) -> None:
        place = self.signature.place_of_key(key)
        array = self.signature.converted(place, value)
        if place in self.states:
            self.states[place].set_value(array)
        else:
            self.signature.inputs[place].keep(array)

    def source_of(self, key: Any) -> Any:
        """The shared variable that keeps the state of an input, None for one without."""
        return self.states.get(self.signature.place_of_key(key))

    def __copy__(self) -> Any:
        own = [state for _, item, state in self.front.request.states if not isinstance(item.value, SharedVariable)]
        return self.front.copy(swap={item: shared(item.get_value(), item.name, shape=item.type.shape) for item in own})

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        made = self.front.__deepcopy__(memo)
        made.trust_input = self.trust_input
        return made
