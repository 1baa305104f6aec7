"""Sparse matrices with Theano's names: `import symlab.sparse as sparse`.

Inputs are made by `csr_matrix` and `csc_matrix`; values are matrices of `scipy.sparse`, going in and coming out.
"""

# ruff: noqa: F401, F403 - each module says in `__all__` what it adds

from symlab.sparse.arithmetic import *
from symlab.sparse.draws import *
from symlab.sparse.operators import DenseWarning
from symlab.sparse.parts import *
from symlab.sparse.products import *
from symlab.sparse.structure import *
from symlab.sparse.types import *
from symlab.sparse.variable import (
    SparseSharedVariable,
    SparseType,
    SparseVariable,
    as_sparse_or_tensor_variable,
    as_sparse_variable,
)

sparse_formats = ["csc", "csr"]  # those of Theano's; values of format bsr are taken too
as_sparse = as_sparse_variable
SparseTensorType = SparseType
SparseTensorSharedVariable = SparseSharedVariable
