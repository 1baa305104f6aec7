/* The cell of a shared variable. */
#include "callpath.h"

static uint64_t cells_made;

static uint64_t cell_ticket(SharedCell *cell) {
    if (cell->process != waiting.process) {
        cell->process = waiting.process;
        cell->tickets = cell->serving = 0;
    }
    return cell->tickets++;
}

/* A Python op of a call may call another function: it would wait for the call that waits for it. */
static int is_held_by_this_thread(const SharedCell *cell) {
    int held = cell->process == waiting.process && cell->tickets != cell->serving;
    return held && cell->holder == PyThread_get_thread_ident();
}

static int cell_take(SharedCell *cell) {
    if (is_held_by_this_thread(cell)) {
        PyErr_SetString(PyExc_RuntimeError, "a shared variable cannot get a new value while a call that updates it runs");
        return 0;
    }
    uint64_t ticket = cell_ticket(cell);
    while (cell->serving != ticket) {
        wait_for_change();
        if (cell->process != waiting.process) ticket = cell_ticket(cell);
    }
    cell->holder = PyThread_get_thread_ident();
    return 1;
}

static void cell_let_go(SharedCell *cell) {
    cell->holder = 0;
    cell->serving++;
    announce_change();
}

static PyObject *deep_copy(PyObject *object) {
    PyObject *module = PyImport_ImportModule("copy");
    PyObject *copy = module ? PyObject_CallMethod(module, "deepcopy", "O", object) : NULL;
    Py_XDECREF(module);
    return copy;
}

/* The form that the fast path takes: exact ndarray, native byte order, aligned, C order. */
static PyObject *canonical(PyObject *value, int borrow) {
    if (!PyArray_Check(value)) return borrow ? Py_NewRef(value) : deep_copy(value);
    int flags = NPY_ARRAY_CARRAY_RO | NPY_ARRAY_NOTSWAPPED | NPY_ARRAY_ENSUREARRAY;
    return PyArray_CheckFromAny(value, NULL, 0, 0, flags | (borrow ? 0 : NPY_ARRAY_ENSURECOPY), NULL);
}

static PyObject *given_value(PyObject *args, PyObject *keywords) {
    PyObject *value;
    int borrow = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|p", (char *[]){"value", "borrow", NULL}, &value, &borrow))
        return NULL;
    return canonical(value, borrow);
}

static PyObject *cell_get_value(SharedCell *self, PyObject *args, PyObject *keywords) {
    int borrow = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|p", (char *[]){"borrow", NULL}, &borrow)) return NULL;
    while (self->torn == waiting.process) wait_for_change();
    PyObject *value = Py_NewRef(self->value);  /* held while copied: so no update writes into it meanwhile */
    if (borrow) return value;
    PyObject *copy = canonical(value, 0);
    Py_DECREF(value);
    return copy;
}

static PyObject *cell_set_value(SharedCell *self, PyObject *args, PyObject *keywords) {
    PyObject *value = given_value(args, keywords);
    if (!value) return NULL;
    if (!cell_take(self)) return Py_DECREF(value), NULL;
    PyObject *replaced = self->value;
    self->value = value;
    cell_let_go(self);
    Py_DECREF(replaced);
    Py_RETURN_NONE;
}

static PyObject *cell_new(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    PyObject *value = given_value(args, keywords);
    if (!value) return NULL;
    SharedCell *self = (SharedCell *)type->tp_alloc(type, 0);
    if (!self) return Py_DECREF(value), NULL;
    self->value = value;
    self->token = ++cells_made;
    return (PyObject *)self;
}

static int cell_traverse(SharedCell *self, visitproc visit, void *arg) {
    Py_VISIT(self->value);
    return 0;
}

static int cell_clear(SharedCell *self) {
    Py_XSETREF(self->value, Py_NewRef(Py_None));  /* a cell in a cycle may still be asked for its value */
    Py_CLEAR(self->spare);
    return 0;
}

static void cell_dealloc(SharedCell *self) {
    PyObject_GC_UnTrack(self);
    if (self->weak_references) PyObject_ClearWeakRefs((PyObject *)self);
    Py_CLEAR(self->value);
    Py_CLEAR(self->spare);
    Py_TYPE(self)->tp_free(self);
}

static PyMethodDef cell_methods[] = {
    {"get_value", (PyCFunction)cell_get_value, METH_VARARGS | METH_KEYWORDS,
     "get_value($self, borrow=False)\n--\n\n"
     "The current value: a copy, or with borrow=True the array itself, which later updates leave as it is."},
    {"set_value", (PyCFunction)cell_set_value, METH_VARARGS | METH_KEYWORDS,
     "set_value($self, value, borrow=False)\n--\n\n"
     "Replace the value by a copy, or with borrow=True by the array itself, which is never written to while held."},
    {NULL}};

static PyTypeObject SharedCell_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "symlab.SharedCell", .tp_basicsize = sizeof(SharedCell),
    .tp_doc = "SharedCell(value, borrow=False)\n--\n\nThe value of one shared variable, for compiled functions.",
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_new = cell_new, .tp_methods = cell_methods,
    .tp_weaklistoffset = offsetof(SharedCell, weak_references), .tp_traverse = (traverseproc)cell_traverse,
    .tp_clear = (inquiry)cell_clear, .tp_dealloc = (destructor)cell_dealloc};
