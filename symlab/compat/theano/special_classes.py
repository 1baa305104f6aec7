"""`theano.scalar.basic_scipy`: classes of special functions, of which what they make is the op that is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import symlab.tensor as T


def class_of(function: Any) -> Callable[..., Any]:
    """A class as Theano calls it: with a rule of dtypes, and a name."""
    return lambda output_types_preference=None, name=None: function


Chi2SF, Psi, TriGamma = class_of(T.chi2sf), class_of(T.psi), class_of(T.tri_gamma)
Erf, Erfc, Erfcx = class_of(T.erf), class_of(T.erfc), class_of(T.erfcx)
Erfcinv, Erfinv = class_of(T.erfcinv), class_of(T.erfinv)
Gamma, GammaLn = class_of(T.gamma), class_of(T.gammaln)
GammaInc, GammaIncC = class_of(T.gammainc), class_of(T.gammaincc)
I0, I1, Iv = class_of(T.i0), class_of(T.i1), class_of(T.iv)
J0, J1, Jv = class_of(T.j0), class_of(T.j1), class_of(T.jv)
