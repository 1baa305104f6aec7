"""Theano's classes of ops, by which programs make functions and recognize nodes: `MatrixInverse()(x)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.compat.theano.kinds import Recognized, named, recognized, softmax
from symlab.core.ir.errors import TypeMismatch, message
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.seams import resolve
from symlab.sparse.variable import SparseVariable

Makers = Mapping[str, tuple[str, ...]]


def by_attribute(target: str) -> Callable[..., Any]:
    """A maker that is looked up when it is called: "module:attribute"."""

    def make(*args: Any, **options: Any) -> Any:
        return resolve(target)(*args, **options)

    return make


def giving(target: str) -> Callable[..., Any]:
    """A maker whose options have no meaning here: it gives the function "module:attribute"."""
    return lambda *args, **options: resolve(target)


def classes(module: str, makers: Makers, *, functions: bool = False) -> dict[str, Recognized]:
    """Classes by name, each with the maker of its name in a module, or with the function that it stands for.

    What follows the name of the function, if it is one, are names of the ops whose nodes are instances.
    """
    found = {}
    for name, (first, *ops) in makers.items():
        make = giving(f"{module}:{first}") if functions else by_attribute(f"{module}:{first}")
        found[name] = recognized(name, f"{name} of Theano's.", named(*(ops or [first])), make)
    return found


def lstsq(*operands: Any, **options: Any) -> Any:
    """The x with the least |a x - b|; called without operands, as Theano's class of this name, the function itself."""
    function = resolve("symlab.tensor.nlinalg:lstsq")
    return function(*operands, **options) if operands or options else function


NLINALG_CLASSES = classes(
    "symlab.tensor.nlinalg",
    {
        "AllocDiag": ("AllocDiag", "set_take"), "Det": ("Det", "det"), "Eig": ("Eig", "eig"), "Eigh": ("Eigh", "eigh"),
        "ExtractDiag": ("ExtractDiag", "take"), "MatrixInverse": ("MatrixInverse", "inv"),
        "MatrixPinv": ("MatrixPinv", "pinv"), "QRFull": ("QRFull", "qr"), "QRIncomplete": ("QRIncomplete", "qr"),
        "SVD": ("SVD", "svd"), "TensorInv": ("TensorInv", "inv"),
    },
)  # fmt: skip
NLINALG: Mapping[str, Any] = MappingProxyType({**NLINALG_CLASSES, "lstsq": lstsq})
SLINALG = classes(
    "symlab.tensor.slinalg",
    {
        "Cholesky": ("Cholesky", "cholesky"), "CholeskySolve": ("CholeskySolve", "solve_triangular"),
        "Eigvalsh": ("Eigvalsh", "eigvalsh"), "Expm": ("Expm", "expm"), "Solve": ("Solve", "solve"),
        "SolveTriangular": ("SolveTriangular", "solve_triangular"),
    },
)  # fmt: skip
NNET_FUNCTIONS = classes(
    "symlab.tensor.nnet",
    {
        "CrossentropyCategorical1Hot": ("crossentropy_categorical_1hot",),
        "CrossentropySoftmaxArgmax1HotWithBias": ("crossentropy_softmax_argmax_1hot_with_bias",),
        "LogSoftmax": ("logsoftmax", "log_softmax"),
        "Prepend_scalar_to_each_row": ("prepend_scalar_to_each_row",),
        "Softmax": ("softmax",),
        "SoftmaxWithBias": ("softmax_with_bias",),
    },
    functions=True,
)


def prepending(val: Any) -> Callable[[Any], Any]:
    """The function that puts a column of a number before a matrix."""
    return lambda mat: resolve("symlab.tensor.nnet:prepend_scalar_to_each_row")(val, mat)


def neighbourhoods(mode: str = "valid") -> Callable[..., Any]:
    """The function that takes neighbourhoods of images in one mode."""
    function = resolve("symlab.tensor.nnet:images2neibs")
    return lambda ten4, neib_shape, neib_step=None: function(ten4, neib_shape, neib_step, mode)


def logsoftmax(c: Any) -> Any:
    """The logarithm of the softmax of each row; that of a vector is a matrix of one row."""
    x = as_variable(c)
    return resolve("symlab.tensor.nnet:logsoftmax")(x.dimshuffle("x", 0) if x.ndim == 1 else x)


