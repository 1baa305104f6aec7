/* Making a compiled function, and taking it apart. */
#include "callpath.h"

static int refuse(PyObject *type, const char *text) {
    PyErr_SetString(type, text);
    return 0;
}

static int add_operand(CompiledCall *self, int type_num, PyObject *sizes) {
    Py_ssize_t rank = PyTuple_GET_SIZE(sizes);
    PyArray_Descr *descr = PyArray_DescrFromType(type_num);
    if (!descr) return 0;
    if (PyDataType_REFCHK(descr) || PyDataType_ELSIZE(descr) == 0 || PyDataType_ELSIZE(descr) > (int)sizeof(Scalar))
        return Py_DECREF(descr), refuse(PyExc_TypeError, "operands are numbers or booleans");
    self->operand[self->operands++] = (Operand){descr, (int)rank, self->sizes};
    for (Py_ssize_t axis = 0; axis < rank; axis++)
        self->known[self->sizes++] = PyLong_AsLongLong(PyTuple_GET_ITEM(sizes, axis));
    return !PyErr_Occurred();
}

static int add_operands(CompiledCall *self, PyObject *specs, int *count) {
    *count = (int)PyTuple_GET_SIZE(specs);
    for (int i = 0, type_num; i < *count; i++) {
        PyObject *sizes;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(specs, i), "iO!", &type_num, &PyTuple_Type, &sizes)) return 0;
        if (!add_operand(self, type_num, sizes)) return 0;
    }
    return 1;
}

static int add_cells(CompiledCall *self, PyObject *cells) {
    for (int i = 0, type_num; i < PyTuple_GET_SIZE(cells); i++) {
        PyObject *cell, *sizes;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(cells, i), "O!iO!", &SharedCell_Type, &cell, &type_num, &PyTuple_Type,
                              &sizes))
            return 0;
        self->cell[self->cells++] = (SharedCell *)Py_NewRef(cell);
        if (!add_operand(self, type_num, sizes)) return 0;
    }
    return 1;
}

static int add_turn(CompiledCall *self, SharedCell *cell) {
    int at = self->updates;
    while (at && self->turn[at - 1]->token > cell->token) at--;
    if (at && self->turn[at - 1] == cell) return refuse(PyExc_ValueError, "one cell is updated twice");
    memmove(self->turn + at + 1, self->turn + at, (self->updates - at) * sizeof *self->turn);
    self->turn[at] = cell;
    return 1;
}

static int add_updates(CompiledCall *self, PyObject *updates) {
    for (int u = 0; u < PyTuple_GET_SIZE(updates); u++) {
        Update update;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(updates, u), "ip", &update.cell, &update.in_place)) return 0;
        if (update.cell < 0 || update.cell >= self->cells || (update.in_place && !self->commit))
            return refuse(PyExc_ValueError, "an update names no cell, or is in place without commit");
        const Operand source = self->operand[self->inputs + update.cell];
        if (!add_turn(self, self->cell[update.cell])) return 0;
        Py_INCREF(source.descr);
        self->operand[self->operands++] = (Operand){source.descr, source.rank, self->sizes};
        memcpy(self->known + self->sizes, self->known + source.first, source.rank * sizeof(int64_t));
        self->sizes += source.rank;
        self->update[self->updates++] = update;
    }
    return 1;
}

/* Interned, so that a call's keywords are found by their pointers. */
static int add_names(CompiledCall *self, PyObject *names) {
    if (PyTuple_GET_SIZE(names) != self->inputs) return refuse(PyExc_ValueError, "one name, or None, for each input");
    if (!(self->names = PyTuple_New(self->inputs))) return 0;
    for (int i = 0; i < self->inputs; i++) {
        PyObject *name = Py_NewRef(PyTuple_GET_ITEM(names, i));
        if (PyUnicode_CheckExact(name)) PyUnicode_InternInPlace(&name);
        else if (name != Py_None) return Py_DECREF(name), refuse(PyExc_TypeError, "a name is a str, or None");
        PyTuple_SET_ITEM(self->names, i, name);
    }
    return 1;
}

