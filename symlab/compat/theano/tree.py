"""Theano's modules: for each the modules of symlab whose names it shows, and the names that it has beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from symlab.compat.theano import network_classes as networks
from symlab.compat.theano.kinds import CONVERSIONS


@dataclass(frozen=True)
class Contents:
    """What one module shows: every public name of `sources`, and `names` (the objects, or "module:attribute")."""

    doc: str
    sources: tuple[str, ...] = ()
    names: Mapping[str, Any] = field(default_factory=dict)


KINDS = "symlab.compat.theano.kinds:"
WALK = "symlab.core.walk"
TENSOR = ("symlab.tensor",)
GRADIENT = {
    name: f"symlab.tensor:{name}"
    for name in ("consider_constant", "disconnected_grad", "grad_clip", "grad_scale", "undefined_grad", "zero_grad")
}
DERIVATIVES = {
    name: f"symlab:{name}" for name in ("Lop", "Rop", "grad", "hessian", "jacobian", "subgraph_grad", "verify_grad")
}
NO_GRADIENT = {
    name: f"symlab.gradient:{name}"
    for name in ("DisconnectedType", "NullType", "grad_not_implemented", "grad_undefined", "numeric_grad")
}
CUSTOM = {"OpFromGraph": "symlab:OpFromGraph", "as_op": "symlab:as_op"}
OPS = "symlab.compat.theano.ops:"
GRAPHS = "symlab.compat.theano.graphs:"
REWRITES = {
    "EquilibriumOptimizer": GRAPHS + "rewriter",
    "OpRemove": OPS + "OpRemove",
    "TopoOptimizer": GRAPHS + "rewriter",
    "in2out": GRAPHS + "rewriter",
    "local_optimizer": "symlab.core.local:local_optimizer",
    "out2in": GRAPHS + "rewriter",
}
VIEWS = {"DeepCopyOp": KINDS + "DeepCopyOp", "ViewOp": OPS + "ViewOp", "view_op": "symlab.core.ops.passing:copy"}
REGISTER = dict.fromkeys(
    ("register_canonicalize", "register_specialize", "register_stabilize", "register_uncanonicalize"), OPS + "register"
)
CHECKS = {
    **REGISTER,
    "Assert": "symlab:Assert",
    "CheckAndRaise": "symlab:CheckAndRaise",
    "assert_": "symlab:assert_op",
    "assert_op": "symlab:assert_op",
}
MISSING_INPUT = {"MissingInputError": "symlab.core.ir.errors:MissingInputError"}
TEST_VALUES = {name: f"symlab.core.test_values:{name}" for name in ("get_debug_values", "get_test_value")}
BY_HAND = {**MISSING_INPUT, "FunctionGraph": GRAPHS + "FunctionGraph"}
ERRORS = {
    "GradientError": "symlab.core.ir.errors:GradientError",
    "DisconnectedInputError": "symlab.core.ir.errors:DisconnectedInputError",
    "NullTypeGradError": "symlab.core.ir.errors:NullTypeGradError",
}
LOOPS = {name: f"symlab:{name}" for name in ("foldl", "foldr", "map", "reduce", "scan", "scan_checkpoints")}
SCAN_UTILS = {
    "clone": "symlab:clone",
    "equal_computations": WALK + ":equal_computations",
    "map_variables": "symlab.core.mapping:map_variables",
}
UNTIL = {**LOOPS, "until": "symlab.core.scan:until"}
FUNCTION = {
    "Function": "symlab:Function",
    "In": "symlab:In",
    "Mode": KINDS + "TheanoMode",
    "MonitorMode": KINDS + "MonitorMode",
    "Out": "symlab:Out",
    "Param": KINDS + "Param",
    "SharedVariable": KINDS + "SharedVariable",
    "UnusedInputError": "symlab.core.ir.errors:UnusedInputError",
    "function": "symlab:function",
    "function_dump": KINDS + "function_dump",
    "pfunc": "symlab:function",
    "shared": "symlab:shared",
}
MODE = {
    "DebugMode": KINDS + "DebugMode",
    "FAST_COMPILE": KINDS + "FAST_COMPILE",
    "FAST_RUN": KINDS + "FAST_RUN",
    "Mode": KINDS + "TheanoMode",
    "get_default_mode": KINDS + "get_default_mode",
    "get_mode": KINDS + "get_mode",
    "optdb": GRAPHS + "optdb",
}
GRAPH = {
    "Apply": WALK + ":Apply",
    "Constant": KINDS + "TensorConstant",
    "Op": "symlab:Op",
    "OpRemove": OPS + "OpRemove",
    "Variable": KINDS + "AnyVariable",
    "ancestors": GRAPHS + "ancestors",
    "clone": KINDS + "clone_graph",
    "hashtype": OPS + "hashtype",
    "inputs": WALK + ":graph_inputs",
    "io_toposort": WALK + ":io_toposort",
    "is_same_graph": WALK + ":is_same_graph",
    "list_of_nodes": WALK + ":list_of_nodes",
    "orphans": WALK + ":orphans_between",
    "variables": WALK + ":variables_between",
    "Type": "symlab.core.custom.types:Type",
    "generic": "symlab.core.custom.types:generic",
}
GENERIC = {name: f"symlab.core.custom.types:{name}" for name in ("Generic", "Type", "generic")}
D3VIZ = {"d3viz": KINDS + "d3viz"}
LOCK = {"get_lock": KINDS + "no_lock", "release_lock": KINDS + "no_lock"}
TYPES = {
    "Tensor": KINDS + "TensorType",
    "TensorConstant": KINDS + "TensorConstant",
    "TensorSharedVariable": KINDS + "SharedVariable",
    "TensorType": KINDS + "TensorType",
    "TensorVariable": "symlab.compat.theano.variables:TensorVariable",
}
BASIC_CLASSES = (
    "ARange", "Alloc", "AllocDiag", "AllocEmpty", "Argmax", "ArgSortOp", "Choose", "ExtractDiag", "Eye", "Join",
    "MakeVector", "Max", "MaxAndArgmax", "Mean", "Min", "PermuteRowElements", "Prod", "Rebroadcast", "Reshape",
    "ScalarFromTensor", "Shape", "Shape_i", "SortOp", "SpecifyShape", "Split", "Sum", "TensorFromScalar", "TopKOp",
    "Tri", "Unbroadcast", "AdvancedIncSubtensor", "AdvancedSubtensor", "IncSubtensor", "DimShuffle", "Dot",
)  # fmt: skip
EXTRA_CLASSES = (
    "Bartlett", "BroadcastTo", "CumOp", "DiffOp", "FillDiagonal", "FillDiagonalOffset", "RavelMultiIndex", "Repeat",
    "SearchsortedOp", "Unique", "UnravelIndex",
)  # fmt: skip
CLASSES = "symlab.compat.theano.classes:"
EXTRA_NAMES = {**{name: CLASSES + name for name in EXTRA_CLASSES}, "RepeatOp": CLASSES + "Repeat"}
TENSOR_NAMES = {
    **TYPES,
    **CONVERSIONS,
    "_shared": "symlab:shared",
    **{name: CLASSES + name for name in BASIC_CLASSES},
    "Elemwise": KINDS + "Elemwise",
    "iround": KINDS + "iround",
    "is_flat": KINDS + "is_flat",
    "isinf_": "symlab.tensor:isinf",
    "isnan_": "symlab.tensor:isnan",
    "sort": "symlab.tensor:sort",  # and not the modules of these names
    "var": "symlab.tensor:var",
    "make_vector": "symlab.core.ops.join:make_vector",
    "numeric_grad": "symlab.gradient:numeric_grad",
    "Subtensor": KINDS + "Subtensor",
    "Apply": WALK + ":Apply",
    "AsTensorError": "symlab.core.ir.errors:TypeMismatch",
    "Constant": KINDS + "TensorConstant",
    "Op": "symlab:Op",
    "Variable": "symlab.tensor:Variable",
    "hashtype": OPS + "hashtype",
}

SCALARS = "symlab.compat.theano.scalars:"
SCALAR_TYPES = {
    "complex128": "z", "complex64": "c", "float32": "f", "float64": "d", "int16": "w", "int32": "i", "int64": "l",
    "int8": "b",
}  # fmt: skip
SCALAR = {
    **{name: f"symlab.tensor:{letters}scalar" for name, letters in SCALAR_TYPES.items()},
    "ComplexError": "symlab.core.ir.errors:TypeMismatch",
    "Scalar": KINDS + "ScalarType",
    "ScalarType": KINDS + "ScalarType",
    "upcast": KINDS + "upcast",
    **{
        name: SCALARS + name
        for name in (
            "BinaryScalarOp", "ScalarOp", "UnaryScalarOp", "same_out", "same_out_nocomplex", "upcast_out",
            "upcast_out_nobool", "upgrade_to_float", "upgrade_to_float64", "upgrade_to_float_no_complex",
        )
    },
}  # fmt: skip

MODULES: Mapping[str, Contents] = MappingProxyType(
    {
        "theano": Contents(
            "symlab under Theano's names.",
            (),
            {
                **FUNCTION,
                **DERIVATIVES,
                **LOOPS,
                "debugprint": "symlab:debugprint",
                "pp": "symlab:pp",
                "pprint": "symlab:pp",
                **CUSTOM,
                "Apply": WALK + ":Apply",
                "Constant": KINDS + "TensorConstant",
                "FunctionGraph": GRAPHS + "FunctionGraph",
                "Op": "symlab:Op",
                "Variable": KINDS + "AnyVariable",
                "Type": "symlab.core.custom.types:Type",
                "generic": "symlab.core.custom.types:generic",
                "get_scalar_constant_value": "symlab.tensor:get_scalar_constant_value",
                "OrderedUpdates": "symlab.core.updates:OrderedUpdates",
                "dot": "symlab.tensor:dot",
                "__version__": KINDS + "VERSION",
                "change_flags": KINDS + "change_flags",
                "clone": "symlab:clone",
                "config": "symlab.compat.theano.settings:config",
                "sparse_grad": KINDS + "sparse_grad",
                "version": KINDS + "version",
            },
        ),
        "theano.compile": Contents(
            "Functions, modes and shared variables.", (), {**FUNCTION, **MODE, **CUSTOM, **VIEWS}
        ),
        "theano.compile.builders": Contents("Sub-graphs as ops.", (), {"OpFromGraph": CUSTOM["OpFromGraph"]}),
        "theano.compile.debugmode": Contents("DebugMode.", (), {"DebugMode": KINDS + "DebugMode"}),
        "theano.compile.function_module": Contents("Functions.", (), FUNCTION),
        "theano.compile.io": Contents("Inputs and outputs of functions.", (), FUNCTION),
        "theano.compile.mode": Contents("Modes.", (), MODE),
        "theano.compile.monitormode": Contents(
            "MonitorMode.",
            (),
            {"MonitorMode": KINDS + "MonitorMode", "detect_nan": "symlab.debug.monitor:detect_nan"},
        ),
        "theano.compile.nanguardmode": Contents("NanGuardMode.", (), {"NanGuardMode": KINDS + "NanGuardMode"}),
        "theano.compile.pfunc": Contents("Functions.", (), FUNCTION),
        "theano.compile.ops": Contents("Python functions as ops.", (), {"as_op": CUSTOM["as_op"], **VIEWS}),
        "theano.compile.sharedvalue": Contents("Shared variables.", (), {**FUNCTION, **GENERIC}),
        "theano.configparser": Contents(
            "Settings.",
            (),
            {
                "_config_var_list": "symlab.compat.theano.settings:FLAGS",
                "change_flags": KINDS + "change_flags",
                "config": "symlab.compat.theano.settings:config",
            },
        ),
        "theano.d3viz": Contents("Graphs as pages to look at.", (), D3VIZ),
        "theano.d3viz.d3viz": Contents("Graphs as pages to look at.", (), D3VIZ),
        "theano.gof": Contents(
            "Graphs.",
            (),
            {
                **GRAPH,
                **REWRITES,
                **MISSING_INPUT,
                "FunctionGraph": GRAPHS + "FunctionGraph",
                "graph_inputs": GRAPH["inputs"],
            },
        ),
        "theano.gof.fg": Contents("Graphs.", (), BY_HAND),
        "theano.gof.graph": Contents("Graphs.", (), GRAPH),
        "theano.gof.opt": Contents("Rewrites.", (), REWRITES),
        "theano.gof.utils": Contents("Helpers.", (), {"hashtype": OPS + "hashtype"}),
        "theano.gof.op": Contents("Ops.", (), {"Op": GRAPH["Op"], **TEST_VALUES}),
        "theano.gof.null_type": Contents(
            "Types of gradients that are not defined.", (), {"NullType": "symlab.gradient:NullType"}
        ),
        "theano.gof.type": Contents("Types that programs describe.", (), GENERIC),
        "theano.gof.compilelock": Contents("The code cache needs no lock.", (), LOCK),
        "theano.gradient": Contents("Derivatives.", (), {**GRADIENT, **DERIVATIVES, **ERRORS, **NO_GRADIENT}),
        "theano.ifelse": Contents("Choices.", (), {"IfElse": KINDS + "IfElse", "ifelse": "symlab.core.ifelse:ifelse"}),
        "theano.misc": Contents(
            "What Theano kept here is not needed.", (), {"may_share_memory": "numpy:may_share_memory"}
        ),
        "theano.printing": Contents("Graphs as text and pictures.", ("symlab.viz.printing",)),
        "theano.sandbox": Contents("What Theano tried out.", (), {"may_share_memory": "numpy:may_share_memory"}),
        "theano.sandbox.multinomial": Contents("Counts and choices by uniform numbers.", (), networks.DRAWS),
        "theano.sandbox.rng_mrg": Contents(
            "The MRG31k3p generator.",
            ("symlab.tensor.rng_mrg",),
            {"MRG_RandomStream": "symlab.tensor.rng_mrg:MRG_RandomStreams", "mrg_uniform": CLASSES + "mrg_uniform"},
        ),
        "theano.sandbox.softsign": Contents("An activation.", (), {"softsign": "symlab.tensor.nnet:softsign"}),
        "theano.scalar": Contents("Ops of single numbers.", TENSOR, SCALAR),
        "theano.scalar.basic": Contents("Ops of single numbers.", TENSOR, SCALAR),
        "theano.scalar.basic_scipy": Contents("Special functions.", ("symlab.compat.theano.special_classes",)),
        "theano.scan_module": Contents("Loops.", (), UNTIL),
        "theano.scan_module.scan": Contents("Loops.", (), UNTIL),
        "theano.scan_module.scan_op": Contents("Loops.", (), {"Scan": KINDS + "Scan"}),
        "theano.scan_module.scan_utils": Contents("Loops.", (), {**UNTIL, **SCAN_UTILS}),
        "theano.scan_module.scan_views": Contents("Loops.", (), LOOPS),
        "theano.sparse": Contents("Sparse matrices.", ("symlab.sparse",), networks.SPARSE),
        "theano.sparse.basic": Contents("Sparse matrices.", ("symlab.sparse",), networks.SPARSE),
        "theano.sparse.sandbox": Contents("What Theano tried out.", ()),
        "theano.sparse.sandbox.sp2": Contents("Draws.", ("symlab.sparse.draws",), networks.SPARSE),
        "theano.sparse.type": Contents("Types of sparse matrices.", (), {"SparseType": "symlab.sparse:SparseType"}),
        "theano.tensor": Contents("Expressions over arrays.", TENSOR, TENSOR_NAMES),
        "theano.tensor.basic": Contents("Expressions over arrays.", TENSOR, TENSOR_NAMES),
        "theano.tensor.elemwise": Contents("Kinds of ops.", (), TENSOR_NAMES),
        "theano.tensor.extra_ops": Contents("More functions.", ("symlab.tensor.extra_ops",), EXTRA_NAMES),
        "theano.tensor.fft": Contents(
            "Fourier transforms of pairs of numbers.",
            ("symlab.tensor.fft",),
            {"irfft": "symlab.tensor.fft:irfft_pairs", "rfft": "symlab.tensor.fft:rfft_pairs"},
        ),
        "theano.tensor.fourier": Contents("Fourier transforms along an axis.", ("symlab.tensor.fft",)),
        "theano.tensor.nlinalg": Contents("Linear algebra of NumPy.", ("symlab.tensor.nlinalg",), networks.NLINALG),
        "theano.tensor.nnet.abstract_conv": Contents(
            "Convolutions.", ("symlab.tensor.nnet.abstract_conv",), networks.CONVOLUTIONS
        ),
        "theano.tensor.nnet.bn": Contents("Batch normalization.", ("symlab.tensor.nnet.bn",)),
        "theano.tensor.nnet.conv": Contents("Convolutions.", ("symlab.tensor.nnet.conv",)),
        "theano.tensor.nnet.neighbours": Contents(
            "Patches of images.", ("symlab.tensor.nnet.neighbours",), networks.NEIGHBOURS
        ),
        "theano.tensor.raw_random": Contents("Draws from a state.", ("symlab.tensor.raw_random",)),
        "theano.tensor.opt": Contents(
            "Values that are checked.",
            (),
            {**CHECKS, **{name: CLASSES + name for name in ("MakeVector", "Shape_i")}},
        ),
        "theano.tensor.shared_randomstreams": Contents(
            "Streams of random numbers.",
            ("symlab.tensor.shared_randomstreams",),
            {"RandomStateSharedVariable": "symlab.core.generators:RandomStateSharedVariable"},
        ),
        "theano.tensor.signal": Contents("Signals and images.", ("symlab.tensor.signal",)),
        "theano.tensor.signal.conv": Contents("Convolutions.", ("symlab.tensor.signal.conv",)),
        "theano.tensor.signal.downsample": Contents("Pooling.", ("symlab.tensor.signal.downsample",)),
        "theano.tensor.signal.pool": Contents("Pooling.", ("symlab.tensor.signal.pool",)),
        "theano.tensor.slinalg": Contents("Linear algebra of SciPy.", ("symlab.tensor.slinalg",), networks.SLINALG),
        "theano.tensor.io": Contents("Arrays in files.", ("symlab.tensor.io",)),
        "theano.tensor.inplace": Contents("Results over operands.", ("symlab.tensor.inplace",)),
        "theano.tensor.nnet": Contents("Neural networks.", ("symlab.tensor.nnet",), networks.NNET),
        "theano.tensor.nnet.corr": Contents("Correlations of images.", (), networks.CONVOLUTIONS),
        "theano.tensor.nnet.corr3d": Contents("Correlations of volumes.", (), networks.CONVOLUTIONS),
        "theano.tensor.nnet.blocksparse": Contents("Products of chosen blocks.", ("symlab.tensor.nnet.blocks",)),
        "theano.tensor.nnet.conv3d2d": Contents("Convolutions.", ("symlab.tensor.nnet.conv3d2d",)),
        "theano.tensor.nnet.ctc": Contents(
            "Costs of sequences.", ("symlab.tensor.nnet.sequences",), networks.SEQUENCES
        ),
        "theano.tensor.nnet.nnet": Contents("Neural networks.", ("symlab.tensor.nnet",), networks.NNET),
        "theano.tensor.nnet.sigm": Contents("Logistic functions.", ("symlab.tensor.nnet",)),
        "theano.tensor.sharedvar": Contents("Shared variables.", (), {**TYPES, **FUNCTION}),
        "theano.tensor.sort": Contents(
            "Sorting.", ("symlab.tensor.sort",), {name: CLASSES + name for name in ("ArgSortOp", "SortOp", "TopKOp")}
        ),
        "theano.tensor.special": Contents("Special functions.", ("symlab.tensor.special",)),
        "theano.tensor.subtensor": Contents("Indexing.", TENSOR, TENSOR_NAMES),
        "theano.tensor.type": Contents("Types.", TENSOR, TYPES),
        "theano.tensor.var": Contents("Variables.", TENSOR, TYPES),
        "theano.tensor.xlogx": Contents("x log x.", ("symlab.tensor.xlogx",)),
        "theano.typed_list": Contents("Lists of arrays.", ("symlab.core.custom.typed_list",), networks.LISTS),
        "theano.typed_list.basic": Contents("Lists of arrays.", ("symlab.core.custom.typed_list",), networks.LISTS),
        "theano.typed_list.type": Contents("Lists of arrays.", ("symlab.core.custom.typed_list",)),
        "theano.tests": Contents("What Theano kept beside its tests.", ()),
        "theano.tests.breakpoint": Contents("Breakpoints.", (), {"PdbBreakpoint": "symlab:PdbBreakpoint"}),
        "theano.tests.unittest_tools": Contents("Helpers of tests.", ("symlab.compat.theano.testing",)),
        "theano.updates": Contents("Updates.", (), {"OrderedUpdates": "symlab.core.updates:OrderedUpdates"}),
    }
)

NO_GPU_MODULE = "device='cuda' of symlab.configure runs a function on the GPU, with nothing to import"
ABSENT: Mapping[str, str] = MappingProxyType(
    {
        "theano.gpuarray": NO_GPU_MODULE,
        "theano.sandbox.cuda": NO_GPU_MODULE,
        "theano.sandbox.gpuarray": NO_GPU_MODULE,
        "theano.misc.pkl_utils": "functions and variables pickle by themselves",
    }
)
