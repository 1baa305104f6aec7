/* Running the generated code, and making its new values current: all of them, or none. */
#include "callpath.h"

static void *workspace_memory(const Frame *frame) {
    return frame->workspace ? frame->workspace->memory : NULL;
}

static Outcome run(CompiledCall *self, Frame *frame, PyObject *const *args) {
    if (frame->nanoseconds < self->release_gil_at) {
        frame->code = self->run(frame->data, frame->shapes, workspace_memory(frame), frame->error);
    } else {
        for (int i = 0; i < self->inputs; i++) frame->held[i] = Py_NewRef(args[i]);  /* ndarray.resize looks at this */
        int watched = watch_interrupts(frame);
        Py_BEGIN_ALLOW_THREADS
        frame->code = self->run(frame->data, frame->shapes, workspace_memory(frame), frame->error);
        Py_END_ALLOW_THREADS
        if (watched) stop_watching();
    }
    return frame->code == INTERRUPTED ? STOPPED : frame->code ? REFUSED : DONE;
}

static void run_commit(CompiledCall *self, Frame *frame) {
    if (frame->nanoseconds < self->release_gil_at) {
        self->commit(frame->data, frame->shapes, workspace_memory(frame));
        return;
    }
    pthread_rwlock_rdlock(&waiting.writing);  /* under the GIL: who takes that may fork at once */
    Py_BEGIN_ALLOW_THREADS
    self->commit(frame->data, frame->shapes, workspace_memory(frame));
    pthread_rwlock_unlock(&waiting.writing);
    Py_END_ALLOW_THREADS
}

static int overwrites_a_value(const CompiledCall *self, const Frame *frame) {
    for (int u = 0; u < self->updates; u++)
        if (!frame->held[self->operands - self->updates + u]) return 1;
    return 0;
}

static void mark_torn(CompiledCall *self, uint64_t mark) {
    for (int u = 0; u < self->updates; u++)
        if (self->update[u].in_place) self->cell[self->update[u].cell]->torn = mark;
}

static void make_current(CompiledCall *self, Frame *frame) {
    for (int u = 0; u < self->updates; u++) {
        PyObject **new_value = &frame->held[self->operands - self->updates + u];
        SharedCell *cell = self->cell[self->update[u].cell];
        if (!*new_value) continue;
        PyObject *unused = cell->spare;
        cell->spare = cell->value;
        cell->value = *new_value;
        *new_value = unused;  /* dropped with the frame, when the cells are free */
    }
}

/* Nothing from here on can fail. The GIL is not let go between the choice of what is written in place (which looks at
 * who holds the value now, after `run`) and the marks that keep new readers away.
 * Where a value is overwritten, the new values become current before `commit` has written them, behind the marks: then
 * a process forked meanwhile, which starts when `commit` has ended, finds all of them new. Where none is, readers need
 * not wait: they see the old values until all are exchanged at once. */
static void commit(CompiledCall *self, Frame *frame) {
    int overwrites = overwrites_a_value(self, frame);
    if (overwrites) {
        mark_torn(self, waiting.process);
        make_current(self, frame);
    }
    if (self->commit) run_commit(self, frame);
    if (overwrites) mark_torn(self, 0);
    else make_current(self, frame);
}

static Outcome call_with_cells(CompiledCall *self, Frame *frame, PyObject *const *args) {
    wait_until_whole(self);  /* the GIL is not let go again until `run`: what is read stays true */
    if (!read_cells(self, frame) || !read_inputs(self, frame, args)) return UNFIT;
    Outcome outcome = prepare(self, frame);
    if (outcome == DONE) outcome = run(self, frame, args);
    if (outcome == DONE && !lend_new_values(self, frame, 1)) outcome = RAISED;
    if (outcome == DONE) commit(self, frame);
    return outcome;
}

static Outcome call_in_turn(CompiledCall *self, Frame *frame, PyObject *const *args) {
    int taken = 0;
    while (taken < self->updates && cell_take(self->turn[taken])) taken++;
    Outcome outcome = taken < self->updates ? RAISED : call_with_cells(self, frame, args);
    while (taken--) cell_let_go(self->turn[taken]);
    return outcome;
}
