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
    from symlab import debug, gradient, sparse, tensor, testing, viz, xp
    from symlab.core import custom
    from symlab.core import scan as scan_module
    from symlab.core import walk as graph
    from symlab.core.arguments import In, Out
    from symlab.core.assumption import assume
    from symlab.core.autodiff import Lop, Rop, grad
    from symlab.core.autodiff.functional import jvp, vjp
    from symlab.core.autodiff.jacobian import hessian, hessian_vector_product, jacobian
    from symlab.core.batching import vectorize, vectorize_graph
    from symlab.core.catalogue import ops, rules
    from symlab.core.checkpoints import scan_checkpoints
    from symlab.core.custom.perform import Op
    from symlab.core.custom.python import as_op, wrap_py
    from symlab.core.custom.subgraphs import OpFromGraph
    from symlab.core.custom.watch import Assert, CheckAndRaise, PdbBreakpoint, Print, assert_op
    from symlab.core.function import Function, function
    from symlab.core.gradcheck import gradcheck, verify_grad
    from symlab.core.ifelse import cond, ifelse
    from symlab.core.ir import errors
    from symlab.core.ir.apply import Apply
    from symlab.core.modes import Mode
    from symlab.core.ops.passing import as_written
    from symlab.core.rewrite.rule import rule
    from symlab.core.rewriting import rewrite_graph, simplify
    from symlab.core.saving import load, save
    from symlab.core.scan import foldl, foldr, map, reduce, scan
    from symlab.core.shared import SharedVariable, shared
    from symlab.core.subgraph import subgraph_grad
    from symlab.core.substitute import clone
    from symlab.core.walk import clone_replace, graph_replace
    from symlab.doctor import show_versions
    from symlab.tensor import optimize
    from symlab.tensor.linalg import dot
    from symlab.viz import printing
    from symlab.viz.magics import load_ipython_extension
    from symlab.viz.text import debugprint, pp

__version__ = "0.1.0"

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "Apply": "symlab.core.ir.apply:Apply",
        "Assert": "symlab.core.custom.watch:Assert",
        "CheckAndRaise": "symlab.core.custom.watch:CheckAndRaise",
        "Function": "symlab.core.function:Function",
        "In": "symlab.core.arguments:In",
        "Lop": "symlab.core.autodiff:Lop",
        "Mode": "symlab.core.modes:Mode",
        "Op": "symlab.core.custom.perform:Op",
        "OpFromGraph": "symlab.core.custom.subgraphs:OpFromGraph",
        "Out": "symlab.core.arguments:Out",
        "PdbBreakpoint": "symlab.core.custom.watch:PdbBreakpoint",
        "Print": "symlab.core.custom.watch:Print",
        "Rop": "symlab.core.autodiff:Rop",
        "SharedVariable": "symlab.core.shared:SharedVariable",
        "as_op": "symlab.core.custom.python:as_op",
        "as_written": "symlab.core.ops.passing:as_written",
        "assert_op": "symlab.core.custom.watch:assert_op",
        "assume": "symlab.core.assumption:assume",
        "clone": "symlab.core.substitute:clone",
        "clone_replace": "symlab.core.walk:clone_replace",
        "cond": "symlab.core.ifelse:cond",
        "custom": "symlab.core.custom",
        "debug": "symlab.debug",
        "debugprint": "symlab.viz.text:debugprint",
        "dot": "symlab.tensor:dot",
        "errors": "symlab.core.ir.errors",
        "foldl": "symlab.core.scan:foldl",
        "foldr": "symlab.core.scan:foldr",
        "function": "symlab.core.function:function",
        "grad": "symlab.core.autodiff:grad",
        "gradcheck": "symlab.core.gradcheck:gradcheck",
        "gradient": "symlab.gradient",
        "graph": "symlab.core.walk",
        "graph_replace": "symlab.core.walk:graph_replace",
        "hessian": "symlab.core.autodiff.jacobian:hessian",
        "hessian_vector_product": "symlab.core.autodiff.jacobian:hessian_vector_product",
        "ifelse": "symlab.core.ifelse:ifelse",
        "jacobian": "symlab.core.autodiff.jacobian:jacobian",
        "jvp": "symlab.core.autodiff.functional:jvp",
        "load": "symlab.core.saving:load",
        "load_ipython_extension": "symlab.viz.magics:load_ipython_extension",
        "map": "symlab.core.scan:map",
        "ops": "symlab.core.catalogue:ops",
        "optimize": "symlab.tensor.optimize",
        "pp": "symlab.viz.text:pp",
        "printing": "symlab.viz.printing",
        "reduce": "symlab.core.scan:reduce",
        "rewrite_graph": "symlab.core.rewriting:rewrite_graph",
        "rule": "symlab.core.rewrite.rule:rule",
        "rules": "symlab.core.catalogue:rules",
        "save": "symlab.core.saving:save",
        "scan": "symlab.core.scan:scan",
        "scan_checkpoints": "symlab.core.checkpoints:scan_checkpoints",
        "scan_module": "symlab.core.scan",
        "shared": "symlab.core.shared:shared",
        "show_versions": "symlab.doctor:show_versions",
        "simplify": "symlab.core.rewriting:simplify",
        "sparse": "symlab.sparse",
        "subgraph_grad": "symlab.core.subgraph:subgraph_grad",
        "tensor": "symlab.tensor",
        "testing": "symlab.testing",
        "typed_list": "symlab.core.custom.typed_list",
        "vectorize": "symlab.core.batching:vectorize",
        "vectorize_graph": "symlab.core.batching:vectorize_graph",
        "verify_grad": "symlab.core.gradcheck:verify_grad",
        "viz": "symlab.viz",
        "vjp": "symlab.core.autodiff.functional:vjp",
        "wrap_py": "symlab.core.custom.python:wrap_py",
        "xp": "symlab.xp",
    }
)

__all__ = [
    "Apply",
    "Assert",
    "CheckAndRaise",
    "Function",
    "In",
    "Lop",
    "Mode",
    "Op",
    "OpFromGraph",
    "Out",
    "PdbBreakpoint",
    "Print",
    "Rop",
    "SharedVariable",
    "as_op",
    "as_written",
    "assert_op",
    "assume",
    "clone",
    "clone_replace",
    "cond",
    "config",
    "configure",
    "custom",
    "debug",
    "debugprint",
    "dot",
    "errors",
    "foldl",
    "foldr",
    "function",
    "grad",
    "gradcheck",
    "gradient",
    "graph",
    "graph_replace",
    "hessian",
    "hessian_vector_product",
    "ifelse",
    "jacobian",
    "jvp",
    "load",
    "load_ipython_extension",
    "map",
    "ops",
    "optimize",
    "pp",
    "printing",
    "reduce",
    "rewrite_graph",
    "rule",
    "rules",
    "save",
    "scan",
    "scan_checkpoints",
    "scan_module",
    "shared",
    "show_versions",
    "simplify",
    "sparse",
    "subgraph_grad",
    "tensor",
    "testing",
    "typed_list",
    "vectorize",
    "vectorize_graph",
    "verify_grad",
    "viz",
    "vjp",
    "wrap_py",
    "xp",
]


def __getattr__(name: str) -> Any:
    if name not in NAMES:
        near = importlib.import_module("symlab.core.ir.errors").near_names(name, NAMES)
        raise AttributeError(f"module 'symlab' has no attribute {name!r}" + (f"; {near}" if near else ""))
    module, _, attribute = NAMES[name].partition(":")
    found = importlib.import_module(module)
    return getattr(found, attribute) if attribute else found


def __dir__() -> list[str]:
    return sorted(__all__)
