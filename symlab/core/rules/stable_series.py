"""Sums that vanish to the second order or more, by their series: before simpler rules take parts of them away."""

from __future__ import annotations

from fractions import Fraction

from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import abs, log, log1p, reciprocal
from symlab.core.rewrite.rule import rule
from symlab.core.rewrite.sorts import Part
from symlab.core.rules.series import polynomial


def divergence(p, q):
    """p log(p / q) + (1 - p) log((1 - p) / (1 - q)), whose terms are nearly opposite where p is nearly q."""
    near = (abs(q - p) < 0.3 * p) & (abs(q - p) < 0.3 * (1 - p))
    share, step, far = switch(near, p, 0.5), switch(near, q - p, 0), switch(near, 0.5, p)
    first, second = step / share, step / (share - 1)
    return switch(
        near,
        share * (first - log1p(first)) + (1 - share) * (second - log1p(second)),
        far * log(far / q) + (1 - far) * log1p((q - far) / (1 - q)),
    )


@rule
def divergence_of_shares(p: Part, q: Part):
    """The two terms are nearly opposite where p is nearly q."""
    return p * log(p * reciprocal(q)) + (1 - p) * log((1 - p) * reciprocal(1 - q)), divergence(p, q)


@rule(accept=128)  # both sides lose digits between near and far
def divergence_of_shares_by_logs(p: Part, q: Part):
    """The two terms are nearly opposite where p is nearly q."""
    return p * (log(p) - log(q)) + (1 - p) * (log1p(-p) - log1p(-q)), divergence(p, q)


@rule
def relative_entropy(a, b):
    """a log(a / b) is nearly a - b where a is nearly b."""
    terms = [Fraction((-1) ** k, k + 2) for k in range(30)]
    near = abs(b / a - 1) < 0.3
    step = switch(near, (b - a) / a, 0)
    far, other = switch(near, 1, a), switch(near, 1, b)
    return (
        a * log(a * reciprocal(b)) - a + b,
        switch(near, a * polynomial(step, terms, 2), far * log(far / other) - far + other),
    )


RULES = (
    relative_entropy,
    divergence_of_shares,
    divergence_of_shares_by_logs,
)