def relu(x: Any, alpha: Any = 0) -> Any:
    """x where it is positive, alpha x elsewhere; its derivative at 0 is that of |x| / 2: the mean of 1 and alpha."""
    x = as_variable(x)
    if isinstance(alpha, (int, float)) and alpha == 0:
        return 0.5 * (x + abs(x))
    return 0.5 * (1 + alpha) * x + 0.5 * (1 - alpha) * abs(x)


NNET: Mapping[str, Any] = MappingProxyType(
    {
        **NNET_FUNCTIONS,
        "ctc": "symlab.tensor.nnet:ctc",  # and not the module of this name
        "Prepend_scalar_constant_to_each_row": recognized(
            "Prepend_scalar_constant_to_each_row", "A column in front.", named("join"), prepending
        ),
        "crossentropy_softmax_1hot_with_bias_dx": "symlab.tensor.nnet:crossentropy_softmax_1hot_with_bias_dx",
        "logsoftmax": logsoftmax,
        "logsoftmax_op": logsoftmax,
        "relu": relu,
        "softmax": softmax,
        "softmax_graph": softmax,
        "softmax_legacy": softmax,
        "softmax_op": softmax,
    }
)


def drawing(name: str) -> Callable[..., Any]:
    """A maker of a function that draws by uniform numbers; "auto" is the dtype that there is without a word."""

    def make(odtype: str = "auto", **options: Any) -> Callable[..., Any]:
        function = resolve(f"symlab.tensor.rng_mrg:{name}")
        stated = options if odtype == "auto" else {"dtype": odtype, **options}
        return lambda pvals, unis, n=1: function(pvals, unis, n, **stated)

    return make


CHOSEN = named("chosen")
DRAWS = {
    "ChoiceFromUniform": recognized("ChoiceFromUniform", "Choices.", CHOSEN, drawing("choice_from_uniform")),
    "MultinomialFromUniform": recognized(
        "MultinomialFromUniform", "Counts.", named("sum"), drawing("multinomial_from_uniform")
    ),
    "MultinomialWOReplacementFromUniform": recognized(
        "MultinomialWOReplacementFromUniform", "Choices.", CHOSEN, drawing("choice_from_uniform")
    ),
}


def ctc_available() -> bool:
    """Whether costs of sequences can be computed: they need no library of others."""
    return True


def temporal_classification(compute_grad: bool = True, openmp: Any = None) -> Callable[..., Any]:
    """The function that gives costs of sequences; gradients are made where they are asked for."""
    return resolve("symlab.tensor.nnet:ctc")  # type: ignore[no-any-return]


SEQUENCES = {
    "ConnectionistTemporalClassification": recognized(
        "ConnectionistTemporalClassification", "Costs of sequences.", named("scan"), temporal_classification
    ),
    "ctc_available": ctc_available,
}
NEIGHBOURS = {"Images2Neibs": recognized("Images2Neibs", "Neighbourhoods.", named("windows"), neighbourhoods)}
CLASSES_OF_CONVOLUTIONS = classes(
    "symlab.tensor.nnet.conv_classes",
    {
        f"{family}{kind}": (f"{family}{kind}", op)
        for family in ("AbstractConv2d", "AbstractConv3d", "CorrMM", "Corr3dMM")
        for kind, op in (("", "conv"), ("_gradInputs", "conv_images"), ("_gradWeights", "conv_filters"))
    },
)
CONVOLUTIONS: Mapping[str, Any] = MappingProxyType(
    {
        **CLASSES_OF_CONVOLUTIONS,
        "abstract_conv2d": "symlab.tensor.nnet:conv2d",
        "abstract_conv3d": "symlab.tensor.nnet:conv3d",
    }
)
LISTS = classes(
    "symlab.core.custom.typed_list",
    {
        "Append": ("append", "list_append"), "Count": ("count", "list_count"), "Extend": ("extend", "list_extend"),
        "GetItem": ("getitem", "list_item", "list_part"), "Index": ("index_", "list_index"),
        "Insert": ("insert", "list_insert"), "Length": ("length", "list_length"), "Remove": ("remove", "list_remove"),
        "Reverse": ("reverse", "list_reverse"),
    },
    functions=True,
)  # fmt: skip
SPARSE_FUNCTIONS = classes(
    "symlab.sparse",
    {
        "AddSD": ("add_s_d",), "AddSS": ("add_s_s",), "AddSSData": ("add_s_s_data",),
        "CSMProperties": ("csm_properties",), "ConstructSparseFromList": ("construct_sparse_from_list",),
        "DenseFromSparse": ("dense_from_sparse",), "Diag": ("diag",), "Dot": ("dot",),
        "EnsureSortedIndices": ("ensure_sorted_indices",), "GetItem2Lists": ("get_item_2lists",),
        "GetItem2d": ("get_item_2d",), "GetItemList": ("get_item_list",), "GetItemScalar": ("get_item_scalar",),
        "ColScaleCSC": ("col_scale",), "MulSD": ("mul_s_d",), "MulSS": ("mul_s_s",), "MulSV": ("mul_s_v",),
        "Neg": ("neg",), "Remove0": ("remove0",), "RowScaleCSC": ("row_scale",), "SamplingDot": ("sampling_dot",),
        "SquareDiagonal": ("square_diagonal",), "StructuredAddSV": ("structured_add_s_v",),
        "StructuredDot": ("structured_dot",), "Transpose": ("transpose",), "TrueDot": ("true_dot",), "Usmm": ("usmm",),
        "Poisson": ("poisson",), "Multinomial": ("multinomial",),
    },
    functions=True,
)  # fmt: skip


