"""Theano's families of types: whole, floating-point and complex numbers, as scalars, vectors and matrices."""

from symlab.tensor import letters

# fmt: off
__all__ = [
    "complex_matrix_types", "complex_scalar_types", "complex_types", "complex_vector_types", "float_matrix_types",
    "float_scalar_types", "float_types", "float_vector_types", "int_matrix_types", "int_scalar_types", "int_types",
    "int_vector_types",
]
# fmt: on

int_types = int_scalar_types = letters.bscalar, letters.wscalar, letters.iscalar, letters.lscalar
float_types = float_scalar_types = letters.fscalar, letters.dscalar
complex_types = complex_scalar_types = letters.cscalar, letters.zscalar
int_vector_types = letters.bvector, letters.wvector, letters.ivector, letters.lvector
float_vector_types = letters.fvector, letters.dvector
complex_vector_types = letters.cvector, letters.zvector
int_matrix_types = letters.bmatrix, letters.wmatrix, letters.imatrix, letters.lmatrix
float_matrix_types = letters.fmatrix, letters.dmatrix
complex_matrix_types = letters.cmatrix, letters.zmatrix
