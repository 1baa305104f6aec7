/* What a call returns: the container of its results, or the error that the generated code reported. */
#include "callpath.h"

/* Made before any cell is taken, since a new container may start the garbage collector. A tuple or list is not tracked
 * while it is empty: other threads could find it. A dict is copied with all its keys, so that values only replace. */
static int make_container(CompiledCall *self, Frame *frame) {
    switch (self->result) {
    case 't': frame->container = PyTuple_New(self->outputs); break;
    case 'l': frame->container = PyList_New(self->outputs); break;
    case 'd': return (frame->container = PyDict_Copy(self->template)) != NULL;
    default: return 1;
    }
    if (frame->container && PyObject_GC_IsTracked(frame->container)) PyObject_GC_UnTrack(frame->container);
    return frame->container != NULL;
}

/* Puts one result, whose reference it takes, into the container. */
static int put(CompiledCall *self, PyObject *container, int k, PyObject *array) {
    switch (self->result) {
    case 't': PyTuple_SET_ITEM(container, k, array); return 1;
    case 'l': PyList_SET_ITEM(container, k, array); return 1;
    default:;
        int failed = PyDict_SetItem(container, PyTuple_GET_ITEM(self->keys, k), array);
        Py_DECREF(array);
        return !failed;
    }
}

static PyObject *deliver(CompiledCall *self, Frame *frame) {
    PyObject **outputs = &frame->held[self->inputs + self->cells], *container = frame->container;
    for (int k = 0; k < self->outputs; k++) {
        PyObject *array = outputs[k];
        keep_output(self, k, array);
        outputs[k] = NULL;
        if (self->result == 's') return array;
        if (!put(self, container, k, array)) return NULL;
    }
    if (!container) Py_RETURN_NONE;
    frame->container = NULL;
    if (self->outputs && !PyDict_Check(container)) PyObject_GC_Track(container);
    return container;
}

static void clean(CompiledCall *self, Frame *frame) {
    workspace_give(&self->workspace, frame->workspace);
    for (int i = 0; i < self->operands; i++) Py_XDECREF(frame->held[i]);
    Py_XDECREF(frame->container);
}

static PyObject *tuple_of(const int64_t *numbers, int count) {
    PyObject *tuple = PyTuple_New(count);
    for (int i = 0; tuple && i < count; i++) {
        PyObject *number = PyLong_FromLongLong(numbers[i]);
        if (number) PyTuple_SET_ITEM(tuple, i, number);
        else Py_CLEAR(tuple);
    }
    return tuple;
}

/* `explain` knows the nodes' source lines; from the sizes of what was given it gives the exception to raise. */
static void raise_explained(CompiledCall *self, int code, const Frame *frame) {
    int given = self->inputs + self->cells, count = given < self->operands ? self->operand[given].first : self->sizes;
    PyObject *values = tuple_of(frame->error + 1, ERROR_WORDS - 1), *sizes = tuple_of(frame->shapes, count);
    PyObject *exception = NULL;
    if (values && sizes)
        exception = PyObject_CallFunction(self->explain, "iLOO", code, (long long)frame->error[0], values, sizes);
    if (exception && PyExceptionInstance_Check(exception)) PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
    else if (exception) PyErr_SetString(PyExc_SystemError, "explain must give an exception");
    Py_XDECREF(exception);
    Py_XDECREF(values);
    Py_XDECREF(sizes);
}

static PyObject *result_of(CompiledCall *self, Frame *frame, Outcome outcome) {
    switch (outcome) {
    case DONE: return deliver(self, frame);
    case REFUSED: raise_explained(self, frame->code, frame); return NULL;
    case EXHAUSTED: return PyErr_NoMemory();
    default: return NULL;
    }
}