def with_options(name: str, *order: str) -> Callable[..., Any]:
    """A maker whose arguments, in this order, are options of a function of `symlab.sparse`."""

    def make(*given: Any, **options: Any) -> Callable[..., Any]:
        stated = {**dict(zip(order, given, strict=False)), **options}
        return lambda *operands: resolve(f"symlab.sparse:{name}")(*operands, **stated)

    return make


def joining(name: str) -> Callable[..., Any]:
    """A maker of a function that joins its operands."""

    def make(format: str | None = None, dtype: Any = None) -> Callable[..., Any]:
        return lambda *blocks: resolve(f"symlab.sparse:{name}")(blocks, format, dtype)

    return make


LETTERS = MappingProxyType(
    {
        "b": "int8", "w": "int16", "i": "int32", "l": "int64", "f": "float32", "d": "float64", "c": "complex64",
        "z": "complex128",
    }
)  # fmt: skip
COMPARED = MappingProxyType(
    {"equal": "eq", "not_equal": "neq", "less_than": "lt", "less_equal": "le", "greater_than": "gt",
     "greater_equal": "ge"}
)  # fmt: skip


def is_dense(x: Any) -> bool:
    """Whether this is an array, and no variable or sparse matrix."""
    return isinstance(x, np.ndarray)


def is_sparse_variable(x: Any) -> bool:
    """Whether this is an expression whose value is a sparse matrix."""
    if not isinstance(x, (SparseVariable, Variable)):
        raise TypeMismatch(message(f"a variable is wanted, not {type(x).__name__}"))
    return isinstance(x, SparseVariable)


def is_dense_variable(x: Any) -> bool:
    """Whether this is an expression whose value is an array."""
    return not is_sparse_variable(x)


SPARSE: Mapping[str, Any] = MappingProxyType(
    {
        **SPARSE_FUNCTIONS,
        **{letter + "cast": with_options("cast", "dtype")(dtype) for letter, dtype in LETTERS.items()},
        **{f"{name}_s_{kind}": f"symlab.sparse:{own}" for name, own in COMPARED.items() for kind in "sd"},
        "_is_dense": is_dense,
        "_is_dense_variable": is_dense_variable,
        "_is_sparse": "scipy.sparse:issparse",
        "_is_sparse_variable": is_sparse_variable,
        "enable_sparse": True,
        "Cast": recognized("Cast", "Another dtype.", named("cast"), with_options("cast", "dtype")),
        "HStack": recognized("HStack", "Side by side.", named("join"), joining("hstack")),
        "SparseFromDense": recognized(
            "SparseFromDense", "From dense.", named("nonzero"), with_options("sparse_from_dense", "format")
        ),
        "SpSum": recognized("SpSum", "Sums.", named("sum"), with_options("sp_sum", "axis", "sparse_grad")),
        "VStack": recognized("VStack", "One above the other.", named("join"), joining("vstack")),
        "shared": "symlab:shared",
    }
)
