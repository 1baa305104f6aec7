"""symlab: expressions over arrays, differentiated, optimized, compiled, and shown while it happens.

`import symlab as sl` and `import symlab.tensor as T`. Each name below loads when it is first used.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from symlab.core.ir.config import config, configure

if TYPE_CHECKING:
    from symlab import debug, sparse, tensor, viz, xp
    from symlab.core import ifelse
    from symlab.core import scan as scan_module
    from symlab.core import walk as graph
    from symlab.core.arguments import In, Out
    from symlab.core.autodiff import Lop, Rop, grad
    from symlab.core.autodiff.jacobian import hessian, hessian_vector_product, jacobian
    from symlab.core.batching import vectorize, vectorize_graph
    from symlab.core.catalogue import ops, rules
    from symlab.core.function import Function, function
    from symlab.core.gradcheck import gradcheck, verify_grad
    from symlab.core.modes import Mode
    from symlab.core.ops.passing import as_written
    from symlab.core.scan import foldl, foldr, map, reduce, scan
    from symlab.core.shared import SharedVariable, shared
    from symlab.core.subgraph import subgraph_grad
    from symlab.core.substitute import clone
    from symlab.doctor import show_versions
    from symlab.viz.magics import load_ipython_extension
    from symlab.viz.text import debugprint, pp

__version__ = "0.1.0"

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "Function": "symlab.core.function:Function",
        "In": "symlab.core.arguments:In",
        "Lop": "symlab.core.autodiff:Lop",
        "Mode": "symlab.core.modes:Mode",
        "Out": "symlab.core.arguments:Out",
        "Rop": "symlab.core.autodiff:Rop",
        "SharedVariable": "symlab.core.shared:SharedVariable",
        "as_written": "symlab.core.ops.passing:as_written",
        "clone": "symlab.core.substitute:clone",
        "debug": "symlab.debug",
        "debugprint": "symlab.viz.text:debugprint",
        "foldl": "symlab.core.scan:foldl",
        "foldr": "symlab.core.scan:foldr",
        "function": "symlab.core.function:function",
        "grad": "symlab.core.autodiff:grad",
        "graph": "symlab.core.walk",
        "gradcheck": "symlab.core.gradcheck:gradcheck",
        "hessian": "symlab.core.autodiff.jacobian:hessian",
        "hessian_vector_product": "symlab.core.autodiff.jacobian:hessian_vector_product",
        "ifelse": "symlab.core.ifelse",
        "jacobian": "symlab.core.autodiff.jacobian:jacobian",
        "load_ipython_extension": "symlab.viz.magics:load_ipython_extension",
        "map": "symlab.core.scan:map",
        "ops": "symlab.core.catalogue:ops",
        "pp": "symlab.viz.text:pp",
        "reduce": "symlab.core.scan:reduce",
        "rules": "symlab.core.catalogue:rules",
        "scan": "symlab.core.scan:scan",
        "scan_module": "symlab.core.scan",
        "shared": "symlab.core.shared:shared",
        "show_versions": "symlab.doctor:show_versions",
        "sparse": "symlab.sparse",
        "subgraph_grad": "symlab.core.subgraph:subgraph_grad",
        "tensor": "symlab.tensor",
        "vectorize": "symlab.core.batching:vectorize",
        "vectorize_graph": "symlab.core.batching:vectorize_graph",
        "verify_grad": "symlab.core.gradcheck:verify_grad",
        "viz": "symlab.viz",
        "xp": "symlab.xp",
    }
)

__all__ = [
    "Function",
    "In",
    "Lop",
    "Mode",
    "Out",
    "Rop",
    "SharedVariable",
    "as_written",
    "clone",
    "config",
    "configure",
    "debug",
    "debugprint",
    "foldl",
    "foldr",
    "function",
    "grad",
    "gradcheck",
    "graph",
    "hessian",
    "hessian_vector_product",
    "ifelse",
    "jacobian",
    "load_ipython_extension",
    "map",
    "ops",
    "pp",
    "reduce",
    "rules",
    "scan",
    "scan_module",
    "shared",
    "show_versions",
    "sparse",
    "subgraph_grad",
    "tensor",
    "vectorize",
    "vectorize_graph",
    "verify_grad",
    "viz",
    "xp",
]


def __getattr__(name: str) -> Any:
    if name not in NAMES:
        raise AttributeError(f"module 'symlab' has no attribute {name!r}")
    module, _, attribute = NAMES[name].partition(":")
    found = importlib.import_module(module)
    return getattr(found, attribute) if attribute else found


def __dir__() -> list[str]:
    return sorted(__all__)
