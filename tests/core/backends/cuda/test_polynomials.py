"""Polynomials on the device: the text that C has too, in each dtype."""

from __future__ import annotations

import re

import numpy as np
import pytest

from symlab.core.backends.cuda.render import render
from symlab.core.ir.graph import Graph
from symlab.core.ops.polynomials import polynomial
from tests.core.backends.cuda.harness import call, loaded, lowered
from tests.core.lower.harness import variable

SERIES = {
    "all": (1.0, -2.0, 0.1, 0.25),
    "even": (1.0, 0.0, -1 / 6, 0.0, 1 / 120),
    "odd": (0.0, 1.0, 0.0, -1 / 3),
    "number": (3.0,),
}


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_values(dtype: str) -> None:
    x = variable((None, None), dtype)
    graph = Graph.of([x], [polynomial(x, coefficients=coefficients) for coefficients in SERIES.values()])
    binary = loaded(graph)
    for shape in ((3, 5), (0, 5)):
        values = np.linspace(-2, 2, int(np.prod(shape))).reshape(shape).astype(dtype)
        for found, coefficients in zip(call(binary, [values]), SERIES.values(), strict=True):
            assert found.shape == shape
            assert found.dtype == dtype
            wanted = np.polynomial.Polynomial(coefficients)(values.astype("float64"))
            unit = float(np.finfo(dtype).eps)
            np.testing.assert_allclose(found.astype("float64"), wanted, rtol=4 * unit, atol=4 * unit)


def test_literals_of_float32_are_no_doubles() -> None:
    x = variable((None,), "float32")
    code = render(lowered(Graph.of([x], [polynomial(x, coefficients=SERIES["all"])]))).source
    (line,) = [line for line in code.splitlines() if ": polynomial" in line and "0x" in line]
    literals = re.findall(r"0x[0-9a-f.]+p[+-]\d+f?", line)
    assert len(literals) == 4
    assert all(text.endswith("f") for text in literals)
