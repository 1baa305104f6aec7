/* Lending the kernel its memory: outputs, new values of shared variables, workspace. */
#include "callpath.h"

static PyObject *take_output(CompiledCall *self, Frame *frame, int output, const Operand *wanted) {
    for (int k = 0; k < KEPT && self->reuse_outputs; k++) {
        PyObject *kept = self->kept[output][k];
        if (!can_write(kept, 1, wanted->descr, wanted->rank, frame->shapes + wanted->first)) continue;
        self->kept[output][k] = NULL;
        return kept;
    }
    return new_array(wanted->descr, wanted->rank, frame->shapes + wanted->first);
}

/* Runs when no cell is held: what drops out here may have a weak reference's callback. */
static void keep_output(CompiledCall *self, int output, PyObject *array) {
    PyObject **kept = self->kept[output], *oldest = kept[KEPT - 1];
    if (!self->reuse_outputs) return;
    memmove(kept + 1, kept, (KEPT - 1) * sizeof *kept);
    kept[0] = Py_NewRef(array);
    Py_XDECREF(oldest);
}

static int lend_outputs(CompiledCall *self, Frame *frame) {
    int first = self->inputs + self->cells;
    for (int position = first; position < first + self->outputs; position++) {
        PyObject *array = take_output(self, frame, position - first, &self->operand[position]);
        if (!array) return 0;
        frame->held[position] = array;
        frame->data[position] = PyArray_DATA((PyArrayObject *)array);
    }
    return 1;
}

static PyObject *take_spare(SharedCell *cell, const Operand *wanted, const int64_t *shape) {
    PyObject *spare = cell->spare;
    if (!can_write(spare, 1, wanted->descr, wanted->rank, shape)) return new_array(wanted->descr, wanted->rank, shape);
    cell->spare = NULL;
    return spare;
}

/* In place: the value is the cell's (one reference) and this call's (the other), and keeps its shape. Two cells on one
 * array, an argument that is the value or a view of it, a reader at work: each holds a reference more. Never while
 * somebody waits: a loop of in-place steps would keep readers out for good (8 reads beside 2000 steps, measured). */
static int lend_new_values(CompiledCall *self, Frame *frame, int in_place) {
    int first = self->operands - self->updates, alone = waiting.waiters == 0;
    for (int u = 0; u < self->updates; u++) {
        if (self->update[u].in_place != in_place) continue;
        int source = self->inputs + self->update[u].cell;
        SharedCell *cell = self->cell[self->update[u].cell];
        const Operand *wanted = &self->operand[first + u];
        const int64_t *shape = frame->shapes + wanted->first;
        frame->data[first + u] = frame->data[source];
        if (in_place && alone && can_write(cell->value, 2, wanted->descr, wanted->rank, shape)) continue;
        PyObject *array = take_spare(cell, wanted, shape);
        if (!array) return 0;
        frame->held[first + u] = array;
        frame->data[first + u] = PyArray_DATA((PyArrayObject *)array);
    }
    return 1;
}

static Outcome prepare(CompiledCall *self, Frame *frame) {
    int outputs = self->inputs + self->cells;
    int known = outputs < self->operands ? self->operand[outputs].first : self->sizes;
    memcpy(frame->shapes + known, self->known + known, (self->sizes - known) * sizeof(int64_t));
    int64_t bytes = self->plan ? self->plan(frame->data, frame->shapes, &frame->nanoseconds, frame->error) : 0;
    if (bytes < 0) return frame->code = (int)-bytes, REFUSED;
    if (!lend_outputs(self, frame) || !lend_new_values(self, frame, 0)) return RAISED;
    if (bytes && !(frame->workspace = workspace_take(&self->workspace, bytes))) return EXHAUSTED;
    return DONE;
}
