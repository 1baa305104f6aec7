"""What DebugMode found: findings with node, rule, values and source line, as text and HTML."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.seams import seam


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong."""

    check: str  # "assumption", "rewrite", "accuracy", "order", "kernel", "memory", "type", "result"
    node: Expr
    problem: str
    rule: str | None = None
    step: int | None = None
    values: str = ""
    origin: str = ""

    def __str__(self) -> str:
        lines = [f"{self.check}: {self.problem}"]
        if self.rule:
            lines.append(f"  rule     {self.rule} (rewrite {self.step})")
        lines.append("  node     " + seam("display.pp")(self.node, 8).replace("\n", "\n           "))
        if self.values:
            lines.append("  values   " + self.values)
        if self.origin:
            lines.append("  built in " + self.origin)
        return "\n".join(lines)


@dataclass
class Report:
    """The outcome of one checked call: how much was compared, and what is wrong."""

    function: str
    verdicts: list[str] = field(default_factory=list)  # on each rewrite of the trace, in order
    moves: int = 0  # nodes that passes changed beside their rules
    kernels: int = 0  # nodes compared as compiled
    results: int = 0  # results compared with the graph as written and as optimized
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def rewrites(self) -> int:
        """How many rewrites were looked at."""
        return len(self.verdicts)

    @property
    def identical(self) -> int:
        """How many rewrites changed no bit."""
        return self.verdicts.count("identical")

    @property
    def undetermined(self) -> int:
        """How many rewrites could not be judged; the notes say why."""
        return self.verdicts.count("undetermined")

    @property
    def rules(self) -> list[str]:
        """The rules that are wrong, each once."""
        return list(dict.fromkeys(finding.rule for finding in self.findings if finding.rule))

    def __bool__(self) -> bool:
        return not self.findings

    def rows(self) -> Sequence[tuple[str, Any]]:
        """What was compared, as a table."""
        return (
            ("rewrites judged", self.rewrites),
            ("of them without any change of bits", self.identical),
            ("of them undetermined", self.undetermined),
            ("changes of form judged", self.moves),
            ("nodes compared as compiled", self.kernels),
            ("results compared", self.results),
            ("findings", len(self.findings)),
        )

    def __str__(self) -> str:
        head = f"DebugMode of {self.function}: {'nothing wrong' if self else f'{len(self.findings)} findings'}"
        table = "\n".join(f"  {name:36s} {value}" for name, value in self.rows())
        return "\n".join([head, table, *map(str, self.findings), *self.notes])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        cells = "".join(f"<tr><td>{html.escape(name)}</td><td>{value}</td></tr>" for name, value in self.rows())
        found = "".join(f"<pre>{html.escape(str(finding))}</pre>" for finding in self.findings)
        verdict = "nothing wrong" if self else f"{len(self.findings)} findings"
        title = html.escape(f"DebugMode of {self.function}: {verdict}")
        return f"<div><strong>{title}</strong><table>{cells}</table>{found}</div>"

    def to_html(self, path: str) -> None:
        """Write the report as an HTML file."""
        from pathlib import Path

        page = f"<!DOCTYPE html><meta charset='utf-8'><title>DebugMode</title>{self._repr_html_()}"
        Path(path).write_text(page, encoding="utf-8")
