"""Every op on the device, against its reference: dtypes, broadcasting, strides, empty arrays, special numbers."""

from __future__ import annotations

import pytest

from symlab.core.ops import OPS
from tests.core.backends.cuda.cases import GROUPS, elementwise_group, graph_of, structural_group
from tests.core.backends.cuda.harness import call, loaded, lowered
from tests.core.lower.harness import equal_within, reference
from tests.core.lower.test_ops_compiled import close


@pytest.mark.slow
@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("group", range(GROUPS))
def test_elementwise_ops(group: int) -> None:
    cases = elementwise_group(group)
    graph, values = graph_of(cases)
    binary = loaded(graph)
    found = call(binary, values)
    for (name, *_), got, want in zip(cases, found, reference(graph, values, binary.program), strict=True):
        try:
            close(got, want, max(OPS[name].ulp, 4.0))
        except AssertionError as error:
            raise AssertionError(f"{name} of {want.dtype}: {error}") from None


@pytest.mark.slow
@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("group", range(2))
def test_other_ops(group: int) -> None:
    cases = structural_group(group)
    graph, values = graph_of(cases)
    binary = loaded(graph)
    for got, want in zip(call(binary, values), reference(graph, values, binary.program), strict=True):
        assert got.dtype == want.dtype
        assert got.shape == want.shape
        equal_within(got, want, 1e-13)


def test_complex_numbers_are_moved_by_kernels_and_computed_by_the_processor() -> None:
    cases = [case for case in elementwise_group(1) if case[1][0].type.dtype.kind == "c"]
    assert cases
    program = lowered(graph_of(cases[:3])[0])
    assert not any(buffer.dtype.kind == "c" and not buffer.host for buffer in program.fused.buffers)
