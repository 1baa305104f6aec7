"""Products of matrices in the form that costs least."""

from __future__ import annotations

RULES = ()
