"""A program compiled and loaded onto a device, with the memory that lasts from call to call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symlab.core.backends.cuda.blas import Aligned, Multiplication, multiplication
from symlab.core.backends.cuda.build import compile
from symlab.core.backends.cuda.cells import DeviceArray
from symlab.core.backends.cuda.plan import Plan, make_plan
from symlab.core.backends.cuda.render import render
from symlab.core.lower.buffers import Home
from symlab.core.lower.evaluate import operands_read
from symlab.core.lower.memory import Program
from symlab.core.lower.program import ProductCall

MOST_PLANS = 64  # kept for sizes that come again


class Binary:
    """The functions of a program on a device."""

    def __init__(self, program: Program, device: Any) -> None:
        rendered = render(program)
        self.program, self.device = program, device
        self.source, self.launches = rendered.source, rendered.launches
        order = (*program.schedule.run, *program.schedule.commit)
        self.order = tuple(number for number in order if number not in program.skipped)
        self.numbers = {node: number for number, node in enumerate(program.fused.prepared.numbered)}
        self.functions: dict[str, Any] = {}
        if rendered.launches:
            self.module = device.load(compile(rendered.code, device.arch))
            names = dict.fromkeys(launch.name for launch in rendered.launches.values())
            self.functions = {name: self.module.function(name) for name in names}
        self.constants = [DeviceArray.of(device, np.ascontiguousarray(array)) for array in program.fused.constants]
        self.found = device.alloc(8)  # the first index that leaves its axis
        self.read = operands_read(program)
        self.plans: dict[Any, Plan] = {}
        self.multiplications: dict[tuple[str, tuple[int, ...], Aligned], Multiplication | None] = {}
        self.memory: Any = None
        self.size = 0

    def plan(self, shapes: Sequence[tuple[int, ...]], values: Mapping[int, np.ndarray[Any, Any]]) -> Plan:
        """The plan for operands of these shapes, of which some decide sizes by their elements."""
        key = (*shapes, *(values[place].tobytes() for place in self.read))
        plan = self.plans.get(key)
        if plan is None:
            if len(self.plans) >= MOST_PLANS:
                del self.plans[next(iter(self.plans))]
            plan = self.plans[key] = make_plan(self.program, self.launches, self.numbers, shapes, values)
        return plan

    def multiplication(self, step: ProductCall, sizes: tuple[int, ...], aligned: Aligned) -> Multiplication | None:
        """The library's product for a step of these sizes, with matrices aligned so, if there is one."""
        key = (step.node.type.dtype.name, sizes, aligned)
        if key not in self.multiplications:
            if len(self.multiplications) >= MOST_PLANS:
                self.multiplications.clear()
            self.multiplications[key] = multiplication(self.device, *key)
        return self.multiplications[key]

    def factor(self, step: ProductCall) -> float | None:
        """The number that a product is multiplied by, if it is known before the call."""
        total = float(step.sign)
        for number in step.scalars:
            buffer = self.program.fused.buffers[number]
            if buffer.home is not Home.CONSTANT:
                return None
            total *= float(self.program.fused.constants[buffer.place].reshape(()))
        return total

    def workspace(self, size: int) -> int:
        """The address of so many bytes, which are kept for the next call."""
        if size > self.size:
            self.memory = None
            self.memory, self.size = self.device.alloc(size), size
        return int(self.memory) if size else 0

    def free(self) -> None:
        """Give back memory kept between calls."""
        self.memory, self.size = None, 0
