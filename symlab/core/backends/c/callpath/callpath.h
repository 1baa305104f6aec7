/* How a compiled function is called: the types that all parts share.
 *
 * A generated function is plain C and knows nothing of Python. This module stands between the two: it reads the
 * arguments, lends the kernel its memory, and changes shared variables all together or not at all.
 *
 * The operands of a call, in the order in which the kernel finds them in `data` (and their sizes, one after another,
 * in `shapes`):      inputs | shared values | outputs | new values of shared variables
 *
 * What keeps many callers apart:
 *  - All bookkeeping happens under the GIL; only `run` and `commit` may work without it.
 *  - Nobody writes to an array that somebody else can see (`is_private`). A reader holds a reference to the values that
 *    it reads, so it needs no lock: an update writes elsewhere, and then one store makes the new value current.
 *  - Callers that update one cell take turns, and take several cells in the order of their tokens.
 *  - Between taking a cell and letting it go no Python code runs: nothing tracked by the garbage collector is created
 *    there and nothing is dropped, or a finalizer could call the same function again and wait for itself.
 *
 * The last two points and `is_private` rest on the GIL, so the module does not declare that it can do without.
 */
#ifndef SYMLAB_CALLPATH_H
#define SYMLAB_CALLPATH_H

#define PY_SSIZE_T_CLEAN
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define NPY_TARGET_VERSION NPY_2_0_API_VERSION
#include <Python.h>
#include <structmember.h>
#include <numpy/arrayobject.h>
#include <numpy/arrayscalars.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

enum { PAGE = 4096, HUGE_PAGE = 2 << 20, CACHE_LINE = 64 };
enum { ERROR_WORDS = 8 };        /* the node's number, then values; last, where `run` finds the flag to stop, or 0 */
enum { INTERRUPTED = 9 };        /* the code of a `run` that has stopped at that flag */
enum { KEPT = 2 };               /* arrays kept per output: in `y = f(x)` the previous y is held until the next comes */
enum { STACK_BYTES = 16 << 10 }; /* a larger frame lies on the heap: functions may have thousands of inputs */
enum { MOST_NAMED = 64 };        /* inputs of a function whose keyword calls take the fast path */

/* The three entries of a generated function. `plan` checks the sizes of inputs and shared values, fills in those of
 * outputs and new values, estimates the work, and returns the bytes of workspace, or -code. `run` returns 0, or a code.
 * `commit` alone may write a shared value in place: it cannot fail. On failure error[0] is the node's number. */
typedef int64_t (*Plan)(void **data, int64_t *shapes, int64_t *nanoseconds, int64_t *error);
typedef int (*Run)(void **data, const int64_t *shapes, void *workspace, int64_t *error);
typedef void (*Commit)(void **data, const int64_t *shapes, void *workspace);

typedef struct {
    size_t bytes;
    _Alignas(CACHE_LINE) char memory[];
} Workspace;

/* The value of one shared variable. */
typedef struct {
    PyObject_HEAD
    PyObject *value;    /* an ndarray, or any object */
    PyObject *spare;    /* the value before the last update: the next one is written there if nobody sees it any more */
    PyObject *weak_references;
    uint64_t token;     /* creation number: the order in which cells are taken */
    uint64_t torn;      /* the process in which the value is being overwritten in place, or 0 */
    uint64_t process;   /* the process in which the tickets were given out */
    uint64_t tickets, serving;  /* callers that replace the value are served as they come: a loop of training steps
                                   would otherwise take its own cell again before a sleeper has woken */
    unsigned long holder;       /* the thread that is being served */
} SharedCell;

typedef struct {
    PyArray_Descr *descr;  /* NumPy's one descriptor of this native type */
    int rank;
    int first;             /* where its sizes begin in `shapes` and `known` */
} Operand;

typedef struct {
    int cell;
    int in_place;          /* `commit` writes it, and may overwrite the current value */
} Update;

typedef struct {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    Plan plan;             /* NULL: every output's sizes are known, and there is no workspace */
    Run run;
    Commit commit;         /* NULL: `run` writes all new values itself, so none is in place */
    int inputs, cells, outputs, updates, operands, sizes;
    size_t frame_bytes;
    Operand *operand;
    int64_t *known;        /* sizes known when compiled; -1 is any */
    SharedCell **cell;
    Update *update;
    SharedCell **turn;     /* the cells to be updated, by token */
    PyObject *(*kept)[KEPT];
    _Atomic(Workspace *) workspace;
    int64_t release_gil_at;  /* nanoseconds of estimated work */
    char result;             /* 's'ingle, 't'uple, 'l'ist, 'd'ict, 'n'one */
    char reuse_outputs;
    PyObject *names;         /* the inputs' names, interned; None for an input that has none */
    PyObject *keys;          /* the keys of a dict result, or NULL */
    PyObject *template;      /* the dict result with None for each value, or NULL */
    PyObject *convert, *explain, *details, *owner;
    PyObject *weak_references;
} CompiledCall;

/* A rank-0 input that came as a number. */
typedef union {
    double float64;
    float float32;
    int64_t int64;
    npy_longdouble longdouble;
    _Alignas(16) char bytes[32];
} Scalar;

/* All that one call needs: two calls of one function share nothing but what the cells guard. */
typedef struct {
    Scalar *scalars;
    void **data;
    int64_t *shapes;
    PyObject **held;    /* per operand: the reference that keeps its memory alive, or NULL */
    PyObject *container;
    Workspace *workspace;
    int64_t nanoseconds;
    int64_t error[ERROR_WORDS];
    int code;
} Frame;

/* UNFIT: the operands are not what the fast path takes. REFUSED: generated code returned frame->code. RAISED: a Python
 * error is set. EXHAUSTED: no memory, and the error is set when the cells are free. STOPPED: by an interrupt. */
typedef enum { DONE, UNFIT, REFUSED, RAISED, EXHAUSTED, STOPPED } Outcome;

static PyTypeObject SharedCell_Type, CompiledCall_Type;

#endif
