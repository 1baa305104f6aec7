"""What may watch a compilation: debug and viz are observers and readers, so they never change it."""

from __future__ import annotations

from typing import Any


class Observer:
    """Empty methods, called as a compilation and its calls go on; subclasses fill in what they want to see."""

    def pass_started(self, name: str, graph: Any) -> None:
        """A pass begins with this graph."""

    def rewrote(self, step: Any) -> None:
        """A rule replaced a node."""

    def refused(self, rule: Any, scope: Any, before: Any, after: Any) -> None:
        """A rule's result was not taken: its type does not fit."""

    def pass_finished(self, record: Any) -> None:
        """A pass is done."""

    def rendered(self, source: str) -> None:
        """A back end made source text."""

    def built(self, binary: Any) -> None:
        """A back end made something that runs."""

    def called(self, function: Any, arguments: Any, results: Any) -> None:
        """A compiled function was called."""

    def computed(self, node: Any, value: Any) -> None:
        """A node was computed."""