static int add_keys(CompiledCall *self, PyObject *keys) {
    if (!PyTuple_Check(keys) || PyTuple_GET_SIZE(keys) != self->outputs)
        return refuse(PyExc_ValueError, "a dict result needs a tuple of keys, one for each output");
    self->keys = Py_NewRef(keys);
    if (!(self->template = PyDict_New())) return 0;
    for (int k = 0; k < self->outputs; k++)
        if (PyDict_SetItem(self->template, PyTuple_GET_ITEM(keys, k), Py_None) < 0) return 0;
    if (PyDict_GET_SIZE(self->template) == self->outputs) return 1;
    return refuse(PyExc_ValueError, "a key of the dict result occurs twice");
}

static int add_result(CompiledCall *self, int result, PyObject *keys) {
    self->result = (char)result;
    switch (result) {
    case 's': return self->outputs == 1 || refuse(PyExc_ValueError, "a single result has one output");
    case 'n': return self->outputs == 0 || refuse(PyExc_ValueError, "no result has no output");
    case 'l': case 't': return 1;
    case 'd': return add_keys(self, keys);
    default: return refuse(PyExc_ValueError, "result is one of 's', 'l', 't', 'd', 'n'");
    }
}

static int needs_plan(const CompiledCall *self) {
    int outputs = self->inputs + self->cells;
    for (int at = outputs < self->operands ? self->operand[outputs].first : self->sizes; at < self->sizes; at++)
        if (self->known[at] < 0) return 1;
    return 0;
}

/* Adds the number of sizes of all operands: `sizes` is the last item of each specification. */
static int count_sizes(PyObject *specs, Py_ssize_t *count) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(specs); i++) {
        PyObject *spec = PyTuple_GET_ITEM(specs, i);
        Py_ssize_t items = PyTuple_Check(spec) ? PyTuple_GET_SIZE(spec) : 0;
        PyObject *sizes = items ? PyTuple_GET_ITEM(spec, items - 1) : NULL;
        if (!sizes || !PyTuple_Check(sizes)) return refuse(PyExc_TypeError, "an operand ends in a tuple of sizes");
        if (PyTuple_GET_SIZE(sizes) > NPY_MAXDIMS) return refuse(PyExc_ValueError, "rank above NumPy's");
        *count += PyTuple_GET_SIZE(sizes);
    }
    return 1;
}

static int reserve(CompiledCall *self, PyObject *inputs, PyObject *cells, PyObject *outputs, PyObject *updates) {
    Py_ssize_t operands = PyTuple_GET_SIZE(updates), sizes = operands * NPY_MAXDIMS;
    PyObject *specs[] = {inputs, cells, outputs};
    for (int i = 0; i < 3; operands += PyTuple_GET_SIZE(specs[i++]))
        if (!count_sizes(specs[i], &sizes)) return 0;
    if (sizes > INT_MAX / 2 || operands > INT_MAX / 2) return refuse(PyExc_ValueError, "too many operands");
    self->operand = PyMem_Calloc(operands + 1, sizeof *self->operand);
    self->known = PyMem_Calloc(sizes + 1, sizeof *self->known);
    self->cell = PyMem_Calloc(operands + 1, sizeof *self->cell);
    self->turn = PyMem_Calloc(operands + 1, sizeof *self->turn);
    self->update = PyMem_Calloc(operands + 1, sizeof *self->update);
    self->kept = PyMem_Calloc(operands + 1, sizeof *self->kept);
    if (self->operand && self->known && self->cell && self->turn && self->update && self->kept) return 1;
    return PyErr_NoMemory(), 0;
}

typedef struct {
    PyObject *inputs, *cells, *outputs, *updates, *names, *convert, *explain, *details, *owner, *keys;
    unsigned long long run, commit, plan;
    long long release_gil_at;
    int result, reuse_outputs;
} Given;

