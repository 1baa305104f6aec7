/* The call itself: the fast path for operands that fit, the slow path through `convert` for all others. */
#include "callpath.h"

static Frame frame_in(const CompiledCall *self, char *block) {
    Frame frame = {.scalars = (Scalar *)block};
    frame.data = (void **)(frame.scalars + self->inputs);
    frame.held = (PyObject **)(frame.data + self->operands);
    frame.shapes = (int64_t *)(frame.held + self->operands);
    memset(frame.data, 0, 2 * self->operands * sizeof(void *));
    return frame;
}

static size_t frame_bytes(const CompiledCall *self) {
    return self->inputs * sizeof(Scalar) + 2 * self->operands * sizeof(void *) + self->sizes * sizeof(int64_t) + 16;
}

static Outcome call_once(CompiledCall *self, char *block, PyObject *const *args, PyObject **result) {
    Frame frame = frame_in(self, block);
    if (!make_container(self, &frame)) return *result = NULL, RAISED;
    Outcome outcome = call_in_turn(self, &frame, args);
    *result = result_of(self, &frame, outcome);
    clean(self, &frame);
    return outcome;
}

/* False when the operands do not fit; else `result` is the result, or NULL with the error set. */
static int call_in(CompiledCall *self, char *block, PyObject *const *args, PyObject **result) {
    Outcome outcome;
    do outcome = call_once(self, block, args, result);
    while (outcome == STOPPED && interrupt_is_settled());
    return outcome != UNFIT;
}

static int call_on_heap(CompiledCall *self, PyObject *const *args, PyObject **result) {
    char *block = PyMem_Malloc(self->frame_bytes);
    if (!block) return *result = PyErr_NoMemory(), 1;
    int fits = call_in(self, block, args, result);
    PyMem_Free(block);
    return fits;
}

static int call(CompiledCall *self, PyObject *const *args, PyObject **result) {
    if (self->frame_bytes > STACK_BYTES) return call_on_heap(self, args, result);
    _Alignas(16) char block[self->frame_bytes];
    return call_in(self, block, args, result);
}

static PyObject *keyword_dict(PyObject *const *values, PyObject *names) {
    PyObject *keywords = PyDict_New();
    for (Py_ssize_t i = 0; keywords && names && i < PyTuple_GET_SIZE(names); i++)
        if (PyDict_SetItem(keywords, PyTuple_GET_ITEM(names, i), values[i]) < 0) Py_CLEAR(keywords);
    return keywords;
}

static PyObject *call_with(CompiledCall *self, PyObject *wanted) {
    PyObject *result = NULL;
    if (!PyTuple_Check(wanted) || PyTuple_GET_SIZE(wanted) != self->inputs)
        PyErr_SetString(PyExc_SystemError, "convert must give a tuple, one operand for each input");
    else if (!call(self, ((PyTupleObject *)wanted)->ob_item, &result))
        PyErr_SetString(PyExc_SystemError, "convert gave operands that do not fit, or a shared value no longer does");
    return result;
}

/* A call for some of the outputs is one of another function, which Python keeps. */
static int asks_for_subset(PyObject *keywords) {
    return PyDict_GET_SIZE(keywords) && PyDict_GetItemString(keywords, "output_subset");
}

static PyObject *call_subset(CompiledCall *self, PyObject *given, PyObject *keywords) {
    PyObject *method = PyObject_GetAttrString(self->details, "call_subset");
    PyObject *result = method ? PyObject_Call(method, given, keywords) : NULL;
    Py_XDECREF(method);
    return result;
}

static PyObject *call_through(CompiledCall *self, PyObject *given, PyObject *keywords) {
    if (asks_for_subset(keywords)) return call_subset(self, given, keywords);
    PyObject *wanted = PyObject_CallFunctionObjArgs(self->convert, given, keywords, NULL);
    PyObject *result = wanted ? call_with(self, wanted) : NULL;
    Py_XDECREF(wanted);
    return result;
}

/* The slow path: Python turns what was given into what is wanted, or says in words why it cannot. */
static PyObject *call_converted(CompiledCall *self, PyObject *const *args, Py_ssize_t count, PyObject *names) {
    PyObject *given = PyTuple_New(count), *keywords = keyword_dict(args + count, names), *result = NULL;
    for (Py_ssize_t i = 0; given && i < count; i++) PyTuple_SET_ITEM(given, i, Py_NewRef(args[i]));
    if (given && keywords) result = call_through(self, given, keywords);
    Py_XDECREF(keywords);
    Py_XDECREF(given);
    return result;
}

static int position_of(const CompiledCall *self, PyObject *name, int likely) {
    if (PyTuple_GET_ITEM(self->names, likely) == name) return likely;
    for (int i = 0; i < self->inputs; i++)
        if (PyTuple_GET_ITEM(self->names, i) == name) return i;
    return -1;
}

/* Python interns the names in a call's text, and `names` are interned: one pointer says that they are equal. */
static int order_by_name(const CompiledCall *self, PyObject *const *args, Py_ssize_t count, PyObject *names,
                         PyObject **ordered) {
    Py_ssize_t named = PyTuple_GET_SIZE(names);
    if (self->inputs > MOST_NAMED || count + named != self->inputs) return 0;
    memset(ordered, 0, self->inputs * sizeof *ordered);
    for (Py_ssize_t i = 0; i < count; i++) ordered[i] = args[i];
    for (Py_ssize_t i = 0; i < named; i++) {
        int position = position_of(self, PyTuple_GET_ITEM(names, i), (int)(count + i));
        if (position < 0 || ordered[position]) return 0;
        ordered[position] = args[count + i];
    }
    return 1;
}

static PyObject *vectorcall(PyObject *object, PyObject *const *args, size_t flags, PyObject *names) {
    CompiledCall *self = (CompiledCall *)object;
    Py_ssize_t count = PyVectorcall_NARGS(flags);
    PyObject *ordered[MOST_NAMED], *result;
    if (names) {
        if (order_by_name(self, args, count, names, ordered) && call(self, ordered, &result)) return result;
    } else if (count == self->inputs && call(self, args, &result)) {
        return result;
    }
    return call_converted(self, args, count, names);
}
