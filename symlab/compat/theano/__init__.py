"""`import theano` for programs written for Theano: `symlab.compat.theano.install()` before they start.

From then on `theano` and its modules are symlab's objects under Theano's names, what THEANO_FLAGS says holds, and where
Theano and NumPy differ, expressions behave as Theano's: one that is no comparison counts as true (`if mask:`), and real
functions of integers of 8 bits are of dtype float32, and sums, means and products of float32 run in float64.
"""

from __future__ import annotations

import sys

from symlab.compat.theano.finder import TheanoFinder
from symlab.compat.theano.settings import read_environment
from symlab.core.ir.config import configure

__all__ = ["install", "uninstall"]


def install() -> None:
    """Make `import theano` find symlab; if it was asked for already, nothing happens."""
    if not any(isinstance(finder, TheanoFinder) for finder in sys.meta_path):
        forget()
        sys.meta_path.insert(0, TheanoFinder())
        configure(manners="theano")
        read_environment()


def uninstall() -> None:
    """Undo `install`: modules that were imported meanwhile stay with those who hold them."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, TheanoFinder)]
    configure(manners="numpy")
    forget()


def forget() -> None:
    """Drop every module called theano from those that are loaded."""
    for name in [name for name in sys.modules if name == "theano" or name.startswith("theano.")]:
        del sys.modules[name]