static int read_given(Given *given, PyObject *args, PyObject *keywords) {
    static char *names[] = {"inputs", "cells", "outputs", "updates", "run", "commit", "plan", "names", "result",
                            "convert", "explain", "details", "owner", "release_gil_at", "reuse_outputs", "keys", NULL};
    given->keys = Py_None;
    return PyArg_ParseTupleAndKeywords(
        args, keywords, "O!O!O!O!KKKO!COOOOLp|O", names, &PyTuple_Type, &given->inputs, &PyTuple_Type, &given->cells,
        &PyTuple_Type, &given->outputs, &PyTuple_Type, &given->updates, &given->run, &given->commit, &given->plan,
        &PyTuple_Type, &given->names, &given->result, &given->convert, &given->explain, &given->details, &given->owner,
        &given->release_gil_at, &given->reuse_outputs, &given->keys);
}

static int set_up(CompiledCall *self, const Given *given) {
    self->vectorcall = vectorcall;
    self->run = (Run)(uintptr_t)given->run;
    self->commit = (Commit)(uintptr_t)given->commit;
    self->plan = (Plan)(uintptr_t)given->plan;
    self->release_gil_at = given->release_gil_at;
    self->reuse_outputs = (char)given->reuse_outputs;
    self->convert = Py_NewRef(given->convert);
    self->explain = Py_NewRef(given->explain);
    self->details = Py_NewRef(given->details);
    self->owner = Py_NewRef(given->owner);
    if (!self->run) return refuse(PyExc_ValueError, "run is the address of a function");
    if (!reserve(self, given->inputs, given->cells, given->outputs, given->updates)) return 0;
    if (!add_operands(self, given->inputs, &self->inputs) || !add_cells(self, given->cells)) return 0;
    if (!add_operands(self, given->outputs, &self->outputs) || !add_updates(self, given->updates)) return 0;
    if (!add_names(self, given->names) || !add_result(self, given->result, given->keys)) return 0;
    self->frame_bytes = frame_bytes(self);
    return self->plan || !needs_plan(self) || refuse(PyExc_ValueError, "a size is unknown and there is no plan");
}

static PyObject *call_new(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    Given given;
    if (!read_given(&given, args, keywords)) return NULL;
    CompiledCall *self = (CompiledCall *)type->tp_alloc(type, 0);
    if (self && !set_up(self, &given)) Py_CLEAR(self);
    return (PyObject *)self;
}

static void drop_kept(CompiledCall *self) {
    for (int k = 0; self->kept && k < self->outputs; k++)
        for (int i = 0; i < KEPT; i++) Py_CLEAR(self->kept[k][i]);
    free_aligned(atomic_exchange(&self->workspace, NULL));
}

static PyObject *call_free(CompiledCall *self, PyObject *unused) {
    drop_kept(self);
    for (int u = 0; u < self->updates; u++) Py_CLEAR(self->cell[self->update[u].cell]->spare);
    Py_RETURN_NONE;
}

static int call_traverse(CompiledCall *self, visitproc visit, void *arg) {
    Py_VISIT(self->keys);
    Py_VISIT(self->template);
    Py_VISIT(self->convert);
    Py_VISIT(self->explain);
    Py_VISIT(self->details);
    Py_VISIT(self->owner);
    for (int i = 0; i < self->cells; i++) Py_VISIT(self->cell[i]);
    return 0;
}

static int call_clear(CompiledCall *self) {
    Py_XSETREF(self->convert, Py_NewRef(Py_None));  /* it may still be called while a cycle is taken apart */
    Py_XSETREF(self->explain, Py_NewRef(Py_None));
    Py_XSETREF(self->details, Py_NewRef(Py_None));
    return 0;
}

static void call_dealloc(CompiledCall *self) {
    PyObject_GC_UnTrack(self);
    if (self->weak_references) PyObject_ClearWeakRefs((PyObject *)self);
    drop_kept(self);
    for (int i = 0; i < self->cells; i++) Py_DECREF(self->cell[i]);
    for (int i = 0; i < self->operands; i++) Py_DECREF(self->operand[i].descr);
    void *blocks[] = {self->operand, self->known, self->cell, self->turn, self->update, self->kept};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) PyMem_Free(blocks[i]);
    PyObject *objects[] = {self->names,   self->keys,    self->template, self->convert,
                           self->explain, self->details, self->owner};
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) Py_XDECREF(objects[i]);
    Py_TYPE(self)->tp_free(self);
}
