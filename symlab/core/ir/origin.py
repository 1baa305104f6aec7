"""Where the user's program built a node."""

from __future__ import annotations

import linecache
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

PACKAGE = str(Path(__file__).resolve().parents[2]) + "/"
_CELL_FILE = re.compile(r"<ipython-input-(\d+)-|ipykernel_\d+")


@dataclass(frozen=True, slots=True)
class Origin:
    """A line of the user's program."""

    file: str
    line: int

    @property
    def text(self) -> str:
        """The source line, without indentation; empty when it is not to be had."""
        return linecache.getline(self.file, self.line).strip()

    @property
    def place(self) -> str:
        """Where it is, as people say it: "cell 7, line 2" or "train.py, line 12"."""
        number = cell_number(self.file)
        where = f"cell {number}" if number is not None else Path(self.file).name
        return f"{where}, line {self.line}"

    def __str__(self) -> str:
        return self.place


def here() -> Origin | None:
    """The innermost line outside of symlab that is running now."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith(PACKAGE):
            return Origin(file, frame.f_lineno)
        frame = frame.f_back
    return None


def place_of(origin: Origin | None) -> str | None:
    """A line as compilers write it: "train.py:12", and "cell 7:2" in a notebook."""
    if origin is None:
        return None
    return origin.place.replace(", line ", ":")


def cell_number(file: str) -> int | None:
    """The execution count of the notebook cell that was compiled under this file name."""
    found = _CELL_FILE.search(file)
    if not found:
        return None
    if found.group(1):
        return int(found.group(1))
    return _kernel_cells().get(file)


def _kernel_cells() -> dict[str, int]:
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module else None
    names = getattr(getattr(shell, "compile", None), "_filename_map", None) or {}
    return {name: number for name, number in names.items() if isinstance(number, int)}
