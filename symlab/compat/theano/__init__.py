"""`import theano` for programs written for Theano: `symlab.compat.theano.install()` before they start.

From then on `theano` and its modules are symlab's objects under Theano's names, and what THEANO_FLAGS says holds.
"""

from __future__ import annotations

import sys

from symlab.compat.theano.finder import TheanoFinder
from symlab.compat.theano.settings import read_environment

__all__ = ["install", "uninstall"]


def install() -> None:
    """Make `import theano` find symlab; if it was asked for already, nothing happens."""
    if not any(isinstance(finder, TheanoFinder) for finder in sys.meta_path):
        forget()
        sys.meta_path.insert(0, TheanoFinder())
        read_environment()


def uninstall() -> None:
    """Undo `install`: modules that were imported meanwhile stay with those who hold them."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, TheanoFinder)]
    forget()


def forget() -> None:
    """Drop every module called theano from those that are loaded."""
    for name in [name for name in sys.modules if name == "theano" or name.startswith("theano.")]:
        del sys.modules[name]
