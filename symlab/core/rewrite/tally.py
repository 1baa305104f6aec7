"""How often each rule was tried and fired in this process, and how long that took: what `sl.rules()` tells."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """Counts by the name of a rule."""

    fired: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    nanoseconds: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Take up the counts of one more pass."""
        self.fired.update(other.fired)
        self.tried.update(other.tried)
        self.nanoseconds.update(other.nanoseconds)


PROCESS = Tally()
