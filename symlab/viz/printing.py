"""Graphs as text and pictures under the names of `theano.printing`, for programs with `import symlab as theano`."""

from __future__ import annotations

from symlab.core.custom.watch import Print
from symlab.viz.dot_export import pydotprint
from symlab.viz.text import debugprint, pp

__all__ = ["Print", "debugprint", "pp", "pprint", "pydotprint"]

pprint = pp
