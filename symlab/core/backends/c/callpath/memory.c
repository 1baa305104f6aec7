/* Arrays and workspaces: making them, and telling which may be written to. */
#include "callpath.h"

#ifndef _WIN32
#include <sys/mman.h>
#endif

static void advise_huge_pages(void *start, size_t bytes) {
#ifdef MADV_HUGEPAGE
    uintptr_t first = ((uintptr_t)start + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    uintptr_t end = ((uintptr_t)start + bytes) & ~(uintptr_t)(PAGE - 1);
    if (bytes >= HUGE_PAGE) madvise((void *)first, end - first, MADV_HUGEPAGE);
#endif
}

/* A failure is told by Python code, which may start the collector: so that waits until the cells are free. */
static PyObject *new_array(PyArray_Descr *descr, int rank, const int64_t *shape) {
    int collecting = PyGC_Disable();
    Py_INCREF(descr);  /* the next line takes one */
    PyObject *array = PyArray_NewFromDescr(&PyArray_Type, descr, rank, (npy_intp *)shape, NULL, NULL, 0, NULL);
    if (collecting) PyGC_Enable();
    if (array) advise_huge_pages(PyArray_DATA((PyArrayObject *)array), PyArray_NBYTES((PyArrayObject *)array));
    return array;
}

/* True when the memory belongs to this array and only we, with `ours` references, can reach it. Views, memoryviews and
 * DLPack capsules hold a reference; a weak reference could be turned into one at any time. */
static int is_private(PyArrayObject *array, Py_ssize_t ours) {
    const int needed = NPY_ARRAY_OWNDATA | NPY_ARRAY_WRITEABLE | NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_ALIGNED;
    PyObject *weak_references = *(PyObject **)((char *)array + PyArray_Type.tp_weaklistoffset);
    return Py_REFCNT(array) == ours && weak_references == NULL && PyArray_BASE(array) == NULL
        && (PyArray_FLAGS(array) & needed) == needed;
}

/* A loop, since memcmp(NULL, ., 0), the sizes of rank 0, costs 40 ns in glibc: a masked load from page 0. */
static int same_sizes(const npy_intp *sizes, const int64_t *wanted, int rank) {
    while (rank-- > 0)
        if (sizes[rank] != wanted[rank]) return 0;
    return 1;
}

/* The dtype is compared by identity and all is read anew: its last holder may have changed dtype, shape or flags. */
static int can_write(PyObject *object, Py_ssize_t ours, PyArray_Descr *descr, int rank, const int64_t *shape) {
    PyArrayObject *array = (PyArrayObject *)object;
    return object && is_private(array, ours) && PyArray_DESCR(array) == descr
        && PyArray_NDIM(array) == rank && same_sizes(PyArray_DIMS(array), shape, rank);
}

#ifdef _WIN32
#define allocate_aligned(alignment, bytes) _aligned_malloc(bytes, alignment)
#define free_aligned _aligned_free
#else
#define allocate_aligned aligned_alloc
#define free_aligned free
#endif

static Workspace *workspace_take(_Atomic(Workspace *) *slot, size_t bytes) {
    Workspace *kept = atomic_exchange(slot, NULL);  /* a second caller finds nothing, and makes its own */
    if (kept && kept->bytes >= bytes) return kept;
    free_aligned(kept);
    size_t alignment = bytes >= HUGE_PAGE ? HUGE_PAGE : CACHE_LINE;
    size_t total = (sizeof(Workspace) + bytes + alignment - 1) & ~(alignment - 1);
    Workspace *made = total > bytes ? allocate_aligned(alignment, total) : NULL;
    if (!made) return NULL;
    advise_huge_pages(made, total);
    made->bytes = bytes;
    return made;
}

static void workspace_give(_Atomic(Workspace *) *slot, Workspace *workspace) {
    if (workspace) free_aligned(atomic_exchange(slot, workspace));
}
