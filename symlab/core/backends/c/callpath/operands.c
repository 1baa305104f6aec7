/* Reading the operands: arrays as they are, numbers where nothing is lost. What does not fit goes the slow path. */
#include "callpath.h"

static int read_array(const CompiledCall *self, Frame *frame, int position, PyObject *object) {
    const Operand *wanted = &self->operand[position];
    const int needed = NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_ALIGNED;
    if (!PyArray_CheckExact(object)) return 0;
    PyArrayObject *array = (PyArrayObject *)object;
    PyArray_Descr *descr = PyArray_DESCR(array);
    if (descr != wanted->descr && (descr->type_num != wanted->descr->type_num || !PyArray_ISNBO(descr->byteorder)))
        return 0;
    if (PyArray_NDIM(array) != wanted->rank || (PyArray_FLAGS(array) & needed) != needed) return 0;
    for (int axis = 0; axis < wanted->rank; axis++) {
        int64_t size = PyArray_DIMS(array)[axis], known = self->known[wanted->first + axis];
        if (known >= 0 && size != known) return 0;
        frame->shapes[wanted->first + axis] = size;
    }
    frame->data[position] = PyArray_DATA(array);
    return 1;
}

#define STORE(type, value) (*(type *)place->bytes = (type)(value))

/* A real number as a floating-point or complex one: rounded, as in NumPy 2, but not to infinity. */
static int store_real(int type_num, double value, Scalar *place) {
    switch (type_num) {
    case NPY_DOUBLE: return STORE(double, value), 1;
    case NPY_CDOUBLE: ((double *)place->bytes)[1] = 0; return STORE(double, value), 1;
    case NPY_CFLOAT: ((float *)place->bytes)[1] = 0;  /* and the real part: */ /* fall through */
    case NPY_FLOAT: return isinf(STORE(float, value)) == isinf(value);
    case NPY_HALF: return (fabs(value) < 65520 || !isfinite(value))  /* beyond this it would raise an error here */
                       && PyFloat_Pack2(value, place->bytes, PY_LITTLE_ENDIAN) == 0;
    default: return 0;
    }
}

/* The largest integers up to which every integer is a number of the floating-point type. */
static int64_t exact_integers(int type_num) {
    switch (type_num) {
    case NPY_HALF: return 1 << 11;
    case NPY_FLOAT: case NPY_CFLOAT: return 1 << 24;
    default: return (int64_t)1 << 53;
    }
}

/* An integer fits where it comes back as it was. */
static int store_integer(int type_num, int64_t value, Scalar *place) {
    switch (type_num) {
    case NPY_BYTE: return STORE(npy_byte, value) == value;
    case NPY_SHORT: return STORE(npy_short, value) == value;
    case NPY_INT: return STORE(npy_int, value) == value;
    case NPY_LONG: return STORE(npy_long, value) == value;
    case NPY_LONGLONG: return STORE(npy_longlong, value) == value;
    case NPY_UBYTE: return value >= 0 && STORE(npy_ubyte, value) == value;
    case NPY_USHORT: return value >= 0 && STORE(npy_ushort, value) == value;
    case NPY_UINT: return value >= 0 && STORE(npy_uint, value) == value;
    case NPY_ULONG: return value >= 0 && (int64_t)STORE(npy_ulong, value) == value;
    case NPY_ULONGLONG: return value >= 0 && (int64_t)STORE(npy_ulonglong, value) == value;
    }
    int64_t most = exact_integers(type_num);
    return -most <= value && value <= most && store_real(type_num, (double)value, place);
}

static int store_complex(int type_num, Py_complex value, Scalar *place) {
    double *wide = (double *)place->bytes;
    float *narrow = (float *)place->bytes;
    switch (type_num) {
    case NPY_CDOUBLE: return wide[0] = value.real, wide[1] = value.imag, 1;
    case NPY_CFLOAT:
        narrow[0] = (float)value.real, narrow[1] = (float)value.imag;
        return isinf(narrow[0]) == isinf(value.real) && isinf(narrow[1]) == isinf(value.imag);
    default: return 0;
    }
}

/* A Python number takes the operand's type. Nothing here may create an object: cells are held. */
static int read_python_number(int type_num, PyObject *number, Scalar *place) {
    if (PyFloat_CheckExact(number)) return store_real(type_num, PyFloat_AS_DOUBLE(number), place);
    if (PyLong_CheckExact(number)) {
        int overflow;
        int64_t value = PyLong_AsLongLongAndOverflow(number, &overflow);
        return !overflow && store_integer(type_num, value, place);
    }
    if (PyComplex_CheckExact(number)) return store_complex(type_num, PyComplex_AsCComplex(number), place);
    if (PyBool_Check(number) && type_num == NPY_BOOL) return STORE(npy_bool, number == Py_True), 1;
    return 0;
}

static int read_number(const CompiledCall *self, Frame *frame, int position, PyObject *object) {
    PyArray_Descr *descr = self->operand[position].descr;
    Scalar *place = &frame->scalars[position];
    frame->data[position] = place;
    if (Py_TYPE(object) != descr->typeobj) return read_python_number(descr->type_num, object, place);
    PyArray_ScalarAsCtype(object, place);
    return 1;
}

static int read_inputs(const CompiledCall *self, Frame *frame, PyObject *const *args) {
    for (int i = 0; i < self->inputs; i++) {
        if (read_array(self, frame, i, args[i])) continue;
        if (self->operand[i].rank || !read_number(self, frame, i, args[i])) return 0;
    }
    return 1;
}

/* An in-place commit is the only time when a current value must not be read. Waiting lets the GIL go, so the look over
 * the cells starts again: the values that a call reads must all have been current at one moment. */
static void wait_until_whole(const CompiledCall *self) {
    for (int i = 0; i < self->cells; i++)
        if (self->cell[i]->torn == waiting.process) {
            wait_for_change();
            i = -1;
        }
}

static int read_cells(const CompiledCall *self, Frame *frame) {
    for (int i = 0; i < self->cells; i++) {
        int position = self->inputs + i;
        if (!read_array(self, frame, position, self->cell[i]->value)) return 0;
        frame->held[position] = Py_NewRef(self->cell[i]->value);
    }
    return 1;
}
