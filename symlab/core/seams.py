"""The names that lower layers may ask of higher ones, each resolved when first used.

This table is the only place in which the core points upward; the import test exempts this file alone.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

SEAMS: Mapping[str, str] = MappingProxyType(
    {
        "display.bundle": "symlab.viz.display:mime_bundle",
        "display.short": "symlab.viz.text:short",
        "display.html": "symlab.viz.html:to_html",
        "display.svg": "symlab.viz.svg:to_svg",
        "display.json": "symlab.viz.protocol:to_json",
        "display.debugprint": "symlab.viz.text:debugprint",
        "display.latex": "symlab.viz.latex:to_latex",
        "display.rule_latex": "symlab.viz.latex:rule_latex",
        "display.pp": "symlab.viz.text:pp",
        "debug.DebugMode": "symlab.debug.checks:debug_function",
        "debug.profile": "symlab.debug.profile:Profile",
        "debug.MonitorMode": "symlab.debug.monitor:monitored_function",
        "debug.NanGuardMode": "symlab.debug.nan:guard_function",
        "build.stack": "symlab.tensor:stack",
        "build.apply": "symlab.core.ops.operators:apply",
        "types.equal": "symlab.core.custom.types:equal",
        "types.filter": "symlab.core.custom.types:filtered",
        "types.filter_variable": "symlab.core.custom.types:filtered_variable",
        "types.generic": "symlab.core.custom.types:generic",
        "types.near": "symlab.core.custom.types:near",
        "build.pattern": "symlab.core.autodiff.connected:pattern_of_node",
        "build.clone": "symlab.core.substitute:alike",
        "build.list_input": "symlab.core.custom.typed_list:list_input",
        "build.input": "symlab.core.ops.operators:variable",
        "build.test_values": "symlab.core.test_values:remember_all",
        "build.rewritten": "symlab.core.rewriting:rewrite_graph",
        "test_value": "symlab.core.test_values:get_test_value",
        "build.test_value": "symlab.core.test_values:remember",
        "build.generator": "symlab.core.generators:shared_generator",
        "random.method": "symlab.tensor.random.methods:method_of",
        "random.variable": "symlab.tensor.random.basic:variable_of",
        "build.sparse": "symlab.sparse.variable:sparse_shared",
        "function": "symlab.core.function:function",
        "eval": "symlab.core.function:evaluate_expression",
        "scan": "symlab.core.scan:scan",
    }
)


@cache
def front_end(name: str) -> Any:
    """The function called `name` of `symlab.tensor`, which the methods and operators of variables stand for."""
    return resolve(f"symlab.tensor:{name}")


@cache
def seam(name: str) -> Any:
    """The object behind one name of the table."""
    return resolve(SEAMS[name])


def resolve(target: str) -> Any:
    """The object that "module:attribute" names."""
    module, _, attribute = target.partition(":")
    found = importlib.import_module(module)
    for part in attribute.split("."):
        found = getattr(found, part)
    return found
